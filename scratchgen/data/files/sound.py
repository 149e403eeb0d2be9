"""A user's own sounds, from a folder of recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scratchgen.data.files.folders import files_below, labels_of, split_labels, split_list
from scratchgen.data.types import SoundData
from scratchgen.errors import BadInput

SUFFIXES = (".wav", ".flac")


def read_sound_folder(folder: str) -> SoundData:
    """The WAV and FLAC files below a folder, channels averaged, in [−1, 1]; split 80/10/10 at random.

    If every file lies in a subfolder, the subfolders are classes, numbered in the order of the alphabet.
    Raises BadInput, which names the file, for one that is damaged, empty, holds NaN, or has another rate than
    the first; and where soundfile, the library that reads them, is not installed.
    """
    paths = files_below(folder, SUFFIXES, "sounds")
    sounds, rates = zip(*map(_read, paths), strict=True)
    for path, rate in zip(paths, rates, strict=True):
        if rate != rates[0]:
            raise BadInput(
                f"{path} has {rate} samples a second, {paths[0].name} {rates[0]}; resample to one rate"
            )
    classes, labels = labels_of(folder, paths)
    parts, places = split_list(list(sounds))
    return SoundData(folder, rates[0], *parts, classes, *split_labels(labels, places))


def _read(path: Path) -> tuple[np.ndarray, int]:
    """(samples (N,) float32, rate in Hz)."""
    try:
        import soundfile
    except (ImportError, OSError):  # OSError: it is there, but the C library that it wraps is not
        raise BadInput(
            "sounds are read by soundfile, which is not installed; `pip install soundfile`"
        ) from None
    try:
        channels, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise BadInput(
            f"{path} is not a sound ({' '.join(str(error).split())}); remove or repair it"
        ) from None
    if not len(channels):
        raise BadInput(f"{path} holds no samples; remove it")
    if not np.isfinite(channels).all():
        raise BadInput(f"{path} holds NaN or infinity; remove or repair it")
    return np.clip(channels.mean(axis=1), -1, 1), rate
