"""The notes and tempos in the bytes of a MIDI file.

Read by hand, since a reader for playing refuses a whole file for an event that no note depends on, such as a key
signature that does not exist.   Source: Standard MIDI Files 1.0 (MIDI Association, RP-001).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

from scratchgen.data.files.folders import BadFile

FRAMES_PER_SECOND = {24: 24.0, 25: 25.0, 29: 30_000 / 1001, 30: 30.0}  # of SMPTE time codes; 29 drops frames
TEMPO, END_OF_TRACK = 0x51, 0x2F  # kinds of meta events
DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}  # of channel messages, by status
SYSTEM_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0}  # of system messages; those above 0xF7 have none


class Key(NamedTuple):
    """A key that is pressed (velocity 1 … 127) or released (velocity 0), at a tick of its track."""

    tick: int
    channel: int
    pitch: int
    velocity: int


@dataclass
class Track:
    """The events of one track: keys in the order of time, tempos (tick, microseconds per beat), the last tick."""

    keys: list[Key]
    tempos: list[tuple[int, int]]
    ticks: int


@dataclass
class MidiEvents:
    """The content of a MIDI file, as far as notes need it.

    kind               0: one track; 1: tracks that sound together; 2: tracks that are separate pieces
    ticks_per_beat     in a file whose time is in beats, else 0
    ticks_per_second   in a file whose time is in seconds (SMPTE), else 0
    """

    kind: int
    ticks_per_beat: int
    ticks_per_second: float
    tracks: list[Track]


def midi_events(content: bytes) -> MidiEvents:
    """Read the bytes of a MIDI file.   Raises BadFile for bytes that no MIDI file has."""
    content = _unwrapped(content)
    if content[:4] != b"MThd" or len(content) < 14:
        raise BadFile("no MIDI file: it does not begin with a header" if content else "empty")
    length, kind, number, division = struct.unpack(">IHHH", content[4:14])
    if kind > 2:
        raise BadFile(f"of type {kind}, and MIDI files are of type 0, 1 or 2")
    tracks: list[Track] = []
    place = 8 + length
    while len(tracks) < number and place + 8 <= len(content):
        name, length = content[place : place + 4], int.from_bytes(content[place + 4 : place + 8], "big")
        if name == b"MTrk":
            data = content[place + 8 : place + 8 + length]
            tracks.append(_track(data, len(tracks) + 1, is_cut=len(data) < length))
        place += 8 + length
    if len(tracks) < number:
        raise BadFile(f"cut short: it has {len(tracks)} of {number} tracks")
    return MidiEvents(kind, *_division(division), tracks)


def _unwrapped(content: bytes) -> bytes:
    """The MIDI file in a RIFF file of the kind RMID, whose chunks are as those of a WAV file."""
    if content[:4] != b"RIFF" or content[8:12] != b"RMID":
        return content
    place = 12
    while place + 8 <= len(content):
        length = int.from_bytes(content[place + 4 : place + 8], "little")
        if content[place : place + 4] == b"data":
            return content[place + 8 : place + 8 + length]
        place += 8 + length + length % 2
    raise BadFile("a RIFF file without music")


def _division(division: int) -> tuple[int, float]:
    """(ticks per beat, ticks per second), one of which is 0."""
    if not division & 0x8000:
        if not division:
            raise BadFile("0 ticks per beat, which is no time")
        return division, 0.0
    frames, ticks = 256 - (division >> 8), division & 0xFF
    if frames not in FRAMES_PER_SECOND or not ticks:
        raise BadFile(
            f"a time code of {frames} frames per second and {ticks} ticks per frame, which does not exist"
        )
    return 0, ticks * FRAMES_PER_SECOND[frames]


def _track(data: bytes, number: int, is_cut: bool) -> Track:
    try:
        track, has_end = _read_track(_Bytes(data, number))
        if is_cut and not has_end:
            raise IndexError
        return track
    except IndexError:
        raise BadFile(f"cut short in track {number}") from None


class _Bytes:
    """The bytes of a track, and the place of the next one. Reading beyond the end raises IndexError."""

    def __init__(self, data: bytes, number: int) -> None:
        self.data, self.number, self.place = data, number, 0

    def byte(self) -> int:
        self.place += 1
        return self.data[self.place - 1]

    def data_byte(self) -> int:
        if (value := self.byte()) > 127:
            raise BadFile(f"a data byte of {value} in track {self.number}, where 127 is the largest")
        return value

    def skip(self, n: int) -> bytes:
        """The next n bytes, which are passed over. Raises IndexError where the track ends before."""
        self.place += n
        if self.place > len(self.data):
            raise IndexError
        return self.data[self.place - n : self.place]

    def quantity(self) -> int:
        """A number of variable length: 7 bits per byte, and the eighth says that another byte follows."""
        n = 0
        for _ in range(4):
            value = self.byte()
            n = n << 7 | value & 0x7F
            if value < 0x80:
                return n
        raise BadFile(f"a number of more than four bytes in track {self.number}")


def _read_track(source: _Bytes) -> tuple[Track, bool]:
    """(the track, whether it has the event that ends it). Raises IndexError for an event that is cut short."""
    track, status = Track([], [], 0), 0
    while source.place < len(source.data):
        track.ticks += source.quantity()
        if source.data[source.place] >= 0x80:
            code = source.byte()
            status = code if code < 0xF0 else status
        elif status:
            code = status  # as the message before
        else:
            raise BadFile(f"data without a status in track {source.number}")
        if code < 0xF0:
            _channel_message(source, code, track)
        elif code == 0xFF:
            what, value = source.byte(), source.skip(source.quantity())
            if what == TEMPO and len(value) == 3 and any(value):
                track.tempos.append((track.ticks, int.from_bytes(value, "big")))
            if what == END_OF_TRACK:
                return track, True
        elif code in (0xF0, 0xF7):
            source.skip(source.quantity())
        elif code in SYSTEM_BYTES or code > 0xF7:
            source.skip(SYSTEM_BYTES.get(code, 0))
        else:
            raise BadFile(f"a status of {code} in track {source.number}, which does not exist")
    return track, False


def _channel_message(source: _Bytes, code: int, track: Track) -> None:
    kind, channel = code & 0xF0, code & 0x0F
    values = [source.data_byte() for _ in range(DATA_BYTES[kind])]
    if kind in (0x80, 0x90):
        track.keys.append(Key(track.ticks, channel, values[0], values[1] if kind == 0x90 else 0))
