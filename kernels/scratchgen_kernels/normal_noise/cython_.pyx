# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Philox4x32-10 and Box-Muller, compiled when the package was installed.

Why it is fast: a short stretch of the stream passes through a few loops and stays in the first cache.
Several blocks are scrambled at a time (lanes.h), each of them once for its four positions; then several pairs of
words become normals at a time, with logarithm, sine and cosine inlined as polynomials. Long results are shared among threads.

Compiled so that a · b + c is rounded twice (setup.py): the noise then has the same bits on every backend.
"""

from cython cimport floating
from libc.math cimport sqrt, sqrtf
from libc.stdint cimport int32_t, uint32_t, uint64_t

from scratchgen_kernels.vector_math.cython_ cimport (
    bits32, bits64, cos_reduced, exponent_removed, float32, float64, log_reduced, select, sin_reduced,
)

import numpy as np

from scratchgen_kernels.threads import in_parallel

GRAIN_SIZE = 16384  # normals that pay for a thread

cdef extern from "lanes.h" nogil:
    enum:
        LANES
    ctypedef struct lanes:
        pass
    lanes lanes_of(uint64_t x)
    lanes lanes_counting(uint64_t x)
    lanes lanes_high(lanes a)
    lanes lanes_xor(lanes a, lanes b)
    lanes lanes_product(lanes a, lanes b)
    void lanes_store(uint32_t* even, uint32_t* odd, lanes c0, lanes c1, lanes c2, lanes c3)

# --- words ------------------------------------------------------------------------------------------------


cdef inline void philox_round(lanes* c, uint64_t k0, uint64_t k1) noexcept nogil:
    """One round on LANES blocks.   c: four vectors, of the blocks' words 0, 1, 2 and 3"""
    cdef lanes product0 = lanes_product(c[0], lanes_of(0xD2511F53u))
    cdef lanes product1 = lanes_product(c[2], lanes_of(0xCD9E8D57u))
    c[0] = lanes_xor(lanes_high(product1), lanes_xor(c[1], lanes_of(k0)))  # the product comes last
    c[2] = lanes_xor(lanes_high(product0), lanes_xor(c[3], lanes_of(k1)))
    c[1], c[3] = product1, product0


cdef inline void three_rounds(lanes* c, lanes* d, lanes* e, uint32_t k0, uint32_t k1) noexcept nogil:
    """One round of Philox for three vectors of blocks: while one waits for its product, others are multiplied."""
    philox_round(c, k0, k1)
    philox_round(d, k0, k1)
    philox_round(e, k0, k1)


cdef inline void begin_blocks(uint64_t block, lanes* c) noexcept nogil:
    """The counters of LANES blocks from `block` on."""
    c[0] = lanes_counting(block)
    c[1] = lanes_high(c[0])
    c[2] = c[3] = lanes_of(0)


cdef void fill_words_of_stretch(uint64_t block, uint64_t key, Py_ssize_t blocks,
                                uint32_t* even, uint32_t* odd) noexcept nogil:
    """The words of `blocks` blocks from `block` on: those at even positions, and those at odd ones.

    A few blocks more are written, up to a multiple of 3 LANES, which BLOCKS is.
    """
    cdef uint32_t k0 = <uint32_t>key, k1 = <uint32_t>(key >> 32)
    cdef uint32_t w0 = 0x9E3779B9u, w1 = 0xBB67AE85u
    cdef lanes[4] c, d, e
    cdef Py_ssize_t b = 0
    while b < blocks:
        begin_blocks(block + <uint64_t>b, c)
        begin_blocks(block + <uint64_t>b + LANES, d)
        begin_blocks(block + <uint64_t>b + 2 * LANES, e)
        three_rounds(c, d, e, k0, k1)  # written out, so that c, d and e stay in registers
        three_rounds(c, d, e, k0 + w0, k1 + w1)
        three_rounds(c, d, e, k0 + 2 * w0, k1 + 2 * w1)
        three_rounds(c, d, e, k0 + 3 * w0, k1 + 3 * w1)
        three_rounds(c, d, e, k0 + 4 * w0, k1 + 4 * w1)
        three_rounds(c, d, e, k0 + 5 * w0, k1 + 5 * w1)
        three_rounds(c, d, e, k0 + 6 * w0, k1 + 6 * w1)
        three_rounds(c, d, e, k0 + 7 * w0, k1 + 7 * w1)
        three_rounds(c, d, e, k0 + 8 * w0, k1 + 8 * w1)
        three_rounds(c, d, e, k0 + 9 * w0, k1 + 9 * w1)
        lanes_store(even + 2 * b, odd + 2 * b, c[0], c[1], c[2], c[3])
        lanes_store(even + 2 * (b + LANES), odd + 2 * (b + LANES), d[0], d[1], d[2], d[3])
        lanes_store(even + 2 * (b + 2 * LANES), odd + 2 * (b + 2 * LANES), e[0], e[1], e[2], e[3])
        b += 3 * LANES


# --- normals ----------------------------------------------------------------------------------------------


cdef inline void logarithm_begun(uint32_t word, floating* f, floating* n) noexcept nogil:
    """f and n with u = (1 + f) 2ⁿ for u = (word + ½) 2⁻³²; above ½ from u − 1, which a float represents better."""
    cdef floating zero = 0, one = 1, half = 0.5, unit = 2.0 ** -32
    cdef floating below = -0.29289323 if floating is float else -0.2928932188134524  # √½ − 1
    cdef floating x = (<floating><int32_t>word + half) * unit  # u, or u − 1 from ½ on
    cdef floating m = exponent_removed(select(x < zero, one, x), n)
    f[0] = select(x < below, x + x + one, select(x < zero, x, m - one))
    n[0] = select(x < below, -one, n[0])


cdef inline floating radius(floating f, floating n) noexcept nogil:
    """√(−2 ln u)."""
    cdef floating minus_two = -2
    if floating is float:
        return sqrtf(minus_two * log_reduced(f, n))
    else:
        return sqrt(minus_two * log_reduced(f, n))


cdef inline void angle_begun(uint32_t word, floating* t) noexcept nogil:
    """The rest of u = (word + ½) 2⁻³² beyond the nearest quarter turn, which is subtracted in integers."""
    cdef floating half = 0.5, unit = 2.0 ** -32
    t[0] = (<floating><int32_t>(word - ((word + 0x20000000u) & 0xC0000000u)) + half) * unit


cdef inline floating flipped(floating x, uint32_t sign) noexcept nogil:
    """x, or −x if the high bit of `sign` is set."""
    if floating is float:
        return float32(bits32(x) ^ (sign & 0x80000000u))
    else:
        return float64(bits64(x) ^ (<uint64_t>(sign & 0x80000000u) << 32))


cdef inline void pair(uint32_t word, floating r, floating s, floating c,
                      floating* even, floating* odd) noexcept nogil:
    """r cos 2πu and r sin 2πu; s and c: sine and cosine of the rest beyond the nearest quarter turn."""
    cdef uint32_t turn = word + 0x20000000u  # its two high bits count the quarter turns
    cdef bint is_odd = (turn & 0x40000000u) != 0
    even[0] = r * flipped(select(is_odd, s, c), turn + 0x40000000u)
    odd[0] = r * flipped(select(is_odd, c, s), turn)


cdef void fill_stretch(uint64_t block, uint64_t key, Py_ssize_t blocks, floating* eps) noexcept nogil:
    """The normals of `blocks` blocks from `block` on, in the order of the stream.

    Several short loops replace one long loop: every operation waits for the operation before, and a processor
    overlaps more iterations of a short loop.
    """
    cdef uint32_t[PAIRS] even, odd
    cdef floating[PAIRS] f, n, t, c
    cdef Py_ssize_t p, pairs = (2 * blocks + 7) // 8 * 8  # whole vectors: no odd ones to do one by one
    fill_words_of_stretch(block, key, (pairs + 1) // 2, even, odd)
    for p in range(pairs):
        logarithm_begun(even[p], &f[p], &n[p])
        angle_begun(odd[p], &t[p])
    for p in range(pairs):
        f[p] = radius(f[p], n[p])
    for p in range(pairs):
        c[p] = cos_reduced(t[p])
        t[p] = sin_reduced(t[p])
    for p in range(pairs):
        pair(odd[p], f[p], t[p], c[p], &eps[2 * p], &eps[2 * p + 1])


# --- arrays -----------------------------------------------------------------------------------------------


def fill_words(uint32_t[::1] words, uint64_t key, uint64_t counter, Py_ssize_t start, Py_ssize_t stop):
    """words_i = the word at counter + i, for start ≤ i < stop."""
    cdef uint32_t[PAIRS] even, odd
    cdef uint32_t[STRETCH] stretch
    cdef uint64_t block = (counter + <uint64_t>start) // 4
    cdef Py_ssize_t lane = (counter + <uint64_t>start) % 4, i = start, j, count, blocks
    with nogil:
        while i < stop:
            blocks = min(BLOCKS, (lane + stop - i + 3) // 4)
            fill_words_of_stretch(block, key, blocks, even, odd)
            for j in range(2 * blocks):
                stretch[2 * j], stretch[2 * j + 1] = even[j], odd[j]
            count = min(STRETCH - lane, stop - i)
            for j in range(count):
                words[i + j] = stretch[lane + j]
            block, lane, i = block + BLOCKS, 0, i + count


def fill_normals(floating[::1] eps, uint64_t key, uint64_t counter, Py_ssize_t start, Py_ssize_t stop):
    """eps_i = the normal at counter + i, for start ≤ i < stop."""
    cdef floating[STRETCH] stretch
    cdef uint64_t block = (counter + <uint64_t>start) // 4
    cdef Py_ssize_t lane = (counter + <uint64_t>start) % 4, i = start, j, count
    with nogil:
        while i < stop:
            fill_stretch(block, key, min(BLOCKS, (lane + stop - i + 3) // 4), &stretch[0])
            count = min(STRETCH - lane, stop - i)
            for j in range(count):
                eps[i + j] = stretch[lane + j]
            block, lane, i = block + BLOCKS, 0, i + count


def philox4x32(counter, key):
    """One block, as a tuple of four ints."""
    cdef lanes[4] c
    cdef uint32_t[2 * LANES] even, odd
    cdef uint32_t k0 = key[0], k1 = key[1]
    cdef int i
    for i in range(4):
        c[i] = lanes_of(counter[i])
    for i in range(10):
        philox_round(c, k0, k1)
        k0, k1 = k0 + 0x9E3779B9u, k1 + 0xBB67AE85u
    lanes_store(even, odd, c[0], c[1], c[2], c[3])
    return even[0], odd[0], even[1], odd[1]


def random_bits(key, counter, n):
    """Words counter … counter + n − 1: uint32 (n,)."""
    words = np.empty(n, np.uint32)
    in_parallel(lambda start, stop: fill_words(words, key, counter, start, stop), n, grain_size=GRAIN_SIZE)
    return words


def standard_normal(key, counter, n, dtype):
    """Normals counter … counter + n − 1: (n,) of `dtype`."""
    eps = np.empty(n, dtype)
    in_parallel(lambda start, stop: fill_normals(eps, key, counter, start, stop), n, grain_size=GRAIN_SIZE)
    return eps
