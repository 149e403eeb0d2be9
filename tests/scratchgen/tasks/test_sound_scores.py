"""Nats per frame of sound: both baselines in the units of the frames."""

import math

import numpy as np
import pytest

from scratchgen.data import SoundData
from scratchgen.data.sound_frames import as_frames
from scratchgen.evaluation import LinearPrediction
from scratchgen.tasks.sound import ORDER, linear_nats, marginal_nats

N = 64 * 40  # samples, whole frames


def frames_of(parts):
    return as_frames(SoundData("some", 8000, *([x.astype(np.float32) for x in part] for part in parts)))


@pytest.fixture
def white(rng):
    return [[0.2 * rng.standard_normal(N) for _ in range(n)] for n in (40, 2, 20)]


def test_noise_without_any_order_costs_both_baselines_the_entropy_of_its_frames(white):
    frames = frames_of(white)
    entropy = 64 * 0.5 * math.log(2 * math.pi * math.e)  # each number has a deviation of 1
    error = 64 * math.sqrt(0.5 / (20 * N))
    assert marginal_nats(frames.test) == pytest.approx(entropy, abs=4 * error)
    assert linear_nats(frames, "test") == pytest.approx(entropy, abs=4 * error)


def test_the_scale_of_the_sound_changes_no_number(white):
    loud = frames_of(white)
    quiet = frames_of([[x / 50 for x in part] for part in white])
    assert linear_nats(quiet, "test") == pytest.approx(linear_nats(loud, "test"), abs=1e-4)
    assert marginal_nats(quiet.test) == pytest.approx(marginal_nats(loud.test), abs=1e-4)


def test_linear_prediction_is_that_of_the_samples_in_the_units_of_the_frames(white):
    smooth = [[np.convolve(x, [0.5, 0.4, 0.1], "same") for x in part] for part in white]
    frames = frames_of(smooth)
    known = LinearPrediction(ORDER).fit(smooth[0])
    per_sample = -np.concatenate([known.log_prob(x) for x in smooth[2]]).mean()
    expected = 64 * per_sample - np.log(frames.scale).sum()
    assert linear_nats(frames, "test") == pytest.approx(expected, abs=1e-3)
    # coloured noise is no worse by its spectrum than by its past: Kolmogorov's formula
    assert linear_nats(frames, "test") == pytest.approx(marginal_nats(frames.test), abs=1.5)
