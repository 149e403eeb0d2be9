"""Drum, percussion, bass and guitar sounds in the public domain (CC0)."""

from __future__ import annotations

import csv

import numpy as np

from scratchgen.data.files.pcm import read_pcm16
from scratchgen.data.preprocessing.splits import split_by_group
from scratchgen.data.remote.fetch import locate, locate_folder
from scratchgen.data.types import SoundData

RATE = 22_050


def load() -> SoundData:
    """104 one-shot sounds at 22.05 kHz, labelled with their kind; no author is in two parts.

    Raises BadInput if the files are not available or damaged.
    Source: Sonic Pi's samples, from freesound.org.
    """
    with open(locate("sonic-pi-drums", "samples.csv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    folder = locate_folder("sonic-pi-drums", "wav22k")
    sounds = [read_pcm16(folder / row["file"], RATE) for row in rows]
    kinds = sorted({row["group"] for row in rows})
    labels = np.array([kinds.index(row["group"]) for row in rows], np.int64)
    parts = split_by_group([row["author"] for row in rows])
    train, validation, test = ([sounds[i] for i in part] for part in parts)
    classes = tuple(kinds)
    return SoundData(
        "sonic-pi-drums", RATE, train, validation, test, classes, *(labels[part] for part in parts)
    )
