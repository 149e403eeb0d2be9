"""Reader of a table of numbers, as CSV: separated by commas, semicolons or tabs, with or without a header."""

from __future__ import annotations

import csv

import numpy as np

from scratchgen.data.files.kinds import MISSING, separator_of
from scratchgen.errors import BadInput


def read_numbers(path: str) -> tuple[list[str] | None, np.ndarray]:
    """The header, or None, and the numbers (N, D) float64, NaN where a cell is empty.

    Raises BadInput with the line for a cell that is no number, and for lines of unequal length.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            head = [line for line in (file.readline() for _ in range(20)) if line.strip()]
            file.seek(0)
            rows = list(csv.reader(file, delimiter=separator_of(head) or ","))
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}); name a table") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{path} is no table in UTF-8 ({error}); save it as CSV in UTF-8") from None
    numbered = [(i, row) for i, row in enumerate(rows, 1) if any(cell.strip() for cell in row)]
    first = numbered[0][1]
    header = None if all(_number(cell) is not None for cell in first) else [cell.strip() for cell in first]
    body = numbered[header is not None :]
    x = np.empty((len(body), len(first)))
    for place, (line, row) in zip(x, body, strict=True):
        if len(row) != len(first):
            raise BadInput(
                f"{path}, line {line}: {len(row)} cells, where the first has {len(first)}; repair it"
            )
        for k, cell in enumerate(row):
            value = _number(cell)
            if value is None:
                name = header[k] if header else f"column {k + 1}"
                raise BadInput(
                    f"{path}, line {line}: {cell.strip()!r} in {name} is no number; write it as a number"
                )
            place[k] = value
    return header, x


def _number(cell: str) -> float | None:
    if cell.strip().lower() in MISSING:
        return np.nan
    try:
        return float(cell)
    except ValueError:
        return None
