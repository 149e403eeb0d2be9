"""One step per cell: its scan is the fused primitive, with all gradients, and it runs on arrays and on tensors."""

import numpy as np
import pytest

from scratchgen import Tensor, check_grads, grad
from scratchgen import functional as F
from scratchgen.rnn import cells

T, B, D, H = 5, 3, 4, 6
SHAPES = {
    "tanh": ((T, B, D), (B, H), (D, H), (H, H), (H,)),
    "lstm": ((T, B, D), (B, H), (B, H), (D, 4 * H), (H, 4 * H), (4 * H,)),
    "gru": ((T, B, D), (B, H), (D, 3 * H), (H, 3 * H), (3 * H,), (3 * H,)),
}
SCANS = {"tanh": cells.tanh_recurrence, "lstm": cells.lstm_recurrence, "gru": cells.gru_recurrence}
FUSED = {"tanh": F.tanh_recurrence, "lstm": F.lstm_recurrence, "gru": F.gru_recurrence}
STEPS = {"tanh": cells.tanh_step, "lstm": cells.lstm_step, "gru": cells.gru_step}
every_cell = pytest.mark.parametrize("cell", SCANS)


def arguments(cell, rng):
    return [0.5 * rng.standard_normal(shape) for shape in SHAPES[cell]]


def largest_difference(cell, given):
    """Between the scan and the fused primitive, over the states and the gradients of every argument."""
    states = [f[cell](*given) for f in (SCANS, FUSED)]
    weight = np.random.default_rng(1).standard_normal(states[0].shape)
    gradients = [
        grad(lambda *a: np.sum(weight * f[cell](*a)), argnums=range(len(given)))(*given)  # noqa: B023
        for f in (SCANS, FUSED)
    ]
    pairs = [states, *([g.numpy() for g in pair] for pair in zip(*gradients, strict=True))]
    return max(np.abs(a - b).max() for a, b in pairs)


@pytest.mark.equation("rnn.hidden")
@pytest.mark.equation("rnn.lstm")
@pytest.mark.equation("rnn.gru")
@every_cell
def test_the_scan_of_a_step_is_the_fused_primitive_with_all_gradients(cell, rng, measured):
    measured(largest_difference(cell, arguments(cell, rng)), 1e-12)


@every_cell
def test_gradients_of_the_scan_agree_with_finite_differences_to_second_order(cell, rng):
    given = [0.5 * rng.standard_normal([min(n, 2) if n < 7 else n // H * 2 for n in shape])
             for shape in SHAPES[cell]]  # fmt: skip
    check_grads(SCANS[cell], *given, order=2)


WRONG = {
    "tanh": ("tanh_step", lambda a_t, h, W_hh: np.tanh(a_t + h @ W_hh.T)),
    "lstm": ("lstm_step", lambda a_t, h, c, W_hh: STEPS["lstm"](a_t, c, h, W_hh)),
    "gru": ("gru_step", lambda a_t, h, W_hh, b_h: STEPS["gru"](a_t + b_h, h, W_hh, 0 * b_h)),
}


@pytest.mark.equation("rnn.hidden")
@pytest.mark.equation("rnn.lstm")
@pytest.mark.equation("rnn.gru")
@every_cell
def test_the_claim_above_rejects_the_scan_of_another_step(cell, rng, monkeypatch):
    monkeypatch.setattr(cells, *WRONG[cell])
    assert largest_difference(cell, arguments(cell, rng)) > 0.01


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@every_cell
def test_a_step_gives_the_same_bits_on_arrays_and_on_tensors(cell, dtype, rng):
    x, *states, W_xh, W_hh, b = arguments(cell, rng)[: 6 if cell == "lstm" else 5]
    given = [a.astype(dtype) for a in (x[0] @ W_xh + b, *states, W_hh, *([b] if cell == "gru" else []))]
    of_arrays = STEPS[cell](*given)
    of_tensors = STEPS[cell](*(Tensor(a, requires_grad=True) for a in given))
    pairs = zip(of_arrays, of_tensors, strict=True) if cell == "lstm" else [(of_arrays, of_tensors)]
    for array, tensor in pairs:
        assert type(array) is np.ndarray and array.dtype == tensor.dtype == dtype and tensor.requires_grad
        np.testing.assert_array_equal(array, tensor.numpy())
