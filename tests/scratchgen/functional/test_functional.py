"""Activations, losses and fused primitives: values at both ends of the range, derivatives, composed twins."""

import numpy as np
import pytest

from scratchgen import Tensor, check_grads, defvjp, grad, rnn
from scratchgen import functional as F
from scratchgen import primitive as sg_primitive
from scratchgen.autograd import GradientError
from scratchgen.random import Generator
from scratchgen.rnn import tanh_recurrence as recurrence

pytestmark = pytest.mark.fast

FAR = np.array([-1e4, -800.0, -30.0, 0.0, 30.0, 800.0, 1e4])


@pytest.mark.parametrize("f", [F.sigmoid, F.softplus, F.logsumexp, F.log_softmax, F.softmax, F.leaky_relu])
def test_derivatives_agree_with_finite_differences_to_third_order(f, rng):
    check_grads(f, 2 * rng.standard_normal((3, 4)), order=3)


@pytest.mark.equation("nn.relu")
def test_relu_has_slope_one_above_zero_and_zero_elsewhere():
    np.testing.assert_array_equal(
        grad(lambda x: F.relu(x).sum())(np.array([-1.0, 0.0, 2.0])).numpy(), [0, 0, 1]
    )


@pytest.mark.equation("nn.relu")
@pytest.mark.equation("nn.leaky_relu")
def test_the_claims_about_rectifiers_reject_each_other(rng):
    x = np.array([-2.0, 0.0, 3.0])
    assert F.leaky_relu(x, slope=0.1)[0] == -0.2 and F.relu(x)[0] == 0
    slope = grad(lambda x: F.leaky_relu(x, slope=0.1).sum())(x).numpy()
    np.testing.assert_array_equal(slope, [0.1, 0.1, 1])
    assert slope[0] != grad(lambda x: F.relu(x).sum())(x).numpy()[0]


@pytest.mark.equation("nn.sigmoid")
def test_sigmoid_is_exact_where_the_naive_form_underflows(measured):
    with np.errstate(over="raise", invalid="raise"):
        y = F.sigmoid(FAR)
    exact = np.array([9.3576229688e-14, 0.5, 1 - 9.3576229688e-14])
    measured(np.abs(y[2:5] / exact - 1), 1e-9)
    assert (y[0], y[-1]) == (0, 1)


@pytest.mark.equation("nn.sigmoid")
def test_the_claim_above_rejects_the_form_with_one_exponential():
    with np.errstate(over="ignore", invalid="ignore"):
        wrong = np.exp(FAR) / (1 + np.exp(FAR))
    assert np.isnan(wrong[-1])  # ∞/∞


@pytest.mark.equation("nn.softplus")
def test_softplus_is_linear_far_right_and_positive_far_left(measured):
    with np.errstate(over="raise", invalid="raise"):
        y = F.softplus(FAR)
    measured(np.abs(y[[-1, -2, 2]] / [1e4, 800, np.exp(-30)] - 1), 1e-12)


@pytest.mark.equation("nn.softplus")
def test_the_claim_above_rejects_the_logarithm_of_1_plus_a_small_number():
    naive = np.log(1 + np.exp(-np.array([30.0, 800.0])))
    assert naive[0] != pytest.approx(np.exp(-30), rel=1e-4, abs=0)


AXES = [-1, 0, 1, (0, 2), (-1, 0, 1), None, ()]


@pytest.mark.equation("nn.logsumexp")
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize("shape", [(2, 3, 4), (1, 3, 1), (2, 0, 4), (0, 3, 2)], ids=str)
def test_logsumexp_adds_the_exponentials_one_by_one_over_any_axes(shape, axis, keepdims, rng, measured):
    x = 3 * rng.standard_normal(shape)
    one_by_one = np.logaddexp.reduce(x, axis=axis, keepdims=keepdims)
    ours = F.logsumexp(x, axis=axis, keepdims=keepdims)
    assert ours.shape == one_by_one.shape
    if np.isfinite(one_by_one).any():
        measured(np.abs(ours - one_by_one)[np.isfinite(one_by_one)], 1e-13 * 20)
    np.testing.assert_allclose(ours, one_by_one, rtol=1e-13, atol=1e-13)
    if np.isfinite(one_by_one).all():
        check_grads(lambda x: F.logsumexp(x, axis=axis, keepdims=keepdims), x, order=2)


@pytest.mark.equation("nn.logsumexp")
def test_the_check_above_rejects_a_rule_for_another_axis(rng):
    @sg_primitive
    def along_the_rows(x):
        return F.logsumexp(x, axis=1)

    defvjp(along_the_rows, lambda g, y, x: g[None, :] * np.exp(x - y[None, :]))  # right for axis 0
    with pytest.raises(GradientError, match="along_the_rows"):
        check_grads(along_the_rows, rng.standard_normal((3, 3)), order=1)


def test_logsumexp_of_large_and_of_small_numbers_neither_overflows_nor_vanishes():
    x = np.array([[1000.0, 1000.0], [-1000.0, -1000.0], [1e308, 0.0]])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = F.logsumexp(x)
    np.testing.assert_allclose(y, [1000 + np.log(2), -1000 + np.log(2), 1e308], rtol=1e-15)


def test_equal_numbers_share_the_derivative_of_logsumexp_evenly():
    g = grad(lambda x: F.logsumexp(x))(np.full(4, 700.0))
    np.testing.assert_allclose(g.numpy(), 0.25, rtol=1e-13)


def test_logsumexp_of_nothing_is_minus_infinity_with_derivative_zero_and_without_a_warning():
    x = Tensor(np.array([[-np.inf, -np.inf], [-np.inf, 1.5], [0.0, 0.0]]), requires_grad=True)
    with np.errstate(all="raise"):
        y = F.logsumexp(x)
        y.backward(np.array([5.0, 7.0, 2.0]))
        nothing = F.logsumexp(np.zeros((3, 0), np.float32))
    np.testing.assert_allclose(y.numpy(), [-np.inf, 1.5, np.log(2)])
    np.testing.assert_allclose(x.grad, [[0, 0], [0, 7], [1, 1]])
    assert nothing.dtype == np.float32 and np.all(nothing == -np.inf)


def test_a_masked_element_has_second_derivative_zero(rng):
    mask = np.array([[0, -np.inf, 0], [-np.inf, -np.inf, -np.inf]])
    v = rng.standard_normal((2, 3))

    def slope(x):
        return np.sum(v * grad(lambda x: F.logsumexp(x + mask).sum())(x))

    second = grad(slope)(np.zeros((2, 3))).numpy()
    p = np.array([0.5, 0, 0.5])  # softmax of the first row; its Hessian is diag p − p pᵀ
    np.testing.assert_allclose(second, [p * v[0] - p * (p @ v[0]), np.zeros(3)], atol=1e-15)


def test_logsumexp_propagates_plus_infinity_and_nan():
    x = np.array([[np.inf, 1.0, np.inf], [np.inf, -np.inf, 0.0], [np.nan, 1.0, -np.inf]])
    np.testing.assert_array_equal(F.logsumexp(x), [np.inf, np.inf, np.nan])
    with np.errstate(invalid="ignore"):
        g = grad(lambda x: F.logsumexp(x).sum())(x).numpy()
    np.testing.assert_array_equal(np.isnan(g[:2]), [[True, False, True], [True, False, False]])
    assert np.all(g[:2][np.isfinite(x[:2])] == 0)


def test_logsumexp_keeps_single_precision_and_takes_whole_numbers():
    x = Tensor(np.ones((2, 3), np.float32), requires_grad=True)
    y = F.logsumexp(x, axis=None)
    y.backward()
    assert y.dtype == x.grad.dtype == np.float32
    assert F.logsumexp(np.array([0, 0])) == np.log(2)


@pytest.mark.equation("nn.softmax")
def test_softmax_along_an_axis_is_softmax_of_the_transpose(rng):
    x = rng.standard_normal((4, 5))
    np.testing.assert_allclose(F.softmax(x, axis=0), F.softmax(x.T).T, rtol=1e-15)
    assert F.softmax(x, axis=None).sum() == pytest.approx(1, rel=1e-14)
    check_grads(lambda x: F.log_softmax(x, axis=0), x)


@pytest.mark.equation("nn.softmax")
def test_softmax_sums_to_one_and_ignores_a_common_shift(rng):
    x = rng.standard_normal((4, 5))
    np.testing.assert_allclose(F.softmax(x).sum(-1), 1, rtol=1e-14)
    np.testing.assert_allclose(F.softmax(x + 100), F.softmax(x), rtol=1e-12)


@pytest.mark.equation("nn.softmax")
def test_the_claim_above_rejects_probabilities_over_another_axis(rng):
    x = rng.standard_normal((4, 5))
    assert np.abs(F.softmax(x, axis=0).sum(-1) - 1).max() > 0.1


@pytest.mark.equation("nn.softmax")
def test_softmax_is_each_exponential_divided_by_their_sum(rng, measured):
    x = 3 * rng.standard_normal((4, 5))
    written_out = [[np.exp(x_k) / sum(np.exp(row)) for x_k in row] for row in x]
    measured(np.abs(F.softmax(x) - written_out), 1e-15)


@pytest.mark.equation("vae.likelihood")
def test_bernoulli_cross_entropy_is_the_textbook_sum(rng, measured):
    a, x = rng.standard_normal((3, 4)), rng.random((3, 4))
    p = 1 / (1 + np.exp(-a))
    textbook = -(x * np.log(p) + (1 - x) * np.log(1 - p)).sum(-1)
    measured(np.abs(F.bernoulli_cross_entropy(a, x) - textbook), 1e-13)
    check_grads(F.bernoulli_cross_entropy, a, x, order=3)


def test_bernoulli_cross_entropy_keeps_its_gradient_where_probabilities_round_to_zero():
    a = np.full((1, 1), -200.0)
    assert grad(lambda a: F.bernoulli_cross_entropy(a, np.ones((1, 1))).sum())(a).item() == -1


@pytest.mark.equation("nn.cross_entropy")
def test_softmax_cross_entropy_is_minus_the_log_probability_of_the_target(rng, measured):
    a, k = rng.standard_normal((2, 3, 5)), rng.integers(0, 5, (2, 3))
    expected = -np.log(np.take_along_axis(F.softmax(a), k[..., None], -1)[..., 0])
    measured(np.abs(F.softmax_cross_entropy(a, k) - expected), 1e-13)
    check_grads(lambda a: F.softmax_cross_entropy(a, k), a, order=3)


def assert_gives_its_twin(fused, composed, arguments, rtol=1e-11):
    for ours, twin in zip(gradients(fused, arguments), gradients(composed, arguments), strict=True):
        np.testing.assert_allclose(ours, twin, rtol=rtol, atol=1e-13)


@pytest.mark.parametrize(
    "shapes",
    [
        ((3, 4), (3, 4)),
        ((2, 3, 4), (3, 4)),
        ((2, 3, 4), (4,)),
        ((3, 4), (2, 3, 4)),
        ((2, 3, 4), (2, 1, 4)),
        ((4,), (4,)),
    ],
    ids=str,
)
def test_bernoulli_cross_entropy_equals_its_composed_twin_however_its_arguments_broadcast(rng, shapes):
    arguments = 3 * rng.standard_normal(shapes[0]), rng.random(shapes[1])
    assert_gives_its_twin(
        F.bernoulli_cross_entropy, lambda a, x: np.sum(F.softplus(a) - x * a, axis=-1), arguments
    )
    check_grads(F.bernoulli_cross_entropy, *arguments, order=2)


@pytest.mark.parametrize("shape", [(2, 3, 5), (5,)], ids=str)
def test_softmax_cross_entropy_equals_its_composed_twin(rng, shape):
    a, k = 3 * rng.standard_normal(shape), rng.integers(0, 5, shape[:-1])
    twin = lambda a: -np.sum(F.log_softmax(a) * (np.asarray(k)[..., None] == np.arange(5)), axis=-1)
    assert_gives_its_twin(lambda a: F.softmax_cross_entropy(a, np.asarray(k)), twin, [a])


def test_whole_numbers_are_pixels_and_logits_too():
    assert F.bernoulli_cross_entropy(np.array([[0, 0]]), np.array([[1, 0]])) == pytest.approx(2 * np.log(2))
    a = Tensor(np.zeros((1, 2), np.float32), requires_grad=True)
    F.bernoulli_cross_entropy(a, np.array([[1, 0]], np.uint8)).sum().backward()
    np.testing.assert_array_equal(a.grad, np.array([[-0.5, 0.5]], np.float32))
    assert a.grad.dtype == np.float32


TWINS = {"identity": lambda s: s, "tanh": np.tanh, "sigmoid": F.sigmoid, "relu": F.relu}


@pytest.mark.parametrize("activation", TWINS)
def test_bias_activation_equals_its_composed_twin_to_third_order(rng, activation):
    x, b = rng.standard_normal((3, 4)), rng.standard_normal(4)
    fused = lambda x, b: F.bias_activation(x, b, activation)
    assert_gives_its_twin(fused, lambda x, b: TWINS[activation](x + b), (x, b))
    check_grads(fused, x, b, order=3)


@pytest.mark.parametrize("targets", [[-1], [3], [0, 1]])
def test_targets_outside_the_classes_or_of_another_shape_are_refused(targets):
    with pytest.raises(ValueError, match=r"need targets \(1,\) in 0 … 2"):
        F.softmax_cross_entropy(np.zeros((1, 3)), np.array(targets))


def test_pixels_and_logits_of_other_sizes_are_refused():
    with pytest.raises(ValueError, match="last axes must be equal"):
        F.bernoulli_cross_entropy(np.zeros((5, 4)), np.zeros((5, 1)))


@pytest.mark.equation("nn.linear")
@pytest.mark.parametrize("lead", [(4,), (2, 4), (0,)], ids=str)
def test_linear_equals_its_composed_twin_with_all_gradients(lead, rng):
    arguments = [rng.standard_normal(s) for s in ((*lead, 3), (3, 2), (2,))]
    fused, composed = (gradients(f, arguments) for f in (F.linear, lambda x, W, b: x @ W + b))
    for ours, twin in zip(fused, composed, strict=True):
        np.testing.assert_allclose(ours, twin, rtol=1e-12, atol=1e-14)
    check_grads(F.linear, *arguments, order=3)


@pytest.mark.equation("nn.linear")
def test_a_linear_layer_is_its_sum_written_out(rng, measured):
    x, W, b = rng.standard_normal((4, 3)), rng.standard_normal((3, 3)), rng.standard_normal(3)
    sums = [[sum(x[i, d] * W[d, j] for d in range(3)) + b[j] for j in range(3)] for i in range(4)]
    measured(np.abs(F.linear(x, W, b) - sums), 1e-14)


@pytest.mark.equation("nn.linear")
def test_the_claim_above_rejects_the_transposed_weights(rng):
    x, W, b = rng.standard_normal((4, 3)), rng.standard_normal((3, 3)), rng.standard_normal(3)
    assert np.abs(F.linear(x, W.T.copy(), b) - (x @ W + b)).max() > 0.1


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


@pytest.mark.equation("rnn.lstm")
@pytest.mark.equation("rnn.gru")
@pytest.mark.parametrize(("fused", "composed"), GATED, ids=["LSTM", "GRU"])
def test_fused_gated_recurrences_equal_their_composed_twins_with_all_gradients(
    fused, composed, rng, measured
):
    arguments = gated_arguments(rng, fused)
    check_grads(fused, *arguments, order=1)
    for ours, twin in zip(gradients(fused, arguments), gradients(composed, arguments), strict=True):
        measured(np.abs(ours - twin), 1e-11 * np.abs(twin) + 1e-13)


@pytest.mark.equation("rnn.lstm")
@pytest.mark.equation("rnn.gru")
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
    """In an encoder-decoder, for example, the decoder starts from the last state of the encoder."""
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
