"""Philox4x32-10 and Box-Muller, one block and one number at a time."""

import math

import numpy as np

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
    """The block of four words in which `position` lies."""
    block = position // 4
    return philox4x32((block & MASK, block >> 32, 0, 0), (key & MASK, key >> 32))


def box_muller(w_even, w_odd):
    """Two independent standard normals from two words."""
    u1, u2 = (w_even + 0.5) * 2.0**-32, (w_odd + 0.5) * 2.0**-32
    r = math.sqrt(-2.0 * math.log(u1))
    return r * math.cos(2.0 * math.pi * u2), r * math.sin(2.0 * math.pi * u2)


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
        even = position % 4 // 2 * 2  # the lane at which the pair begins: 0 or 2
        words = block_of(position, key)
        eps[i] = box_muller(words[even], words[even + 1])[position % 2]
    return eps
