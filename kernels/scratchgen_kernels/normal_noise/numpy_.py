"""Philox4x32-10 and Box-Muller for all blocks at once."""

import numpy as np

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
    """All whole blocks that hold positions counter … counter + n − 1: four uint64 arrays, one a lane."""
    count = (counter % 4 + n + 3) // 4
    block = np.uint64(counter // 4) + np.arange(count, dtype=np.uint64)
    zeros = np.zeros(count, np.uint64)
    return scramble((block & MASK, block >> HALF, zeros, zeros), key & 0xFFFFFFFF, key >> 32)


def box_muller(w_even, w_odd):
    """Two independent standard normals from each pair of words."""
    u1, u2 = (w_even + 0.5) * 2.0**-32, (w_odd + 0.5) * 2.0**-32
    r = np.sqrt(-2.0 * np.log(u1))
    return r * np.cos(2.0 * np.pi * u2), r * np.sin(2.0 * np.pi * u2)


def random_bits(key, counter, n):
    """Words counter … counter + n − 1: uint32 (n,)."""
    lanes = blocks_around(key, counter, n)
    return np.stack(lanes, axis=1).astype(np.uint32).ravel()[counter % 4 :][:n].copy()


def standard_normal(key, counter, n, dtype):
    """Normals counter … counter + n − 1: (n,) of `dtype`."""
    w0, w1, w2, w3 = blocks_around(key, counter, n)
    lanes = (*box_muller(w0, w1), *box_muller(w2, w3))
    return np.stack(lanes, axis=1).ravel()[counter % 4 :][:n].astype(dtype)
