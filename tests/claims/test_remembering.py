"""Chrono initialisation: how long a memory lasts in an untrained LSTM."""

import numpy as np
import pytest

import scratchgen as sg
from scratchgen.nn.init import chrono
from scratchgen.random import Generator
from scratchgen.rnn import lstm_recurrence

H, T = 2000, 120


def times(b_h):
    """1/(1 − f) of each unit of an LSTM, f = σ(b_f)."""
    return 1 + np.exp(b_h[H : 2 * H].astype(np.float64))


@pytest.mark.equation("nn.chrono")
def test_the_times_of_the_units_are_spread_evenly_from_two_steps_to_the_longest(measured):
    b_h = chrono(Generator(0), H, T)
    found = np.sort(times(b_h))
    assert found[0] >= 2 - 1e-4 and found[-1] <= T + 1e-2  # float32 logarithms
    # Kolmogorov's distance of H draws: above 1.63/√H with probability 0.01
    uniform = (found - 2) / (T - 2)
    measured(np.abs(uniform - (np.arange(H) + 0.5) / H).max(), 1.63 / np.sqrt(H))
    np.testing.assert_array_equal(b_h[:H], -b_h[H : 2 * H])
    assert not b_h[2 * H :].any()


@pytest.mark.equation("nn.chrono")
def test_the_claim_above_rejects_biases_that_are_uniform_themselves():
    found = np.sort(1 + np.exp(1 + (np.log(T - 1) - 1) * Generator(0).random(H).astype(float)))
    assert np.abs((found - 2) / (T - 2) - (np.arange(H) + 0.5) / H).max() > 0.1


@pytest.mark.equation("nn.chrono")
@pytest.mark.parametrize("u", [1.0, 5.0, 118.0])
def test_after_its_time_about_1_over_e_of_a_memory_is_left(u, measured):
    """∂c_t/∂c_0 = fᵗ with t = 1 + u steps: (1 − 1/(1 + u))^(1 + u), which is ¼ for u = 1 and tends to 1/e."""
    b_h, no = np.array([-np.log(u), np.log(u), 0, 0]), np.zeros((1, 4))
    one, steps = np.ones((1, 1)), round(1 + u)
    left = sg.grad(lambda c: lstm_recurrence(np.zeros((steps, 1, 1)), 0 * one, c, no, no, b_h)[1][-1].sum())
    measured(abs(left(one).item() - (1 - 1 / (1 + u)) ** steps), 1e-12)
    assert 0.25 <= left(one).item() < np.exp(-1)
