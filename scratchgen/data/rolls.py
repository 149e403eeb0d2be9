"""Piano rolls: what their columns mean, how they are played, and the notes in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scratchgen.errors import BadInput, check_counts, check_numbers

STEPS_PER_BEAT = {"quarter note": 1, "sixteenth note": 4}
Note = tuple[int, int, int]  # the column, the first step, the last step + 1


@dataclass(frozen=True)
class RollFormat:
    """The meaning of the columns of a piano roll (T, D) of 0 and 1, and how to play it.

    A plain roll has a column per pitch, 1 while the pitch sounds: it cannot say whether a key that stays down was
    struck again. With `onsets` there are two columns per pitch, d < D/2 and d + D/2:

        x[t, d] = 1          pitch d sounds at step t
        x[t, d + D/2] = 1    a note of pitch d begins at step t

    Every such array can be read: a note also begins where a pitch sounds that did not sound before, and an onset
    where nothing sounds is none. In a roll of drums a 1 is a stroke, which has no duration.

    onsets      whether the second half of the columns marks where notes begin
    drums       whether the pitches are those of drums: the channel 10 of MIDI
    tempo       beats (quarter notes) per minute
    velocity    how hard all notes are struck, 1 … 127

    Raises BadInput for onsets of drums, and for a tempo or a velocity out of range.
    """

    onsets: bool = False
    drums: bool = False
    tempo: float = 90.0
    velocity: int = 64

    def __post_init__(self) -> None:
        if self.onsets and self.drums:
            raise BadInput("a roll of drums is made of strokes, and has no columns for onsets")
        check_numbers("(0, ∞)", tempo=self.tempo)
        check_counts(velocity=self.velocity)
        if self.velocity > 127:
            raise BadInput(f"a velocity is at most 127, not {self.velocity}")

    def sounding(self, roll: np.ndarray) -> np.ndarray:
        """The plain roll, 1 where a pitch sounds: (T, D) → (T, number of pitches)."""
        return self._halves(roll)[0]

    def starts(self, roll: np.ndarray) -> np.ndarray:
        """Where notes begin: (T, D) → (T, number of pitches) bool."""
        sounding, onsets = self._halves(roll)
        if self.drums:
            return sounding > 0
        before = np.concatenate((np.zeros_like(sounding[:1]), sounding[:-1]))
        return (sounding > 0) & ((onsets > 0) | (before == 0))

    def shades(self, roll: np.ndarray) -> np.ndarray:
        """The darkness of each pitch in a picture, in [0, 1]: with onsets, the beginning of a note is darker."""
        sounding = self.sounding(roll)
        return np.where(self.starts(roll), 1.0, 0.6) * sounding if self.onsets else sounding

    def _halves(self, roll: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if not self.onsets:
            return roll, np.zeros_like(roll)
        pitches, odd = divmod(roll.shape[1], 2)
        if odd:
            raise BadInput(f"a roll with onsets has two columns per pitch, not {roll.shape[1]} columns")
        return roll[:, :pitches], roll[:, pitches:]


PLAIN = RollFormat()


def notes_of(roll: np.ndarray, form: RollFormat = PLAIN) -> list[Note]:
    """(pitch's column, first step, last step + 1) of every note, ordered by the first step, then by pitch.

    roll    (T, D) of 0 and 1. A note lasts until its pitch is silent or begins again; a stroke of a drum one step
    """
    sounding, starts = form.sounding(roll), form.starts(roll)
    notes = []
    for d in np.flatnonzero(starts.any(axis=0)):
        begins = np.flatnonzero(starts[:, d])
        stops = np.append(np.flatnonzero((sounding[:, d] == 0) | starts[:, d]), len(roll))
        ends = begins + 1 if form.drums else stops[np.searchsorted(stops, begins, side="right")]
        notes += [(int(d), int(a), int(b)) for a, b in zip(begins, ends, strict=True)]
    return sorted(notes, key=lambda note: (note[1], note[0]))


def roll_of(notes: list[Note], T: int, pitches: int, form: RollFormat = PLAIN) -> np.ndarray:
    """The roll of these notes: (T, pitches) float32 of 0 and 1, or (T, 2 · pitches) with onsets.

    The inverse of `notes_of` for a roll with onsets, if no two notes of a pitch overlap. Where they do, the earlier
    one ends where the later begins; in a plain roll the pitch sounds while one of them does.
    """
    roll = np.zeros((T, pitches * (2 if form.onsets else 1)), np.float32)
    until = np.zeros(pitches, np.int64)  # the end of the last note of each pitch
    for d, start, end in sorted(notes, key=lambda note: note[1]):
        if form.onsets:
            roll[start : until[d], d] = 0
            roll[start, d + pitches] = 1
        roll[start : start + 1 if form.drums else end, d] = 1
        until[d] = end
    return roll


def steps_per_beat(unit: str) -> int:
    """Steps per quarter note.   Raises BadInput for an unknown unit."""
    if unit not in STEPS_PER_BEAT:
        raise BadInput(f"unknown unit {unit!r}; choose one of {', '.join(STEPS_PER_BEAT)}")
    return STEPS_PER_BEAT[unit]
