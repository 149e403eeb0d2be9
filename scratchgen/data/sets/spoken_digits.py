"""The Free Spoken Digit Dataset: ten digits, spoken fifty times by each of six speakers."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scratchgen.data.files.pcm import read_pcm16
from scratchgen.data.remote.fetch import locate_folder
from scratchgen.data.types import Attribute, SoundData

RATE = 8000
# Split by speaker, in alphabetical order: the model is tested on an unknown voice. (The original split is by
# recording, so that every test voice is also in the training part.)
SPEAKERS = (("george", "jackson", "lucas", "nicolas"), ("theo",), ("yweweler",))


def load() -> SoundData:
    """2,000 train, 500 validation and 500 test recordings at 8 kHz, labelled with the digit.

    No speaker is in two parts. Raises BadInput if the files are not available or damaged.
    Source: Jackson et al., version of 2020.
    """
    paths = sorted(locate_folder("fsdd", "recordings").glob("*.wav"))
    parts = [[path for path in paths if speaker(path) in part] for part in SPEAKERS]
    train, validation, test = ([read_pcm16(path, RATE) for path in part] for part in parts)
    labels = (np.array([digit(path) for path in part], np.int64) for part in parts)
    return SoundData("fsdd", RATE, train, validation, test, tuple("0123456789"), *labels)


# Split by recording, as the publishers do: of the fifty recordings of each digit by each speaker the first five are
# for the test. The next five are for validation.
TEST, VALIDATION = range(5), range(5, 10)


def of_known_speakers() -> SoundData:
    """2,400 train, 300 validation and 300 test recordings at 8 kHz, labelled with the digit and the speaker.

    All digits and all speakers are in every part, for models that are conditioned on them.
    Raises BadInput if the files are not available or damaged.
    Source: Jackson et al., version of 2020, with its split.
    """
    paths = sorted(locate_folder("fsdd", "recordings").glob("*.wav"))
    digits = Attribute("digit", tuple("0123456789"))
    speakers = Attribute("speaker", tuple(sorted({speaker(path) for path in paths})))
    parts: tuple[list[Path], list[Path], list[Path]] = ([], [], [])
    for path in paths:
        parts[2 if index(path) in TEST else index(path) in VALIDATION].append(path)
    train, validation, test = ([read_pcm16(path, RATE) for path in part] for part in parts)
    labels = (
        np.array([(digit(path), speakers.kinds.index(speaker(path))) for path in part], np.int64)
        for part in parts
    )
    return SoundData("fsdd", RATE, train, validation, test, (), *labels, attributes=(digits, speakers))


def digit(path: Path) -> int:
    """The spoken digit, from the name {digit}_{speaker}_{index}.wav."""
    return int(path.stem.split("_")[0])


def speaker(path: Path) -> str:
    """The name of the speaker, from the name {digit}_{speaker}_{index}.wav."""
    return path.stem.split("_")[1]


def index(path: Path) -> int:
    """The number of the recording, 0 … 49, from the name {digit}_{speaker}_{index}.wav."""
    return int(path.stem.split("_")[2])
