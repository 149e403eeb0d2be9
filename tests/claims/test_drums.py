"""Drums by formula: the frequency of a falling sine by its zero crossings, and the band of noise by its spectrum."""

import numpy as np
import pytest

from scratchgen.data import load_sound
from scratchgen.data.sets.synthetic_drums import DRUMS, RATE, SAMPLES, band_noise, drum, falling_sine
from scratchgen.errors import BadInput
from scratchgen.random import Generator

LOW, HIGH, FALL, DECAY = 60.0, 400.0, 0.05, 0.2


def check_falling_sine(synthesise):
    """At a zero crossing the phase is a multiple of π: the number of half cycles is the integral of the frequency."""
    rate, n = 40_000, 16_000
    x = synthesise(LOW, HIGH, FALL, DECAY, n, rate)
    crossings = np.flatnonzero((x[1:-1] > 0) != (x[2:] > 0)) + 1
    s = (crossings + x[crossings] / (x[crossings] - x[crossings + 1])) / rate
    steps = np.linspace(0, s, 4_001)  # the integral by the trapezoidal rule
    f = LOW + (HIGH - LOW) * np.exp(-steps / FALL)
    cycles = ((f[1:] + f[:-1]) / 2 * np.diff(steps, axis=0)).sum(axis=0)
    assert np.allclose(2 * cycles, np.arange(1, len(s) + 1), atol=2e-3)
    # the envelope: the largest sample around a crest
    crest = lambda at: np.abs(x[int(at * rate) - 400 : int(at * rate) + 400]).max()
    assert crest(0.3) / crest(0.1) == pytest.approx(np.exp(-0.2 / DECAY), rel=0.05)


@pytest.mark.equation("data.falling_sine")
def test_a_falling_sine_has_the_frequency_and_the_envelope_that_it_names():
    check_falling_sine(falling_sine)


@pytest.mark.equation("data.falling_sine")
@pytest.mark.parametrize("planted", ["instantaneous frequency times time", "no decay"])
def test_the_claim_on_falling_sines_rejects(planted):
    def wrong(low, high, fall, decay, n, rate):
        s = np.arange(n) / rate
        if planted == "no decay":
            return falling_sine(low, high, fall, 1e9, n, rate)
        return np.exp(-s / decay) * np.sin(2 * np.pi * (low + (high - low) * np.exp(-s / fall)) * s)

    with pytest.raises(AssertionError):
        check_falling_sine(wrong)


def check_band_noise(make, rng):
    """Projections onto cosines and sines of all frequencies, written out."""
    n, rate, low, high = 60, 600, 90, 210
    noise = rng.standard_normal(n)
    x = make(noise, low, high, rate)
    assert np.abs(x).max() == pytest.approx(1, rel=1e-12)
    t = np.arange(n)
    kept = np.zeros(n)
    for k in range(n // 2 + 1):
        waves = [np.cos(2 * np.pi * k * t / n), np.sin(2 * np.pi * k * t / n)]
        if low <= k * rate / n <= high:
            kept += sum(w * (noise @ w) / (w @ w) for w in waves if w @ w > 1e-9)
    assert np.allclose(x, kept / np.abs(kept).max(), atol=1e-12)


@pytest.mark.equation("data.band_noise")
def test_noise_in_a_band_is_the_projection_onto_its_frequencies(rng):
    check_band_noise(band_noise, rng)


@pytest.mark.equation("data.band_noise")
@pytest.mark.parametrize(
    "planted",
    [
        lambda noise, low, high, rate: band_noise(noise, 0, high, rate),
        lambda noise, low, high, rate: band_noise(noise, low, high, rate) / 2,
        lambda noise, low, high, rate: band_noise(noise, low, high, 2 * rate),
    ],
    ids=["low-pass", "half the peak", "another rate"],
)
def test_the_claim_on_noise_rejects(planted, rng):
    with pytest.raises(AssertionError):
        check_band_noise(planted, rng)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: falling_sine(200, 100, 0.1, 0.1, 10, 1000), "falls from 100 Hz to 200 Hz"),
        (lambda: falling_sine(100, 600, 0.1, 0.1, 10, 1000), "half the rate"),
        (lambda: band_noise(np.ones(8), 1, 2, 8), "no energy between 1 and 2 Hz"),
        (lambda: band_noise(np.ones(8), 0.1, 0.2, 8), "no energy"),
        (lambda: drum("gong", Generator(0)), "no drum 'gong'; choose one of hi-hat"),
    ],
)
def test_impossible_sounds_are_refused(call, message):
    with pytest.raises(BadInput, match=message):
        call()


def test_every_part_has_all_drums_and_no_two_strokes_are_equal():
    drums = load_sound("synthetic-drums")
    for part in ("train", "validation", "test"):
        labels = getattr(drums, f"{part}_labels")
        assert len(set(np.bincount(labels).tolist())) == 1 and labels.max() == len(DRUMS) - 1
    strokes = {x.tobytes() for part in (drums.train, drums.validation, drums.test) for x in part}
    assert len(strokes) == 1_600
    assert all(len(x) == SAMPLES and 0.29 < np.abs(x).max() < 0.96 for x in drums.test)


def test_hats_are_bright_and_kicks_are_dark():
    centroid = {}
    for kind in DRUMS:
        power = np.mean([np.abs(np.fft.rfft(drum(kind, Generator(i)))) ** 2 for i in range(20)], axis=0)
        f = np.fft.rfftfreq(SAMPLES, 1 / RATE)
        centroid[kind] = (f * power).sum() / power.sum()
    assert centroid["kick"] < centroid["tom"] < centroid["snare"] < centroid["hi-hat"]
