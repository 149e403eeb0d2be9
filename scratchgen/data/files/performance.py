"""Piano rolls made audible: written as MIDI files, and synthesised as sound."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from scratchgen.data.files.pcm import FULL_SCALE
from scratchgen.data.rolls import PLAIN, RollFormat, notes_of, steps_per_beat
from scratchgen.errors import BadInput
from scratchgen.files import replacing
from scratchgen.random import Generator

TICKS_PER_BEAT = 480
DRUM_CHANNEL = 9  # counted from 0: the channel 10 of MIDI
RATE = 22_050  # samples per second
PARTIALS = 6  # per tone, the k-th with amplitude 1/k²
DECAY_SECONDS, ATTACK_SECONDS = 0.6, 0.01  # decay of a tone to 1/e; fade-in and fade-out
STROKE_SECONDS = 0.06  # decay of the stroke of a drum to 1/e
DEEP_DRUMS = (35, 36, 41, 43, 45, 47, 48, 50)  # bass drums and toms of General MIDI


def write_midi(roll: np.ndarray, first: int, unit: str, path: Path, form: RollFormat = PLAIN) -> Path:
    """Write a roll (T, D) as a MIDI file of one track: column d is the pitch first + d, one step lasts one `unit`.

    form    what the columns mean, the tempo and the velocity; drums are written on channel 10
    Raises BadInput for an unknown unit, for pitches outside MIDI's range, and if mido, the library that writes
    MIDI, is not installed.
    """
    try:
        import mido
    except ImportError:
        raise BadInput("writing MIDI files needs mido, which is not installed; `pip install mido`") from None
    step = TICKS_PER_BEAT // steps_per_beat(unit)
    _check_pitches(form.sounding(roll), first)
    events = [
        event
        for d, start, end in notes_of(roll, form)
        for event in ((start * step, 1, first + d), (end * step, 0, first + d))
    ]
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(form.tempo))])
    channel, now = (DRUM_CHANNEL if form.drums else 0), 0
    for tick, on, pitch in sorted(events):  # at the same tick, ends sort before beginnings
        kind = "note_on" if on else "note_off"
        track.append(mido.Message(kind, channel=channel, note=pitch, velocity=form.velocity, time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=len(roll) * step - now))
    with replacing(path) as temporary:
        mido.MidiFile(type=0, ticks_per_beat=TICKS_PER_BEAT, tracks=[track]).save(temporary)
    return path


def pitch_in_hz(m: int) -> float:
    """f = 440 · 2^((m − 69)/12), the frequency in Hz of the MIDI pitch m.   Ledger: data.pitch"""
    return 440 * 2 ** ((m - 69) / 12)


def perform(roll: np.ndarray, first: int, unit: str, form: RollFormat = PLAIN) -> np.ndarray:
    """Synthesise a roll (T, D) with decaying tones: (N,) float32 in (−1, 1) at `RATE` samples per second.

    A note of f Hz is Σ_k sin(2π k f t) / k² · exp(−t / 0.6 s), without the partials above half the rate; the
    largest sample is 0.9. A stroke of a drum is `stroke`.

    form    what the columns mean, and the tempo
    Raises BadInput for an unknown unit, and for pitches outside MIDI's range.   Ledger: data.pitch
    """
    seconds = 60 / form.tempo / steps_per_beat(unit)
    _check_pitches(form.sounding(roll), first)
    samples = lambda step: round(step * seconds * RATE)
    sound = np.zeros(samples(len(roll)))
    for d, start, end in notes_of(roll, form):
        t = np.arange(samples(end) - samples(start)) / RATE
        sound[samples(start) : samples(end)] += stroke(first + d, t) if form.drums else tone(first + d, t)
    return (0.9 * sound / max(np.abs(sound).max(initial=0), 1e-9)).astype(np.float32)


def tone(pitch: int, t: np.ndarray) -> np.ndarray:
    """The samples of one note at the times t (N,), in seconds since it began.   Ledger: data.pitch"""
    f = pitch_in_hz(pitch)
    partials = sum(np.sin(2 * np.pi * k * f * t) / k**2 for k in range(1, PARTIALS + 1) if k * f < RATE / 2)
    fade = np.clip(np.minimum(t, t[-1:] - t) / ATTACK_SECONDS, 0, 1)
    return partials * np.exp(-t / DECAY_SECONDS) * fade


def stroke(drum: int, t: np.ndarray) -> np.ndarray:
    """The samples of one stroke at the times t (N,): a falling tone of a deep drum, noise of any other."""
    decay = np.exp(-t / STROKE_SECONDS)
    if drum in DEEP_DRUMS:
        return np.sin(2 * np.pi * pitch_in_hz(drum) * (t + STROKE_SECONDS * (1 - decay))) * decay
    return Generator(drum).standard_normal(len(t)) / 3 * decay


def write_wav(sound: np.ndarray, path: Path, rate: int = RATE) -> Path:
    """Write samples (N,) as a WAV file: 16 bits, one channel, `rate` Hz. Values outside [−1, 1] are clipped."""
    with replacing(path) as temporary, wave.open(str(temporary), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.round(np.clip(sound, -1, 1) * (FULL_SCALE - 1)).astype("<i2").tobytes())
    return path


def _check_pitches(sounding: np.ndarray, first: int) -> None:
    if not 0 <= first <= 128 - sounding.shape[1]:
        raise BadInput(f"pitches {first} … {first + sounding.shape[1] - 1} are outside MIDI's range 0 … 127")
