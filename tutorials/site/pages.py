"""The pages of the course: percent scripts, run as notebooks, with the library's lines next to the text."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import tempfile
from base64 import b64decode
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any
from unicodedata import normalize

import jupytext
import moving_pictures
import nbformat
from exercises import of_page
from guides import turned
from library import ROOT, Piece, Uses, code_block, piece_of, raw_html

from scratchgen.equations import BY_ID
from scratchgen.equations.locate import function_of

ID = r"[a-z]+\.[a-z_0-9]+"
SECONDS = 600  # that a cell may take
# prints what the page has loaded, by the names that Pyodide has for it
LOADED = """import sys
names = {"matplotlib": "matplotlib", "sklearn": "scikit-learn"}
print(*(names[module] for module in names if module in sys.modules))"""


@dataclass
class Page:
    """A percent script below the checkout, its title, and its notebook: without the prints of library code."""

    file: Path
    title: str
    notebook: Any
    pieces: dict[int, list[Piece]] = field(default_factory=dict)  # that a section shows, by its first cell

    @property
    def document(self) -> str:
        """The name of the page in the site."""
        return self.file.relative_to(ROOT).with_suffix("").as_posix()

    def taught(self) -> dict[str, str]:
        """The equations that a line about the debugger names, each with the address of its section."""
        found, anchor = {}, ""
        for cell in self.notebook.cells:
            if cell.cell_type == "markdown":
                for part in re.split(r"^(?=##? )", cell.source, flags=re.M):
                    heading = re.match(r"##? (.+)", part)
                    anchor = f"#{_slug(heading[1])}" if heading else anchor
                    found |= {id: f"{self.document}.html{anchor}" for id in named_ids(part)}
        return found


def read(file: Path) -> Page:
    """A page; each `print(inspect.getsource(X))` at the top level of a cell becomes a piece of its section."""
    notebook = jupytext.read(file, fmt="py:percent")
    first = next(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    page = Page(file, re.search(r"^# (.+)$", first, re.M)[1], notebook)
    names: dict[str, Any] = {}
    section, cells = 0, []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and re.search(r"^##? ", cell.source, re.M):
            section = len(cells)
        if cell.cell_type == "code":
            cell.source, pieces = without_printed_code(cell.source, names)
            page.pieces.setdefault(section, []).extend(pieces)
        if cell.source.strip():
            cells.append(cell)
    notebook.cells = cells
    return page


def without_printed_code(source: str, names: dict[str, Any]) -> tuple[str, list[Piece]]:
    """A cell without its `print(inspect.getsource(X))`, alone or in a loop over several X, and the lines of each X.

    names    the names that the imports of the page have bound so far; this cell's are added
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a cell of IPython, such as `%time`
        return source, []
    lines, pieces = source.split("\n"), []
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            exec(ast.unparse(statement), names)
        symbols = printed_symbols(statement)
        try:
            found = [piece_of(eval(symbol, names), symbol) for symbol in symbols]
        except (NameError, TypeError, OSError):  # made by the page itself: the cell prints it
            continue
        if found:
            pieces += found
            place = slice(statement.lineno - 1, statement.end_lineno)
            lines[place] = [None] * len(lines[place])
    return "\n".join(line for line in lines if line is not None).strip("\n"), pieces


def printed_symbols(statement: ast.stmt) -> list[str]:
    """The X of a statement that does nothing but print their source."""
    text = ast.unparse(statement)
    if found := re.fullmatch(r"print\(inspect\.getsource\((.+)\)\)", text):
        return [found[1]]
    loop = re.fullmatch(r"for (\w+) in \((.+)\):\n    print\(inspect\.getsource\((\w+)\)\)", text)
    if loop and loop[1] == loop[3]:
        return [ast.unparse(item) for item in statement.iter.elts]
    return []


# --- running ------------------------------------------------------------------------------------------------


def run_all(pages: list[Page], cache: Path) -> None:
    """Run the notebooks that the cache does not have, two at a time, and put the outputs into the pages.

    Raises nbclient's CellExecutionError if a cell fails.
    """
    cache.mkdir(parents=True, exist_ok=True)
    digest = library_digest()
    places = []
    for page in pages:
        sources = [(cell.cell_type, cell.source) for cell in page.notebook.cells]
        key = hashlib.sha256((repr(sources) + digest).encode()).hexdigest()[:16]
        places.append(cache / f"{page.file.stem}-{key}.ipynb")
    missing = [(page, place) for page, place in zip(pages, places, strict=True) if not place.exists()]
    with ProcessPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        for page, place in pool.map(_run, *zip(*missing, strict=True)) if missing else ():
            print(f"  ran {page.file.name}", flush=True)
            temporary = place.with_suffix(".part")
            nbformat.write(page.notebook, temporary)
            temporary.replace(place)
    for page, place in zip(pages, places, strict=True):
        page.notebook = nbformat.read(place, as_version=4)
    for old in set(cache.glob("*.ipynb")) - set(places):
        old.unlink()


def _run(page: Page, place: Path) -> tuple[Page, Path]:
    from nbclient import NotebookClient  # here: reading a page does not need it

    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"  # another one shows no picture
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            page.notebook, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": folder}}
        )
        page.notebook.cells.append(nbformat.v4.new_code_cell(LOADED))
        client.extra_arguments = ["--log-level=40"]  # errors only
        client.execute()
        page.notebook.metadata["packages"] = page.notebook.cells.pop().outputs[0]["text"].split()
        return page, place


def library_digest() -> str:
    """A digest of all sources of the library: outputs are valid for these alone."""
    total = hashlib.sha256()
    for folder in ("scratchgen", "kernels/scratchgen_kernels"):
        for file in sorted((ROOT / folder).rglob("*.py*")):
            if file.suffix in (".py", ".pyx"):
                total.update(file.read_bytes())
    return total.hexdigest()


# --- side by side -------------------------------------------------------------------------------------------


def write(page: Page, folder: Path, uses: Uses) -> None:
    """Write the executed notebook with the library's lines next to the text of its sections."""
    to_root = "../" * page.document.count("/")
    notebook, pictures = page.notebook, folder / "_static" / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            pieces = page.pieces.get(number, [])
            cell.source = _markdown(cell.source, pieces, page, uses, to_root)
        else:
            titles = re.findall(r'title=r?f?"([^"{}]+)"', cell.source)
            alt = "Picture: " + "; ".join(titles) if titles else "The picture that this cell draws"
            _pictures_to_files(cell, pictures, to_root)
            cell.metadata["mystnb"] = {"image": {"alt": alt.replace("$", "")}}
    if links := [f"- [{title}](/{url.removesuffix('html')}md)" for title, url in of_page(page.file)]:
        notebook.cells.append(
            nbformat.v4.new_markdown_cell("## Exercises of this page\n\n" + "\n".join(links))
        )
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(raw_html(_downloads(page, to_root))))
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    place = folder / f"{page.document}.ipynb"
    place.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, place)


def _pictures_to_files(cell: Any, folder: Path, to_root: str) -> None:
    """Write the pictures inside the HTML of outputs, such as animations, to files: a page loads them when seen."""
    for output in cell.outputs:
        html = output.get("data", {}).get("text/html", "")
        for kind, data in re.findall(r"data:image/(gif|png);base64,([A-Za-z0-9+/=]+)", html):
            name = f"{hashlib.sha256(data.encode()).hexdigest()[:16]}.{kind}"
            (folder / name).write_bytes(b64decode(data))
            html = html.replace(f"data:image/{kind};base64,{data}", f"{to_root}_static/pictures/{name}")
            html = re.sub(r"<img (?![^>]*alt=)", '<img alt="Animation drawn by this cell" ', html)
            output["data"]["text/html"] = html


def _downloads(page: Page, to_root: str) -> str:
    folder, name = f"{to_root}_static/notebooks", page.file.stem
    packages = " ".join(["numpy", *page.notebook.metadata.get("packages", [])])
    return (
        f'<p class="downloads" data-packages="{packages}">Download: '
        f'<a href="{folder}/{name}.ipynb" download>notebook</a> · '
        f'<a href="{folder}/{name}.py" download>script</a></p>'
    )


def write_downloads(pages: list[Page], folder: Path) -> None:
    """Write each page as it is in the checkout, as a script and as a notebook without outputs."""
    folder.mkdir(parents=True, exist_ok=True)
    for page in pages:
        (folder / page.file.name).write_bytes(page.file.read_bytes())
        notebook = jupytext.read(page.file, fmt="py:percent")
        moving_pictures.attach(notebook)
        jupytext.write(notebook, folder / f"{page.file.stem}.ipynb")


def named_ids(markdown: str) -> list[str]:
    """The equations that a section names in its line about the debugger."""
    quotes = re.findall(r"^> In the debugger.*(?:\n> .*)*", markdown, re.M)
    return [
        id for quote in quotes for id in re.findall(rf"`(?:scratchgen debug )?({ID})`", quote) if id in BY_ID
    ]


def _markdown(text: str, pieces: list[Piece], page: Page, uses: Uses, to_root: str) -> str:
    """A cell of text. The part below its last heading gets the library's lines at its right."""
    ids, text = named_ids(text), turned(text, page.file.relative_to(ROOT).as_posix())
    text = moving_pictures.placed(text, to_root)
    text = re.sub(
        rf"`(scratchgen debug )?({ID})`",
        lambda found: _linked(found[1] or "", found[2], to_root) if found[2] in ids else found[0],
        text,
    )
    if not (pieces or ids):
        return text
    parts = re.split(r"^(#+ .+)$", text, flags=re.M)
    before, body = "".join(parts[:-1]), parts[-1].strip("\n")
    url = f"{page.document}.html#{_slug(parts[-2])}" if len(parts) > 1 else f"{page.document}.html"
    shown = list(pieces)
    if ids and not shown:
        shown = [piece_of(function_of(BY_ID[ids[0]]))]
    for piece in shown:
        uses.add(piece, page.title, url)
    blocks = [code_block(piece, to_root) for piece in shown]
    if ids:
        links = (f'<a href="{to_root}reference/{id}.html">{escape(BY_ID[id].name)}</a>' for id in ids)
        blocks.append(f'<p class="more">Code, worked example and tests of: {", ".join(links)}</p>')
    side = raw_html("".join(blocks))
    return (
        f"{before}\n\n::::::{{container}} split\n:::::{{container}} text\n{body}\n:::::\n"
        f":::::{{container}} side\n{side}\n:::::\n::::::\n"
    )


def _linked(command: str, id: str, to_root: str) -> str:
    link = f"[`{id}`]({to_root}reference/{id}.md)"
    return f"`scratchgen debug {id}` ({link})" if command else link


def _slug(heading: str) -> str:
    """The anchor that docutils gives to a heading."""
    text = normalize("NFKD", re.sub(r"[$`*]", "", heading).lower()).encode("ascii", "ignore").decode()
    return re.sub(r"^[-0-9]+|-+$", "", re.sub(r"[^a-z0-9]+", "-", text))
