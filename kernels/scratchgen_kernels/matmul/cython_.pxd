# cython: language_level=3
"""Products on pointers, without the interpreter's lock, for other compiled kernels.

A matrix is a pointer and its two strides, in elements, so the transposed matrix is the same pointer with the
strides exchanged.
"""

from cython cimport floating


# The number of elements that `pack` writes for a (K, N) matrix.
cdef Py_ssize_t packed_size(Py_ssize_t K, Py_ssize_t N, const floating* b) noexcept nogil

# The (K, N) matrix b in the order in which the register tile reads it.
cdef void pack(Py_ssize_t K, Py_ssize_t N, const floating* b, Py_ssize_t b_row, Py_ssize_t b_column,
               floating* packed) noexcept nogil

# c = a b, or c += a b where `add` is set, for a packed b and an a and c whose columns are neighbours.
cdef void times_packed(Py_ssize_t M, Py_ssize_t K, Py_ssize_t N, const floating* a, Py_ssize_t a_row,
                       const floating* packed, floating* c, Py_ssize_t c_row, bint add) noexcept nogil

# c = a b, or c += a b where `add` is set, of any size: a (M, K), b (K, N). The bits of c_ij depend on row i
# of a and column j of b alone, not on M and N. Raises MemoryError.
cdef int gemm(Py_ssize_t M, Py_ssize_t K, Py_ssize_t N,
              const floating* a, Py_ssize_t a_row, Py_ssize_t a_column,
              const floating* b, Py_ssize_t b_row, Py_ssize_t b_column,
              floating* c, Py_ssize_t c_row, bint add) except -1 nogil
