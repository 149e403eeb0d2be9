"""Philox4x32-10 and Box-Muller, compiled on the first call.

What makes it fast: a block lives in registers from its counter to its four normals; nothing is written to
memory but the result, and each word is scrambled once although four positions share a block.
"""

import math

import numpy as np

from scratchgen_kernels.jit import compiled

# Every word is a uint64 that holds 32 bits: mixed with a signed integer it would become a float.
M0, M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
WEYL0, WEYL1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
MASK, HALF, ZERO = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(0)
ROUNDS = 10


@compiled
def scramble(c0, c1, c2, c3, k0, k1):
    """Ten rounds on one block of four words."""
    for _ in range(ROUNDS):
        product0, product1 = M0 * c0, M1 * c2
        c0, c1 = (product1 >> HALF) ^ c1 ^ k0, product1 & MASK
        c2, c3 = (product0 >> HALF) ^ c3 ^ k1, product0 & MASK
        k0, k1 = (k0 + WEYL0) & MASK, (k1 + WEYL1) & MASK
    return c0, c1, c2, c3


@compiled
def box_muller(w_even, w_odd):
    """Two independent standard normals from two words."""
    u1, u2 = (np.int64(w_even) + 0.5) * 2.0**-32, (np.int64(w_odd) + 0.5) * 2.0**-32
    r = math.sqrt(-2.0 * math.log(u1))
    return r * math.cos(2.0 * math.pi * u2), r * math.sin(2.0 * math.pi * u2)


@compiled
def fill_words(words, key, first_block, skip):
    """The stream from lane `skip` of `first_block` on.   words: uint32 (n,)"""
    n = len(words)
    for b in range((skip + n + 3) // 4):
        block = first_block + np.uint64(b)
        lanes = scramble(block & MASK, block >> HALF, ZERO, ZERO, key & MASK, key >> HALF)
        for lane in range(4):
            i = 4 * b + lane - skip
            if 0 <= i < n:
                words[i] = np.uint32(lanes[lane])


@compiled
def fill_normals(eps, key, first_block, skip):
    """The normals from lane `skip` of `first_block` on.   eps: (n,)"""
    n = len(eps)
    for b in range((skip + n + 3) // 4):
        block = first_block + np.uint64(b)
        w0, w1, w2, w3 = scramble(block & MASK, block >> HALF, ZERO, ZERO, key & MASK, key >> HALF)
        lanes = (*box_muller(w0, w1), *box_muller(w2, w3))
        for lane in range(4):
            i = 4 * b + lane - skip
            if 0 <= i < n:
                eps[i] = lanes[lane]


def philox4x32(counter, key):
    """One block, as a tuple of four ints."""
    words = scramble(*(np.uint64(word) for word in (*counter, *key)))
    return tuple(int(word) for word in words)


def random_bits(key, counter, n):
    """Words counter … counter + n − 1: uint32 (n,)."""
    words = np.empty(n, np.uint32)
    fill_words(words, np.uint64(key), np.uint64(counter // 4), counter % 4)
    return words


def standard_normal(key, counter, n, dtype):
    """Normals counter … counter + n − 1: (n,) of `dtype`."""
    eps = np.empty(n, dtype)
    fill_normals(eps, np.uint64(key), np.uint64(counter // 4), counter % 4)
    return eps
