# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""Philox4x32-10 and Box-Muller, compiled when the package was installed.

What makes it fast: a block lives in registers from its counter to its four normals; nothing is written to
memory but the result, and each word is scrambled once although four positions share a block.
"""

from cython cimport floating
from libc.math cimport cos, log, sin, sqrt
from libc.stdint cimport uint32_t, uint64_t

import numpy as np

cdef enum:
    ROUNDS = 10

cdef uint64_t M0 = 0xD2511F53u, M1 = 0xCD9E8D57u
cdef uint32_t WEYL0 = 0x9E3779B9u, WEYL1 = 0xBB67AE85u
cdef double TWO_PI = 6.283185307179586  # the float64 nearest 2π


cdef inline void scramble(uint32_t* c, uint32_t k0, uint32_t k1) noexcept nogil:
    """Ten rounds on one block of four words, in place."""
    cdef uint64_t product0, product1
    cdef int i
    for i in range(ROUNDS):
        product0, product1 = M0 * c[0], M1 * c[2]
        c[0], c[2] = <uint32_t>(product1 >> 32) ^ c[1] ^ k0, <uint32_t>(product0 >> 32) ^ c[3] ^ k1
        c[1], c[3] = <uint32_t>product1, <uint32_t>product0
        k0, k1 = k0 + WEYL0, k1 + WEYL1


cdef inline void words_of(uint64_t block, uint64_t key, uint32_t* c) noexcept nogil:
    """The four words of one block of the stream."""
    c[0], c[1], c[2], c[3] = <uint32_t>block, <uint32_t>(block >> 32), 0, 0
    scramble(c, <uint32_t>key, <uint32_t>(key >> 32))


cdef inline void box_muller(uint32_t w_even, uint32_t w_odd, double* pair) noexcept nogil:
    """Two independent standard normals from two words."""
    cdef double u1 = (w_even + 0.5) * 2.0 ** -32, u2 = (w_odd + 0.5) * 2.0 ** -32
    cdef double r = sqrt(-2.0 * log(u1))
    pair[0], pair[1] = r * cos(TWO_PI * u2), r * sin(TWO_PI * u2)


def fill_words(uint32_t[::1] words, uint64_t key, uint64_t first_block, Py_ssize_t skip):
    """The stream from lane `skip` of `first_block` on.   words: uint32 (n,)"""
    cdef Py_ssize_t n = words.shape[0], b, lane, i
    cdef uint32_t[4] c
    with nogil:
        for b in range((skip + n + 3) // 4):
            words_of(first_block + <uint64_t>b, key, c)
            for lane in range(4):
                i = 4 * b + lane - skip
                if 0 <= i < n:
                    words[i] = c[lane]


def fill_normals(floating[::1] eps, uint64_t key, uint64_t first_block, Py_ssize_t skip):
    """The normals from lane `skip` of `first_block` on.   eps: (n,)"""
    cdef Py_ssize_t n = eps.shape[0], b, lane, i
    cdef uint32_t[4] c
    cdef double[4] lanes
    with nogil:
        for b in range((skip + n + 3) // 4):
            words_of(first_block + <uint64_t>b, key, c)
            box_muller(c[0], c[1], lanes)
            box_muller(c[2], c[3], lanes + 2)
            for lane in range(4):
                i = 4 * b + lane - skip
                if 0 <= i < n:
                    eps[i] = <floating>lanes[lane]


def philox4x32(counter, key):
    """One block, as a tuple of four ints."""
    cdef uint32_t[4] c = counter
    scramble(c, key[0], key[1])
    return c[0], c[1], c[2], c[3]


def random_bits(key, counter, n):
    """Words counter … counter + n − 1: uint32 (n,)."""
    words = np.empty(n, np.uint32)
    fill_words(words, key, counter // 4, counter % 4)
    return words


def standard_normal(key, counter, n, dtype):
    """Normals counter … counter + n − 1: (n,) of `dtype`."""
    eps = np.empty(n, dtype)
    fill_normals(eps, key, counter // 4, counter % 4)
    return eps
