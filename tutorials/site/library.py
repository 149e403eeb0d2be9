"""The library's own lines: where a symbol is in its file, and its lines as HTML with a link per line."""

from __future__ import annotations

import ast
import inspect
import json
from collections import defaultdict
from dataclasses import astuple, dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import CythonLexer, PythonLexer

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Piece:
    """Lines of a source file: the file below the checkout, the first line and the text of the lines."""

    name: str
    file: str
    first: int
    lines: tuple[str, ...]

    @property
    def last(self) -> int:
        """The number of the last line."""
        return self.first + len(self.lines) - 1


@dataclass(frozen=True)
class Use:
    """A page that shows lines of a file: its title, its address from the root of the site, the first line shown."""

    line: int
    title: str
    url: str


class Uses:
    """The pages that show lines of a file, by file: the way back from a line to the pages."""

    def __init__(self):
        self.by_file: dict[str, set[Use]] = defaultdict(set)

    def add(self, piece: Piece, title: str, url: str) -> None:
        """Record that a page shows these lines."""
        self.by_file[piece.file].add(Use(piece.first, title, url))

    def save(self, place: Path) -> None:
        """Write them for the process in which Sphinx runs."""
        place.write_text(json.dumps({file: [*map(astuple, uses)] for file, uses in self.by_file.items()}))

    @classmethod
    def load(cls, place: Path) -> Uses:
        """Load the uses that `save` wrote to this place."""
        loaded = cls()
        for file, uses in json.loads(place.read_text()).items():
            loaded.by_file[file] = {Use(*use) for use in uses}
        return loaded


def piece_of(found: Any, name: str = "") -> Piece:
    """The lines of a function, method, property or class. Raises TypeError or OSError for anything else."""
    found = found.fget if isinstance(found, property) else found
    found = inspect.unwrap(getattr(found, "function", found))
    lines, first = inspect.getsourcelines(found)
    file = Path(inspect.getsourcefile(found)).resolve().relative_to(ROOT)
    return Piece(name or found.__qualname__, file.as_posix(), max(first, 1), _dedented(lines))


def piece_at(file: str, line: int, name: str) -> Piece:
    """The lines of the function or class of a file whose `def` or `class` is at a line, with its decorators."""
    text = (ROOT / file).read_text(encoding="utf-8")
    (node,) = (node for node in _definitions(text) if node.lineno == line)
    first = min([line, *(decorator.lineno for decorator in node.decorator_list)])
    return Piece(name, file, first, tuple(text.split("\n")[first - 1 : node.end_lineno]))


@cache
def _definitions(text: str) -> tuple[Any, ...]:
    kinds = (ast.FunctionDef, ast.ClassDef)
    return tuple(node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds))


def _dedented(lines: list[str]) -> tuple[str, ...]:
    return tuple(inspect.cleandoc("\n" + "".join(lines)).splitlines())


def source_url(file: str, line: int | None = None) -> str:
    """The address of a file's page, or of one of its lines, from the root of the site."""
    return f"source/{file}.html" + (f"#L{line}" if line else "")


@cache
def highlighted(text: str, cython: bool = False) -> tuple[str, ...]:
    """Python source as one string of HTML per line."""
    lexer = (CythonLexer if cython else PythonLexer)(stripnl=False, ensurenl=False)
    return tuple(highlight(text, lexer, HtmlFormatter(nowrap=True)).removesuffix("\n").split("\n"))


def code_block(piece: Piece, to_root: str) -> str:
    """Lines of the library as HTML: a heading that links to the file, and a link to its page per line.

    to_root    the way from the page to the root of the site, such as "../"
    """
    page = to_root + source_url(piece.file)
    rows = (
        f'<a class="line" href="{page}#L{number}">{number}</a>{line}'
        for number, line in enumerate(highlighted("\n".join(piece.lines)), piece.first)
    )
    return (
        f'<figure class="library"><figcaption><a href="{page}#L{piece.first}">{escape(piece.file)}:{piece.first}</a>'
        f'</figcaption><div class="highlight"><pre tabindex="0">{chr(10).join(rows)}\n</pre></div></figure>'
    )


def raw_html(html: str) -> str:
    """HTML as a block of a Markdown page. No line is blank there: it would end the block."""
    return "\n`````{raw} html\n" + html + "\n`````\n"
