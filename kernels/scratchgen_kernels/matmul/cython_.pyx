# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""C_ij = Σ_k A_ik B_kj, compiled when the package was installed.

Why it is fast: a tile of C, two vectors wide and as tall as the registers allow, stays in registers while
k runs, so that each step loads a few numbers and multiplies many. B and A are copied, block by block, into
the order in which the tile reads them, small enough to stay in the caches (Goto and van de Geijn, Anatomy of
High-Performance Matrix Multiplication, 2008).

The tile is written in C, because compilers keep a local array of this size in memory when it is written as plain
loops, at a fortieth of the speed; they hold the vector types that GCC and Clang share in registers. These are as
wide as the registers of the processor; another compiler gets a tile of scalars.
"""

from cython cimport floating
from libc.stdint cimport uintptr_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memset

import numpy as np

from scratchgen_kernels.threads import in_parallel

cdef extern from *:
    """
    #if defined(__AVX512F__)
    #define VECTOR 64
    #define K_BLOCK 256
    #define TILE_ROWS 12           /* of 32 registers: 24 for the tile of C, 2 for B, the rest for A */
    #elif defined(__AVX__)
    #define VECTOR 32
    #define K_BLOCK 512
    #define TILE_ROWS 6            /* of 16 registers: 12, 2 and 1 */
    #else
    #define VECTOR 16
    #define K_BLOCK 512
    #if defined(__aarch64__)
    #define TILE_ROWS 12
    #else
    #define TILE_ROWS 6
    #endif
    #endif

    #if defined(__GNUC__)
    #define INLINED static inline __attribute__((always_inline))
    #define VECTORS_OF(T) \\
        typedef T T##_v __attribute__((vector_size(VECTOR))); \\
        typedef T T##_u __attribute__((vector_size(VECTOR), aligned(sizeof(T)), may_alias));
    #else
    #define INLINED static __inline
    #define VECTORS_OF(T) typedef T T##_v; typedef T T##_u;
    #endif

    /* M rows are cut into strips of TILE_ROWS, 6 and 5 rows, which run at full speed, wherever M = 6 n + 5 m: that
       is all but a few small M, whose last strip is lower. */
    static Py_ssize_t fives(Py_ssize_t M) {
        const Py_ssize_t missing = (6 - M % 6) % 6;
        return 5 * missing <= M ? missing : M % 6 == 5;
    }

    /* The height of the first strip. */
    static Py_ssize_t height(Py_ssize_t M) {
        const Py_ssize_t others = M - 5 * fives(M);
        return others >= TILE_ROWS ? TILE_ROWS : others >= 6 ? 6 : fives(M) ? 5 : others;
    }

    /* The height of the last strip if it is too low for one panel to keep the multipliers busy, else 0. */
    static Py_ssize_t flat_rows(Py_ssize_t M) {
        const Py_ssize_t rest = (M - 5 * fives(M)) % 6;
        return rest < 4 ? rest : 0;
    }

    #define DEFINE_PRODUCT(T) \\
    VECTORS_OF(T) \\
    enum { T##_lanes = sizeof(T##_v) / sizeof(T), T##_columns = 2 * T##_lanes }; \\
    \\
    /* `rows` rows and `panels` panels of C, both compile-time constants, of which `columns` are wanted. */ \\
    INLINED void T##_tile(const int rows, const int panels, Py_ssize_t K, const T* a, Py_ssize_t a_row, \\
                          Py_ssize_t a_column, const T* b, T* c, Py_ssize_t c_row, Py_ssize_t columns, \\
                          int add) { \\
        const int wide = 2 * panels; \\
        T##_v acc[2 * TILE_ROWS] = {0}; \\
        for (Py_ssize_t k = 0; k < K; k++) { \\
            T##_v b_k[8]; \\
            for (int p = 0; p < panels; p++) { \\
                b_k[2 * p] = *(const T##_u*)(b + (p * K + k) * T##_columns); \\
                b_k[2 * p + 1] = *(const T##_u*)(b + (p * K + k) * T##_columns + T##_lanes); \\
            } \\
            for (int i = 0; i < rows; i++) \\
                for (int v = 0; v < wide; v++) \\
                    acc[i * wide + v] += a[i * a_row] * b_k[v]; \\
            a += a_column; \\
        } \\
        for (int i = 0; i < rows; i++, c += c_row) { \\
            Py_ssize_t j = 0; \\
            for (int v = 0; v < wide && j + T##_lanes <= columns; v++, j += T##_lanes) { \\
                T##_u* to = (T##_u*)(c + j); \\
                if (add) *to += acc[i * wide + v]; \\
                else *to = acc[i * wide + v]; \\
            } \\
            for (; j < columns; j++) { \\
                const T sum = ((const T*)(acc + i * wide))[j]; \\
                c[j] = add ? c[j] + sum : sum; \\
            } \\
        } \\
    } \\
    \\
    /* C from B and A, whose rows are a_row apart or, where `strips` is set, are in the order of pack_rows. */ \\
    static void T##_times_packed(Py_ssize_t M, Py_ssize_t K, Py_ssize_t N, const T* a, Py_ssize_t a_row, \\
                                 int strips, const T* b, T* c, Py_ssize_t c_row, int add) { \\
        const Py_ssize_t flat = flat_rows(M), next = strips ? K : a_row; \\
        Py_ssize_t i, j, h; \\
        for (j = 0; j < N; j += T##_columns) {  /* a panel of B stays in the first cache */ \\
            const Py_ssize_t columns = N - j < T##_columns ? N - j : T##_columns; \\
            const T *b_j = b + j * K, *a_i = a; \\
            T* c_i = c + j; \\
            for (i = 0; i < M - flat; i += h, a_i += h * next, c_i += h * c_row) { \\
                h = height(M - i); \\
                if (h == TILE_ROWS) TILE(T, TILE_ROWS, 1, a_i, b_j, c_i, columns); \\
                else if (h == 6) TILE(T, 6, 1, a_i, b_j, c_i, columns); \\
                else if (h == 5) TILE(T, 5, 1, a_i, b_j, c_i, columns); \\
                else TILE(T, 4, 1, a_i, b_j, c_i, columns); \\
            } \\
        } \\
        a += (M - flat) * next; \\
        c += (M - flat) * c_row; \\
        if (flat == 3) FLAT(T, 3, 2) \\
        if (flat == 2) FLAT(T, 2, 2) \\
        if (flat == 1) FLAT(T, 1, 4) \\
    }

    #define TILE(T, rows, panels, a, b, c, columns) \\
        T##_tile(rows, panels, K, a, strips ? 1 : a_row, strips ? rows : 1, b, c, c_row, columns, add)

    /* A flat strip takes several panels at once. */
    #define FLAT(T, rows, panels) { \\
        for (j = 0; j + panels * T##_columns <= N; j += panels * T##_columns) \\
            TILE(T, rows, panels, a, b + j * K, c + j, panels * T##_columns); \\
        for (; j < N; j += T##_columns) \\
            TILE(T, rows, 1, a, b + j * K, c + j, N - j < T##_columns ? N - j : T##_columns); \\
    }

    DEFINE_PRODUCT(float)
    DEFINE_PRODUCT(double)
    """
    const int K_BLOCK
    const int TILE_ROWS
    Py_ssize_t height(Py_ssize_t M) noexcept nogil
    const int float_columns
    const int double_columns
    void float_times_packed(Py_ssize_t M, Py_ssize_t K, Py_ssize_t N, const float* a, Py_ssize_t a_row,
                            bint strips, const float* b, float* c, Py_ssize_t c_row,
                            bint add) noexcept nogil
    void double_times_packed(Py_ssize_t M, Py_ssize_t K, Py_ssize_t N, const double* a, Py_ssize_t a_row,
                            bint strips, const double* b, double* c, Py_ssize_t c_row,
                            bint add) noexcept nogil

# Blocks, in elements. C is read and written once for each part of the sum over k, so parts are long: a panel of
# B (K_BLOCK × 16 float32, 32 KiB) fills the first cache, a block of A (M_BLOCK rows, 200 KiB) the second,
# a block of B (N_BLOCK columns, 2 MiB) the third.
cdef Py_ssize_t M_BLOCK = 96
cdef Py_ssize_t N_BLOCK = 1024
cdef Py_ssize_t GAP = 16  # between packed rows of A, or they would compete for one place in the cache
cdef Py_ssize_t LINE = 64  # bytes, of a line of the cache
GRAIN_SIZE = 2**21  # multiplications that pay for a thread, some 50 µs


cdef inline Py_ssize_t panel_width(const floating* b) noexcept nogil:
    return float_columns if floating is float else double_columns


cdef Py_ssize_t packed_size(Py_ssize_t K, Py_ssize_t N, const floating* b) noexcept nogil:
    cdef Py_ssize_t width = panel_width(b)
    return K * ((N + width - 1) // width) * width


cdef void gather(Py_ssize_t rows, Py_ssize_t columns, const floating* s, Py_ssize_t s_row,
                 Py_ssize_t s_column, floating* d, Py_ssize_t d_row) noexcept nogil:
    """d = s, of any layout, in squares of 4 × 4: a cache line that was fetched for one number serves four."""
    cdef Py_ssize_t whole_rows = rows - rows % 4, whole_columns = columns - columns % 4, r, c, n, m
    for r in range(0, whole_rows, 4):
        for c in range(0, whole_columns, 4):
            for m in range(4):
                for n in range(4):
                    d[(r + m) * d_row + c + n] = s[(r + m) * s_row + (c + n) * s_column]
    for r in range(rows):
        for c in range(whole_columns if r < whole_rows else 0, columns):
            d[r * d_row + c] = s[r * s_row + c * s_column]


cdef void pack(Py_ssize_t K, Py_ssize_t N, const floating* b, Py_ssize_t b_row, Py_ssize_t b_column,
               floating* packed) noexcept nogil:
    """Panels as wide as the tile, one after another, each in the order of k; the last is filled up with 0."""
    cdef Py_ssize_t width = float_columns if floating is float else double_columns
    cdef Py_ssize_t panel, k, columns
    for panel in range((N + width - 1) // width):
        columns = min(width, N - panel * width)
        if columns < width:
            memset(packed, 0, K * width * sizeof(floating))
        if b_column != 1:
            gather(K, columns, b, b_row, b_column, packed, width)
        elif columns < width:
            for k in range(K):
                memcpy(packed + k * width, b + k * b_row, columns * sizeof(floating))
        else:
            for k in range(K):  # of a length that the compiler knows: vector moves, no call
                memcpy(packed + k * width, b + k * b_row,
                       (float_columns if floating is float else double_columns) * sizeof(floating))
        b += width * b_column
        packed += K * width


cdef bint pack_rows(Py_ssize_t M, Py_ssize_t K, const floating* a, Py_ssize_t a_row, Py_ssize_t a_column,
                    floating* packed, Py_ssize_t packed_row) noexcept nogil:
    """A block of A, row by row; or, where its columns are contiguous, as strips in the order of k.

    Returns whether the result is strips.
    """
    cdef Py_ssize_t i = 0, k, m, h
    if a_column == 1:
        for i in range(M):
            memcpy(packed + i * packed_row, a + i * a_row, K * sizeof(floating))
        return False
    if a_row != 1:
        gather(M, K, a, a_row, a_column, packed, packed_row)
        return False
    while height(M - i * TILE_ROWS) == TILE_ROWS:
        i += 1
    h = i
    for k in range(K):
        for i in range(h):
            memcpy(packed + (i * K + k) * TILE_ROWS, a + k * a_column + i * TILE_ROWS, TILE_ROWS * sizeof(floating))
    i = h * TILE_ROWS
    while i < M:
        h = height(M - i)
        for k in range(K):
            for m in range(h):
                packed[i * K + k * h + m] = a[k * a_column + i + m]
        i += h
    return True


cdef void times_packed(Py_ssize_t M, Py_ssize_t K, Py_ssize_t N, const floating* a, Py_ssize_t a_row,
                       const floating* packed, floating* c, Py_ssize_t c_row, bint add) noexcept nogil:
    times_strips(M, K, N, a, a_row, False, packed, c, c_row, add)


cdef inline void times_strips(Py_ssize_t M, Py_ssize_t K, Py_ssize_t N, const floating* a, Py_ssize_t a_row,
                              bint strips, const floating* packed, floating* c, Py_ssize_t c_row,
                              bint add) noexcept nogil:
    if floating is float:
        float_times_packed(M, K, N, a, a_row, strips, packed, c, c_row, add)
    else:
        double_times_packed(M, K, N, a, a_row, strips, packed, c, c_row, add)


cdef int gemm(Py_ssize_t M, Py_ssize_t K, Py_ssize_t N,
              const floating* a, Py_ssize_t a_row, Py_ssize_t a_column,
              const floating* b, Py_ssize_t b_row, Py_ssize_t b_column,
              floating* c, Py_ssize_t c_row, bint add) except -1 nogil:
    cdef Py_ssize_t i, j, k, m, n, depth, a_size, b_size
    cdef Py_ssize_t K_part = equal_part(K)
    cdef floating *a_block
    cdef floating *b_block
    cdef void *memory
    cdef bint strips
    if K == 0 and not add:
        for i in range(M):
            memset(c + i * c_row, 0, N * sizeof(floating))
    if M == 0 or K == 0 or N == 0:
        return 0
    b_size = packed_size(K_part, min(N, N_BLOCK), b)
    a_size = min(M, M_BLOCK) * (K_part + GAP)
    memory = malloc((b_size + a_size) * sizeof(floating) + LINE)
    if memory == NULL:
        with gil:
            raise MemoryError
    b_block = <floating *>((<uintptr_t>memory + LINE - 1) // LINE * LINE)
    a_block = b_block + b_size
    j = 0
    while j < N:
        n = min(N_BLOCK, N - j)
        k = 0
        while k < K:
            depth = min(K_part, K - k)
            pack(depth, n, b + k * b_row + j * b_column, b_row, b_column, b_block)
            i = 0
            while i < M:
                m = min(M_BLOCK, M - i)
                strips = pack_rows(m, depth, a + i * a_row + k * a_column, a_row, a_column, a_block,
                                   K_part + GAP)
                times_strips(m, depth, n, a_block, K_part + GAP, strips, b_block, c + i * c_row + j, c_row,
                             add or k > 0)
                i += m
            k += depth
        j += n
    free(memory)
    return 0


cdef Py_ssize_t equal_part(Py_ssize_t K) noexcept nogil:
    """The length of the equal parts, at most K_BLOCK, into which a sum over K is cut, without a short rest."""
    cdef Py_ssize_t parts = (K + K_BLOCK - 1) // K_BLOCK
    return (K + parts - 1) // parts if parts else 0


def multiply(const floating[:, :] a, const floating[:, :] b, floating[:, :] c, bint add):
    """c = a b, or c += a b where `add` is set, of any layout; the columns of c are neighbours."""
    cdef Py_ssize_t M = a.shape[0], K = a.shape[1], N = b.shape[1], size = sizeof(floating)
    if M == 0 or N == 0:
        return
    with nogil:
        gemm(M, K, N, &a[0, 0] if K else NULL, a.strides[0] // size, a.strides[1] // size,
             &b[0, 0] if K else NULL, b.strides[0] // size, b.strides[1] // size,
             &c[0, 0], c.strides[0] // size, add)


def product(a, b, c, add=False):
    """c = a b, or c += a b where `add` is set, with the rows or columns of c shared among threads."""
    (M, K), N = a.shape, b.shape[1]
    if M > N:
        in_parallel(lambda start, stop: multiply(a[start:stop], b, c[start:stop], add), M,
                    grain_size=GRAIN_SIZE // max(K * N, 1), multiple=TILE_ROWS)
    else:
        in_parallel(lambda start, stop: multiply(a, b[:, start:stop], c[:, start:stop], add), N,
                    grain_size=GRAIN_SIZE // max(M * K, 1), multiple=float_columns)
    return c


def packed(const floating[:, ::1] b, bint transposed=False):
    """b, or bᵀ, in the order in which the register tile reads it, for `times_packed`."""
    cdef Py_ssize_t K = b.shape[1] if transposed else b.shape[0], N = b.shape[0] if transposed else b.shape[1]
    cdef Py_ssize_t row = 1 if transposed else N, column = K if transposed else 1
    cdef floating[::1] result
    memory = np.empty(packed_size(K, N, <const floating *>NULL) + LINE,
                      np.float32 if floating is float else np.float64)
    memory = memory[-memory.ctypes.data % LINE // sizeof(floating):]
    result = memory
    if K > 0 and N > 0:
        with nogil:
            pack(K, N, &b[0, 0], row, column, &result[0])
    return memory


def column_sums(const floating[:, ::1] a, floating[::1] sums):
    """sums_j = Σ_i a_ij."""
    cdef Py_ssize_t i, j
    with nogil:
        for j in range(a.shape[1]):
            sums[j] = 0
        for i in range(a.shape[0]):
            for j in range(a.shape[1]):
                sums[j] += a[i, j]
    return np.asarray(sums)


def matmul(a, b):
    """a: (M, K), b: (K, N) → (M, N)."""
    c = np.empty((a.shape[0], b.shape[1]), a.dtype)
    return product(walkable(a), walkable(b), c)


def walkable(array):
    """`array` itself where a pointer can step from element to element, else a copy."""
    if array.flags.aligned and all(stride % array.itemsize == 0 for stride in array.strides):
        return array
    return np.require(array, requirements=("C", "ALIGNED"))
