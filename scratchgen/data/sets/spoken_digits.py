"""The Free Spoken Digit Dataset: ten digits by six speakers, fifty times each."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scratchgen.data.files.pcm import read_pcm16
from scratchgen.data.remote.fetch import locate_folder
from scratchgen.data.types import SoundData

RATE = 8000
# By speaker, in the order of the alphabet: a model is tested on a voice that it has never heard. (The set's
# own split, by recording, tests it on voices that it knows.)
SPEAKERS = (("george", "jackson", "lucas", "nicolas"), ("theo",), ("yweweler",))


def load() -> SoundData:
    """2,000 train, 500 validation and 500 test recordings at 8 kHz, labelled with the digit; no voice twice.

    Raises BadInput where the files cannot be had or are damaged.   Source: Jackson et al., version of 2020.
    """
    paths = sorted(locate_folder("fsdd", "recordings").glob("*.wav"))
    parts = [[path for path in paths if speaker(path) in part] for part in SPEAKERS]
    return SoundData(
        "fsdd",
        RATE,
        *([read_pcm16(path, RATE) for path in part] for part in parts),
        tuple("0123456789"),
        *(np.array([digit(path) for path in part], np.int64) for part in parts),
    )


def digit(path: Path) -> int:
    """What is said: {digit}_{speaker}_{index}.wav."""
    return int(path.stem.split("_")[0])


def speaker(path: Path) -> str:
    """Who says it."""
    return path.stem.split("_")[1]
