"""Philox4x32-10 and Box-Muller for all blocks at once."""

import numpy as np

from scratchgen_kernels.vector_math import coefficients
from scratchgen_kernels.vector_math.reduced import cos_reduced, log_reduced, sin_reduced

ROUNDS = 10
MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
WEYL = 0x9E3779B9, 0xBB67AE85
MASK, HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


def philox4x32(counter, key):
    """One block, as a tuple of four ints."""
    words = scramble([np.array([c], np.uint64) for c in counter], *key)
    return tuple(int(word[0]) for word in words)


def scramble(counter, k0, k1):
    """Ten rounds on every block. counter: four uint64 arrays (n,) of 32-bit words → four such arrays."""
    c0, c1, c2, c3 = counter
    for _ in range(ROUNDS):
        product0, product1 = MULTIPLIERS[0] * c0, MULTIPLIERS[1] * c2
        c0, c1 = (product1 >> HALF) ^ c1 ^ np.uint64(k0), product1 & MASK
        c2, c3 = (product0 >> HALF) ^ c3 ^ np.uint64(k1), product0 & MASK
        k0, k1 = (k0 + WEYL[0]) & 0xFFFFFFFF, (k1 + WEYL[1]) & 0xFFFFFFFF
    return c0, c1, c2, c3


def blocks_around(key, counter, n):
    """All whole blocks that hold positions counter … counter + n − 1: four uint64 arrays, one per lane."""
    count = (counter % 4 + n + 3) // 4
    block = np.uint64(counter // 4) + np.arange(count, dtype=np.uint64)
    zeros = np.zeros(count, np.uint64)
    return scramble((block & MASK, block >> HALF, zeros, zeros), key & 0xFFFFFFFF, key >> 32)


def radius(words, dtype):
    """√(−2 ln u) for u = (word + ½) 2⁻³², by the operations of loops.py in the same order."""
    c = coefficients.of(dtype)
    x = (words.astype(np.uint32).view(np.int32).astype(dtype) + dtype.type(0.5)) * dtype.type(2.0**-32)
    m, n = np.frexp(np.where(x > 0, x, 1))
    small = m < c.SQRT_HALF
    f = np.where(small, 2 * m, m) - 1
    n = np.where(small, n - 1, n)
    below = x < c.SQRT_HALF_MINUS_1
    f = np.where(below, x + x + 1, np.where(x < 0, x, f))
    n = np.where(below, -1, n).astype(dtype)
    return np.sqrt(-2 * log_reduced(f, n, c))


def waves(words, dtype):
    """cos 2πu and sin 2πu for u = (word + ½) 2⁻³²."""
    c = coefficients.of(dtype)
    words = words.astype(np.uint32)
    quarter = (words + np.uint32(2**29)) >> np.uint32(30)
    beyond = (words - (quarter << np.uint32(30))).view(np.int32)
    t = (beyond.astype(dtype) + dtype.type(0.5)) * dtype.type(2.0**-32)
    sine, cosine = sin_reduced(t, c), cos_reduced(t, c)
    odd = quarter % 2 == 1
    first, second = np.where(odd, sine, cosine), np.where(odd, cosine, sine)
    return np.where((quarter == 1) | (quarter == 2), -first, first), np.where(quarter >= 2, -second, second)


def box_muller(w_even, w_odd, dtype):
    """Two independent standard normals from each pair of words."""
    r = radius(w_even, dtype)
    cosine, sine = waves(w_odd, dtype)
    return r * cosine, r * sine


def random_bits(key, counter, n):
    """Words counter … counter + n − 1: uint32 (n,)."""
    lanes = blocks_around(key, counter, n)
    return np.stack(lanes, axis=1).astype(np.uint32).ravel()[counter % 4 :][:n].copy()


def standard_normal(key, counter, n, dtype):
    """Normals counter … counter + n − 1: (n,) of `dtype`."""
    w0, w1, w2, w3 = blocks_around(key, counter, n)
    lanes = (*box_muller(w0, w1, dtype), *box_muller(w2, w3, dtype))
    return np.stack(lanes, axis=1).ravel()[counter % 4 :][:n].copy()
