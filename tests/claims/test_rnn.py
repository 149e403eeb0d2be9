"""The recurrence and its derivatives through time, against oracles that do not share their code."""

import numpy as np
import pytest

from scratchgen import check_grads, grad
from scratchgen.functional import tanh_recurrence
from scratchgen.rnn import output
from scratchgen.rnn import tanh_recurrence as recurrence
from scratchgen_kernels import tanh_recurrence_backward

pytestmark = pytest.mark.fast

T, B, D, H = 5, 2, 3, 4


@pytest.fixture
def arguments(rng):
    x, h0, W_xh, W_hh, b_h = (rng.standard_normal(s) for s in ((T, B, D), (B, H), (D, H), (H, H), (H,)))
    return x, h0, W_xh, 0.6 * W_hh, b_h  # W_hh is not symmetric, so a missing transpose shows


def by_hand(x, h0, W_xh, W_hh, b_h):
    """The equation with columns and indices, one number at a time."""
    h = np.zeros((T, B, H))
    for t in range(T):
        for b in range(B):
            before = h0[b] if t == 0 else h[t - 1, b]
            for j in range(H):
                a = b_h[j]
                a += sum(W_xh[i, j] * x[t, b, i] for i in range(D))
                a += sum(W_hh[k, j] * before[k] for k in range(H))
                h[t, b, j] = np.tanh(a)
    return h


@pytest.mark.equation("rnn.hidden")
@pytest.mark.parametrize("f", [recurrence, tanh_recurrence])
def test_the_recurrence_is_the_equation_written_out(f, arguments, measured):
    expected = by_hand(*arguments)
    measured(np.abs(f(*arguments) - expected), 1e-12 * np.abs(expected))


@pytest.mark.equation("rnn.hidden")
def test_the_claim_above_rejects_a_state_that_is_not_carried(arguments):
    x, h0, W_xh, W_hh, b_h = arguments
    forgetful = np.tanh(x @ W_xh + h0 @ W_hh + b_h)
    assert np.abs(forgetful[1:] - by_hand(*arguments)[1:]).max() > 0.1


@pytest.mark.equation("rnn.output")
def test_the_output_is_the_equation_written_out(rng, measured):
    h, W_hy, b_y = rng.standard_normal((T, B, H)), rng.standard_normal((H, 3)), rng.standard_normal(3)
    expected = np.einsum("tbh,hv->tbv", h, W_hy) + b_y
    measured(np.abs(output(h, W_hy, b_y) - expected), 1e-12 * np.abs(expected))


@pytest.mark.equation("rnn.output")
def test_the_claim_above_rejects_the_output_of_the_state_before(rng):
    h, W_hy, b_y = rng.standard_normal((T, B, H)), rng.standard_normal((H, 3)), rng.standard_normal(3)
    expected = np.einsum("tbh,hv->tbv", h, W_hy) + b_y
    assert np.abs(output(h[:-1], W_hy, b_y) - expected[1:]).max() > 0.1


@pytest.mark.equation("rnn.bptt")
@pytest.mark.parametrize("f", [recurrence, tanh_recurrence])
def test_gradients_through_time_agree_with_finite_differences_for_every_argument(f, arguments, measured):
    measured(check_grads(f, *arguments, order=1), 1e-6)


@pytest.mark.equation("rnn.bptt")
def test_the_claim_above_rejects_a_missing_transpose_of_W_hh(arguments):
    x, h0, W_xh, W_hh, b_h = arguments
    h = recurrence(*arguments)
    g = np.random.default_rng(0).standard_normal(h.shape)
    exact = grad(lambda W: np.sum(recurrence(x, h0, W_xh, W, b_h) * g))(W_hh).numpy()

    def bptt(back):
        delta, total = np.zeros((B, H)), np.zeros((H, H))
        for t in reversed(range(T)):
            delta = (g[t] + delta @ back) * (1 - h[t] ** 2)
            total += (h[t - 1] if t else h0).T @ delta
        return total

    np.testing.assert_allclose(bptt(W_hh.T), exact, rtol=1e-10)
    assert np.linalg.norm(bptt(W_hh) - exact) / np.linalg.norm(exact) > 0.1


def bptt_from_1(arrays, g, beyond=0.0, first=1):
    """The gradients of all arguments as the ledger writes them: steps count from 1, h_0 is the initial state.

    beyond    δ_{T+1}, or the number that takes its place
    first     the step whose δ gives ∂L/∂h_0
    """
    x, h0, W_xh, W_hh, _ = arrays
    x, h = {t: x[t - 1] for t in range(1, T + 1)}, recurrence(*arrays)
    h, g = {0: h0} | {t: h[t - 1] for t in range(1, T + 1)}, {t: g[t - 1] for t in range(1, T + 1)}
    delta = {T + 1: np.full((B, H), beyond)}
    for t in range(T, 0, -1):
        delta[t] = (g[t] + delta[t + 1] @ W_hh.T) * (1 - h[t] ** 2)
    steps = range(1, T + 1)
    return (
        np.stack([delta[t] @ W_xh.T for t in steps]),
        delta[first] @ W_hh.T,
        sum(x[t].T @ delta[t] for t in steps),
        sum(h[t - 1].T @ delta[t] for t in steps),
        sum(delta[t].sum(axis=0) for t in steps),
    )


@pytest.mark.equation("rnn.bptt")
def test_all_gradients_are_the_equations_with_steps_from_1_to_T_and_delta_0_beyond_T(
    arguments, rng, measured
):
    g = rng.standard_normal((T, B, H))
    ours = tanh_recurrence_backward(g, recurrence(*arguments), *arguments[:4], backend="numpy")
    for gradient, expected in zip(ours, bptt_from_1(arguments, g), strict=True):
        measured(np.abs(gradient - expected), 1e-12 * np.abs(expected).max())


@pytest.mark.equation("rnn.bptt")
@pytest.mark.parametrize("planted", [{"beyond": 1.0}, {"first": 2}], ids=["δ_{T+1} = 1", "δ₂ W_hhᵀ"])
def test_the_claim_above_rejects_another_end_of_the_sweep(planted, arguments, rng):
    g = rng.standard_normal((T, B, H))
    right, wrong = bptt_from_1(arguments, g)[1], bptt_from_1(arguments, g, **planted)[1]
    assert np.linalg.norm(wrong - right) > 0.01 * np.linalg.norm(right)


@pytest.mark.equation("rnn.bptt")
def test_a_sweep_whose_delta_is_0_in_the_last_step_has_no_gradient_of_the_last_state():
    """Page 4: inputs 1, 0, −1, weights 1 and ½, L = h_3. With δ_3 = 0 every δ would be 0."""
    x, one = np.array([1.0, 0.0, -1.0]).reshape(3, 1, 1), np.ones((1, 1))
    arrays = x, 0 * one, one, 0.5 * one, np.zeros(1)
    g = np.array([0.0, 0.0, 1.0]).reshape(3, 1, 1)
    h = recurrence(*arrays)
    _, g_h0, _, g_W_hh, _ = tanh_recurrence_backward(g, h, *arrays[:4], backend="numpy")
    assert g_W_hh.item() == pytest.approx(0.37855, abs=5e-6)
    assert g_h0.item() == pytest.approx(0.5**3 * np.prod(1 - h**2), rel=1e-12)


@pytest.mark.equation("rnn.bptt")
def test_influence_over_time_is_bounded_by_powers_of_the_largest_singular_value(arguments):
    x, h0, W_xh, W_hh, b_h = arguments
    sigma = np.linalg.svd(W_hh, compute_uv=False)[0]
    for length in range(1, T + 1):
        rows = [
            grad(lambda h: recurrence(x[:length], h, W_xh, W_hh, b_h)[-1, 0, j])(h0).numpy()[0]  # noqa: B023
            for j in range(H)
        ]
        assert np.linalg.norm(rows, 2) <= sigma**length * (1 + 1e-12)


@pytest.mark.equation("rnn.bptt")
@pytest.mark.parametrize("planted", ["the spectral radius", "the mean singular value"])
def test_the_claim_above_rejects_a_bound_by(planted, rng):
    """Without inputs the state stays near 0, where tanh is the identity and the bound is nearly reached."""
    W = np.triu(rng.standard_normal((H, H)), 1) + 0.3 * np.eye(H)  # far from normal: ρ(W) = 0.3 < σ_max(W)
    singular = np.linalg.svd(W, compute_uv=False)
    too_small = {"the spectral radius": 0.3, "the mean singular value": singular.mean()}[planted]
    h0, nothing = np.zeros((1, H)), np.zeros((1, 1, D))
    rows = [
        grad(lambda h: recurrence(nothing, h, np.zeros((D, H)), W, np.zeros(H))[-1, 0, j])(h0).numpy()[0]  # noqa: B023
        for j in range(H)
    ]
    assert too_small < 0.9 * np.linalg.norm(rows, 2) <= 0.9 * singular[0] * (1 + 1e-12)
