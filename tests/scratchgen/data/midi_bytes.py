"""The bytes of small MIDI files, written by hand: the oracle of the reader."""

import struct


def variable(n):
    """A number in the format of seven bits per byte."""
    digits = [n & 127]
    while n := n >> 7:
        digits.append(n & 127 | 128)
    return bytes(reversed(digits))


def note_events(notes, ticks_per_beat=480, channel=0, velocity=64):
    """(tick, order, bytes) of notes (pitch, start, end) or (pitch, start, end, velocity) in beats."""
    for pitch, start, end, *struck in notes:
        yield round(start * ticks_per_beat), 1, bytes([0x90 | channel, pitch, *(struck or [velocity])])
        yield round(end * ticks_per_beat), 0, bytes([0x80 | channel, pitch, 0])


def tempo_events(tempos, ticks_per_beat=480):
    """(tick, order, bytes) of tempos (beat, beats per minute)."""
    for beat, bpm in tempos:
        yield round(beat * ticks_per_beat), -1, b"\xff\x51\x03" + round(60e6 / bpm).to_bytes(3, "big")


def track(events):
    """One track of events (tick, order, bytes)."""
    content, now = b"", 0
    for tick, _, message in sorted(events):
        content, now = content + variable(tick - now) + message, tick
    content += b"\0\xff\x2f\0"
    return b"MTrk" + struct.pack(">I", len(content)) + content


def file(*tracks, kind=None, division=480):
    """A MIDI file of tracks; its kind is 0 for one track, 1 for several."""
    kind = (len(tracks) > 1) if kind is None else kind
    return b"MThd" + struct.pack(">IHHH", 6, kind, len(tracks), division) + b"".join(tracks)


def midi(notes, ticks_per_beat=480, channel=0, tempos=(), velocity=64):
    """A MIDI file of one track with notes (pitch, start, end) in beats, and tempos (beat, beats per minute)."""
    events = [*note_events(notes, ticks_per_beat, channel, velocity), *tempo_events(tempos, ticks_per_beat)]
    return file(track(events), division=ticks_per_beat)
