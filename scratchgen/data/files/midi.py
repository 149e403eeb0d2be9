"""Reader of a user's own folder of MIDI files, as piano rolls."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from scratchgen.data.files.folders import BadFile, files_of, parts_of, read_each, split_list
from scratchgen.data.options import DEFAULT, LoadOptions
from scratchgen.data.report import LoadingReport
from scratchgen.data.pitches import PIANO_KEYS, PIANO_LOWEST
from scratchgen.data.types import SequenceData
from scratchgen.errors import BadInput

STEPS_PER_BEAT = 4  # a beat is a quarter note: steps are sixteenth notes
MAX_STEPS = 100_000  # three and a half hours at 120 beats per minute
PERCUSSION_CHANNEL = 9  # on this channel, a note number is a drum instead of a pitch

Note = tuple[int, int, int]  # the pitch, and the ticks at which the note begins and ends


def read_midi_folder(folder: str, options: LoadOptions = DEFAULT) -> SequenceData:
    """The MIDI files below a folder as piano rolls (T, 88) of 0 and 1, one row per sixteenth note.

    All voices are in one roll; percussion and pitches outside the range of a piano are left out. The files are
    split 80/10/10 at random.
    Raises BadInput with the name of the file if it is damaged, has no notes or is longer than 100,000 steps; and
    if mido, the library that reads MIDI, is not installed.
    """
    options.refuse_but("MIDI files", "skip_bad")
    report = LoadingReport()
    found = files_of(folder, "sequences", "MIDI files", report)
    files, rolls = read_each(found, _roll, "MIDI files", report, options.skip_bad)
    parts = split_list(rolls, parts_of(files, report))
    return SequenceData(folder, "sixteenth note", PIANO_LOWEST, *parts, report=report)


def _roll(path: Path) -> np.ndarray:
    notes, ticks_per_beat = _notes(path)
    notes = [note for note in notes if PIANO_LOWEST <= note[0] < PIANO_LOWEST + PIANO_KEYS]
    if not notes or ticks_per_beat <= 0:
        raise BadFile("no notes in the range of a piano")
    step = lambda tick: round(tick * STEPS_PER_BEAT / ticks_per_beat)
    T = max(step(end) for _, _, end in notes) + 1
    if T > MAX_STEPS:
        raise BadFile(f"it lasts {T} sixteenth notes, more than {MAX_STEPS}")
    roll = np.zeros((T, PIANO_KEYS), np.float32)
    for pitch, start, end in notes:  # the shortest note is one step
        roll[step(start) : max(step(end), step(start) + 1), pitch - PIANO_LOWEST] = 1
    return roll[: int(np.flatnonzero(roll.any(axis=1))[-1]) + 1]


def _notes(path: Path) -> tuple[list[Note], int]:
    try:
        import mido
    except ImportError:
        raise BadInput("reading MIDI files needs mido, which is not installed; `pip install mido`") from None
    try:
        file = mido.MidiFile(path)
        messages = list(mido.merge_tracks(file.tracks))
    except MemoryError:
        raise
    except Exception as error:  # for a damaged file, mido raises many kinds of errors
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BadFile(reason) from None
    return _from_messages(messages), file.ticks_per_beat


def _from_messages(messages: Iterable) -> list[Note]:
    """Notes from the messages note_on and note_off. A key that is never released sounds until the end."""
    notes: list[Note] = []
    down: dict[tuple[int, int], int] = {}
    now = 0
    for message in messages:
        now += message.time
        if message.type not in ("note_on", "note_off") or message.channel == PERCUSSION_CHANNEL:
            continue
        key = message.channel, message.note
        if key in down:  # released, or pressed again
            notes.append((message.note, down.pop(key), now))
        if message.type == "note_on" and message.velocity > 0:
            down[key] = now
    return notes + [(key[1], start, now) for key, start in down.items()]
