"""Piano rolls for the ear: as MIDI files, and as sound."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from scratchgen.data.files.pcm import FULL_SCALE
from scratchgen.errors import BadInput
from scratchgen.files import replacing

STEPS_PER_BEAT = {"quarter note": 1, "sixteenth note": 4}
BEATS_PER_MINUTE, TICKS_PER_BEAT = 90, 480
RATE = 22_050  # samples a second
PARTIALS = 6  # of a tone, the k-th with amplitude 1/k²
FADE, RISE = 0.6, 0.01  # seconds: a tone falls to 1/e in the one, and comes and goes in the other


def notes_of(roll: np.ndarray) -> list[tuple[int, int, int]]:
    """(column, first step, step after the last) of every note: a key that stays down is one long note.

    roll    (T, D) of 0 and 1.   In the order of their beginnings.
    """
    edges = np.diff(np.pad(roll.astype(np.int8), ((1, 1), (0, 0))), axis=0)
    starts, ends = (np.argwhere(sign == edges.T) for sign in (1, -1))  # by column, then by time
    notes = [(int(d), int(a), int(b)) for (d, a), (_, b) in zip(starts, ends, strict=True)]
    return sorted(notes, key=lambda note: (note[1], note[0]))


def write_midi(roll: np.ndarray, first: int, unit: str, path: Path) -> Path:
    """A roll (T, D) as a MIDI file of one track: column d is the pitch first + d, a step lasts a `unit`.

    Raises BadInput for a unit that is not known, for pitches that MIDI lacks, and where mido, the library
    that writes it, is not installed.
    """
    try:
        import mido
    except ImportError:
        raise BadInput("MIDI files are written by mido, which is not installed; `pip install mido`") from None
    step = TICKS_PER_BEAT // _steps_per_beat(unit)
    _check_pitches(roll, first)
    events = [
        event
        for d, start, end in notes_of(roll)
        for event in ((start * step, 1, first + d), (end * step, 0, first + d))
    ]
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(BEATS_PER_MINUTE))])
    now = 0
    for tick, on, pitch in sorted(events):  # at one tick the ends come before the beginnings
        kind = "note_on" if on else "note_off"
        track.append(mido.Message(kind, note=pitch, velocity=64, time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=len(roll) * step - now))
    with replacing(path) as temporary:
        mido.MidiFile(type=0, ticks_per_beat=TICKS_PER_BEAT, tracks=[track]).save(temporary)
    return path


def pitch_in_hz(m: int) -> float:
    """f = 440 · 2^((m − 69)/12), the frequency of MIDI's pitch m.   Ledger: data.pitch"""
    return 440 * 2 ** ((m - 69) / 12)


def perform(roll: np.ndarray, first: int, unit: str) -> np.ndarray:
    """A roll (T, D) as sound, plucked: (N,) float32 in (−1, 1) at `RATE` samples a second.

    A note of f Hz is Σ_k sin(2π k f t) / k² · exp(−t / FADE), without the partials above half the rate; the
    loudest sample is 0.9.
    Raises BadInput for a unit that is not known, and for pitches that MIDI lacks.   Ledger: data.pitch
    """
    seconds = 60 / BEATS_PER_MINUTE / _steps_per_beat(unit)
    _check_pitches(roll, first)
    samples = lambda step: round(step * seconds * RATE)
    sound = np.zeros(samples(len(roll)))
    for d, start, end in notes_of(roll):
        t = np.arange(samples(end) - samples(start)) / RATE
        f = pitch_in_hz(first + d)
        tone = sum(np.sin(2 * np.pi * k * f * t) / k**2 for k in range(1, PARTIALS + 1) if k * f < RATE / 2)
        envelope = np.exp(-t / FADE) * np.clip(np.minimum(t, t[-1] - t) / RISE, 0, 1)
        sound[samples(start) : samples(end)] += tone * envelope
    return (0.9 * sound / max(np.abs(sound).max(initial=0), 1e-9)).astype(np.float32)


def write_wav(sound: np.ndarray, path: Path, rate: int = RATE) -> Path:
    """Samples (N,) in [−1, 1) as a WAV file of 16 bits, `rate` a second, one channel; louder ones are cut."""
    with replacing(path) as temporary, wave.open(str(temporary), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.round(np.clip(sound, -1, 1) * (FULL_SCALE - 1)).astype("<i2").tobytes())
    return path


def _steps_per_beat(unit: str) -> int:
    if unit not in STEPS_PER_BEAT:
        raise BadInput(f"how long is a {unit!r}? Known are {', '.join(STEPS_PER_BEAT)}")
    return STEPS_PER_BEAT[unit]


def _check_pitches(roll: np.ndarray, first: int) -> None:
    if not 0 <= first <= 128 - roll.shape[1]:
        raise BadInput(f"pitches {first} … {first + roll.shape[1] - 1} are not all in MIDI's 0 … 127")
