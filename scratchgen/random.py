"""Random numbers that depend on (seed, counter) alone.

The stream is counter-based (Philox4x32-10): the word at a position is a function of the seed and the
position, not of earlier draws. So every backend draws the same noise, a resumed run continues from two
integers, and a worker that holds rows a..b of a batch draws the same numbers as a single worker.
The method names are those of `numpy.random.Generator`.

Every layer, model and sampler of the library takes `rng=None`. None is the process's default stream, which
starts at seed 0 and is restarted by `seed(n)`. Two layers that share a stream never start with equal weights.
"""

from __future__ import annotations

import math
import random
import threading
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

import scratchgen_kernels as kernels

__all__ = [
    "HELD_OUT_SEED",
    "Generator",
    "as_generator",
    "by_inversion",
    "default_rng",
    "default_stream",
    "seed",
]

WORDS_PER_BLOCK = 4
INVALID_PROBABILITIES = "probabilities must be finite, not negative, and not all zero"
# the seed of the noise of evaluation: outside the range that commands accept, so training never uses it
HELD_OUT_SEED = 2**63

_lock = threading.Lock()  # while a stream moves: threads that share it draw different words

Size = int | np.integer | tuple[int, ...] | list[int]


class Generator:
    """A stream of random numbers; `default_rng(seed)` makes one.

    state    {"seed": int, "counter": int}: assign it to continue from that position

    Every draw starts on a fresh block of the stream, so no word is used twice.
    Raises ValueError for a seed outside 0 … 2**64 − 1.
    """

    def __init__(self, seed: int = 0):
        if not isinstance(seed, int | np.integer) or not 0 <= seed < 2**64:
            raise ValueError(f"a seed is an integer from 0 to 2**64 − 1, not {seed}")
        self.seed = seed
        self.counter = 0

    def __repr__(self) -> str:
        return f"Generator(seed={self.seed}, counter={self.counter})"

    @property
    def state(self) -> dict[str, int]:
        """The complete state of the stream; assign it to continue from there."""
        with _lock:
            return {"seed": self.seed, "counter": self.counter}

    @state.setter
    def state(self, state: dict[str, int]) -> None:
        with _lock:
            self.seed, self.counter = state["seed"], state["counter"]

    def take(self, n: int) -> tuple[int, int]:
        """Reserve n positions of the stream for a kernel: (key, counter)."""
        with _lock:
            start = self.counter
            self.counter += math.ceil(n / WORDS_PER_BLOCK) * WORDS_PER_BLOCK
            return self.seed, start

    def standard_normal(self, size: Size = (), dtype: DTypeLike = np.float32) -> np.ndarray:
        """Independent N(0, 1) numbers of shape `size`, by Box–Muller; float32 unless another dtype is given."""
        shape = _shape(size)
        return kernels.standard_normal(*self.take(math.prod(shape)), shape, dtype)

    def random(self, size: Size = (), dtype: DTypeLike = np.float32) -> np.ndarray:
        """Independent uniform numbers in [0, 1), with 24 (float32) or 53 (float64) random bits."""
        shape = _shape(size)
        n = math.prod(shape)
        if np.dtype(dtype) == np.float32:
            words = kernels.random_bits(*self.take(n), n)
            return ((words >> 8).astype(np.float32) * np.float32(2**-24)).reshape(shape)
        words = kernels.random_bits(*self.take(2 * n), 2 * n).astype(np.uint64)
        bits = (words[0::2] << np.uint64(21)) ^ (words[1::2] >> np.uint64(11))
        return (bits * 2.0**-53).reshape(shape)

    def integers(self, low: int, high: int | None = None, size: Size = ()) -> np.ndarray:
        """Independent integers, uniform on low ≤ i < high (on 0 ≤ i < low if high is left out).

        Made from 53-bit uniforms: the probabilities differ from equal ones by less than (high − low)·2⁻⁵³.
        Raises ValueError for an empty range.
        """
        low, high = (0, low) if high is None else (low, high)
        if not (isinstance(low, int | np.integer) and isinstance(high, int | np.integer)):
            raise ValueError(f"the limits of integers are whole numbers, not {low} and {high}")
        if high <= low:
            raise ValueError(f"there is no integer i with {low} ≤ i < {high}; give a larger upper limit")
        return low + np.floor(self.random(size, np.float64) * (high - low)).astype(np.int64)

    def spawn(self, n_children: int) -> list[Generator]:
        """n new streams, whose seeds are drawn from this one, as `numpy.random.Generator.spawn`.

        Raises ValueError for a number that is not a whole one of at least 0.
        """
        if not isinstance(n_children, int | np.integer) or n_children < 0:
            raise ValueError(
                f"spawn takes the number of streams, an integer of at least 0, not {n_children!r}"
            )
        words = kernels.random_bits(*self.take(2 * n_children), 2 * n_children).astype(np.uint64)
        return [Generator(int(seed)) for seed in (words[0::2] << np.uint64(32)) | words[1::2]]

    def permutation(self, n: int) -> np.ndarray:
        """The integers 0 … n−1 in random order, sorted by one random number each."""
        if not isinstance(n, int | np.integer) or n < 0:
            raise ValueError(f"permutation takes the number of elements, an integer of at least 0, not {n!r}")
        return np.argsort(self.random(n, np.float64), kind="stable")

    def categorical(self, probabilities: ArrayLike) -> np.ndarray:
        """One index per row of probabilities (..., V), by inverting the distribution function.

        Rows need not sum to 1. Raises ValueError for a row that is not a distribution: negative, NaN, all zero.
        """
        if np.any(np.less(probabilities, 0)):
            raise ValueError(INVALID_PROBABILITIES)
        return by_inversion(probabilities, self.random(np.shape(probabilities)[:-1], np.float64))


def default_rng(seed: int) -> Generator:
    """A new stream of random numbers with this seed, as `numpy.random.default_rng`.

    Raises ValueError for a seed outside 0 … 2**64 − 1.
    """
    return Generator(seed)


_DEFAULT = Generator(0)


def default_stream() -> Generator:
    """The process's default stream: the one that `rng=None` means."""
    return _DEFAULT


def seed(n: int) -> None:
    """Restart the process's default stream at seed n.   Raises ValueError outside 0 … 2**64 − 1."""
    _DEFAULT.state = Generator(n).state


def as_generator(rng: Generator | None) -> Generator:
    """The stream to draw from: rng itself, or the process's default stream for None.

    Raises TypeError for anything else, such as a seed or a generator of NumPy's.
    """
    if rng is None:
        return _DEFAULT
    if isinstance(rng, Generator):
        return rng
    raise TypeError(
        f"rng is {described(rng)}, not a Generator of scratchgen; "
        "give sg.random.default_rng(seed), or None for the default stream"
    )


def check_draws(rng: Any, method: str) -> None:
    """Raise TypeError for an object that cannot draw as NumPy's generators do, by their `method`.

    Preprocessing takes any such object: ours, NumPy's, or one of your own.
    """
    is_older = method == "random" and isinstance(rng, random.Random | np.random.RandomState)
    if is_older or not hasattr(rng, method):
        raise TypeError(
            f"rng is {described(rng)}, which does not draw as NumPy's generators do; "
            "give sg.random.default_rng(seed)"
        )


def described(rng: Any) -> str:
    """The type of an object that is not our Generator, with its module; numbers with their value."""
    if isinstance(rng, int | float | np.number):
        return f"the {type(rng).__name__} {rng}"
    return f"a {type(rng).__module__}.{type(rng).__qualname__}"


def by_inversion(probabilities: ArrayLike, u: np.ndarray) -> np.ndarray:
    """The distribution function inverted at u: the first k with u Σ_i p_i < p_0 + … + p_k.

    probabilities    (..., V), not negative; rows need not sum to 1.   u: (...) float64 in [0, 1)
    → (...) int.   Raises ValueError for a row whose sum is 0, infinite or NaN.
    Source: Devroye (1986), Non-Uniform Random Variate Generation, section III.2.
    Ledger: distributions.inversion
    """
    # the ufunc itself: np.cumsum takes twice as long to reach it, which matters for short rows
    cumulative = np.add.accumulate(np.asarray(probabilities, np.float64), axis=-1)
    passed = u[..., None] * cumulative[..., -1:] < cumulative
    if not passed[..., -1].all():  # u < 1, so only a sum that is zero or not finite is never passed
        raise ValueError(INVALID_PROBABILITIES)
    return passed.argmax(axis=-1)


def _shape(size: Size) -> tuple[int, ...]:
    return (int(size),) if isinstance(size, int | np.integer) else tuple(size)
