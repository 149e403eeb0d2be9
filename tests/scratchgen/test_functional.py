"""Activations, losses and fused primitives: values at both ends of the range, derivatives, composed twins."""

import numpy as np
import pytest

from scratchgen import Tensor, check_grads, grad, rnn
from scratchgen import functional as F
from scratchgen.random import Generator
from scratchgen.rnn import recurrence

FAR = np.array([-1e4, -800.0, -30.0, 0.0, 30.0, 800.0, 1e4])


@pytest.mark.parametrize("f", [F.sigmoid, F.softplus, F.logsumexp, F.log_softmax, F.softmax, F.leaky_relu])
def test_derivatives_agree_with_finite_differences_to_third_order(f, rng):
    check_grads(f, 2 * rng.standard_normal((3, 4)), order=3)


def test_relu_has_slope_one_above_zero_and_zero_elsewhere():
    np.testing.assert_array_equal(
        grad(lambda x: F.relu(x).sum())(np.array([-1.0, 0.0, 2.0])).numpy(), [0, 0, 1]
    )


def test_sigmoid_is_exact_where_the_naive_form_underflows():
    with np.errstate(over="raise", invalid="raise"):
        y = F.sigmoid(FAR)
    np.testing.assert_allclose(y[2:5], [9.3576229688e-14, 0.5, 1 - 9.3576229688e-14], rtol=1e-9)
    assert (y[0], y[-1]) == (0, 1)


def test_softplus_is_linear_far_right_and_positive_far_left():
    with np.errstate(over="raise", invalid="raise"):
        y = F.softplus(FAR)
    assert y[-1] == 1e4 and y[-2] == 800 and y[2] == pytest.approx(np.exp(-30), rel=1e-12)


def test_logsumexp_of_large_numbers_does_not_overflow_and_of_nothing_is_minus_infinity():
    assert F.logsumexp(np.array([1000.0, 1000.0])) == pytest.approx(1000 + np.log(2), rel=1e-15)
    with np.errstate(divide="ignore"):
        assert F.logsumexp(np.array([-np.inf, -np.inf])) == -np.inf


def test_softmax_sums_to_one_and_ignores_a_common_shift(rng):
    x = rng.standard_normal((4, 5))
    np.testing.assert_allclose(F.softmax(x).sum(-1), 1, rtol=1e-14)
    np.testing.assert_allclose(F.softmax(x + 100), F.softmax(x), rtol=1e-12)


def test_bernoulli_cross_entropy_is_the_textbook_sum(rng):
    a, x = rng.standard_normal((3, 4)), rng.random((3, 4))
    p = 1 / (1 + np.exp(-a))
    textbook = -(x * np.log(p) + (1 - x) * np.log(1 - p)).sum(-1)
    np.testing.assert_allclose(F.bernoulli_cross_entropy(a, x), textbook, rtol=1e-12)
    check_grads(F.bernoulli_cross_entropy, a, x, order=3)


def test_bernoulli_cross_entropy_keeps_its_gradient_where_probabilities_round_to_zero():
    a = np.full((1, 1), -200.0)
    assert grad(lambda a: F.bernoulli_cross_entropy(a, np.ones((1, 1))).sum())(a).item() == -1


def test_softmax_cross_entropy_is_minus_the_log_probability_of_the_target(rng):
    a, k = rng.standard_normal((2, 3, 5)), rng.integers(0, 5, (2, 3))
    expected = -np.log(np.take_along_axis(F.softmax(a), k[..., None], -1)[..., 0])
    np.testing.assert_allclose(F.softmax_cross_entropy(a, k), expected, rtol=1e-12)
    check_grads(lambda a: F.softmax_cross_entropy(a, k), a, order=3)


@pytest.mark.parametrize("targets", [[-1], [3], [0, 1]])
def test_targets_outside_the_classes_or_of_another_shape_are_refused(targets):
    with pytest.raises(ValueError, match=r"need targets \(1,\) in 0 … 2"):
        F.softmax_cross_entropy(np.zeros((1, 3)), np.array(targets))


def test_pixels_and_logits_of_other_sizes_are_refused():
    with pytest.raises(ValueError, match="last axes must be equal"):
        F.bernoulli_cross_entropy(np.zeros((5, 4)), np.zeros((5, 1)))


@pytest.mark.parametrize("lead", [(4,), (2, 4), (0,)], ids=str)
def test_linear_equals_its_composed_twin_with_all_gradients(lead, rng):
    arguments = [rng.standard_normal(s) for s in ((*lead, 3), (3, 2), (2,))]
    fused, composed = (gradients(f, arguments) for f in (F.linear, lambda x, W, b: x @ W + b))
    for ours, twin in zip(fused, composed, strict=True):
        np.testing.assert_allclose(ours, twin, rtol=1e-12, atol=1e-14)
    check_grads(F.linear, *arguments, order=3)


def test_matmul_through_the_kernel_differentiates_to_any_order(rng):
    check_grads(F.matmul, rng.standard_normal((2, 3)), rng.standard_normal((3, 4)), order=3)


def recurrence_arguments(rng):
    T, B, D, H = 5, 3, 4, 6
    shapes = ((T, B, D), (B, H), (D, H), (H, H), (H,))
    return [0.5 * rng.standard_normal(s) for s in shapes]  # W_hh is not symmetric


def test_the_fused_recurrence_equals_its_composed_twin_with_all_gradients(rng):
    arguments = recurrence_arguments(rng)
    fused, composed = (gradients(f, arguments) for f in (F.tanh_recurrence, recurrence))
    for ours, twin in zip(fused, composed, strict=True):
        np.testing.assert_allclose(ours, twin, rtol=1e-11, atol=1e-13)


def test_the_fused_recurrence_names_its_twin_when_asked_for_a_second_derivative(rng):
    with pytest.raises(RuntimeError, match=r"tanh_recurrence is differentiable once.*twin"):
        check_grads(F.tanh_recurrence, *recurrence_arguments(rng), order=2)


def gated_arguments(rng, fused):
    T, B, D, H = 5, 3, 4, 6
    shapes = {
        F.lstm_recurrence: ((T, B, D), (B, H), (B, H), (D, 4 * H), (H, 4 * H), (4 * H,)),
        F.gru_recurrence: ((T, B, D), (B, H), (D, 3 * H), (H, 3 * H), (3 * H,), (3 * H,)),
    }
    return [0.5 * rng.standard_normal(s) for s in shapes[fused]]


GATED = [(F.lstm_recurrence, rnn.lstm_recurrence), (F.gru_recurrence, rnn.gru_recurrence)]


@pytest.mark.parametrize(("fused", "composed"), GATED, ids=["LSTM", "GRU"])
def test_fused_gated_recurrences_equal_their_composed_twins_with_all_gradients(fused, composed, rng):
    arguments = gated_arguments(rng, fused)
    check_grads(fused, *arguments, order=1)
    for ours, twin in zip(gradients(fused, arguments), gradients(composed, arguments), strict=True):
        np.testing.assert_allclose(ours, twin, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize(("fused", "composed"), GATED, ids=["LSTM", "GRU"])
def test_the_claim_above_rejects_a_twin_with_its_gates_in_another_order(fused, composed, rng):
    arguments = gated_arguments(rng, fused)
    other = [a[..., ::-1].copy() if a.shape[-1] % 6 == 0 and a.shape[-1] > 6 else a for a in arguments]
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(fused(*arguments), composed(*other), rtol=1e-11)


@pytest.mark.parametrize("fused", [F.lstm_recurrence, F.gru_recurrence], ids=["LSTM", "GRU"])
def test_fused_gated_recurrences_refuse_a_second_derivative(fused, rng):
    with pytest.raises(RuntimeError, match="recurrence is differentiable once"):
        check_grads(fused, *gated_arguments(rng, fused), order=2)


def test_the_loss_may_depend_on_the_last_cell_alone(rng):
    """As where the state of an encoder starts a decoder."""
    x, h0, c0, *weights = gated_arguments(rng, F.lstm_recurrence)
    check_grads(lambda x, c0: F.lstm_recurrence(x, h0, c0, *weights)[1][-1], x, c0, order=1)


def test_reparameterize_equals_mu_plus_sigma_eps_with_all_gradients(rng):
    mu, logvar = rng.standard_normal((2, 3, 4))
    eps = Generator(7).standard_normal((3, 4), np.float64)
    fused = gradients(lambda m, v: F.reparameterize(m, v, 7, 0), (mu, logvar))
    composed = gradients(lambda m, v: m + np.exp(0.5 * v) * eps, (mu, logvar))
    for ours, twin in zip(fused, composed, strict=True):
        np.testing.assert_allclose(ours, twin, rtol=1e-12)
    check_grads(lambda m, v: F.reparameterize(m, v, 7, 0), mu, logvar, order=3)


def test_mixed_floating_point_types_combine_as_in_numpy():
    x, W, b = (
        np.ones((2, 3)),
        Tensor(np.ones((3, 2), np.float32), requires_grad=True),
        np.zeros(2, np.float32),
    )
    y = F.linear(x, W, b)
    y.sum().backward()
    assert y.dtype == np.float64 and W.grad.dtype == np.float32


def gradients(f, arguments, seed=3):
    """The value of f and the pull-back of one random cotangent, as arrays."""
    leaves = [Tensor(a, requires_grad=True) for a in arguments]
    y = f(*leaves)
    y.backward(np.random.default_rng(seed).standard_normal(y.shape))
    return [y.numpy(), *(a.grad for a in leaves)]
