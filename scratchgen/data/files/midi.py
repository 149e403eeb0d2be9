"""Reader of a user's own folder of MIDI files, as piano rolls."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from scratchgen.data.files.folders import (
    MIN_FILES,
    BadFile,
    FoundFile,
    files_of,
    parts_of,
    read_each,
    split_list,
)
from scratchgen.data.files.midi_pieces import Piece, PlayedNote, read_pieces
from scratchgen.data.options import DEFAULT, LoadOptions
from scratchgen.data.pitches import PIANO_KEYS, PIANO_LOWEST
from scratchgen.data.report import LoadingReport
from scratchgen.data.rolls import STEPS_PER_BEAT, RollFormat, notes_of, roll_of
from scratchgen.data.types import SequenceData
from scratchgen.errors import BadInput

UNIT = "sixteenth note"
DRUMS = 128  # columns of a roll of drums, one per MIDI pitch


def read_midi_folder(folder: str, options: LoadOptions = DEFAULT) -> SequenceData:
    """The MIDI files below a folder as piano rolls with onsets, one row per sixteenth note (`rolls.RollFormat`).

    A roll is (T, 176): which of the 88 keys of a piano sound, and which of them are struck. All voices are in one
    roll; drums, and pitches outside the range of a piano, are left out. If most files hold drums alone, the rolls
    are strokes of drums instead, (T, 128). Each track of a file of type 2 is a separate piece. Music is written
    with the mean tempo and velocity. Subfolders train, validation and test are the parts, else the files are split
    80/10/10 at random. All changes are in the `report`.
    Raises BadInput with the names of all files that are damaged, have no notes or last longer than 25,000 beats.
    """
    options.check_for("MIDI files")
    report = LoadingReport()
    found = files_of(folder, "sequences", "MIDI files", report, have_classes=False)
    files, read = read_each(found, read_pieces, "MIDI files", report, options.skip_bad)
    drums = sum(not any(piece.notes for piece in pieces) for pieces in read) * 2 > len(read)
    files, of_files = _chosen(folder, files, read, drums, report)
    pieces = [piece for pieces in of_files for piece in pieces]
    report_pieces(pieces, drums, report)
    several = sum(len(pieces) for pieces in of_files if len(pieces) > 1)
    report.change("tracks of files of type 2, each of them a separate piece", several)
    form = _format(pieces, drums)
    rolls = [[as_roll(piece, form, UNIT, report) for piece in pieces] for pieces in of_files]
    report.read = _in_words(pieces, [len(roll) for of_file in rolls for roll in of_file], drums)
    train, validation, test = (
        [roll for of_file in part for roll in of_file] for part in split_list(rolls, parts_of(files, report))
    )
    first = 0 if drums else PIANO_LOWEST
    return SequenceData(folder, UNIT, first, train, validation, test, form=form, report=report)


def read_piece(
    path: Path, form: RollFormat, unit: str, report: LoadingReport
) -> tuple[np.ndarray, RollFormat]:
    """The roll of one MIDI file, as `form` and `unit` ask, and the form with its own tempo and velocity.

    Raises BadInput for a file that is damaged, holds several pieces, or none of the notes that the form shows.
    """
    try:
        pieces = read_pieces(path)
    except BadFile as problem:
        raise BadInput(f"{path} cannot be read: {problem}") from None
    if len(pieces) > 1:
        raise BadInput(
            f"{path} holds {len(pieces)} pieces, one per track (MIDI type 2); give a file of one piece"
        )
    if not played(pieces[0], form.drums):
        raise BadInput(
            f"{path} holds no drums, and the rolls of this model are of drums; give strokes on channel 10"
            if form.drums
            else f"{path} holds drums alone, and the rolls of this model are of notes; give notes on other channels"
        )
    report_pieces(pieces, form.drums, report)
    own = _format(pieces, form.drums)
    return as_roll(pieces[0], form, unit, report), replace(form, tempo=own.tempo, velocity=own.velocity)


def _chosen(
    folder: str, files: list[FoundFile], read: list[list[Piece]], drums: bool, report: LoadingReport
) -> tuple[list[FoundFile], list[list[Piece]]]:
    """The files, and their pieces, that hold what the rolls show; the report names the others."""
    kept, of_files = [], []
    for file, pieces in zip(files, read, strict=True):
        chosen = [piece for piece in pieces if played(piece, drums)]
        if chosen:
            kept.append(file)
            of_files.append(chosen)
        else:
            report.ignore("without drums" if drums else "of drums alone", file.name)
    if len(kept) < MIN_FILES:
        what = "drums" if drums else "notes in the range of a piano"
        raise BadInput(
            f"{folder} holds {len(kept)} MIDI files with {what}; at least {MIN_FILES} are needed for a split"
        )
    return kept, of_files


def played(piece: Piece, drums: bool) -> list[PlayedNote]:
    """The notes of a piece that a roll of notes, or of drums, shows."""
    return piece.strokes if drums else piece.notes


def report_pieces(pieces: Sequence[Piece], drums: bool, report: LoadingReport) -> None:
    """Report the parts of these pieces that rolls do not keep."""
    if drums:
        report.change("notes that are no drums, left out", sum(len(p.notes) + p.outside for p in pieces))
    else:
        report.change("notes outside the range of a piano, left out", sum(piece.outside for piece in pieces))
        report.change("strokes of drums, left out of music for a piano", sum(len(p.strokes) for p in pieces))
    report.change(
        "pieces whose tempo changes, now at their mean tempo", sum(piece.tempos > 1 for piece in pieces)
    )
    report.change(
        "pieces whose tracks name different tempos at one moment, the last of which holds",
        sum(piece.tempos_disagree for piece in pieces),
    )
    report.change(
        "pieces timed in seconds (SMPTE), read at 120 beats per minute",
        sum(piece.in_seconds for piece in pieces),
    )
    velocities = [note.velocity for piece in pieces for note in played(piece, drums)]
    if len(set(velocities)) > 1:
        mean = round(float(np.mean(velocities)))
        report.change(
            f"notes of velocity {min(velocities)} … {max(velocities)}, all written at the mean, {mean}",
            len(velocities),
        )


def as_roll(piece: Piece, form: RollFormat, unit: str, report: LoadingReport) -> np.ndarray:
    """The roll of a piece on the grid of the unit: (T, D) float32 of 0 and 1, with T the end of the last note.

    The shortest note is one step. Of notes of one pitch that begin at the same step, the longest is kept. The
    report counts what was moved, lengthened and merged.
    """
    steps = STEPS_PER_BEAT[unit]
    first, pitches = (0, DRUMS) if form.drums else (PIANO_LOWEST, PIANO_KEYS)
    on_grid: dict[tuple[int, int], int] = {}
    moved = short = merged = 0
    for note in played(piece, form.drums):
        start, end = _step(note.start * steps), _step(note.end * steps)
        moved += note.start * steps != start
        short += end == start and not form.drums
        merged += (start, note.pitch) in on_grid
        on_grid[start, note.pitch] = max(end, start + 1, on_grid.get((start, note.pitch), 0))
    report.change(f"notes moved to the nearest {unit}", moved)
    report.change(f"notes shorter than a {unit}, now one long", short)
    report.change(f"notes that begin with another of their pitch at the same {unit}, merged with it", merged)
    notes = [(pitch - first, start, end) for (start, pitch), end in sorted(on_grid.items())]
    T = max(start + 1 if form.drums else end for _, start, end in notes)
    roll = roll_of(notes, T, pitches, form)
    if not form.drums:
        joined = len(set(notes) - set(notes_of(roll, form)))
        ends = (
            "now end where their pitch begins again"
            if form.onsets
            else "join another of their pitch, without onsets"
        )
        report.change(f"notes that overlap or touch, and {ends}", joined)
    return roll


def _step(place: float) -> int:
    return math.floor(place + 0.5)


def _format(pieces: Sequence[Piece], drums: bool) -> RollFormat:
    velocity = np.mean([note.velocity for piece in pieces for note in played(piece, drums)])
    return replace(
        RollFormat(onsets=not drums, drums=drums),
        tempo=round(float(np.mean([piece.tempo for piece in pieces])), 3),
        velocity=round(float(velocity)),
    )


def _in_words(pieces: Sequence[Piece], lengths: Sequence[int], drums: bool) -> str:
    what = "strokes of drums" if drums else "onsets and durations"
    bpm = [piece.tempo for piece in pieces]
    mean = f", mean {np.mean(bpm):.4g}" if round(max(bpm), 3) > round(min(bpm), 3) else ""
    return (
        f"{len(pieces):,} pieces of {_range(lengths)} steps of a {UNIT}, {what}, at {_range(bpm)} beats per "
        f"minute{mean}"
    )


def _range(values: Iterable[float]) -> str:
    low, high = (f"{value:,.6g}" for value in (min(values), max(values)))
    return low if low == high else f"{low} … {high}"
