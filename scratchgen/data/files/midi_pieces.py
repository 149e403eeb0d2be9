"""The pieces of music in a MIDI file: notes and strokes in beats, with tempo and velocity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from scratchgen.data.files.folders import BadFile
from scratchgen.data.files.midi_events import Track, midi_events
from scratchgen.data.pitches import PIANO_KEYS, PIANO_LOWEST

PERCUSSION_CHANNEL = 9  # counted from 0; on this channel, a note number is a drum instead of a pitch
DEFAULT_TEMPO = 500_000  # microseconds per beat, of a file that names none: 120 beats per minute
MAX_BEATS = 25_000  # three and a half hours at 120 beats per minute


class PlayedNote(NamedTuple):
    """One note: its MIDI pitch, when it begins and ends in beats (quarter notes), and how hard it is struck."""

    pitch: int
    start: float
    end: float
    velocity: int


@dataclass
class Piece:
    """One piece of music.

    notes              in the range of a piano
    strokes            of drums, those of channel 10
    outside            the number of notes outside the range of a piano, which are left out
    tempo              beats per minute: the mean over the beats of the piece
    tempos             the number of different tempos
    tempos_disagree    whether tracks name different tempos at one moment
    in_seconds         whether the file gives times in seconds (SMPTE); the beats are then those at 120 per minute
    """

    notes: list[PlayedNote]
    strokes: list[PlayedNote]
    outside: int
    tempo: float
    tempos: int
    tempos_disagree: bool
    in_seconds: bool


def read_pieces(path: Path) -> list[Piece]:
    """The piece in a MIDI file; of a file of type 2, whose tracks are independent, one piece per track with notes.

    Raises BadFile for a file that is damaged, has no notes in the range of a piano and no drums, or lasts longer
    than 25,000 beats.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadFile(error.strerror or "not readable") from None
    events = midi_events(content)
    if events.ticks_per_beat:
        beat, in_seconds = float(events.ticks_per_beat), False
    else:
        beat, in_seconds = events.ticks_per_second * DEFAULT_TEMPO / 1e6, True
    together = [[track] for track in events.tracks] if events.kind == 2 else [events.tracks]
    pieces = [_piece(tracks, beat, in_seconds) for tracks in together]
    pieces = [piece for piece in pieces if piece.notes or piece.strokes]
    if not pieces:
        raise BadFile("no notes in the range of a piano, and no drums")
    for piece in pieces:
        beats = max(note.end for note in piece.notes + piece.strokes)
        if beats > MAX_BEATS:
            raise BadFile(f"it lasts {beats:,.0f} beats, more than {MAX_BEATS:,}")
    return pieces


def _piece(tracks: Sequence[Track], beat: float, in_seconds: bool) -> Piece:
    notes = sorted(note for track in tracks for note in _notes(track, drums=False, beat=beat))
    strokes = sorted(note for track in tracks for note in _notes(track, drums=True, beat=beat))
    inside = [note for note in notes if PIANO_LOWEST <= note.pitch < PIANO_LOWEST + PIANO_KEYS]
    end = max((note.end for note in inside + strokes), default=0.0)
    # at one moment, the last track that names a tempo sets it, as in a player
    changes = sorted((change for track in tracks for change in track.tempos), key=lambda change: change[0])
    tempo, tempos = (120.0, 1) if in_seconds else mean_tempo([(tick / beat, t) for tick, t in changes], end)
    disagree = not in_seconds and len(set(changes)) > len(dict(changes))
    return Piece(inside, strokes, len(notes) - len(inside), tempo, tempos, disagree, in_seconds)


def _notes(track: Track, drums: bool, beat: float) -> list[PlayedNote]:
    """The notes of a track, in beats. A key that is pressed again, or never released, ends there."""
    notes = []
    down: dict[tuple[int, int], tuple[int, int]] = {}
    for tick, channel, pitch, velocity in track.keys:
        if (channel == PERCUSSION_CHANNEL) != drums:
            continue
        if (channel, pitch) in down:
            start, struck = down.pop((channel, pitch))
            notes.append(PlayedNote(pitch, start / beat, tick / beat, struck))
        if velocity:
            down[channel, pitch] = tick, velocity
    held = [
        PlayedNote(pitch, start / beat, track.ticks / beat, struck)
        for (_, pitch), (start, struck) in down.items()
    ]
    return notes + held


def mean_tempo(changes: Sequence[tuple[float, int]], end: float) -> tuple[float, int]:
    """(beats per minute, the number of different tempos) from beat 0 to the end.

    The mean tempo plays the whole in the same time: the beats, divided by the minutes that they last.

    changes    (the beat of the change, microseconds per beat), in the order of time
    """
    tempo, since, microseconds, found = DEFAULT_TEMPO, 0.0, 0.0, set()
    for beat, new in [*changes, (end, 0)]:
        if (until := min(beat, end)) > since:
            microseconds += (until - since) * tempo
            found.add(tempo)
            since = until
        tempo = new or tempo
    if not found:
        return 60e6 / DEFAULT_TEMPO, 1
    return 60e6 * end / microseconds, len(found)
