"""Silence around a sound is found, whatever its level, and cut off."""

import numpy as np
import pytest

from scratchgen.data.preprocessing.silence import sounding, trimmed
from scratchgen.errors import BadInput

RATE = 8000


def between(before, after, gain=1.0):
    tone = np.sin(2 * np.pi * 500 * np.arange(4000) / RATE)
    return gain * np.concatenate([np.zeros(before), tone, np.zeros(after)]).astype(np.float32)


@pytest.mark.parametrize("before, after", [(0, 0), (800, 0), (0, 1234), (799, 1)])
@pytest.mark.parametrize("gain", [1.0, 1e-3])
def test_the_sounding_part_is_within_a_moment_of_the_tone_at_any_level(before, after, gain):
    inner = sounding(between(before, after, gain), RATE)
    assert abs(before - inner.start) <= 80 and abs(inner.stop - (before + 4000)) <= 80


def test_a_trimmed_sound_has_the_given_peak_and_no_silence_and_stays_as_it_is_when_trimmed_again():
    once = trimmed(between(900, 700, 0.01), RATE)
    assert np.abs(once).max() == pytest.approx(0.9) and once.dtype == np.float32
    assert len(once) < 4160 and np.allclose(trimmed(once, RATE), once)


def test_the_claims_above_reject_a_threshold_that_is_absolute():
    loud = between(900, 700, 1.0)
    quiet = 1e-3 * loud
    power = quiet**2
    assert not (power > 10 ** (-40 / 10)).any() and len(trimmed(quiet, RATE)) == len(trimmed(loud, RATE))


def test_a_silent_sound_has_no_sounding_part_and_becomes_one_sample():
    assert sounding(np.zeros(100), RATE) == slice(0, 0)
    assert trimmed(np.zeros(100), RATE).tolist() == [0.0]


@pytest.mark.parametrize("wrong", [np.zeros(0), np.array([np.nan]), np.ones((2, 3))], ids=str)
def test_what_is_no_sound_is_refused(wrong):
    with pytest.raises(BadInput, match="a sound is"):
        sounding(wrong, RATE)
