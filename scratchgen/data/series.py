"""A series of numbers in time: the rows of a table in their order, cut into windows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from scratchgen.data.files.table import read_columns
from scratchgen.data.options import LoadOptions
from scratchgen.data.report import LoadingReport, some
from scratchgen.data.types import Column
from scratchgen.errors import BadInput

MIN_STEPS = 50  # of a series, which is cut into windows and split
WINDOWS, LONGEST = 20, 100  # windows that a short series is cut into, at least; steps of a window, at most
NAMES_SHOWN = 12


@dataclass(frozen=True, eq=False, repr=False)
class SeriesData:
    """A series as windows: train, validation, test are lists of (T, D) float32, standardised on the training part.

    columns    how a number is read: x = shift + scale · y
    """

    name: str
    columns: tuple[Column, ...]
    train: list[np.ndarray]
    validation: list[np.ndarray]
    test: list[np.ndarray]
    report: LoadingReport = field(default_factory=LoadingReport, kw_only=True)

    @property
    def D(self) -> int:
        """The number of columns."""
        return len(self.columns)

    def __repr__(self) -> str:
        sizes = " + ".join(f"{len(part):,}" for part in (self.train, self.validation, self.test))
        return f"SeriesData({self.name!r}, {sizes} windows of (T, {self.D}))"


def load_series(path: str | os.PathLike, **options: Any) -> SeriesData:
    """The rows of a table as a series, one step in time per row, split 80/10/10 in their order.

    Each column is standardised on the training part. Columns of texts, dates for instance, and of one value are left
    out, which the report says. The parts are cut into windows of at most 100 steps, and at least 20 windows in all.
    Raises BadInput for missing cells, for fewer than 50 rows, and as `load_any` does.
    """
    report, name = LoadingReport(), os.fspath(path)
    x, names = numbers_of(name, LoadOptions(**options), report)
    N = len(x)
    if N < MIN_STEPS:
        raise BadInput(f"{name} has {N} rows; a series needs at least {MIN_STEPS}")
    varies = np.ptp(x, axis=0) > 0
    for constant in np.array(names)[~varies]:
        report.ignore("columns of one value", str(constant))
    if not varies.any():
        raise BadInput(
            f"{name} has no column of numbers that vary; give a table of numbers, one step per row"
        )
    x, names = x[:, varies], [n for n, v in zip(names, varies, strict=True) if v]
    first, second = N * 80 // 100, N * 90 // 100
    shift, scale = x[:first].mean(axis=0), x[:first].std(axis=0)
    if not scale.all():
        constant = [n for n, s in zip(names, scale, strict=True) if not s]
        raise BadInput(
            f"{name} does not vary in its training part: {some(constant)}; leave these columns out"
        )
    columns = tuple(
        Column(n, float(m), float(s), whole=bool((column == np.rint(column)).all()))
        for n, m, s, column in zip(names, shift, scale, x.T, strict=True)
    )
    T = min(LONGEST, N // WINDOWS)
    y = standardised(x, columns)
    train, *held_out = (_windows(part, T) for part in np.split(y, (first, second)))
    report.read = (
        f"{N:,} steps of {len(columns)} columns, {some(names, NAMES_SHOWN)}, in windows of {T} steps"
    )
    report.split = "80/10/10 in the order of time"
    return SeriesData(name, columns, train, *held_out, report=report)


def numbers_of(path: str, options: LoadOptions, report: LoadingReport) -> tuple[np.ndarray, list[str]]:
    """The columns of numbers of a table as one array (N, D) float64, and their names.   Errors: as `load_series`."""
    table = read_columns(path, options, report)
    for name, declared in table.declared.items():
        report.ignore("kinds of columns, which a series does not read", f"{name}:{declared.kind}")
    kept = {}
    for name, column in table.cells.items():
        if column.dtype.kind != "f":
            report.ignore("columns of texts", name)
        else:
            kept[name] = column
    if not kept:
        raise BadInput(f"{path} has no column of numbers; give a table of numbers, one step per row")
    missing = {name: int(np.isnan(column).sum()) for name, column in kept.items() if np.isnan(column).any()}
    if missing:
        counts = some(f"{name} ({n})" for name, n in missing.items())
        raise BadInput(f"{path} has missing cells: {counts}; a series needs all of them: fill them in")
    if infinite := [name for name, column in kept.items() if np.isinf(column).any()]:
        raise BadInput(f"{path} has infinite numbers in {some(infinite)}; correct them")
    return np.stack(list(kept.values()), axis=1), list(kept)


def standardised(x: np.ndarray, columns: Sequence[Column]) -> np.ndarray:
    """y = (x − shift) / scale of every column.   (N, D) → (N, D) float32   Ledger: data.scaling"""
    shift, scale = (np.array([getattr(c, name) for c in columns]) for name in ("shift", "scale"))
    return ((x - shift) / scale).astype(np.float32)


def in_units(y: np.ndarray, columns: Sequence[Column]) -> np.ndarray:
    """x = shift + scale · y, the numbers of a table.   (..., D) → (..., D) float64"""
    shift, scale = (np.array([getattr(c, name) for c in columns]) for name in ("shift", "scale"))
    return shift + scale * y


def _windows(x: np.ndarray, T: int) -> list[np.ndarray]:
    """Neighbouring windows of T steps; a last one that is shorter than half of that is part of the one before."""
    ends = np.arange(T, len(x) - T // 2 + 1, T)
    windows = np.split(x, ends)
    return [window for window in windows if len(window)]
