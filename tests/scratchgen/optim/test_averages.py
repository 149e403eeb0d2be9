"""The moving average of the parameters, and clipping."""

import numpy as np
import pytest

from scratchgen.nn import Parameter
from scratchgen.optim import MovingAverage, clip_grad_norm


def parameter(values, gradient=None):
    p = Parameter(np.array(values, np.float64))
    p.grad = None if gradient is None else np.array(gradient, np.float64)
    return p


@pytest.mark.equation("optim.average")
def test_a_moving_average_is_the_recursion_written_out_and_forgets_the_beginning(measured):
    p = parameter([100.0])
    average, expected = MovingAverage([p], decay=0.9), 100.0
    for t in range(1, 200):
        p.data[...] = (-1.0) ** t
        average.update()
        d = min(0.9, (1 + t) / (10 + t))
        expected = d * expected + (1 - d) * (-1.0) ** t
    measured(abs(average.average[0] - expected), 1e-12)
    average.install()
    assert abs(p.data[0]) < 0.06  # between −1 and 1, the two places that it jumps between


@pytest.mark.equation("optim.average")
def test_the_claim_above_rejects_an_average_that_keeps_its_beginning():
    """d = decay from the first step on: after ten steps a third of the beginning is still there."""
    p, kept = parameter([100.0]), 100.0
    average = MovingAverage([p], decay=0.9)
    p.data[...] = 0.0
    for _ in range(10):
        average.update()
        kept = 0.9 * kept
    assert average.average[0] < 0.3 < 30 < kept


def test_clipping_bounds_the_joint_norm_keeps_the_direction_and_returns_the_norm_before():
    p, q, r = parameter([0.0, 0.0], [3.0, 0.0]), parameter([0.0], [4.0]), parameter([0.0])
    assert clip_grad_norm([p, q, r], 1.0) == 5
    np.testing.assert_allclose([*p.grad, *q.grad], [0.6, 0, 0.8])
    assert clip_grad_norm([p, q], 1.5) == pytest.approx(1)
    np.testing.assert_allclose(p.grad, [0.6, 0])
