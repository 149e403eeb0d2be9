"""JSB chorales: four-part harmony by J. S. Bach, as piano rolls."""

from __future__ import annotations

import json

import numpy as np

from scratchgen.data.pitches import PIANO_KEYS, PIANO_LOWEST
from scratchgen.data.remote.fetch import locate
from scratchgen.data.types import SequenceData


def load() -> SequenceData:
    """229 train, 76 validation and 77 test chorales: (T, 88) rolls of 0 and 1, one row per quarter note.

    Raises BadInput if the file is not available or damaged.

    Source, also of the split: Boulanger-Lewandowski, Bengio & Vincent (2012), "Modeling temporal dependencies in
    high-dimensional sequences".
    """
    parts = json.loads(locate("jsb-chorales", "jsb-chorales-quarter.json").read_text("utf-8"))
    rolls = ([piano_roll(chorale) for chorale in parts[name]] for name in ("train", "valid", "test"))
    return SequenceData("jsb-chorales", "quarter note", PIANO_LOWEST, *rolls)


def piano_roll(steps: list[list[int]]) -> np.ndarray:
    """From the list of pitches at each step to a roll (T, 88) float32, 1 where a pitch sounds."""
    roll = np.zeros((len(steps), PIANO_KEYS), np.float32)
    for t, pitches in enumerate(steps):
        roll[t, [int(pitch) - PIANO_LOWEST for pitch in pitches]] = 1
    return roll
