"""Self-contained HTML pages: no network, no script. They fit the screen of a phone."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape
from string import Template
from typing import Any

PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root { color-scheme: light dark; --ink: #1b2a41; --paper: #fff; --faint: #b8c0cc55; --accent: #c03a4c;
        --good: #2a7d4f; --soft: #5b6878; --box: #f5f7f9; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #dfe5ee; --paper: #141a22; --accent: #ef7f8d;
          --good: #6fce9b; --soft: #9aa7b8; --box: #1d2530; }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
       max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0; }
h2 { font-size: 1.1rem; margin: 2.2rem 0 .6rem; }
.sub { color: var(--soft); margin: .3rem 0 0; }
.wide { overflow-x: auto; margin-bottom: 1rem; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .3rem 1.2rem .3rem 0;
         border-bottom: 1px solid var(--faint); }
th { font-weight: 600; color: var(--soft); }
td.key { color: var(--soft); white-space: nowrap; } td.key + td { overflow-wrap: anywhere; }
.good, .bad { color: var(--good); white-space: nowrap; } .bad { color: var(--accent); }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; flex: 1 1 20rem; max-width: 100%; }
figure.broad { flex-basis: 100%; }
audio { width: 100%; }
img { max-width: 100%; height: auto; border-radius: 6px; background: #fff; }
figcaption { font-size: .85rem; color: var(--soft); }
pre { background: var(--box); border-radius: 6px; padding: .7rem .9rem; overflow-x: auto; font-size: .85rem;
      margin: .3rem 0 1rem; max-height: 24rem; tab-size: 2; }
details { margin-top: 1.5rem; } summary { cursor: pointer; color: var(--soft); }
</style>
</head>
<body>
<h1>$title</h1>
<p class="sub">$subtitle</p>
$body
</body>
</html>
""")


class Raw(str):
    """Text that is HTML already."""


def render_page(title: str, subtitle: str, parts: Iterable[str]) -> str:
    """A complete HTML page."""
    return PAGE.substitute(title=escape(title), subtitle=escape(subtitle), body="\n".join(parts))


def section(title: str, *parts: str) -> str:
    """A heading with its content; an empty text without content."""
    content = "\n".join(part for part in parts if part)
    return f"<h2>{escape(title)}</h2>\n{content}" if content else ""


def table(headings: Sequence[str], rows: Iterable[Sequence]) -> str:
    """A table of rows below headings; without headings the first column holds the names."""
    head = "".join(f"<th>{_cell(heading)}</th>" for heading in headings)
    lines = [f"<tr>{head}</tr>"] if headings else []
    for first, *others in rows:
        key = "" if headings else ' class="key"'
        cells = "".join(f"<td>{_cell(cell)}</td>" for cell in others)
        lines.append(f"<tr><td{key}>{_cell(first)}</td>{cells}</tr>")
    return '<div class="wide"><table>\n' + "\n".join(lines) + "\n</table></div>"


def picture(content: bytes, caption: str, broad: bool = False, kind: str = "png") -> str:
    """A picture or an animation, embedded in the page."""
    data = base64.b64encode(content).decode()
    width = ' class="broad"' if broad else ""
    image = f'<img src="data:image/{kind};base64,{data}" alt="{escape(caption)}">'
    return f"<figure{width}>{image}<figcaption>{escape(caption)}</figcaption></figure>"


def sound(content: bytes, caption: str) -> str:
    """A player for a WAV, embedded in the page."""
    data = base64.b64encode(content).decode()
    player = f'<audio controls src="data:audio/wav;base64,{data}"></audio>'
    return f"<figure>{player}<figcaption>{escape(caption)}</figcaption></figure>"


def pictures(figures: Iterable[str]) -> str:
    """Pictures or sounds next to each other where there is room."""
    figures = "\n".join(figures)
    return f'<div class="pictures">\n{figures}\n</div>' if figures else ""


def note(text: str) -> str:
    """A paragraph in a soft colour."""
    return f'<p class="sub">{escape(text)}</p>'


def verbatim(text: str) -> str:
    """Preformatted text, such as a command."""
    return f"<pre>{escape(text)}</pre>"


def folded(title: str, content: str) -> str:
    """Content that is hidden until the reader opens it."""
    return f"<details><summary>{escape(title)}</summary>\n{content}\n</details>"


def outcome(reached: bool) -> Raw:
    """A mark that says whether a score reached its expectation."""
    return Raw('<span class="good">✓ reached</span>' if reached else '<span class="bad">✗ missed</span>')


def _cell(value: Any) -> str:
    return value if isinstance(value, Raw) else escape(str(value))
