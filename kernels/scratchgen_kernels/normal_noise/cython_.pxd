# cython: language_level=3
"""The noise of a short stretch of the stream, for the loops of other compiled kernels."""

from cython cimport floating
from libc.stdint cimport uint32_t, uint64_t

cdef enum:
    BLOCKS = 192  # of a stretch: its intermediate results stay in the first cache
    PAIRS = 2 * BLOCKS
    STRETCH = 4 * BLOCKS  # words, and normals, of a stretch

# The normals of `blocks` ≤ BLOCKS blocks from `block` on, in the order of the stream.   eps: (STRETCH,)
cdef void fill_stretch(uint64_t block, uint64_t key, Py_ssize_t blocks, floating* eps) noexcept nogil
