# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""One step of Adam, compiled when the package was installed.

Why it is fast: each array is read once and written once, several parameters with one instruction; long
arrays are shared among threads.
"""

from cython cimport floating
from libc.math cimport sqrt, sqrtf

from scratchgen_kernels.threads import in_parallel

GRAIN_SIZE = 65536  # parameters that pay for a thread; memory limits the speed


def step(floating[::1] theta, const floating[::1] g, floating[::1] m, floating[::1] v, double a_, double e_,
         double beta1_, double beta2_, double decay_, Py_ssize_t start, Py_ssize_t stop):
    """Parameters start … stop − 1. The numbers are rounded to the dtype, as NumPy does."""
    cdef floating a = a_, e = e_, beta1 = beta1_, beta2 = beta2_, decay = decay_
    cdef floating rest1 = 1 - beta1_, rest2 = 1 - beta2_, m_i, v_i, root
    cdef floating* T = &theta[0]  # plain pointers: with memoryviews the compiler gives up telling them apart
    cdef const floating* G = &g[0]
    cdef floating* M = &m[0]
    cdef floating* V = &v[0]
    cdef Py_ssize_t i
    with nogil:
        for i in range(start, stop):
            m_i = beta1 * M[i] + rest1 * G[i]
            v_i = beta2 * V[i] + rest2 * (G[i] * G[i])
            root = sqrtf(v_i) if floating is float else sqrt(v_i)
            M[i] = m_i
            V[i] = v_i
            T[i] = T[i] - decay * T[i] - a * m_i / (root + e)


def adam(theta, g, m, v, a, e, beta1, beta2, decay):
    """All (n,); theta, m and v are updated in place."""
    if len(theta) > 0:
        work = lambda i, j: step(theta, g, m, v, a, e, beta1, beta2, decay, i, j)
        in_parallel(work, len(theta), grain_size=GRAIN_SIZE)
