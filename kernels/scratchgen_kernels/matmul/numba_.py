"""C_ij = Σ_k A_ik B_kj, compiled on the first call.

Why it is fast: sixteen multiplications per step, four rows of C by four k. Each number of B that is loaded serves
four rows, and each number of C four k, so the processor multiplies more than it loads; one instruction processes
several j. B is copied into blocks that stay in the second cache.

A tile of C that stays in registers, as in the Cython backend, cannot be expressed here: Numba keeps even the smallest
array in memory.
"""

import numpy as np

from scratchgen_kernels.checks import in_c_order
from scratchgen_kernels.jit import compiled
from scratchgen_kernels.threads import in_parallel

GRAIN_SIZE = 2**21  # multiplications that pay for a thread, some 50 µs
BLOCK = 256  # numbers per side: 256 KiB in float32


@compiled
def four_rows(a, b, c, columns):
    """c += a b.   a: (4, K), b: (K or more, N), c: (4, N), of which the first columns"""
    K = a.shape[1]
    c0, c1, c2, c3 = c[0], c[1], c[2], c[3]
    for k in range(0, K - K % 4, 4):
        b0, b1, b2, b3 = b[k], b[k + 1], b[k + 2], b[k + 3]
        a00, a01, a02, a03 = a[0, k], a[0, k + 1], a[0, k + 2], a[0, k + 3]
        a10, a11, a12, a13 = a[1, k], a[1, k + 1], a[1, k + 2], a[1, k + 3]
        a20, a21, a22, a23 = a[2, k], a[2, k + 1], a[2, k + 2], a[2, k + 3]
        a30, a31, a32, a33 = a[3, k], a[3, k + 1], a[3, k + 2], a[3, k + 3]
        for j in range(columns):
            # everything is read before anything is written: else the compiler must read b again
            x0, x1, x2, x3 = b0[j], b1[j], b2[j], b3[j]
            y0 = c0[j] + a00 * x0 + a01 * x1 + a02 * x2 + a03 * x3
            y1 = c1[j] + a10 * x0 + a11 * x1 + a12 * x2 + a13 * x3
            y2 = c2[j] + a20 * x0 + a21 * x1 + a22 * x2 + a23 * x3
            y3 = c3[j] + a30 * x0 + a31 * x1 + a32 * x2 + a33 * x3
            c0[j], c1[j], c2[j], c3[j] = y0, y1, y2, y3
    for i in range(4):
        one_row(a[i], b, c[i], columns, K - K % 4)


@compiled
def one_row(a, b, c, columns, start):
    """c += a b for one row and for k from `start` on, one by one, in the order of four_rows."""
    for k in range(start, len(a)):
        a_k, b_k = a[k], b[k]
        for j in range(columns):
            c[j] += a_k * b_k[j]


@compiled
def add_product(a, b, c):
    """c += a b without blocks, for the recurrences.   a: (M, K), b: (K, N), c: (M, N)"""
    M = len(a)
    for i in range(0, M - M % 4, 4):
        four_rows(a[i : i + 4], b, c[i : i + 4], c.shape[1])
    for i in range(M - M % 4, M):
        one_row(a[i], b, c[i], c.shape[1], 0)


@compiled
def equal_part(n):
    """The length of the equal parts, at most BLOCK, into which n is cut, without a short rest."""
    parts = max((n + BLOCK - 1) // BLOCK, 1)
    return max((n + parts - 1) // parts, 1)


@compiled
def accumulate(a, b, c, rows, columns):
    """c += a b for the given rows and columns, two pairs (start, stop)."""
    K, deep, wide = a.shape[1], equal_part(a.shape[1]), equal_part(columns[1] - columns[0])
    tile, block = np.empty((4, wide), a.dtype), np.empty((deep, wide), a.dtype)
    for j in range(columns[0], columns[1], wide):
        N = min(wide, columns[1] - j)
        for k in range(0, K, deep):
            k_end = min(k + deep, K)
            block[: k_end - k, :N] = b[k:k_end, j : j + N]
            for i in range(rows[0], rows[1], 4):
                M = min(4, rows[1] - i)
                tile[:] = 0
                if M == 4:
                    four_rows(a[i : i + 4, k:k_end], block, tile, N)
                else:
                    for m in range(M):
                        one_row(a[i + m, k:k_end], block, tile[m], N, 0)
                for m in range(M):
                    for n in range(N):
                        c[i + m, j + n] += tile[m, n]


def matmul(a, b):
    """a: (M, K), b: (K, N) → (M, N)."""
    a, b = in_c_order(a), in_c_order(b)
    (M, K), N = a.shape, b.shape[1]
    c = np.zeros((M, N), a.dtype)
    if M > N:
        grain_size = GRAIN_SIZE // max(K * N, 1)
        in_parallel(lambda start, stop: accumulate(a, b, c, (start, stop), (0, N)), M, grain_size, multiple=4)
    else:
        grain_size = GRAIN_SIZE // max(M * K, 1)
        in_parallel(
            lambda start, stop: accumulate(a, b, c, (0, M), (start, stop)), N, grain_size, multiple=16
        )
    return c
