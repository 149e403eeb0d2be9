"""Scores of single examples as a table, the least likely example first."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from scratchgen.data import RowData
from scratchgen.files import replacing

PARTS = ("train", "validation", "test")


def write_examples(found: Mapping[str, np.ndarray], rows: RowData, part: str, path: Path) -> None:
    """Write numbers of every example of a part, (N,) each, as CSV, sorted by the first, the smallest first.

    The column `index` is the place of an example in a file or folder of your own, in the order of the file or of the
    sorted names, else in the part; `class` its class, where there is one.
    """
    N = len(getattr(rows, part))
    labels = getattr(rows, f"{part}_labels")
    columns = {"index": np.arange(N) if rows.places is None else rows.places[PARTS.index(part)]}
    if labels is not None and labels.ndim == 1:
        columns["class"] = np.array(rows.class_names)[labels] if rows.class_names else labels
    columns |= found
    order = np.argsort(next(iter(found.values())), kind="stable")
    with replacing(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(columns)
        table.writerows(zip(*(column[order].tolist() for column in columns.values()), strict=True))
