"""Checkpoints: everything that a training needs to resume, in two files with checksums.

    checkpoints/00000120.safetensors    the arrays, after 120 steps and ends of epochs
    checkpoints/00000120.json           the numbers, and the SHA-256 of both

The arrays are written first: a checkpoint exists when its JSON does. Nothing is parsed before its checksum has
been verified, and nothing is ever unpickled.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

from scratchgen.errors import BadInput
from scratchgen.files import distinct_names, replacing
from scratchgen.runs.files import Unreadable, read_bytes, write_text

UNNAMED = ".[0-9]*"  # temporary files of a killed process
KEPT = 2  # the newest, and the one before it in case the newest is damaged
LARGEST_JSON = 2**28  # bytes, of the writer and the reader: the history of a million epochs


@dataclass(frozen=True)
class Checkpoint:
    """The state of a training at one moment: named arrays, and the rest as a JSON value.

    step    counts the moments: a later one has a larger number
    """

    step: int
    arrays: dict[str, np.ndarray]
    numbers: dict


class Damaged(ValueError):
    """A checkpoint whose files were altered. The message names the file and the damage."""


def write(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint; then remove all but the newest two, and the files that a killed process left.

    Raises BadInput for numbers that are too many to be read again.
    """
    folder.mkdir(exist_ok=True)
    arrays, numbers = _paths(folder, checkpoint.step)
    data = safetensors.numpy.save(checkpoint.arrays)
    body = {"step": checkpoint.step, "arrays_sha256": _digest(data), "numbers": checkpoint.numbers}
    text = json.dumps({"sha256": digest_of(body), **body}) + "\n"
    if len(text) > LARGEST_JSON:
        raise BadInput(
            f"the numbers of this run take {len(text):,} bytes, more than the {LARGEST_JSON:,} of a checkpoint; the "
            "last checkpoint is intact. Log fewer numbers, or fewer epochs"
        )
    with replacing(arrays) as temporary:
        temporary.write_bytes(data)  # by Python, so that a full disk is an OSError
    write_text(numbers, text)
    for old in _named(folder, ".json")[:-KEPT]:
        old.unlink()  # the JSON first: the arrays alone are not a checkpoint
    for arrays in _named(folder, ".safetensors"):
        if not arrays.with_suffix(".json").exists():
            arrays.unlink()
    for left_over in folder.glob(UNNAMED):
        left_over.unlink()


def newest(folder: Path) -> tuple[Checkpoint | None, list[str]]:
    """The newest intact checkpoint, and the damages of newer ones.

    (None, []) if there is none at all. Raises BadInput if all are damaged.
    """
    damages: list[str] = []
    for path in reversed(_named(folder, ".json")):
        try:
            return read(path), damages
        except Damaged as problem:
            damages.append(str(problem))
    if damages:
        raise BadInput(f"no checkpoint in {folder} can be used: {'; '.join(damages)}; train again")
    return None, []


def read(path: Path) -> Checkpoint:
    """The checkpoint whose JSON file is `path`. Raises Damaged."""
    try:
        found = json.loads(_read(path, LARGEST_JSON), object_pairs_hook=distinct_names)
        body = {name: found[name] for name in ("step", "arrays_sha256", "numbers")}
        sound = found["sha256"] == digest_of(body)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Damaged(f"{path} is damaged ({error!r})") from None
    if not sound:
        raise Damaged(f"{path} is damaged (its checksum does not match)")
    arrays = path.with_suffix(".safetensors")
    data = _read(arrays)
    if _digest(data) != body["arrays_sha256"]:
        raise Damaged(f"{arrays} is damaged (its checksum does not match)")
    try:
        return Checkpoint(body["step"], safetensors.numpy.load(data), body["numbers"])
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise Damaged(f"{arrays} is not a safetensors file ({error})") from None


def digest_of(value: Any) -> str:
    """SHA-256 of a JSON value, whatever the order of its names."""
    return _digest(json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode())


def _named(folder: Path, suffix: str) -> list[Path]:
    """The files of checkpoints, the oldest first: by number, as 100000000 follows 99999999."""
    named = (path for path in folder.glob(f"[0-9]*{suffix}") if path.stem.isascii() and path.stem.isdecimal())
    return sorted(named, key=lambda path: int(path.stem))


def _paths(folder: Path, step: int) -> tuple[Path, Path]:
    return folder / f"{step:08d}.safetensors", folder / f"{step:08d}.json"


def _read(path: Path, most: int | None = None) -> bytes:
    try:
        return read_bytes(path, most)
    except Unreadable as problem:
        raise Damaged(str(problem)) from None


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
