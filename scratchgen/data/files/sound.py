"""Reader of a user's own folder of recordings, WAV and FLAC."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scratchgen.data.files.folders import files_below, labels_of, split_labels, split_list
from scratchgen.data.types import SoundData
from scratchgen.errors import BadInput

SUFFIXES = (".wav", ".flac")


def read_sound_folder(folder: str) -> SoundData:
    """The WAV and FLAC files below a folder, channels averaged, in [−1, 1]; split 80/10/10 at random.

    If every file is in a subfolder, the subfolders are the classes, numbered in alphabetical order.
    Raises BadInput with the name of the file if it is damaged, empty, contains NaN, or differs in rate from the
    first; and if soundfile, the library that reads them, is not installed.
    """
    paths = files_below(folder, SUFFIXES, "sounds")
    sounds, rates = zip(*map(_read, paths), strict=True)
    for path, rate in zip(paths, rates, strict=True):
        if rate != rates[0]:
            raise BadInput(
                f"{path} has a rate of {rate} Hz, but {paths[0].name} of {rates[0]} Hz; resample to one rate"
            )
    classes, labels = labels_of(folder, paths)
    (train, validation, test), places = split_list(list(sounds))
    return SoundData(folder, rates[0], train, validation, test, classes, *split_labels(labels, places))


def _read(path: Path) -> tuple[np.ndarray, int]:
    """The samples (N,) float32 of one file, and its rate in Hz."""
    try:
        import soundfile
    except (ImportError, OSError):  # OSError: soundfile is installed, but the C library that it wraps is not
        raise BadInput(
            "reading sounds needs soundfile, which is not installed; `pip install soundfile`"
        ) from None
    try:
        channels, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise BadInput(
            f"{path} is not a sound file ({' '.join(str(error).split())}); remove or repair it"
        ) from None
    if not len(channels):
        raise BadInput(f"{path} contains no samples; remove it")
    if not np.isfinite(channels).all():
        raise BadInput(f"{path} contains NaN or infinity; remove or repair it")
    return np.clip(channels.mean(axis=1), -1, 1), rate
