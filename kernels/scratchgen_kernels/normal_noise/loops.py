"""Philox4x32-10 and Box-Muller, one block and one number at a time."""

import math

import numpy as np

from scratchgen_kernels.vector_math import coefficients
from scratchgen_kernels.vector_math.reduced import cos_reduced, log_reduced, sin_reduced

ROUNDS = 10
MULTIPLIERS = 0xD2511F53, 0xCD9E8D57  # Salmon et al. (2011), §3.3: found by search for the best diffusion
WEYL = 0x9E3779B9, 0xBB67AE85  # the first 32 bits after the point of the golden ratio, and of √3
MASK = 0xFFFFFFFF  # the low 32 bits


def philox4x32(counter, key, rounds=ROUNDS):
    """Scramble four 32-bit words under a key of two: a tuple of four ints."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(rounds):
        product0, product1 = MULTIPLIERS[0] * c0, MULTIPLIERS[1] * c2
        c0, c1 = (product1 >> 32) ^ c1 ^ k0, product1 & MASK
        c2, c3 = (product0 >> 32) ^ c3 ^ k1, product0 & MASK
        k0, k1 = (k0 + WEYL[0]) & MASK, (k1 + WEYL[1]) & MASK
    return c0, c1, c2, c3


def block_of(position, key):
    """The block of four words that holds `position`."""
    block = position // 4
    return philox4x32((block & MASK, block >> 32, 0, 0), (key & MASK, key >> 32))


def radius(word, dtype):
    """√(−2 ln u) for u = (word + ½) 2⁻³².

    Above ½ the logarithm is computed from u − 1, which a float represents with more digits than u: so r is precise at
    both ends, near 0 and near 6.8. Every operation is in `dtype`, in a fixed order.
    """
    c = coefficients.of(dtype)
    x = (dtype.type(signed(word)) + 0.5) * 2.0**-32  # u, or u − 1 from ½ on
    if x > 0:
        m, n = math.frexp(x)
        m, n = (2 * m, n - 1) if m < c.SQRT_HALF else (m, n)
        f = m - 1
    else:
        f, n = (x + x + 1, -1) if x < c.SQRT_HALF_MINUS_1 else (x, 0)
    return np.sqrt(-2 * log_reduced(dtype.type(f), dtype.type(n), c))


def waves(word, dtype):
    """cos 2πu and sin 2πu for u = (word + ½) 2⁻³²; the nearest quarter turn is subtracted in integers."""
    c = coefficients.of(dtype)
    quarter = (word + 2**29) >> 30
    t = (dtype.type(word - (quarter << 30)) + 0.5) * 2.0**-32
    sine, cosine = sin_reduced(t, c), cos_reduced(t, c)
    return ((cosine, sine), (-sine, cosine), (-cosine, -sine), (sine, -cosine))[quarter % 4]


def signed(word):
    """The 32 bits of a word read as a number from −2³¹ to 2³¹ − 1."""
    return word - 2**32 if word >= 2**31 else word


def box_muller(w_even, w_odd, dtype):
    """Two independent standard normals from two words."""
    r = radius(w_even, dtype)
    cosine, sine = waves(w_odd, dtype)
    return r * cosine, r * sine


def random_bits(key, counter, n):
    """Words counter … counter + n − 1: uint32 (n,)."""
    words = np.empty(n, np.uint32)
    for i in range(n):
        position = counter + i
        words[i] = block_of(position, key)[position % 4]
    return words


def standard_normal(key, counter, n, dtype):
    """Normals counter … counter + n − 1: (n,) of `dtype`."""
    eps = np.empty(n, dtype)
    for i in range(n):
        position = counter + i
        even = position % 4 // 2 * 2  # the lane where the pair begins: 0 or 2
        words = block_of(position, key)
        eps[i] = box_muller(words[even], words[even + 1], eps.dtype)[position % 2]
    return eps
