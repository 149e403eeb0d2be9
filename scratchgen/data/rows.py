"""Any numeric data set as rows: images, frames of music and sound, points."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from scratchgen.data.catalogue import CATALOGUE
from scratchgen.data.load import load_any
from scratchgen.data.preprocessing.mel import log_mel, mel_filters
from scratchgen.data.preprocessing.scaling import standardise
from scratchgen.data.preprocessing.stft import stft
from scratchgen.data.types import PointData, RowData, SequenceData, SoundData
from scratchgen.errors import BadInput

PARTS = ("train", "validation", "test")
FRAME_SECONDS, BANDS = 0.032, 40  # length and mel bands of a frame of sound, as in speech recognition


def load_rows(name_or_path: str | os.PathLike, *, streamed: bool = False, **options: Any) -> RowData:
    """A data set of images, sequences, sound or points as rows (N, D): one image, frame or point per row.

    sequences    their steps, one per row, without the order in time
    sound        frames of 32 ms as decibels in 40 mel bands, each band with mean 0 and standard deviation 1
                 on the training part; a frame has the class of its sound
    streamed, options    as `load_any`

    The field `kind` of the result is "images", "frames" or "points".
    Raises BadInput for texts and pairs of texts, and as `load_any` does.
    """
    name = os.fspath(name_or_path)
    if name in CATALOGUE and CATALOGUE[name].kind in ("text", "pairs"):
        raise _no_rows(name)  # before any download
    data = load_any(name, streamed=streamed, **options)
    if isinstance(data, RowData):
        return data
    if isinstance(data, SequenceData):
        return _frames(data, {part: np.concatenate(getattr(data, part)) for part in PARTS})
    if isinstance(data, SoundData):
        return _frames(data, *_mel_frames(data))
    if isinstance(data, PointData):
        arrays: dict[str, Any] = {
            field: getattr(data, field) for part in PARTS for field in (part, f"{part}_labels")
        }
        return RowData(data.name, (1, 2), kind="points", **arrays)
    raise _no_rows(data.name)


def _no_rows(name: str) -> BadInput:
    return BadInput(f"{name} is text, which has no rows of numbers; train an rnn on it")


def _frames(
    data: SequenceData | SoundData, parts: dict[str, Any], labels: dict[str, Any] | None = None
) -> RowData:
    """Frames as rows; their classes are those of a set of sounds."""
    D = parts["train"].shape[1]
    class_names = data.classes if isinstance(data, SoundData) else ()
    # in a picture each frame is a column
    return RowData(
        data.name,
        (D, 1),
        kind="frames",
        class_names=class_names,
        report=data.report,
        **parts,
        **(labels or {}),
    )


def _mel_frames(data: SoundData) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray | None]]:
    """(the frames of each part, the class of each frame under the names of `RowData`)."""
    length = 2 ** round(np.log2(FRAME_SECONDS * data.rate))
    filters = mel_filters(data.rate, length, BANDS)
    parts: dict[str, np.ndarray] = {}
    labels: dict[str, np.ndarray | None] = {}
    for part in PARTS:
        spectra = [np.abs(stft(x, length, length // 2)) ** 2 for x in getattr(data, part)]
        parts[part] = log_mel(np.concatenate(spectra), filters).astype(np.float32)
        of_sounds = getattr(data, f"{part}_labels")
        labels[f"{part}_labels"] = (
            None if of_sounds is None else np.repeat(of_sounds, [len(s) for s in spectra])
        )
    scale = standardise(parts["train"])
    return {part: scale(x) for part, x in parts.items()}, labels
