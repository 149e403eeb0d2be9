"""Generator: random numbers that depend on (seed, counter) alone.

The stream is counter-based (Philox4x32-10): the word at a position is a function of the seed and the
position, not of what was drawn before. So every backend draws the same noise, a resumed run continues where
it stopped from two integers, and a worker that holds rows a..b of a batch draws what one worker would.
The method names are those of `numpy.random.Generator`.
"""

from __future__ import annotations

import math

import numpy as np

import scratchgen_kernels as kernels

WORDS_PER_BLOCK = 4
NO_DISTRIBUTION = "probabilities must be finite, not negative, and not all zero"
HELD_OUT_SEED = (
    2**63
)  # the noise of evaluation: beyond the seeds that commands take, so never that of training


class Generator:
    """A stream of random numbers.   state: {"seed": int, "counter": int}

    Every draw starts on a fresh block of the stream, so that no word is used twice.
    """

    def __init__(self, seed: int = 0):
        if not 0 <= seed < 2**64:
            raise ValueError(f"a seed is an integer from 0 to 2**64 − 1, not {seed}")
        self.seed = seed
        self.counter = 0

    def __repr__(self):
        return f"Generator(seed={self.seed}, counter={self.counter})"

    @property
    def state(self) -> dict[str, int]:
        """Everything there is to know; assign it to continue from there."""
        return {"seed": self.seed, "counter": self.counter}

    @state.setter
    def state(self, state: dict[str, int]):
        self.seed, self.counter = state["seed"], state["counter"]

    def take(self, n: int) -> tuple[int, int]:
        """Reserve n positions of the stream for a kernel: (key, counter)."""
        start = self.counter
        self.counter += math.ceil(n / WORDS_PER_BLOCK) * WORDS_PER_BLOCK
        return self.seed, start

    def standard_normal(self, size=(), dtype=np.float32) -> np.ndarray:
        """Independent N(0, 1) numbers, by Box–Muller; float32 unless asked otherwise."""
        shape = _shape(size)
        return kernels.standard_normal(*self.take(math.prod(shape)), shape, dtype)

    def random(self, size=(), dtype=np.float32) -> np.ndarray:
        """Independent uniform numbers in [0, 1), with 24 (float32) or 53 (float64) random bits."""
        shape = _shape(size)
        n = math.prod(shape)
        if np.dtype(dtype) == np.float32:
            words = kernels.random_bits(*self.take(n), n)
            return ((words >> 8).astype(np.float32) * np.float32(2**-24)).reshape(shape)
        words = kernels.random_bits(*self.take(2 * n), 2 * n).astype(np.uint64)
        bits = (words[0::2] << np.uint64(21)) ^ (words[1::2] >> np.uint64(11))
        return (bits * 2.0**-53).reshape(shape)

    def integers(self, low: int, high: int | None = None, size=()) -> np.ndarray:
        """Independent integers, uniform on low ≤ i < high (on 0 ≤ i < low if high is left out).

        Made from 53-bit uniforms: the probabilities differ from equal ones by less than (high − low)·2⁻⁵³.
        """
        low, high = (0, low) if high is None else (low, high)
        if high <= low:
            raise ValueError(f"no integer lies in {low} ≤ i < {high}")
        return low + np.floor(self.random(size, np.float64) * (high - low)).astype(np.int64)

    def permutation(self, n: int) -> np.ndarray:
        """The integers 0 … n−1 in random order: sorted by a random number each."""
        if not isinstance(n, int | np.integer) or n < 0:
            raise ValueError(f"permutation takes how many there are, an integer of at least 0, not {n!r}")
        return np.argsort(self.random(n, np.float64), kind="stable")

    def categorical(self, probabilities: np.ndarray) -> np.ndarray:
        """One index for each row of probabilities (..., V), by inverting the distribution function.

        Rows need not sum to 1. Raises ValueError for one that is not a distribution: negative, NaN, all zero.
        """
        if np.any(np.less(probabilities, 0)):
            raise ValueError(NO_DISTRIBUTION)
        return by_inversion(probabilities, self.random(np.shape(probabilities)[:-1], np.float64))


def by_inversion(probabilities: np.ndarray, u: np.ndarray) -> np.ndarray:
    """The distribution function inverted at u: the first k with u Σ_i p_i < p_0 + … + p_k.

    probabilities    (..., V), not negative; rows need not sum to 1.   u: (...) float64 in [0, 1)
    → (...) int.   Raises ValueError for a row whose sum is 0, infinite or NaN.
    Source: Devroye (1986), Non-Uniform Random Variate Generation, section III.2.
    Ledger: distributions.inversion
    """
    # the ufunc itself: np.cumsum takes twice as long to reach it, which counts where rows are short
    cumulative = np.add.accumulate(np.asarray(probabilities, np.float64), axis=-1)
    passed = u[..., None] * cumulative[..., -1:] < cumulative
    if not passed[..., -1].all():  # u < 1, so that only what is no number has not passed its own sum
        raise ValueError(NO_DISTRIBUTION)
    return passed.argmax(axis=-1)


def _shape(size) -> tuple[int, ...]:
    return (size,) if isinstance(size, int | np.integer) else tuple(size)
