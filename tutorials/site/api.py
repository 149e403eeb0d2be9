"""The API: a page per package, with the signature and docstring of each public name and a link to its line."""

from __future__ import annotations

import inspect
import re
from html import escape
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from library import Uses, piece_of, raw_html, source_url

import scratchgen as sg
from scratchgen.equations import BY_ID

TO_ROOT = "../"


def packages() -> list[ModuleType]:
    """The packages and modules that `scratchgen` lists as public."""
    found = [
        import_module(f"scratchgen.{name}") for name in sg.__all__ if name[0].islower() and _is_module(name)
    ]
    return [package for package in found if hasattr(package, "__all__")]


def _is_module(name: str) -> bool:
    return inspect.ismodule(getattr(sg, name))


def page(package: ModuleType, uses: Uses) -> str:
    """The page of a package as Markdown: what its docstring says, then each public name."""
    name = package.__name__
    blocks = [docstring(package)]
    for public in package.__all__:
        found = getattr(package, public)
        if not inspect.ismodule(found):
            blocks.append(entry(public, found, name, uses))
    return f"# {name}\n\n[API](index.md)\n" + raw_html("".join(blocks))


def entry(public: str, found: Any, package: str, uses: Uses) -> str:
    """A public name as HTML: its signature, its docstring, and of a class its public methods."""
    try:
        piece = piece_of(found)
        uses.add(piece, f"API: {public}", f"api/{package}.html#{public}")
        link = f' <a class="to-source" href="{TO_ROOT}{source_url(piece.file, piece.first)}">source</a>'
    except (TypeError, OSError, ValueError):  # a constant, or something of NumPy's
        link = ""
    heading = f'<h3 id="{public}"><code>{escape(public + _signature(found))}</code>{link}</h3>'
    body = (
        docstring(found)
        if callable(found)
        else f"<p>A constant: <code>{escape(repr(found)[:200])}</code></p>"
    )
    if inspect.isclass(found):
        body += "".join(_method(name, member, found) for name, member in vars(found).items())
    return f'<section class="api">{heading}{body}</section>'


def _method(name: str, member: Any, owner: type) -> str:
    function = getattr(member, "fget", None) or getattr(member, "__func__", member)
    if name.startswith("_") or not inspect.isfunction(function) or not function.__doc__:
        return ""
    signature = "" if isinstance(member, property) else _signature(function)
    return f"<h4><code>{escape(owner.__name__)}.{escape(name + signature)}</code></h4>{docstring(function)}"


class _Bare(str):
    """An annotation that is shown without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _signature(found: Any) -> str:
    try:
        signature = inspect.signature(found)
    except (TypeError, ValueError):
        return ""
    bare = lambda note: _Bare(note) if isinstance(note, str) else note
    parameters = [p.replace(annotation=bare(p.annotation)) for p in signature.parameters.values()]
    text = str(signature.replace(parameters=parameters, return_annotation=bare(signature.return_annotation)))
    text = re.sub(r"ForwardRef\('([^']*)'[^)]*\)", r"\1", text)  # of a NamedTuple
    return re.sub(r"<.*? at 0x[0-9a-f]+>", "…", text)


def docstring(found: Any) -> str:
    """A docstring as HTML: paragraphs as text, lists as lists, what is aligned by spaces as it is."""
    text = inspect.getdoc(found) or ""
    return "".join(_block(block) for block in re.split(r"\n\s*\n", text) if block.strip())


def _block(block: str) -> str:
    lines = block.split("\n")
    if lines[0].startswith("- "):
        items = re.split(r"^- ", block, flags=re.M)[1:]
        return "<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + "</ul>"
    if block.startswith(" ") or (len(lines) > 1 and any(re.search(r"^ |\S {2,}\S", line) for line in lines)):
        return f'<pre class="doc" tabindex="0">{_inline(block)}</pre>'
    return f"<p>{re.sub(' {2,}', '&emsp;', _inline(block))}</p>"


def _inline(text: str) -> str:
    html = re.sub(r"`+([^`]+)`+", r"<code>\1</code>", escape(text, quote=False))
    return re.sub(
        r"\b[a-z]+\.[a-z_0-9]+\b",
        lambda found: (
            f'<a href="{TO_ROOT}reference/{found[0]}.html">{found[0]}</a>' if found[0] in BY_ID else found[0]
        ),
        html,
    )


def write(folder: Path, uses: Uses) -> None:
    """Write all pages below a folder of sources."""
    (folder / "api").mkdir()
    lines = ["# API", "", "```python", "import scratchgen as sg", "```", ""]
    for package in packages():
        name = package.__name__
        says = (inspect.getdoc(package) or "").split("\n")[0].replace("*", r"\*")
        lines.append(f"- [{name}]({name}.md): {says}")
        (folder / "api" / f"{name}.md").write_text(
            "---\norphan: true\n---\n" + page(package, uses), encoding="utf-8"
        )
    (folder / "api" / "index.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
