"""JSB chorales: four-part harmony by J. S. Bach, as plain piano rolls and as rolls with onsets."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np

from scratchgen.data.pitches import PIANO_KEYS, PIANO_LOWEST
from scratchgen.data.remote.fetch import locate
from scratchgen.data.rolls import Note, RollFormat, roll_of
from scratchgen.data.types import SequenceData

WITH_ONSETS = RollFormat(onsets=True)


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


def load_onsets() -> SequenceData:
    """The same chorales in other keys, by voices: (T, 176) rolls with onsets, one row per sixteenth note.

    Raises BadInput as `load`.
    Source: Allan & Williams (2005), "Harmonising chorales by probabilistic inference", for the separate voices.
    """
    parts = json.loads(locate("jsb-chorales", "Jsb16thSeparated.json").read_text("utf-8"))
    rolls = ([onset_roll(chorale) for chorale in parts[name]] for name in ("train", "valid", "test"))
    return SequenceData("jsb-chorales-onsets", "sixteenth note", PIANO_LOWEST, *rolls, form=WITH_ONSETS)


def onset_roll(steps: list[list[int]]) -> np.ndarray:
    """From the pitch of each voice at each step, −1 while it is silent, to a roll with onsets: (T, 176) float32.

    A note begins where the pitch of its voice changes. The file does not tell a note that is held from one that is
    struck again, so that equal pitches in a row are one note.
    """
    notes = [note for voice in np.array(steps).T for note in _notes_of_voice(voice)]
    return roll_of(notes, len(steps), PIANO_KEYS, WITH_ONSETS)


def _notes_of_voice(pitches: np.ndarray) -> list[Note]:
    borders = [0, *(np.flatnonzero(np.diff(pitches)) + 1), len(pitches)]
    return [(int(pitches[a]) - PIANO_LOWEST, int(a), int(b)) for a, b in pairwise(borders) if pitches[a] >= 0]
