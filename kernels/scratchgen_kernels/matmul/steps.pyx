# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""The steps from three loops to the fastest product: each step differs from the step before by one idea.

`loops.py` is the start: the same three loops, run by the Python interpreter. `scratchgen/benchmarks/kernel_steps.py`
measures every step; kernels/README.md has the figures. The steps are for the tests, the tutorial and the benchmark;
`scratchgen_kernels.matmul` is the kernel.
"""

from cython cimport floating

import numpy as np

from scratchgen_kernels.matmul.cython_ cimport times_packed

from scratchgen_kernels.checks import in_c_order
from scratchgen_kernels.matmul.cython_ import matmul, multiply, packed


def three_loops(const floating[:, ::1] a, const floating[:, ::1] b, floating[:, ::1] c):
    """1. The loops of the equation, compiled.

    Every step of k goes to another row of b: only one number of each cache line is used, and each addition
    waits for the addition before.
    """
    cdef Py_ssize_t i, j, k
    cdef floating c_ij
    with nogil:
        for i in range(a.shape[0]):
            for j in range(b.shape[1]):
                c_ij = 0
                for k in range(a.shape[1]):
                    c_ij = c_ij + a[i, k] * b[k, j]
                c[i, j] = c_ij


def along_rows(const floating[:, ::1] a, const floating[:, ::1] b, floating[:, ::1] c):
    """2. The loops over j and k are exchanged.

    The innermost loop runs along rows of b and c, so the compiler takes several j at once, as a vector. Each
    step reads b and c and writes c; the sums over k keep their order.
    """
    cdef Py_ssize_t i, j, k
    cdef floating a_ik
    with nogil:
        for i in range(a.shape[0]):
            for j in range(b.shape[1]):
                c[i, j] = 0
            for k in range(a.shape[1]):
                a_ik = a[i, k]
                for j in range(b.shape[1]):
                    c[i, j] += a_ik * b[k, j]


def in_blocks(const floating[:, ::1] a, const floating[:, ::1] b, floating[:, ::1] c):
    """3. The same loops for one block of b after another, 64 rows of 256 numbers.

    A block (64 KiB in float32) stays in the second cache while the loop uses all rows of a. It gains nothing here,
    because the loop waits for its loads and stores of c, not for b. It gains once the tile has removed those.
    """
    cdef Py_ssize_t i, j, k, j0, k0, j1, k1
    cdef floating a_ik
    with nogil:
        c[:, :] = 0
        for j0 in range(0, b.shape[1], 256):
            j1 = min(j0 + 256, b.shape[1])
            for k0 in range(0, a.shape[1], 64):
                k1 = min(k0 + 64, a.shape[1])
                for i in range(a.shape[0]):
                    for k in range(k0, k1):
                        a_ik = a[i, k]
                        for j in range(j0, j1):
                            c[i, j] += a_ik * b[k, j]


def register_tile(const floating[:, ::1] a, const floating[:, ::1] b, floating[:, ::1] c):
    """4. A tile of c, 6 rows by two vectors, stays in registers while k runs over all of its range.

    Each step of k reads 6 numbers of a and two vectors of b and does 12 multiplications of vectors with them;
    before, there was one multiplication per three memory operations. For this, b is copied into panels as wide
    as the tile.
    """
    cdef const floating[::1] panels = packed(b)
    cdef Py_ssize_t M = a.shape[0], K = a.shape[1], N = b.shape[1]
    if M == 0 or N == 0:
        return
    with nogil:
        times_packed(M, K, N, &a[0, 0] if K else NULL, K, &panels[0] if K else NULL, &c[0, 0], N, False)


def tile_in_blocks(a, b, c):
    """5. The tile within blocks of b and of a, both copied in the order in which the tile reads them.

    A panel of b stays in the first cache, a block of a in the second. One thread.
    """
    multiply(a, b, c, False)


def threads(a, b, c):
    """6. Rows or columns of c are shared among threads. This is the kernel."""
    c[...] = matmul(a, b)


STEPS = (three_loops, along_rows, in_blocks, register_tile, tile_in_blocks, threads)


def run(step, a, b):
    """The product a b by one of STEPS, for plain arrays of one dtype."""
    a, b = in_c_order(a), in_c_order(b)
    c = np.empty((a.shape[0], b.shape[1]), a.dtype)
    step(a, b, c)
    return c
