"""The recurrence, compiled on the first call.

Why it is fast: only the part that must go step by step is compiled: the whole sequence in one call, with the
examples shared among threads. One product serves the three gates, which become vector instructions, one
simple loop for each. The products over all T·B rows are NumPy's BLAS.
"""

import numpy as np

from scratchgen_kernels.jit import compiled
from scratchgen_kernels.lstm_recurrence.numba_ import sigmoid_of_sum
from scratchgen_kernels.matmul.numba_ import add_product
from scratchgen_kernels.tanh_recurrence.products import from_input, input_gradients, recurrent_gradient
from scratchgen_kernels.threads import in_parallel
from scratchgen_kernels.vector_math.numba_ import tanh

GRAIN_SIZE = 2**21  # multiplications that pay for a thread, some 100 µs


@compiled
def forward(from_x, gates, h, h0, W_hh, b_h, start, stop):
    """The gates and the states from x_t W_xh + b_x, for examples start … stop − 1."""
    T, _, H = h.shape
    one = h.dtype.type(1)  # 1 − z is float64 for any z
    from_h = np.empty((stop - start, 3 * H), h.dtype)
    for t in range(T):
        h_before = h[t - 1] if t > 0 else h0
        for i in range(stop - start):
            from_h[i] = b_h
        add_product(h_before[start:stop], W_hh, from_h)
        for i in range(start, stop):
            a, s, b, before, h_i = gates[t, i], from_x[t, i], from_h[i - start], h_before[i], h[t, i]
            r, z, n, m = a[:H], a[H : 2 * H], a[2 * H : 3 * H], a[3 * H :]
            a[: 2 * H] = s[: 2 * H]
            sigmoid_of_sum(a[: 2 * H], b[: 2 * H])
            m[:] = b[2 * H :]
            n_sum = s[2 * H :]
            for j in range(H):
                n[j] = tanh(n_sum[j] + r[j] * m[j])
            for j in range(H):
                h_i[j] = (one - z[j]) * n[j] + z[j] * before[j]


@compiled
def backward(g, h, gates, h0, W_hh_T, of_x, of_h, delta_h, start, stop):
    """Fill of_x and of_h from the last step to the first; delta_h starts as zeros and ends as g_h0."""
    T, _, H = h.shape
    one = h.dtype.type(1)
    for t in range(T - 1, -1, -1):
        h_before = h[t - 1] if t > 0 else h0
        for i in range(start, stop):
            a, dx, dm = gates[t, i], of_x[t, i], of_h[t, i, 2 * H :]
            r, z, n, m = a[:H], a[H : 2 * H], a[2 * H : 3 * H], a[3 * H :]
            dr, dz, dn = dx[:H], dx[H : 2 * H], dx[2 * H :]
            dh, before = delta_h[i], h_before[i]
            for j in range(H):
                dh[j] += g[t, i, j]
            for j in range(H):
                dn[j] = dh[j] * (one - z[j]) * (one - n[j] * n[j])
            for j in range(H):
                dz[j] = dh[j] * (before[j] - n[j]) * z[j] * (one - z[j])
                dr[j] = dn[j] * m[j] * r[j] * (one - r[j])
            for j in range(H):
                dm[j] = dn[j] * r[j]
                dh[j] *= z[j]
            of_h[t, i, : 2 * H] = dx[: 2 * H]
        add_product(of_h[t, start:stop], W_hh_T, delta_h[start:stop])


def gru_recurrence(x, h0, W_xh, W_hh, b_x, b_h):
    """x: (T, B, D), h0: (B, H) → h: (T, B, H), gates: (T, B, 4H)."""
    (T, B), H = x.shape[:2], h0.shape[1]
    h, gates = np.empty((T, B, H), x.dtype), np.empty((T, B, 4 * H), x.dtype)
    from_x = from_input(x, W_xh, b_x)

    def work(start, stop):
        forward(from_x, gates, h, h0, W_hh, b_h, start, stop)

    in_parallel(work, B, GRAIN_SIZE // max(3 * T * H * H, 1), multiple=4)
    return h, gates


def gru_recurrence_backward(g, h, gates, x, h0, W_xh, W_hh):
    """g, h: (T, B, H), gates: (T, B, 4H) → (g_x, g_h0, g_W_xh, g_W_hh, g_b_x, g_b_h)."""
    (T, B), H = x.shape[:2], h0.shape[1]
    of_x, of_h = np.empty((T, B, 3 * H), x.dtype), np.empty((T, B, 3 * H), x.dtype)  # δa and δb
    g_h0, W = np.zeros_like(h0), np.ascontiguousarray(W_hh.T)

    def work(start, stop):
        backward(g, h, gates, h0, W, of_x, of_h, g_h0, start, stop)

    in_parallel(work, B, GRAIN_SIZE // max(3 * T * H * H, 1), multiple=4)
    g_x, g_W_xh, g_b_x = input_gradients(of_x, x, W_xh)
    return g_x, g_h0, g_W_xh, recurrent_gradient(of_h, h, h0), g_b_x, of_h.sum(axis=(0, 1))
