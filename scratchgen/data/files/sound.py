"""Reader of a user's own folder of recordings, WAV and FLAC."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scratchgen.data.files.folders import BadFile, files_of, labels_of, parts_of, read_each, split_labels, split_list
from scratchgen.data.options import DEFAULT, LoadOptions
from scratchgen.data.report import LoadingReport
from scratchgen.data.types import SoundData
from scratchgen.errors import BadInput

def read_sound_folder(folder: str, options: LoadOptions = DEFAULT) -> SoundData:
    """The WAV and FLAC files below a folder, channels averaged, in [−1, 1]; split 80/10/10 at random.

    If every file is in a subfolder, the subfolders are the classes, numbered in alphabetical order.
    Raises BadInput with the name of the file if it is damaged, empty, contains NaN, or differs in rate from the
    first; and if soundfile, the library that reads them, is not installed.
    """
    options.refuse_but("recordings", "skip_bad")
    report = LoadingReport()
    files, read = read_each(files_of(folder, "sound", "sounds", report), _read, "sounds", report, options.skip_bad)
    sounds, rates = zip(*read, strict=True)
    for file, rate in zip(files, rates, strict=True):
        if rate != rates[0]:
            raise BadInput(
                f"{file.path} has a rate of {rate} Hz, but {files[0].name} of {rates[0]} Hz; resample to one rate"
            )
    classes, labels = labels_of(files, report)
    places = parts_of(files, report)
    train, validation, test = split_list(sounds, places)
    labelled = split_labels(labels, places)
    return SoundData(folder, rates[0], train, validation, test, classes, *labelled, report=report)


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
        raise BadFile(" ".join(str(error).split())) from None
    if not len(channels):
        raise BadFile("no samples")
    if not np.isfinite(channels).all():
        raise BadFile("NaN or infinity")
    return np.clip(channels.mean(axis=1), -1, 1), rate
