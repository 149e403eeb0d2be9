"""The reader of MIDI bytes finds what mido finds, and raises nothing but BadFile for bytes of no sense."""

import io
import random

import pytest

from scratchgen.data.files.folders import BadFile
from scratchgen.data.files.midi_events import midi_events

from .midi_bytes import file, note_events, track, variable

SCALE = [(60 + k, k, k + 1) for k in range(8)]
BEAT = [(36, 0, 0.1), (42, 0, 0.1), (42, 0.25, 0.3), (38, 0.5, 0.6)]


def test_bytes_at_random_raise_nothing_but_a_bad_file():
    rng = random.Random(0)
    content, bad = bytearray(file(track(note_events(SCALE)), track(note_events(BEAT)))), 0
    for _ in range(2000):
        changed = bytes(rng.randrange(256) if rng.random() < 0.02 else byte for byte in content)
        try:
            midi_events(changed)
        except BadFile:
            bad += 1
    assert 100 < bad < 2000


def test_the_reader_finds_the_notes_and_tempos_that_mido_finds():
    """Files of mido's own making, with running status, system messages, meta events and several tracks."""
    mido = pytest.importorskip("mido")
    rng = random.Random(1)
    for _ in range(40):
        tracks = [mido.MidiTrack(random_messages(mido, rng)) for _ in range(rng.randint(1, 3))]
        out = io.BytesIO()
        mido.MidiFile(type=len(tracks) > 1, ticks_per_beat=rng.randint(1, 960), tracks=tracks).save(file=out)
        found = midi_events(out.getvalue())
        theirs = mido.MidiFile(file=io.BytesIO(out.getvalue()))
        assert found.ticks_per_beat == theirs.ticks_per_beat and len(found.tracks) == len(theirs.tracks)
        for ours, other in zip(found.tracks, theirs.tracks, strict=True):
            keys, tempos, now = [], [], 0
            for message in other:
                now += message.time
                if message.type in ("note_on", "note_off"):
                    velocity = message.velocity if message.type == "note_on" else 0
                    keys.append((now, message.channel, message.note, velocity))
                if message.type == "set_tempo":
                    tempos.append((now, message.tempo))
            assert ours.keys == keys and ours.tempos == tempos and ours.ticks == now


def random_messages(mido, rng):
    """Up to 60 messages of all kinds, at random times."""
    seven = lambda: rng.randrange(128)
    kinds = [
        lambda t: mido.Message("note_on", channel=rng.randrange(16), note=seven(), velocity=seven(), time=t),
        lambda t: mido.Message("note_off", channel=rng.randrange(16), note=seven(), velocity=seven(), time=t),
        lambda t: mido.Message("control_change", control=seven(), value=seven(), time=t),
        lambda t: mido.Message("program_change", program=seven(), time=t),
        lambda t: mido.Message("aftertouch", value=seven(), time=t),
        lambda t: mido.Message("polytouch", note=seven(), value=seven(), time=t),
        lambda t: mido.Message("pitchwheel", pitch=rng.randrange(-8192, 8192), time=t),
        lambda t: mido.Message("sysex", data=[seven() for _ in range(rng.randrange(9))], time=t),
        lambda t: mido.MetaMessage("set_tempo", tempo=rng.randrange(1, 2**24), time=t),
        lambda t: mido.MetaMessage("lyrics", text="la" * rng.randrange(99), time=t),
        lambda t: mido.MetaMessage("key_signature", key="F#m", time=t),
    ]
    return [rng.choice(kinds)(rng.choice((0, 1, 100, 200, 20_000))) for _ in range(rng.randint(1, 60))]


def test_running_status_is_read_and_a_number_of_four_bytes_too():
    content = b"\x00\x90\x3c\x40" + variable(2**28 - 1) + b"\x3c\x00"
    found = midi_events(file(b"MTrk" + len(content).to_bytes(4, "big") + content)).tracks[0]
    assert found.keys == [(0, 0, 60, 64), (2**28 - 1, 0, 60, 0)]
