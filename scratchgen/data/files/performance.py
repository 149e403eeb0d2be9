"""Piano rolls made audible: written as MIDI files, and synthesised as sound."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from scratchgen.data.files.pcm import FULL_SCALE
from scratchgen.errors import BadInput
from scratchgen.files import replacing

STEPS_PER_BEAT = {"quarter note": 1, "sixteenth note": 4}
BEATS_PER_MINUTE, TICKS_PER_BEAT = 90, 480
RATE = 22_050  # samples per second
PARTIALS = 6  # per tone, the k-th with amplitude 1/k²
DECAY_SECONDS, ATTACK_SECONDS = 0.6, 0.01  # decay of a tone to 1/e; fade-in and fade-out


def notes_of(roll: np.ndarray) -> list[tuple[int, int, int]]:
    """(column, first step, last step + 1) of every note, ordered by the first step.

    roll    (T, D) of 0 and 1; consecutive ones in a column are one long note
    """
    edges = np.diff(np.pad(roll.astype(np.int8), ((1, 1), (0, 0))), axis=0)
    starts, ends = (np.argwhere(sign == edges.T) for sign in (1, -1))  # ordered by column, then by time
    notes = [(int(d), int(a), int(b)) for (d, a), (_, b) in zip(starts, ends, strict=True)]
    return sorted(notes, key=lambda note: (note[1], note[0]))


def write_midi(roll: np.ndarray, first: int, unit: str, path: Path) -> Path:
    """Write a roll (T, D) as a MIDI file of one track: column d is the pitch first + d, one step lasts one `unit`.

    Raises BadInput for an unknown unit, for pitches outside MIDI's range, and if mido, the library that writes
    MIDI, is not installed.
    """
    try:
        import mido
    except ImportError:
        raise BadInput("writing MIDI files needs mido, which is not installed; `pip install mido`") from None
    step = TICKS_PER_BEAT // _steps_per_beat(unit)
    _check_pitches(roll, first)
    events = [
        event
        for d, start, end in notes_of(roll)
        for event in ((start * step, 1, first + d), (end * step, 0, first + d))
    ]
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(BEATS_PER_MINUTE))])
    now = 0
    for tick, on, pitch in sorted(events):  # at the same tick, ends sort before beginnings
        kind = "note_on" if on else "note_off"
        track.append(mido.Message(kind, note=pitch, velocity=64, time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=len(roll) * step - now))
    with replacing(path) as temporary:
        mido.MidiFile(type=0, ticks_per_beat=TICKS_PER_BEAT, tracks=[track]).save(temporary)
    return path


def pitch_in_hz(m: int) -> float:
    """f = 440 · 2^((m − 69)/12), the frequency in Hz of the MIDI pitch m.   Ledger: data.pitch"""
    return 440 * 2 ** ((m - 69) / 12)


def perform(roll: np.ndarray, first: int, unit: str) -> np.ndarray:
    """Synthesise a roll (T, D) with decaying tones: (N,) float32 in (−1, 1) at `RATE` samples per second.

    A note of f Hz is Σ_k sin(2π k f t) / k² · exp(−t / 0.6 s), without the partials above half the rate; the
    largest sample is 0.9.
    Raises BadInput for an unknown unit, and for pitches outside MIDI's range.   Ledger: data.pitch
    """
    seconds = 60 / BEATS_PER_MINUTE / _steps_per_beat(unit)
    _check_pitches(roll, first)
    samples = lambda step: round(step * seconds * RATE)
    sound = np.zeros(samples(len(roll)))
    for d, start, end in notes_of(roll):
        t = np.arange(samples(end) - samples(start)) / RATE
        f = pitch_in_hz(first + d)
        tone = sum(np.sin(2 * np.pi * k * f * t) / k**2 for k in range(1, PARTIALS + 1) if k * f < RATE / 2)
        envelope = np.exp(-t / DECAY_SECONDS) * np.clip(np.minimum(t, t[-1] - t) / ATTACK_SECONDS, 0, 1)
        sound[samples(start) : samples(end)] += tone * envelope
    return (0.9 * sound / max(np.abs(sound).max(initial=0), 1e-9)).astype(np.float32)


def write_wav(sound: np.ndarray, path: Path, rate: int = RATE) -> Path:
    """Write samples (N,) as a WAV file: 16 bits, one channel, `rate` Hz. Values outside [−1, 1] are clipped."""
    with replacing(path) as temporary, wave.open(str(temporary), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.round(np.clip(sound, -1, 1) * (FULL_SCALE - 1)).astype("<i2").tobytes())
    return path


def _steps_per_beat(unit: str) -> int:
    if unit not in STEPS_PER_BEAT:
        raise BadInput(f"unknown unit {unit!r}; choose one of {', '.join(STEPS_PER_BEAT)}")
    return STEPS_PER_BEAT[unit]


def _check_pitches(roll: np.ndarray, first: int) -> None:
    if not 0 <= first <= 128 - roll.shape[1]:
        raise BadInput(f"pitches {first} … {first + roll.shape[1] - 1} are outside MIDI's range 0 … 127")
