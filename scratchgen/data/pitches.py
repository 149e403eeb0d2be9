"""Musical pitches: the range of a piano, and the names of MIDI pitches."""

from __future__ import annotations

PIANO_LOWEST, PIANO_KEYS = 21, 88  # MIDI pitches 21 (A0) … 108 (C8)
NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")


def pitch_name(pitch: int) -> str:
    """The name of a MIDI pitch: 60 is C4, middle C."""
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"
