"""Tables: columns of numbers and of categories as rows that a model reads, and back to the table's own units."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from scratchgen.data.column_kinds import (
    OF_CATEGORIES,
    Declared,
    TableCells,
    check_values,
    declared_in_names,
    known_kind,
    merged,
)
from scratchgen.data.files.folders import MIN_FILES, random_parts
from scratchgen.data.report import LoadingReport, some
from scratchgen.data.types import Column, RowData
from scratchgen.errors import BadInput

MIN_ROWS = MIN_FILES  # with fewer, a part of 10 % would be empty
MAX_CATEGORIES = 20  # a column of more different texts is no category, but a name or a remark
NAMES_SHOWN = 12
DIGITS = 6  # after the leading digit of the deviation
QUARTILES = 1.349  # standard deviations between the quartiles of a normal distribution
ROW_NUMBERS = ("", "unnamed: 0", "index", "id", "row")  # names of a column that only counts the rows


def table_from(
    x: Any,
    columns: Sequence[str] | None = None,
    name: str = "table",
    kinds: Mapping[str, str] | None = None,
) -> RowData:
    """A table of your own as a data set: an array (N, D), or a DataFrame of pandas, split 80/10/10 at random.

    columns    the names of the D columns; by default those of the DataFrame, else "column 1", …
    kinds      name ↦ "real", "student-t", "positive", "count", "binary" or "categorical"; a name may have its kind
               too, "age:count"

        table_from(np.random.default_rng(0).normal(size=(100, 2)), ["height", "weight"])

    NaN is a missing number; None and NaN are missing texts. Columns of numbers are standardised on the training
    part; columns of few different texts are categories, one number 0 or 1 for each. The report of the result has
    all changes, `columns` the way back (`as_table`).
    Raises BadInput for infinite numbers, for columns of many different texts, for kinds that do not fit, and for
    fewer than ten rows.
    """
    own = getattr(x, "columns", None)  # of a DataFrame
    if own is not None:
        arrays = [np.asarray(x[name].to_numpy()) for name in own]
    else:
        x = np.asarray(x)
        if x.ndim != 2:
            raise BadInput(f"a table has the shape (N, D), not {x.shape}; give one row per example")
        arrays = list(x.T)
    names = [
        str(n) for n in (columns if columns is not None else own if own is not None else unnamed(len(arrays)))
    ]
    if len(names) != len(arrays):
        raise BadInput(f"{len(names)} names for {len(arrays)} columns; give one name per column")
    report = LoadingReport()
    plain, declared = declared_in_names(names, report, "by its name")
    cells = dict(zip(unique(plain, name), map(_cells, arrays), strict=True))
    given = {n: Declared(known_kind(k, n, "by kinds"), "by kinds") for n, k in (kinds or {}).items()}
    return table_rows(name, TableCells(cells, declared), given, report)


def unnamed(D: int) -> list[str]:
    """Names of columns without names: "column 1", …"""
    return [f"column {k + 1}" for k in range(D)]


def unique(names: list[str], what: str) -> list[str]:
    """The names. Raises BadInput for one that two columns have."""
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadInput(f"{what} has two columns of the name {twice!r}; give each its own")
    return names


def _cells(x: np.ndarray) -> np.ndarray:
    """Numbers as float64; anything else as texts, None where a cell is missing."""
    if x.dtype.kind in "iufb":
        return x.astype(np.float64)
    cells = [None if v is None or v != v else v for v in x.tolist()]  # NaN differs from itself
    if all(v is None or (isinstance(v, int | float) and not isinstance(v, bool)) for v in cells):
        return np.array([np.nan if v is None else v for v in cells], np.float64)
    return np.array([None if v is None else str(v) for v in cells], object)


def table_rows(name: str, table: TableCells, given: Mapping[str, Declared], report: LoadingReport) -> RowData:
    """The columns as one set of rows, split 80/10/10 at random.

    given    kinds of columns that are declared elsewhere than in the header

    Errors: as `table_from`.
    """
    declared = merged(name, table.cells, table.declared, given)
    cells = _with_information(name, table.cells, declared, report)
    N = len(next(iter(cells.values())))
    if N < MIN_ROWS:
        raise BadInput(f"{name} holds {N} row{'s' * (N != 1)}; at least {MIN_ROWS} are needed for a split")
    for n in declared.keys() & cells.keys():
        check_values(name, n, declared[n].kind, cells[n], table.row)
    places = random_parts(N, None, report)
    columns = tuple(_column(name, n, x, places[0], declared.get(n)) for n, x in cells.items())
    x = np.concatenate([encode(c, cells[c.name]) for c in columns], axis=1)
    report_columns(columns, cells, declared, report)
    D = x.shape[1]
    return RowData(
        name,
        (1, D, 1),
        *(x[part] for part in places),
        kind="table",
        columns=columns,
        places=places,
        report=report,
    )


KIND_WORDS = {  # kind of a column ↦ how the report says what becomes of it
    "real": "of numbers, with mean 0 and deviation 1 on the training part",
    "student-t": "of numbers with heavy tails, in units of their quartiles around the median of the training part",
    "positive": "of positive numbers, whose logarithms have mean 0 and deviation 1 on the training part",
    "count": "of counts, as they are",
    "categorical": "taken as categories",
    "binary": "taken as categories",
}


def report_columns(
    columns: Sequence[Column],
    cells: Mapping[str, np.ndarray],
    declared: Mapping[str, Declared],
    report: LoadingReport,
) -> None:
    """Add the table's size, one line per kind with the reason why its columns have this kind, and the missing cells."""
    N = len(next(iter(cells.values())))
    report.read = f"{N:,} rows of {len(columns)} columns: {some(cells, NAMES_SHOWN)}"
    groups: dict[tuple[str, str], list[str]] = {}
    for column in columns:
        found = declared.get(column.name)
        kind = found.kind if found else column.kind
        why = f"declared {kind} {found.where}" if found else f"{kind} by default"
        groups.setdefault((KIND_WORDS[kind], why), []).append(column.name)
    for (words, why), names in groups.items():
        noun = "column" if len(names) == 1 else "columns"
        report.change(f"{noun} {words}: {some(names, NAMES_SHOWN)} ({why})", len(names))
    missing = sum(int(_is_missing(x).sum()) for x in cells.values())
    report.change("missing cells, which the model does not look at", missing)


def _is_missing(x: np.ndarray) -> np.ndarray:
    return np.isnan(x) if x.dtype.kind == "f" else np.array([v is None for v in x])


def _with_information(
    name: str, cells: Mapping[str, np.ndarray], declared: Mapping[str, Declared], report: LoadingReport
) -> dict[str, np.ndarray]:
    """The columns without row numbers, and without those that have no or one value, unless all are of this kind."""
    counts_rows = lambda x: len(x) > 1 and x.dtype.kind == "f" and (np.diff(x) == 1).all()
    infinite = [n for n, x in cells.items() if x.dtype.kind == "f" and np.isinf(x).any()]
    if infinite:
        raise BadInput(
            f"{name} has infinite numbers in {some(infinite)}; leave the cells empty, or remove the rows"
        )
    kept = {}
    for n, x in cells.items():
        present = x[~_is_missing(x)]
        if not len(present):
            report.ignore("a column without any value", n)
        elif n.lower() in ROW_NUMBERS and n not in declared and counts_rows(x):
            report.ignore("a column that numbers the rows", n or "the first")
        else:
            kept[n] = x
    constant = [n for n, x in kept.items() if len(set(x[~_is_missing(x)].tolist())) == 1]
    if len(constant) < len(kept):
        for n in constant:
            report.ignore("a column of one value", n)
            del kept[n]
    if not kept:
        raise BadInput(f"{name} has no column with values; give a table of numbers")
    many = [
        n
        for n, x in kept.items()
        if x.dtype.kind != "f"
        and n not in declared
        and len(set(x) - {None}) > min(MAX_CATEGORIES, len(x) // 2)
    ]
    if many:
        n = many[0]
        raise BadInput(
            f"{name}: {len(many)} column{'s' * (len(many) > 1)} of many different texts ({some(many)}; {n} has "
            f"{len(set(kept[n]) - {None})}), neither numbers nor categories; remove them, write them as "
            f"numbers, or declare {n}:categorical"
        )
    return kept


def _column(what: str, name: str, x: np.ndarray, train: np.ndarray, declared: Declared | None) -> Column:
    """The column of cells x, with its units of the training part.   Raises BadInput for too many categories."""
    present = x[~_is_missing(x)]
    values = np.unique(present) if x.dtype.kind == "f" else np.array(sorted(set(present)), object)
    # by default two numbers are categories: their density would be unbounded
    kind = (
        declared.kind if declared else "real" if x.dtype.kind == "f" and len(values) != 2 else "categorical"
    )
    of_training = x[train][~_is_missing(x[train])]
    if kind in OF_CATEGORIES:
        if kind == "binary" and len(values) != 2:
            raise BadInput(
                f"{what}: {name} is binary and has {len(values)} different values; declare it categorical"
            )
        if declared and len(values) > len(of_training):
            raise BadInput(
                f"{what}: {name} is {kind} and has {len(values)} categories, more than the {len(of_training)} "
                "examples of the training part; remove it, or declare another kind"
            )
        return Column(name, categories=tuple(map(_name_of, values)), kind="categorical")
    shift, scale = _units(kind, of_training) if len(of_training) else (0.0, 0.0)
    whole = bool((present == np.rint(present)).all())
    return Column(name, float(shift), float(scale) or 1.0, whole=whole, kind=kind)


def _units(kind: str, x: np.ndarray) -> tuple[float, float]:
    """The shift and the scale of a column of this kind, whose training cells are x."""
    if kind == "student-t":  # the mean and the deviation are those of a few cells far out
        low, middle, high = np.quantile(x, [0.25, 0.5, 0.75])
        return middle, (high - low) / QUARTILES or x.std()
    y = np.log(x) if kind == "positive" else np.log1p(x) if kind == "count" else x
    return y.mean(), y.std()


def _name_of(value: Any) -> str:
    return value if isinstance(value, str) else _category(value)


def _category(value: float) -> str:
    """The name of a number as a category, short, and exact: other numbers have other names."""
    short = f"{value:g}"
    return short if float(short) == value else repr(float(value))


def encode(column: Column, x: np.ndarray) -> np.ndarray:
    """The cells (N,) as numbers (N, width) float32: (x − shift) / scale, or 0 and 1 per category; NaN if missing.

    Of a positive column these are the logarithms of x; a count is itself.

    Ledger: data.scaling
    """
    if column.kind == "count":
        return x.astype(np.float32)[:, None]
    if not column.categories:
        y = np.log(x) if column.kind == "positive" else x
        return ((y - column.shift) / column.scale).astype(np.float32)[:, None]
    texts = [
        None if missing else (_category(v) if x.dtype.kind == "f" else v)
        for v, missing in zip(x, _is_missing(x), strict=True)
    ]
    rows = np.array([[text == category for category in column.categories] for text in texts], np.float32)
    rows[[text is None for text in texts]] = np.nan
    return rows


def as_table(columns: Sequence[Column], x: np.ndarray) -> dict[str, np.ndarray]:
    """The columns of rows (N, D) in the table's own units: numbers float64, or the texts of categories.

    Numbers of a column that holds whole numbers alone are rounded, those of a positive one to 1 at least. A missing
    cell is NaN, or None.
    """
    found: dict[str, np.ndarray] = {}
    place = 0
    for column in columns:
        part = np.asarray(x[:, place : place + column.width], np.float64)
        place += column.width
        if column.categories:
            names = np.array([*column.categories, None], object)
            found[column.name] = names[np.where(np.isnan(part).any(axis=1), -1, part.argmax(axis=1))]
        else:
            found[column.name] = _numbers(column, part[:, 0])
    return found


def _numbers(column: Column, y: np.ndarray) -> np.ndarray:
    """The numbers of a row (N,) in the column's own units."""
    x = y if column.kind == "count" else column.shift + column.scale * y
    if column.kind == "positive":
        x = np.exp(x)
    if not column.whole:
        return x
    x = np.rint(x) + 0.0  # + 0: no −0
    return np.maximum(x, 1) if column.kind == "positive" else x


def starts(columns: Sequence[Column]) -> list[int]:
    """The place of the first number of each column in a row."""
    return np.cumsum([0, *(column.width for column in columns[:-1])]).tolist()


def rows_of(columns: Sequence[Column], table: TableCells, name: str) -> np.ndarray:
    """The cells of a table as rows (N, D) float32 of the columns that a model knows; one may be empty throughout.

    The cells are shifted, scaled and split into categories as `columns` say.
    Raises BadInput for a column that is not there or is declared otherwise, for texts in a column of numbers, for
    numbers that its kind does not hold, and for a category that `columns` do not have.
    """
    cells = table.cells
    if absent := [column.name for column in columns if column.name not in cells]:
        raise BadInput(
            f"{name} has no column {some(absent)}, which the model reads; add it, with empty cells where you do not "
            "know them"
        )
    for c in columns:
        found = table.declared.get(c.name)
        kind = "categorical" if c.categories else c.kind
        if found and kind != ("categorical" if found.kind in OF_CATEGORIES else found.kind):
            raise BadInput(
                f"{name}: {c.name} is declared {found.kind} {found.where}, and the model reads it as {kind}; leave "
                "the declaration out"
            )
    known = {c.name: _of_kind(c, cells[c.name], name) for c in columns}
    for c in columns:
        if not c.categories:
            check_values(name, c.name, c.kind, known[c.name], table.row)
    return np.concatenate([encode(c, known[c.name]) for c in columns], axis=1)


def not_read(columns: Sequence[Column], names: Iterable[str]) -> list[str]:
    """A line that names the columns of a table that a model does not read, if there are any."""
    known = [column.name for column in columns]
    others = [name for name in names if name not in known]
    return [f"columns that the model does not read: {some(others, NAMES_SHOWN)}"] if others else []


def _of_kind(column: Column, x: np.ndarray, name: str) -> np.ndarray:
    """The cells as numbers or as texts, whichever the column holds."""
    if column.categories:
        cells = {v for v, missing in zip(x.tolist(), _is_missing(x), strict=True) if not missing}
        texts = {_category(v) if isinstance(v, float) else v for v in cells}
        if unknown := sorted(texts - set(column.categories)):
            raise BadInput(
                f"{name}: the model does not know {some(unknown)} in {column.name}, whose categories are "
                f"{some(column.categories, NAMES_SHOWN)}"
            )
        return x
    if x.dtype.kind == "f":
        return x
    try:
        return np.array([np.nan if v is None else float(v) for v in x])
    except ValueError:
        raise BadInput(f"{name}: {column.name} holds texts, where the model reads numbers") from None


def as_csv(columns: Sequence[Column], x: np.ndarray) -> str:
    """Rows (N, D) as the text of a CSV file in the table's own units, with a header; a missing cell is empty.

    Numbers are rounded to a millionth of the deviation of their column, as float32 is, positive ones to seven digits.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    table = as_table(columns, x)
    writer.writerows(zip(*(_written(column, table[column.name]) for column in columns), strict=True))
    return text.getvalue()


def _written(column: Column, x: np.ndarray) -> list[str]:
    if column.categories:
        return ["" if v is None else v for v in x]
    if column.kind == "positive" and not column.whole:
        return ["" if v != v else f"{v:.{DIGITS + 1}g}" for v in x.tolist()]
    decimals = 0 if column.whole else DIGITS - math.floor(math.log10(column.scale))
    return ["" if v != v else f"{v:.0f}" if column.whole else repr(round(v, decimals)) for v in x.tolist()]
