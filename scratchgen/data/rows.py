"""Any data that are numbers, as rows: images, frames of music and of sound, points."""

from __future__ import annotations

import numpy as np

from scratchgen.data.catalogue import CATALOGUE
from scratchgen.data.load import load_any
from scratchgen.data.preprocessing.mel import log_mel, mel_filters
from scratchgen.data.preprocessing.scaling import standardise
from scratchgen.data.preprocessing.stft import stft
from scratchgen.data.types import PointData, RowData, SequenceData, SoundData
from scratchgen.errors import BadInput

PARTS = ("train", "validation", "test")
SECONDS, BANDS = 0.032, 40  # of a frame of sound, and its mel bands: what speech recognition takes


def load_rows(name_or_path) -> RowData:
    """A data set of images, sequences, sound or points as rows (N, D): one image, frame or point each.

    sequences    their steps, one after the other; time is gone
    sound        frames of 32 ms as decibels in 40 mel bands, each band with mean 0 and standard deviation 1
                 on the training part
    Raises BadInput for texts and pairs of them, and as `load_any` does.
    """
    if name_or_path in CATALOGUE and CATALOGUE[name_or_path].kind in ("text", "pairs"):
        raise _no_rows(name_or_path)  # before anything is fetched
    data = load_any(name_or_path)
    if isinstance(data, RowData):
        return data
    if isinstance(data, SequenceData):
        return _columns(data.name, {part: np.concatenate(getattr(data, part)) for part in PARTS})
    if isinstance(data, SoundData):
        return _columns(data.name, _mel_frames(data))
    if isinstance(data, PointData):
        arrays = {name: getattr(data, name) for part in PARTS for name in (part, f"{part}_labels")}
        return RowData(data.name, (1, 2), **arrays)
    raise _no_rows(data.name)


def _no_rows(name: str) -> BadInput:
    return BadInput(f"{name} is text, which has no rows of numbers; train an rnn on it")


def _columns(name: str, parts: dict[str, np.ndarray]) -> RowData:
    """Each row to be drawn as a column."""
    return RowData(name, (parts["train"].shape[1], 1), **parts)


def _mel_frames(data: SoundData) -> dict[str, np.ndarray]:
    length = 2 ** round(np.log2(SECONDS * data.rate))
    filters = mel_filters(data.rate, length, BANDS)

    def frames(sounds: list[np.ndarray]) -> np.ndarray:
        spectra = [np.abs(stft(x, length, length // 2)) ** 2 for x in sounds]
        return log_mel(np.concatenate(spectra), filters).astype(np.float32)

    found = {part: frames(getattr(data, part)) for part in PARTS}
    scale = standardise(found["train"])
    return {part: scale(x) for part, x in found.items()}
