"""Linear prediction against processes with known coefficients and entropy rate."""

import math

import numpy as np
import pytest

from scratchgen.errors import BadInput
from scratchgen.evaluation import LinearPrediction

A = np.array([1.6, -0.8])  # poles of modulus √0.8
SIGMA = 0.3


def process(rng, n):
    x = np.zeros(n + 2)
    for t in range(2, n + 2):
        x[t] = A @ x[[t - 1, t - 2]] + SIGMA * rng.standard_normal()
    return x[2:]


@pytest.mark.equation("rnn.linear_prediction")
def test_a_process_is_recovered_and_its_loss_is_the_entropy_rate(rng, measured):
    known = LinearPrediction(2).fit([process(rng, 10_000) for _ in range(4)])
    # the covariance of â is s² (Σ x xᵀ)⁻¹; its diagonal here (1 − a₂²)/n for both
    measured(np.abs(known.a[::-1] - A), 4 * math.sqrt((1 - 0.8**2) / 40_000))
    entropy_rate = 0.5 * math.log(2 * math.pi * math.e * SIGMA**2)
    cost = -known.log_prob(process(rng, 40_000)).mean()
    measured(abs(cost - entropy_rate), 4 * math.sqrt(0.5 / 40_000))


@pytest.mark.equation("rnn.linear_prediction")
def test_the_claim_above_rejects_an_order_that_is_too_low(rng):
    x = process(rng, 40_000)
    costs = [-LinearPrediction(order).fit([x]).log_prob(x).mean() for order in (1, 2, 8)]
    # the variance that one sample leaves is 1/(1 − a₂²) of that which two leave
    assert costs[0] - costs[1] == pytest.approx(-0.5 * math.log(1 - 0.8**2), abs=0.03)
    assert costs[2] == pytest.approx(costs[1], abs=1e-3)


def test_the_fit_is_the_least_squares_solution_and_a_local_optimum(rng):
    sounds = [process(rng, 100), process(rng, 70)]
    known = LinearPrediction(3).fit(sounds)
    rows = np.concatenate(
        [np.lib.stride_tricks.sliding_window_view(np.append([0] * 3, x), 4) for x in sounds]
    )
    expected, (squares,), *_ = np.linalg.lstsq(rows[:, :3], rows[:, 3])
    np.testing.assert_allclose(known.a, expected, rtol=1e-9)
    assert known.variance == pytest.approx(squares / 170)
    best = sum(known.log_prob(x).sum() for x in sounds)
    for change in (1.1, 0.9):
        known.variance *= change
        assert sum(known.log_prob(x).sum() for x in sounds) < best
        known.variance /= change


def test_predictions_in_chunks_equal_those_at_once(rng, monkeypatch):
    x = process(rng, 1_000)
    whole = LinearPrediction(4).fit([x])
    expected = whole.log_prob(x)
    monkeypatch.setattr("scratchgen.evaluation.linear_prediction.CHUNK_SIZE", 64)
    pieces = LinearPrediction(4).fit([x])
    np.testing.assert_allclose(pieces.a, whole.a, rtol=1e-10)
    np.testing.assert_allclose(pieces.log_prob(x), expected, rtol=1e-10)


def test_silence_and_order_0_are_refused():
    with pytest.raises(BadInput, match="predicted without error"):
        LinearPrediction(2).fit([np.zeros(50)])
    with pytest.raises(ValueError, match="order must be a whole number of at least 1, not 0"):
        LinearPrediction(0)
