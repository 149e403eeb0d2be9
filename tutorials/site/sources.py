"""A page per source file, with an anchor per line, and with links back to the pages that show the line."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from library import ROOT, Uses, highlighted

FOLDERS = ("scratchgen", "kernels/scratchgen_kernels", "tutorials/minimal")


def files(uses: Uses) -> list[str]:
    """The files that get a page: the library, and the tests and other files that a page links to."""
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py*")]
    ours = {path.relative_to(ROOT).as_posix() for path in found if path.suffix in (".py", ".pyx")}
    return sorted(ours | uses.by_file.keys())


def render(file: str, uses: Uses) -> str:
    """The body of the page of a file."""
    to_root = "../" * (file.count("/") + 1)
    text = (ROOT / file).read_text(encoding="utf-8").rstrip("\n")
    marks: dict[int, list[str]] = {}
    for use in sorted(uses.by_file.get(file, ()), key=lambda use: (use.line, use.title)):
        link = f'<a class="use" href="{to_root}{use.url}">{escape(use.title)}</a>'
        marks.setdefault(use.line, []).append(link)
    rows = (
        f'<span class="row" id="L{number}"><a class="line" href="#L{number}">{number}</a>{line}'
        f"{'  ' + ' '.join(marks[number]) if number in marks else ''}</span>"
        for number, line in enumerate(highlighted(text, file.endswith(".pyx")), 1)
    )
    about = ": links at the right of a line lead to the pages that show it." if marks else ""
    return (
        f'<section class="source"><h1>{escape(file)}</h1>'
        f'<p><a href="{to_root}source/index.html">Source files</a>{about}</p>'
        f'<div class="highlight"><pre tabindex="0">{"".join(rows)}</pre></div></section>'
    )


def pages(uses: Uses) -> Iterator[tuple[str, dict, str]]:
    """The pages as Sphinx requests them: name, context and template of each page."""
    for file in files(uses):
        yield f"source/{file}", {"title": file, "body": render(file, uses)}, "page.html"


def index(uses: Uses) -> str:
    """A Markdown page that lists the files by folder."""
    folders: dict[str, list[str]] = {}
    for file in files(uses):
        folders.setdefault(file.rpartition("/")[0], []).append(file)
    lines = ["# Source files", ""]
    for folder, inside in folders.items():
        links = (f'<a href="{file}.html">{escape(file.rpartition("/")[2])}</a>' for file in inside)
        folder = folder.replace("_", r"\_")
        lines += [f"**{folder}**  ", " · ".join(links), ""]
    return "\n".join(lines)
