"""Reader of a user's own table: CSV, or numbers separated by blanks, or an array (N, D) in NPY or NPZ."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection
from pathlib import Path

import numpy as np

from scratchgen.data.column_kinds import (
    OF_CATEGORIES,
    TableCells,
    declared_by,
    declared_in_names,
    declares_kinds,
)
from scratchgen.data.files.decoding import characters_of, content_of
from scratchgen.data.files.folders import BadFile
from scratchgen.data.files.kinds import (
    HEAD,
    MISSING,
    TABLE,
    cells_of,
    is_number,
    kind_inside,
    separator_of,
    width_of,
)
from scratchgen.data.files.lines import without_bad_lines
from scratchgen.data.files.named_arrays import IMAGES, stored_arrays
from scratchgen.data.files.pixel_tables import may_be_images
from scratchgen.data.options import BYTES, DEFAULT, LoadOptions
from scratchgen.data.report import LoadingReport
from scratchgen.data.stored import StoredArray
from scratchgen.data.table import table_rows, unique, unnamed
from scratchgen.data.types import RowData
from scratchgen.errors import BadInput

THOUSANDS = re.compile(
    r"[+-]?[1-9]\d{0,2}(,\d{3})+$"
)  # 1,234 may be 1.234, too; 0,234 is no number of thousands
DAMAGED = 0.5  # share of numbers, above which a column is one of numbers and its other cells are damaged
NAMES_OF_COLUMNS = ("columns", "feature_names", "names")  # of an array of names in an NPZ file
Rows = list[tuple[int, list[str]]]  # the number of the line, and its cells


def read_table(path: str, options: LoadOptions = DEFAULT) -> RowData:
    """A table of numbers and categories, split 80/10/10 at random (`data.table.table_from`).

    A text file is separated by commas, semicolons, tabs or blanks, with or without a header; empty cells, "NA",
    "NaN" and "?" are missing; also packed by gzip. An array is (N, D); an NPZ file may name its columns in `columns`.
    Raises BadInput with the numbers of all lines that are damaged, and as `table_from`.
    """
    report, given = LoadingReport(), declared_by(options.columns)
    texts = [name for name, declared in given.items() if declared.kind in OF_CATEGORIES]
    return table_rows(path, read_columns(path, options, report, texts), given, report)


def read_columns(
    path: str, options: LoadOptions, report: LoadingReport, texts: Collection[str] = ()
) -> TableCells:
    """The columns of a table in the order of its lines, and the kinds that its header declares.

    texts    names of columns whose cells may be texts although most are numbers

    Errors: as `read_table`.
    """
    options.check_for("tables")
    if not Path(path).is_file():
        raise BadInput(f"{path!r} is not a file that exists; name a table, as CSV for instance")
    kind = kind_inside(Path(path))
    if kind.holds not in ("table", "array", None):  # of no known kind is an array that is damaged
        raise BadInput(f"{path} is of kind {kind.name}, which is no table; name one, as CSV for instance")
    report.find(kind.name)
    if kind != TABLE:
        return _of_array(path, report)
    if options.encoding == BYTES:
        raise BadInput("a table is text; name its encoding, --encoding utf-8 for instance")
    try:
        return _of_text(Path(path), options, report, texts)
    except BadFile as problem:
        raise BadInput(f"{path} cannot be read as a table: {problem}") from None


def read_numbers(path: str) -> tuple[list[str] | None, np.ndarray]:
    """The header, or None, and the numbers (N, D) float64 of a table, NaN where a cell is no number.

    Raises BadInput for lines of unequal length.
    """
    try:
        header, rows, comma = _parsed(Path(path), DEFAULT, LoadingReport())
    except BadFile as problem:
        raise BadInput(f"{path} cannot be read as a table: {problem}") from None
    number = {True: _with_comma, False: _number}[comma]
    return header, np.array([[_or_nan(number(cell)) for cell in row] for _, row in rows], np.float64)


def _of_text(path: Path, options: LoadOptions, report: LoadingReport, texts: Collection[str]) -> TableCells:
    header, rows, comma = _parsed(path, options, report)
    names, declared = declared_in_names(unnamed(len(rows[0][1])) if header is None else header, report)
    of_texts = {*texts, *(name for name, found in declared.items() if found.kind in OF_CATEGORIES)}
    if header is None:
        report.change("without a header")
    number = _with_comma if comma else _number
    columns, bad = {}, {}
    for k, name in enumerate(unique(names, str(path))):
        cells = [row[k] for _, row in rows]
        present = [i for i, cell in enumerate(cells) if not _is_missing(cell)]
        values = [number(cells[i]) for i in present]
        damaged = [i for i, value in zip(present, values, strict=True) if value is None]
        if len(damaged) > (1 - DAMAGED) * len(present) or (damaged and name in of_texts):
            columns[name] = np.array([None if _is_missing(cell) else cell for cell in cells], object)
            continue
        for i in damaged:
            bad[rows[i][0]] = f"{cells[i]!r} in {name} is no number"
        column = np.full(len(rows), np.nan)
        for i, value in zip(present, values, strict=True):
            column[i] = _or_nan(value)
        columns[name] = column
    without_bad_lines(bad, len(rows), report, options.skip_bad)
    kept = np.array([line not in bad for line, _ in rows])
    kept_cells = {name: column[kept] for name, column in columns.items()}
    return TableCells(kept_cells, declared, np.array([line for line, _ in rows])[kept])


def _parsed(path: Path, options: LoadOptions, report: LoadingReport) -> tuple[list[str] | None, Rows, bool]:
    """The header, or None, the cells of each line, and whether a comma is the decimal point."""
    text = characters_of(content_of(path, report), options.encoding, report)
    head = [line for line in text[:HEAD].split("\n")[:-1] or [text] if line.strip()]
    separator = separator_of(head) or ","
    rows = _rows(text, separator)
    D = width_of([row for _, row in rows])
    rows = _without_comment(rows, D, report)
    bad = {line: f"{len(row)} cells, not {D}" for line, row in rows if len(row) != D}
    without_bad_lines(bad, len(rows), report, options.skip_bad)
    rows = [(line, row) for line, row in rows if line not in bad]
    first = rows[0][1]
    header = (
        None
        if any(map(is_number, first))
        else [cell or f"column {k}" * (k > 1) for k, cell in enumerate(first, 1)]
    )
    body = rows[header is not None :]
    if not body:
        raise BadFile("it has a header and no rows")
    return header, body, separator != "," and _has_decimal_commas(body, report)


def _without_comment(rows: Rows, D: int, report: LoadingReport) -> Rows:
    """The lines without comments (#) at the beginning; one that names the D columns is the header (np.savetxt)."""
    n = next((i for i, (_, row) in enumerate(rows) if not row[0].startswith("#")), len(rows))
    comments, rows = rows[:n], rows[n:]
    if comments:
        line, last = comments[-1]
        names = [cell for cell in (last[0].lstrip("# "), *last[1:]) if cell]
        report.change("comment lines (#) at the beginning", n)
        if len(names) == D and not any(map(is_number, names)):
            return [(line, names), *rows]
    return rows


def _rows(text: str, separator: str) -> Rows:
    if separator == " ":
        lines = text.split("\n")
        return [(i, cells) for i, cells in enumerate(cells_of(lines, " "), 1) if cells]
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise BadFile(f"line {reader.line_num} is no CSV ({error})") from None
    return [(line, row) for line, row in rows if any(row) or len(row) > 1]


def _has_decimal_commas(rows: Rows, report: LoadingReport) -> bool:
    """Whether numbers are written 1,5. Raises BadFile where all of them may have commas between thousands instead."""
    with_comma = [cell for _, row in rows for cell in row if "," in cell and is_number(cell)]
    if not with_comma:
        return False
    if all(THOUSANDS.match(cell) for cell in with_comma):
        cell = with_comma[0]
        raise BadFile(
            f"{cell} may be {cell.replace(',', '.')} or {cell.replace(',', '')}; write the numbers without commas"
        )
    report.change("numbers with a decimal comma", len(with_comma))
    return True


def _of_array(path: str, report: LoadingReport) -> TableCells:
    x, names = array_in(path, report)
    x = np.asarray(x)  # a table is read whole: its columns are encoded one by one
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2:
        raise BadInput(f"{path} has the shape {x.shape}; a table is (N, D)")
    if x.dtype.kind not in "iufb":
        raise BadInput(f"{path} has {x.dtype} values; save numbers")
    if names is not None and len(names) != x.shape[1]:
        raise BadInput(f"{path} names {len(names)} columns, but a row has {x.shape[1]} numbers; name each")
    chosen, declared = declared_in_names(
        unnamed(x.shape[1]) if names is None else names, report, "among its names"
    )
    return TableCells(dict(zip(unique(chosen, path), x.T.astype(np.float64), strict=True)), declared)


def array_in(
    path: str, report: LoadingReport | None = None
) -> tuple[np.ndarray | StoredArray, list[str] | None]:
    """The array of numbers of an NPY or NPZ file, and the names of its columns, or None.   Raises BadInput.

    report    gets the names of the arrays that are left out
    """
    stored, objects = stored_arrays(path)
    if not isinstance(stored, dict):
        return stored, None
    of_names = next((n for n in NAMES_OF_COLUMNS if n in stored and stored[n].dtype.kind in "US"), None)
    chosen = [n for n in (*IMAGES, "x_train", "X_train") if n in stored] or [
        n for n in stored if n != of_names
    ]
    if not chosen:
        raise BadInput(f"{path} holds no array of numbers; save one with np.savez(path, x=…)")
    if report is not None:
        if chosen[0].lower() == "x_train":
            raise BadInput(
                f"{path} holds the parts of a table as several arrays; save all rows as one array x"
            )
        for name in [*(stored.keys() - {chosen[0], of_names}), *objects]:
            report.ignore("an array that is not read", name)
    return stored[chosen[0]], None if of_names is None else [str(n) for n in np.ravel(stored[of_names])]


def is_table(path: str) -> bool:
    """Whether an array file holds a table: rows (N, D) that cannot be pixels, or one column of numbers (N,)."""
    try:
        x, names = array_in(path)
    except BadInput:
        return False  # the reader of images explains it
    is_rows = x.ndim in (1, 2) and x.dtype.kind in "iufb" and x.size > 0
    return is_rows and (x.ndim == 1 or declares_kinds(names) or not may_be_images(x))


def _is_missing(cell: str) -> bool:
    return cell.lower() in MISSING


def _number(cell: str) -> float | None:
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None


def _with_comma(cell: str) -> float | None:
    return _number(cell.replace(",", ".", 1)) if cell.count(",") < 2 else None


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value
