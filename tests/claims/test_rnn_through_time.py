"""The contracts of the gated recurrences backwards: steps count from 1, and nothing comes from beyond T."""

import numpy as np
import pytest

from scratchgen_kernels import (
    gru_recurrence,
    gru_recurrence_backward,
    lstm_recurrence,
    lstm_recurrence_backward,
)

pytestmark = pytest.mark.fast

T, B, D, H = 4, 2, 3, 3


def from_1(rows):
    """An array over time by the number of its step: {1: rows[0], …, T: rows[T − 1]}."""
    return dict(enumerate(rows, 1))


def sum_over_steps(term):
    return sum(term(t) for t in range(1, T + 1))


def lstm_backward(g, states, gates, x, h0, c0, W_xh, W_hh, first=1):
    """The contract of the LSTM; `first` is the step whose δ gives the gradients of h_0 and c_0."""
    x, g_h, g_c = from_1(x), from_1(g[0]), from_1(g[1])
    h, c = {0: h0} | from_1(states[0]), {0: c0} | from_1(states[1])
    i, f, k, o = (from_1(gate) for gate in np.split(gates, 4, axis=-1))
    f[T + 1] = np.zeros((B, H))
    da, dc = {T + 1: np.zeros((B, 4 * H))}, {T + 1: np.zeros((B, H))}
    for t in range(T, 0, -1):
        dh = g_h[t] + da[t + 1] @ W_hh.T
        dc[t] = g_c[t] + dc[t + 1] * f[t + 1] + dh * o[t] * (1 - np.tanh(c[t]) ** 2)
        di = dc[t] * k[t] * i[t] * (1 - i[t])
        df = dc[t] * c[t - 1] * f[t] * (1 - f[t])
        dk = dc[t] * i[t] * (1 - k[t] ** 2)
        do = dh * np.tanh(c[t]) * o[t] * (1 - o[t])
        da[t] = np.concatenate([di, df, dk, do], axis=-1)
    return (
        np.stack([da[t] @ W_xh.T for t in range(1, T + 1)]),
        da[first] @ W_hh.T,
        dc[first] * f[first],
        sum_over_steps(lambda t: x[t].T @ da[t]),
        sum_over_steps(lambda t: h[t - 1].T @ da[t]),
        sum_over_steps(lambda t: da[t].sum(axis=0)),
    )


def gru_backward(g, h, gates, x, h0, W_xh, W_hh, first=1):
    """The contract of the GRU; `first` is the step whose δ gives the gradient of h_0."""
    x, g, h = from_1(x), from_1(g), {0: h0} | from_1(h)
    r, z, n, m = (from_1(gate) for gate in np.split(gates, 4, axis=-1))
    z[T + 1] = np.zeros((B, H))
    dh, da, db = {T + 1: np.zeros((B, H))}, {}, {T + 1: np.zeros((B, 3 * H))}
    for t in range(T, 0, -1):
        dh[t] = g[t] + dh[t + 1] * z[t + 1] + db[t + 1] @ W_hh.T
        dn = dh[t] * (1 - z[t]) * (1 - n[t] ** 2)
        dz = dh[t] * (h[t - 1] - n[t]) * z[t] * (1 - z[t])
        dr = dn * m[t] * r[t] * (1 - r[t])
        da[t] = np.concatenate([dr, dz, dn], axis=-1)
        db[t] = np.concatenate([dr, dz, dn * r[t]], axis=-1)
    return (
        np.stack([da[t] @ W_xh.T for t in range(1, T + 1)]),
        dh[first] * z[first] + db[first] @ W_hh.T,
        sum_over_steps(lambda t: x[t].T @ da[t]),
        sum_over_steps(lambda t: h[t - 1].T @ db[t]),
        sum_over_steps(lambda t: da[t].sum(axis=0)),
        sum_over_steps(lambda t: db[t].sum(axis=0)),
    )


@pytest.fixture
def lstm(rng):
    """(the arguments of the backward function, its result)."""
    x, h0, c0 = (rng.standard_normal(shape) for shape in ((T, B, D), (B, H), (B, H)))
    W_xh, W_hh, b_h = (rng.standard_normal(shape) for shape in ((D, 4 * H), (H, 4 * H), (4 * H,)))
    states, gates = lstm_recurrence(x, h0, c0, W_xh, W_hh, b_h, backend="numpy")
    arguments = rng.standard_normal(states.shape), states, gates, x, h0, c0, W_xh, W_hh
    return arguments, lstm_recurrence_backward(*arguments, backend="numpy")


@pytest.fixture
def gru(rng):
    """(the arguments of the backward function, its result)."""
    x, h0 = rng.standard_normal((T, B, D)), rng.standard_normal((B, H))
    W_xh, W_hh, b_x, b_h = (rng.standard_normal(s) for s in ((D, 3 * H), (H, 3 * H), (3 * H,), (3 * H,)))
    h, gates = gru_recurrence(x, h0, W_xh, W_hh, b_x, b_h, backend="numpy")
    arguments = rng.standard_normal(h.shape), h, gates, x, h0, W_xh, W_hh
    return arguments, gru_recurrence_backward(*arguments, backend="numpy")


def differences(found, expected):
    return [np.abs(a - b).max() / np.abs(b).max() for a, b in zip(found, expected, strict=True)]


@pytest.mark.equation("rnn.lstm")
def test_the_gradients_of_an_lstm_are_the_contract_written_out(lstm, measured):
    arguments, gradients = lstm
    measured(np.array(differences(gradients, lstm_backward(*arguments))), 1e-12)


@pytest.mark.equation("rnn.gru")
def test_the_gradients_of_a_gru_are_the_contract_written_out(gru, measured):
    arguments, gradients = gru
    measured(np.array(differences(gradients, gru_backward(*arguments))), 1e-12)


@pytest.mark.equation("rnn.lstm")
def test_the_claim_above_rejects_the_initial_states_from_the_second_step(lstm):
    arguments, gradients = lstm
    _, off_h0, off_c0, *_ = differences(gradients, lstm_backward(*arguments, first=2))
    assert min(off_h0, off_c0) > 0.01


@pytest.mark.equation("rnn.gru")
def test_the_claim_above_rejects_the_initial_state_from_the_second_step(gru):
    arguments, gradients = gru
    assert differences(gradients, gru_backward(*arguments, first=2))[1] > 0.01
