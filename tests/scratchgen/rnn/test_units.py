"""Recurrent models of numbers of any size: their units change nothing but the numbers."""

import numpy as np
import pytest

from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.rnn import FrameModel, SequenceRegression, nats_per_frame, train_frames
from scratchgen.runs import History

SCALE, SHIFT = np.array([1e-3, 1e3, 20.0]), np.array([5e-3, -4e3, 100.0])


@pytest.fixture
def frames(rng):
    """Twelve sequences of three columns that swing, of mean about 0 and deviation about 1."""
    t = np.arange(20)[:, None]
    return [
        (1.3 * np.sin(0.5 * t + rng.uniform(0, 6, 3)) + 0.2 * rng.standard_normal((20, 3))) for _ in range(12)
    ]


def trained(sequences, by_column=True):
    sequences = [x.astype(np.float32) for x in sequences]
    known = np.concatenate(sequences)
    model = FrameModel(3, 12, Generator(0), cell="gru", mixture_components=2)
    if by_column:
        model.init_output_bias(known.mean(axis=0), known.std(axis=0))
    how = {"epochs": 6, "batch_size": 4, "optimizer": Adam(model.parameters(), 1e-2), "rng": Generator(1)}
    train_frames(model, sequences, sequences, History(), **how)
    return model, nats_per_frame(model, sequences)


def test_the_units_of_frames_change_their_nats_by_the_logarithm_and_the_training_not_at_all(frames, measured):
    plain, nats = trained(frames)
    other, others = trained([SCALE * x + SHIFT for x in frames])
    measured(abs(others - nats - np.log(SCALE).sum()), 1e-2)  # float32, over 18 steps
    x, y = (model.sample(6, 4, Generator(3)) for model in (plain, other))
    np.testing.assert_allclose(y, SCALE * x + SHIFT, rtol=1e-2, atol=0.05 * SCALE.max())
    assert np.all(np.abs((y - SHIFT) / SCALE - x) < 0.05)


def test_the_claim_above_rejects_a_model_that_begins_near_1_whatever_the_frames(frames):
    _, nats = trained(frames)
    _, blind = trained([SCALE * x + SHIFT for x in frames], by_column=False)
    assert blind - nats - np.log(SCALE).sum() > 10


def test_binary_frames_have_no_scale():
    with pytest.raises(ValueError, match="notes sound or not"):
        FrameModel(3, 4).init_output_bias(np.zeros(3), 1.0)


def fitted(x, target, by_column=True):
    """The relative error of a regression, trained on sequences x (T, B, 1) and targets (B, 2)."""
    model = SequenceRegression(1, 2, 8, Generator(0))
    if by_column:
        model.init_output_bias(target.mean(axis=0), target.std(axis=0))
    optimizer = Adam(model.parameters(), 1e-2)
    for _ in range(150):
        optimizer.zero_grad()
        residuals = (model(x) - target) / target.std(axis=0)
        (residuals**2).mean().backward()
        optimizer.step()
    return float(np.mean(((model(x).numpy() - target) / target.std(axis=0)) ** 2))


@pytest.fixture
def sums(rng):
    x = rng.standard_normal((5, 40, 1)).astype(np.float32)
    return x, np.concatenate([x.sum(axis=0), x.max(axis=0)], axis=1)


def test_targets_in_thousandths_and_in_thousands_are_learned_alike(sums, measured):
    x, target = sums
    plain = fitted(x, target)
    other = fitted(x, (target * [1e-3, 1e3] + [2e-3, 5e3]).astype(np.float32))
    assert plain < 0.2
    measured(abs(other / plain - 1), 0.05)


def test_the_claim_above_rejects_an_output_that_begins_near_0_whatever_the_targets(sums):
    x, target = sums
    assert fitted(x, (target * [1e-3, 1e3] + [2e-3, 5e3]).astype(np.float32), by_column=False) > 1
