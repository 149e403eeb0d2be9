"""Squared, absolute and Huber errors: their sums written out, what they are best for, and their derivatives."""

import numpy as np
import pytest

from scratchgen import Tensor, check_grads, grad
from scratchgen import functional as F

pytestmark = pytest.mark.fast

WRITTEN_OUT = {
    "mse": (F.mse_loss, lambda r: r * r),
    "l1": (F.l1_loss, lambda r: -r if r < 0 else r),
    "huber": (F.huber_loss, lambda r: r * r / 2 if abs(r) <= 1 else abs(r) - 0.5),
}
every = pytest.mark.parametrize("name", WRITTEN_OUT)


def mean_of(error, y, t):
    """The mean of the errors of each row, by a loop."""
    rows = zip(y.reshape(-1, y.shape[-1]), t.reshape(-1, t.shape[-1]), strict=True)
    return np.array([sum(error(a - b) for a, b in zip(*row, strict=True)) / y.shape[-1] for row in rows])


@pytest.mark.equation("nn.mse")
@pytest.mark.equation("nn.l1")
@pytest.mark.equation("nn.huber")
@every
def test_the_loss_of_each_example_is_the_mean_of_its_errors(name, rng, measured):
    loss, error = WRITTEN_OUT[name]
    y, t = 2 * rng.standard_normal((2, 5, 3, 4))
    found = loss(y, t)
    assert found.shape == (5, 3)
    measured(np.abs(found.ravel() - mean_of(error, y, t)), 1e-14)


@pytest.mark.equation("nn.mse")
@pytest.mark.equation("nn.l1")
@pytest.mark.equation("nn.huber")
@every
def test_the_claim_above_rejects_a_sum_in_place_of_the_mean_and_another_power(name, rng):
    loss, error = WRITTEN_OUT[name]
    y, t = 2 * rng.standard_normal((2, 5, 4))
    for wrong in (lambda r: 4 * error(r), lambda r: abs(r) ** 1.5):
        assert np.abs(loss(y, t) - mean_of(wrong, y, t)).max() > 0.01


@pytest.mark.equation("nn.mse")
@pytest.mark.equation("nn.l1")
@pytest.mark.equation("nn.huber")
def test_the_best_constant_is_the_mean_the_median_and_a_number_between_them():
    """For 0, 0, 0, 1, 9, the loss is least at 2 (mean) and at 0 (median); Huber's at ½: Σ clip(c − x, ±1) = 0."""
    x = np.array([[0.0], [0.0], [0.0], [1.0], [9.0]])
    for loss, best in ((F.mse_loss, 2.0), (F.l1_loss, 0.0), (F.huber_loss, 0.5)):
        at = [loss(np.full((5, 1), c), x).sum() for c in (best - 0.01, best, best + 0.01)]
        assert at[1] < min(at[0], at[2])


def test_the_huber_loss_is_squared_near_the_target_and_linear_far_from_it():
    slope = grad(lambda y: F.huber_loss(y, np.zeros((1, 5)), delta=2.0).sum())
    np.testing.assert_allclose(
        slope(np.array([[-9.0, -1.0, 0.0, 1.5, 7.0]])).numpy() * 5, [[-2, -1, 0, 1.5, 2]]
    )
    y = np.linspace(-1.9, 1.9, 8)[None]
    np.testing.assert_allclose(F.huber_loss(y, 0 * y, delta=2.0), F.mse_loss(y, 0 * y) / 2)


@every
@pytest.mark.parametrize("shape", [(3,), (2, 3), (0, 3), (4, 1)], ids=str)
def test_derivatives_by_prediction_and_target_to_second_order(name, shape, rng):
    loss, _ = WRITTEN_OUT[name]
    y, t = 0.3 * rng.standard_normal((2, *shape))
    y[..., :1] += 5  # away from the kinks, and on both sides of delta
    check_grads(loss, y, t, order=2)


def test_at_the_target_the_derivative_is_0():
    for loss in (F.mse_loss, F.l1_loss, F.huber_loss):
        assert not grad(lambda y, loss=loss: loss(y, np.ones((2, 3))).sum())(np.ones((2, 3))).numpy().any()


@every
def test_single_precision_stays_single(name):
    y = Tensor(np.ones((2, 3), np.float32), requires_grad=True)
    loss = WRITTEN_OUT[name][0](y, np.zeros((2, 3), np.float32))
    loss.sum().backward()
    assert loss.dtype == y.grad.dtype == np.float32


@every
@pytest.mark.parametrize("target", [(3,), (3, 1, 1), (1, 1), (2, 1)], ids=str)
def test_targets_of_another_shape_are_refused(name, target):
    """(3, 1) and (3,) would broadcast to nine differences."""
    with pytest.raises(ValueError, match=r"predictions have shape \(3, 1\) and the targets .* must be equal"):
        WRITTEN_OUT[name][0](np.zeros((3, 1)), np.zeros(target))


def test_the_mean_over_examples_is_pytorchs(rng):
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    y, t = rng.standard_normal((2, 6, 4))
    for ours, theirs in ((F.mse_loss, f.mse_loss), (F.l1_loss, f.l1_loss), (F.huber_loss, f.huber_loss)):
        assert ours(y, t).mean() == pytest.approx(theirs(torch.tensor(y), torch.tensor(t)).item(), rel=1e-12)
