"""Philox4x32-10 and Box-Muller, compiled on the first call.

Why it is fast: a short stretch of the stream passes through a few loops and stays in the first cache. Each loop becomes
vector instructions: several blocks are scrambled at a time, each of them once for its four positions, then several
pairs of words become normals, with logarithm, sine and cosine inlined as polynomials. Long results are shared among
threads.

Compiled so that a · b + c is rounded twice: the noise then has the same bits on every backend.
"""

import math

import numpy as np

from scratchgen_kernels.jit import EXACT_OPTIONS, compiled
from scratchgen_kernels.threads import in_parallel
from scratchgen_kernels.vector_math.numba_ import (
    INLINE_OPTIONS,
    constants_of,
    cos_reduced,
    exponent_removed,
    log_reduced,
    sin_reduced,
)

GRAIN_SIZE = 16384  # normals that pay for a thread
BLOCKS = 64  # per stretch
STRETCH = 4 * BLOCKS

# Every word is a uint64 that holds 32 bits: mixed with a signed integer it would become a float.
M0, M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
WEYL0, WEYL1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
MASK, HALF, ZERO = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(0)
EIGHTH, QUARTER_MASK = np.uint64(0x20000000), np.uint32(0x3FFFFFFF)  # of a turn of 2³²
ODD_BIT, HALF_BIT = (
    np.uint32(0x40000000),
    np.uint32(0x80000000),
)  # an odd number of quarter turns; two or three
ROUNDS = 10


@compiled(options=INLINE_OPTIONS)
def scramble(c0, c1, c2, c3, k0, k1):
    """Ten rounds on one block of four words."""
    for _ in range(ROUNDS):
        product0, product1 = M0 * c0, M1 * c2
        c0, c1 = (product1 >> HALF) ^ c1 ^ k0, product1 & MASK
        c2, c3 = (product0 >> HALF) ^ c3 ^ k1, product0 & MASK
        k0, k1 = (k0 + WEYL0) & MASK, (k1 + WEYL1) & MASK
    return c0, c1, c2, c3


@compiled(options=EXACT_OPTIONS)
def fill_words_of_stretch(block, key, even, odd):
    """The words of BLOCKS blocks from `block` on: those at even positions, and those at odd ones."""
    k0, k1 = key & MASK, key >> HALF
    for j in range(BLOCKS):
        b = block + np.uint64(j)
        c0, c1, c2, c3 = scramble(b & MASK, b >> HALF, ZERO, ZERO, k0, k1)
        even[2 * j], even[2 * j + 1] = c0, c2
        odd[2 * j], odd[2 * j + 1] = c1, c3


@compiled(options=INLINE_OPTIONS)
def turn_of(word):
    """word + ⅛ of a turn: the two high bits count the quarter turns nearest to word · 2⁻³² turns."""
    return np.uint32((np.uint64(word) + EIGHTH) & MASK)


@compiled(options=EXACT_OPTIONS)
def begin(even, odd, f, n, t):
    """For u = (word + ½) 2⁻³²: f and n with u = (1 + f) 2ⁿ, and t, the rest beyond the nearest quarter turn.

    Above ½ the logarithm is computed from u − 1, which a float represents better than u. The quarter turn is
    subtracted in integers.
    """
    real = f.dtype.type
    c = constants_of(real(0))
    for p in range(len(f)):
        x = (real(np.int32(even[p])) + c.HALF) * c.UNIT
        m, exponent = exponent_removed(c.ONE if x < c.ZERO else x)
        g = x if x < c.ZERO else m - c.ONE
        f[p] = x + x + c.ONE if x < c.SQRT_HALF_MINUS_1 else g
        n[p] = -c.ONE if x < c.SQRT_HALF_MINUS_1 else exponent
        beyond = np.int32(np.int32(turn_of(odd[p]) & QUARTER_MASK) - np.int32(EIGHTH))
        t[p] = (real(beyond) + c.HALF) * c.UNIT


@compiled(options=EXACT_OPTIONS)
def take_radius(f, n):
    """f becomes √(−2 ln u)."""
    c = constants_of(f.dtype.type(0))
    for p in range(len(f)):
        f[p] = math.sqrt(-c.TWO * log_reduced(f[p], n[p], c))


@compiled(options=EXACT_OPTIONS)
def take_waves(t, cosine):
    """t becomes sin 2πt; cosine: cos 2πt."""
    c = constants_of(t.dtype.type(0))
    for p in range(len(t)):
        cosine[p] = cos_reduced(t[p], c)
        t[p] = sin_reduced(t[p], c)


@compiled(options=EXACT_OPTIONS)
def take_pairs(odd, r, s, c, eps):
    """eps = r cos 2πu, r sin 2πu, with the quarter turns put back."""
    for p in range(len(r)):
        turn = turn_of(odd[p])
        sine, cosine = s[p], c[p]  # read before the ifs: a read inside one would be a branch
        is_odd = np.uint32(turn & ODD_BIT) != 0
        first, second = cosine if not is_odd else sine, sine if not is_odd else cosine
        one_or_two = is_odd != (
            np.uint32(turn & HALF_BIT) != 0
        )  # quarter turns: there the cosine is negative
        eps[2 * p] = r[p] * (-first if one_or_two else first)
        eps[2 * p + 1] = r[p] * (-second if np.uint32(turn & HALF_BIT) != 0 else second)


@compiled(options=EXACT_OPTIONS)
def scratch(eps):
    """Memory for the intermediate results of a stretch of normals of the dtype of eps."""
    words, floats = np.empty((2, STRETCH // 2), np.uint32), np.empty((3, STRETCH // 2), eps.dtype)
    return words, floats, np.empty(STRETCH, eps.dtype)


@compiled(options=EXACT_OPTIONS)
def fill_stretch(block, key, room):
    """The normals of BLOCKS blocks from `block` on, in the order of the stream, as a view of `room`.

    Several short loops replace one long loop: every operation waits for the operation before, and a processor
    overlaps more iterations of a short loop.
    """
    words, floats, stretch = room
    even, odd, f, n, t = words[0], words[1], floats[0], floats[1], floats[2]
    fill_words_of_stretch(block, key, even, odd)
    begin(even, odd, f, n, t)
    take_radius(f, n)
    take_waves(t, n)
    take_pairs(odd, f, t, n, stretch)
    return stretch


@compiled(options=EXACT_OPTIONS)
def fill_words(words, key, counter):
    """words_i = the word at counter + i.   words: uint32 (n,)"""
    room = np.empty((2, STRETCH // 2), np.uint32)
    even, odd = room[0], room[1]
    block, lane, i = counter // np.uint64(4), np.int64(counter % np.uint64(4)), 0
    while i < len(words):
        fill_words_of_stretch(block, key, even, odd)
        count = min(STRETCH - lane, len(words) - i)
        for j in range(lane, lane + count):
            words[i + j - lane] = odd[j // 2] if j % 2 else even[j // 2]
        block, lane, i = block + np.uint64(BLOCKS), 0, i + count


@compiled(options=EXACT_OPTIONS)
def fill_normals(eps, key, counter):
    """eps_i = the normal at counter + i.   eps: (n,)"""
    room = scratch(eps)
    block, lane, i = counter // np.uint64(4), np.int64(counter % np.uint64(4)), 0
    while i < len(eps):
        stretch = fill_stretch(block, key, room)
        count = min(STRETCH - lane, len(eps) - i)
        eps[i : i + count] = stretch[lane : lane + count]
        block, lane, i = block + np.uint64(BLOCKS), 0, i + count


def philox4x32(counter, key):
    """One block, as a tuple of four ints."""
    words = scramble(*(np.uint64(word) for word in (*counter, *key)))
    return tuple(int(word) for word in words)


def random_bits(key, counter, n):
    """Words counter … counter + n − 1: uint32 (n,)."""
    words = np.empty(n, np.uint32)
    key = np.uint64(key)
    in_parallel(lambda a, b: fill_words(words[a:b], key, np.uint64(counter + a)), n, grain_size=GRAIN_SIZE)
    return words


def standard_normal(key, counter, n, dtype):
    """Normals counter … counter + n − 1: (n,) of `dtype`."""
    eps = np.empty(n, dtype)
    key = np.uint64(key)
    in_parallel(lambda a, b: fill_normals(eps[a:b], key, np.uint64(counter + a)), n, grain_size=GRAIN_SIZE)
    return eps
