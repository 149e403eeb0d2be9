"""The recurrence, compiled on the first call.

Why it is fast: only the part that must go step by step is compiled: the whole sequence in one call, with the
examples shared among threads. Gates become vector instructions, one simple loop for each, and take the place
of the sums that they are made of. The products over all T·B rows are NumPy's BLAS.
"""

import numpy as np

from scratchgen_kernels.jit import compiled
from scratchgen_kernels.matmul.numba_ import add_product
from scratchgen_kernels.tanh_recurrence.products import input_gradients, recurrent_gradient
from scratchgen_kernels.threads import in_parallel
from scratchgen_kernels.vector_math.numba_ import exp, tanh

GRAIN_SIZE = 2**21  # multiplications that pay for a thread, some 100 µs


@compiled
def sigmoid_of_sum(a, b):
    """a = σ(a + b) = 1 / (1 + exp(−a − b)), 0 where the exponential overflows; in place."""
    one = a.dtype.type(1)  # 1 + x is float64 for any x
    for j in range(len(a)):
        a[j] = one / (one + exp(-(a[j] + b[j])))


@compiled
def tanh_of_sum(a, b):
    """a = tanh(a + b), in place."""
    for j in range(len(a)):
        a[j] = tanh(a[j] + b[j])


@compiled
def forward(gates, h, c, h0, c0, W_hh, b_h, start, stop):
    """From x_t W_xh to the gates, in place, and the states, for examples start … stop − 1."""
    T, _, H = h.shape
    for t in range(T):
        h_before, c_before = (h[t - 1], c[t - 1]) if t > 0 else (h0, c0)
        add_product(h_before[start:stop], W_hh, gates[t, start:stop])
        for m in range(start, stop):
            a, c_m, h_m, before = gates[t, m], c[t, m], h[t, m], c_before[m]
            sigmoid_of_sum(a[: 2 * H], b_h[: 2 * H])
            tanh_of_sum(a[2 * H : 3 * H], b_h[2 * H : 3 * H])
            sigmoid_of_sum(a[3 * H :], b_h[3 * H :])
            i, f, g, o = a[:H], a[H : 2 * H], a[2 * H : 3 * H], a[3 * H :]
            for j in range(H):
                c_m[j] = f[j] * before[j] + i[j] * g[j]
            for j in range(H):
                h_m[j] = o[j] * tanh(c_m[j])


@compiled
def backward(g_h, g_c, c, gates, c0, W_hh_T, delta, delta_h, delta_c, start, stop):
    """Fill delta, the last step first; delta_h and delta_c start as zeros and end as g_h0 and g_c0."""
    T, _, H = c.shape
    one = c.dtype.type(1)
    for t in range(T - 1, -1, -1):
        c_before = c[t - 1] if t > 0 else c0
        for m in range(start, stop):
            a, d = gates[t, m], delta[t, m]
            dh, dc, before = delta_h[m], delta_c[m], c_before[m]
            i, f, g, o = a[:H], a[H : 2 * H], a[2 * H : 3 * H], a[3 * H :]
            di, df, dg, do = d[:H], d[H : 2 * H], d[2 * H : 3 * H], d[3 * H :]
            for j in range(H):
                tanh_c = tanh(c[t, m, j])
                dh_j = dh[j] + g_h[t, m, j]
                dc[j] += g_c[t, m, j] + dh_j * o[j] * (one - tanh_c * tanh_c)
                do[j] = dh_j * tanh_c * o[j] * (one - o[j])
            for j in range(H):
                di[j] = dc[j] * g[j] * i[j] * (one - i[j])
                df[j] = dc[j] * before[j] * f[j] * (one - f[j])
                dg[j] = dc[j] * i[j] * (one - g[j] * g[j])
            for j in range(H):
                dc[j] *= f[j]
                dh[j] = 0
        add_product(delta[t, start:stop], W_hh_T, delta_h[start:stop])


def lstm_recurrence(x, h0, c0, W_xh, W_hh, b_h):
    """x: (T, B, D), h0, c0: (B, H) → states: (2, T, B, H), gates: (T, B, 4H)."""
    (T, B, D), H = x.shape, h0.shape[1]
    states = np.empty((2, T, B, H), x.dtype)
    gates = (x.reshape(T * B, D) @ W_xh).reshape(T, B, 4 * H)

    def work(start, stop):
        forward(gates, states[0], states[1], h0, c0, W_hh, b_h, start, stop)

    in_parallel(work, B, GRAIN_SIZE // max(4 * T * H * H, 1), multiple=4)
    return states, gates


def lstm_recurrence_backward(g, states, gates, x, h0, c0, W_xh, W_hh):
    """g, states: (2, T, B, H), gates: (T, B, 4H) → (g_x, g_h0, g_c0, g_W_xh, g_W_hh, g_b_h)."""
    (T, B), H = x.shape[:2], h0.shape[1]
    delta, g_h0, g_c0 = np.empty_like(gates), np.zeros_like(h0), np.zeros_like(c0)
    W = np.ascontiguousarray(W_hh.T)

    def work(start, stop):
        backward(g[0], g[1], states[1], gates, c0, W, delta, g_h0, g_c0, start, stop)

    in_parallel(work, B, GRAIN_SIZE // max(4 * T * H * H, 1), multiple=4)
    g_x, g_W_xh, g_b_h = input_gradients(delta, x, W_xh)
    return g_x, g_h0, g_c0, g_W_xh, recurrent_gradient(delta, states[0], h0), g_b_h
