"""The kinds of a table's columns: how a person declares them, and the values that each kind may hold.

    age:count,income:positive,weight:student-t      the header of a CSV file, or the names of a DataFrame
    age:count, income:positive                      the option --columns, or `columns` among the settings
    age = "count"                                   a line of a TOML file, whose path is given in the same place

A column that is not declared is categorical if it holds texts or two numbers, else real.
"""

from __future__ import annotations

import csv
import difflib
import io
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from scratchgen.data.report import LoadingReport, some
from scratchgen.errors import BadInput

KINDS = ("real", "student-t", "positive", "count", "binary", "categorical")
OF_CATEGORIES = ("binary", "categorical")
LARGEST_COUNT = 2**24  # float32 holds every whole number up to this one
SIMILAR = 0.75  # a word after a colon that is this close to a kind is a kind with a typing error
LARGEST_FILE = 2**20  # bytes of a TOML file
OPTION = "--columns"


@dataclass(frozen=True)
class Declared:
    """The kind that a person declared for a column, and the place: "in the header", "by --columns"."""

    kind: str
    where: str


@dataclass(frozen=True)
class TableCells:
    """A table as it is read, before any change of units.

    cells       name ↦ (N,) float64, NaN where a number is missing, or (N,) texts, None where one is missing
    declared    name ↦ the kind that its header declares
    lines       (N,) the number of each row's line in the file; None for an array
    """

    cells: dict[str, np.ndarray]
    declared: dict[str, Declared] = field(default_factory=dict)
    lines: np.ndarray | None = None

    def row(self, i: int) -> str:
        """The place of a row in words: "line 3" of a file, "row 2" of an array."""
        return f"row {i + 1}" if self.lines is None else f"line {self.lines[i]}"


def known_kind(text: str, of: str, where: str) -> str:
    """The kind of this name.   Raises BadInput, which suggests one, for an unknown name."""
    kind = _spelt(text)
    if kind not in KINDS:
        close = difflib.get_close_matches(kind, KINDS, 1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise BadInput(f"{of} is declared {text.strip()!r} {where}; the kinds are {', '.join(KINDS)}{hint}")
    return kind


def _spelt(text: str) -> str:
    return text.strip().lower().replace("_", "-")


def declared_in_names(
    names: Iterable[str], report: LoadingReport, where: str = "in the header"
) -> tuple[list[str], dict[str, Declared]]:
    """The names without their kinds, and the kinds: "age:count" is the column "age".

    A word after a colon that resembles no kind belongs to the name, which the report says.
    Raises BadInput for a word that is nearly a kind.
    """
    plain: list[str] = []
    declared = {}
    for full in names:
        name, colon, word = (part.strip() for part in full.rpartition(":"))
        if not (colon and name and difflib.get_close_matches(_spelt(word), KINDS, 1, SIMILAR)):
            if colon and name and word:
                report.change(f"a name with a colon that names no kind of column: {full}")
            plain.append(full)
            continue
        plain.append(name)
        declared[name] = Declared(known_kind(word, name, where), where)
    return plain, declared


def declares_kinds(names: Iterable[str] | None) -> bool:
    """Whether one of the names has a kind: its rows are no pixels."""
    return any(
        _spelt(word) in KINDS for name in names or () for _, colon, word in [name.rpartition(":")] if colon
    )


def declared_by(text: str) -> dict[str, Declared]:
    """The kinds by "age:count, income:positive", or by a TOML file of lines age = "count".   "" declares none.

    Raises BadInput for a text or a file of another form, unknown kinds, and a column of two kinds.
    """
    if text.strip().lower().endswith(".toml"):
        return _from_file(Path(text.strip()))
    found: dict[str, Declared] = {}
    cells = next(csv.reader(io.StringIO(text), skipinitialspace=True), []) if text.strip() else []
    where = f"by {OPTION}"
    for cell in cells:
        name, colon, word = (part.strip() for part in cell.rpartition(":"))
        if not (colon and name):
            raise BadInput(
                f"{OPTION} takes name:kind, as in age:count,income:positive, or a .toml file, not {cell!r}"
            )
        kind = known_kind(word, name, where)
        if name in found and found[name].kind != kind:
            raise BadInput(f"{name} is declared {found[name].kind} and {kind} {where}; leave one out")
        found[name] = Declared(kind, where)
    return found


def _from_file(path: Path) -> dict[str, Declared]:
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_FILE:
            raise OSError("it is no file of a few lines")
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(
            f'{OPTION} {path} cannot be read as TOML ({error}); write lines such as age = "count"'
        ) from None
    if wrong := [name for name, kind in content.items() if not isinstance(kind, str)]:
        raise BadInput(f'{OPTION} {path}: {wrong[0]} is no kind; write lines such as {wrong[0]} = "count"')
    where = f"in {path}"
    return {name: Declared(known_kind(kind, name, where), where) for name, kind in content.items()}


def as_text(declared: Mapping[str, Declared]) -> str:
    """The kinds as the text that `declared_by` reads."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([f"{name}:{found.kind}" for name, found in declared.items()])
    return text.getvalue() if declared else ""


def merged(
    what: str, names: Iterable[str], first: Mapping[str, Declared], then: Mapping[str, Declared]
) -> dict[str, Declared]:
    """All declarations of a table.   Raises BadInput for a column that is not there, and for one of two kinds."""
    known = list(names)
    if absent := [name for name in then if name not in known]:
        close = difflib.get_close_matches(absent[0], known, 1)
        hint = f"; did you mean {close[0]}?" if close else f"; its columns are {some(known, 12)}"
        raise BadInput(f"{what} has no column {absent[0]}, which is declared {then[absent[0]].where}{hint}")
    for name in first.keys() & then.keys():
        a, b = first[name], then[name]
        if a.kind != b.kind:
            raise BadInput(
                f"{what}: {name} is declared {a.kind} {a.where} and {b.kind} {b.where}; leave one out"
            )
    return {**then, **first}


# the values allowed in a cell of each kind: (words for a message, the condition)
SUPPORT: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "count": ("a count is 0, 1, 2, …", lambda x: (x >= 0) & (x == np.floor(x))),
    "positive": ("a positive number is above 0", lambda x: x > 0),
}


def check_values(what: str, name: str, kind: str, x: np.ndarray, row: Callable[[int], str]) -> None:
    """Raise BadInput, which names the first row, for a cell that a column of this kind cannot hold.

    what    the table, for messages;  row: index ↦ the place of a row in words
    """
    if kind in OF_CATEGORIES:
        return
    if x.dtype.kind != "f":
        i = next(i for i, cell in enumerate(x) if cell is not None)
        raise BadInput(
            f"{what}: {name} is {kind} and holds texts: {x[i]!r} in {row(i)}; declare it categorical"
        )
    if kind not in SUPPORT:
        return
    words, holds = SUPPORT[kind]
    wrong = np.flatnonzero(~holds(x) & ~np.isnan(x))
    if len(wrong):
        i = int(wrong[0])
        raise BadInput(
            f"{what}: {name} is {kind} and holds {x[i]:g} in {row(i)}, where {words}; correct it, or declare the "
            "column real"
        )
    if kind == "count" and np.nanmax(x, initial=0) > LARGEST_COUNT:
        raise BadInput(
            f"{what}: {name} is count and holds {np.nanmax(x):,.0f}, above {LARGEST_COUNT:,}, the largest that is "
            "exact in 32 bits; declare it positive or real"
        )
