"""Latents of data by the encoder of a trained model, and the files that hold them.

.npy    z (N, Z), the means of q(z|x); of a VQ-VAE the codes (N, rows, columns)
.npz    z; sigma (N, Z), the standard deviations of q(z|x); labels (N,) where the data have classes; part (N,),
        the names of the parts where there are several; index (N,), the place of each example in a file or folder
        of your own. NumPy loads all of them with allow_pickle=False
.csv    the columns z0, z1, …, label (or label0, label1, … of attributes), part and index, one example per line; the
        numbers are exact

All three parts of a file or folder of your own are in the order of the file, or of the sorted names in the folder.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scratchgen.data import RowData
from scratchgen.files import replacing
from scratchgen.runs.files import write_array

PARTS = ("train", "validation", "test")
SUFFIXES = (".npy", ".npz", ".csv")


def encode_parts(
    encode: Callable[[str], dict[str, np.ndarray]], rows: RowData, parts: Sequence[str]
) -> dict[str, np.ndarray]:
    """Named arrays of all examples of some parts: those of the task's encoder, `z` first, then labels and part."""
    found = [encode(part) for part in parts]
    codes = {name: np.concatenate([arrays[name] for arrays in found]) for name in found[0]}
    labels = [getattr(rows, f"{part}_labels") for part in parts]
    if all(y is not None for y in labels):
        codes["labels"] = np.concatenate(labels)
    if len(parts) > 1:
        codes["part"] = np.repeat(parts, [len(getattr(rows, part)) for part in parts])
    if rows.places is not None:
        places = dict(zip(PARTS, rows.places, strict=True))
        codes["index"] = np.concatenate([places[part] for part in parts])
        if len(parts) == len(PARTS):
            order = np.argsort(codes["index"])
            codes = {name: array[order] for name, array in codes.items()}
    return codes


def write_codes(codes: dict[str, np.ndarray], path: Path) -> None:
    """Write named arrays; the ending of the path chooses the form."""
    if path.suffix == ".npy":
        write_array(path, codes["z"])
    elif path.suffix == ".npz":
        with replacing(path) as temporary, open(temporary, "wb") as file:
            arrays: dict[str, Any] = codes  # a checker takes the names for arguments of savez
            np.savez(file, **arrays)  # numbers and texts: nothing is pickled
    else:
        _write_table(codes, path)


def _write_table(codes: dict[str, np.ndarray], path: Path) -> None:
    z = codes["z"].reshape(len(codes["z"]), -1)
    labels = codes.get("labels")
    beside: dict[str, np.ndarray | None] = {"label": labels}
    if labels is not None and labels.ndim == 2:  # one per attribute
        beside = {f"label{s}": column for s, column in enumerate(labels.T)}
    beside |= {"part": codes.get("part"), "index": codes.get("index")}
    columns = {name: column for name, column in beside.items() if column is not None}
    with replacing(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow([*(f"z{i}" for i in range(z.shape[1])), *columns])
        for row, *rest in zip(z, *columns.values(), strict=True):
            table.writerow([*map(str, row), *rest])
