"""What every estimate needs: examples in pieces, noise by an example's place, a mean and its error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import Normal
from scratchgen.errors import BadInput
from scratchgen.random import Generator

ROWS = 2000  # latents decoded at once: enough for the matrix products, and tens of megabytes for MNIST


class Mean(NamedTuple):
    """A mean over N examples, and its standard error sd/√N (sd with N − 1; NaN for one example).

    Ledger: evaluation.standard_error
    """

    mean: float | np.ndarray
    standard_error: float | np.ndarray


def mean_over_examples(values: np.ndarray) -> Mean:
    """The mean of (N, ...) over its first axis, in float64, with its standard error; each (...).

    Ledger: evaluation.standard_error
    """
    values = np.asarray(values, np.float64)
    N = len(values)
    mean = values.mean(axis=0)
    squares = np.sum((values - mean) ** 2, axis=0)
    return Mean(mean, np.sqrt(squares / (N * (N - 1))) if N > 1 else np.full_like(mean, np.nan))


def as_examples(x) -> np.ndarray:
    """x as an array (B, D) of floats; whole numbers become float32 where it holds them.

    Raises BadInput for another shape and for no examples.
    """
    x = np.asarray(to_numpy(x))
    if x.ndim != 2 or len(x) == 0:
        raise BadInput(
            f"examples are the rows of (B, D), at least one, not {x.shape}; reshape or check the data"
        )
    return np.asarray(x, np.result_type(x, np.float32))


def slices(n: int, size: int) -> Iterator[slice]:
    """0 … n−1 in stretches of `size`, but at least 1."""
    size = max(size, 1)
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def told(model, some: slice):
    """The model of some of the examples: one that is told the class of each takes these alone."""
    return model.rows(some) if hasattr(model, "rows") else model


def posterior(model, x) -> Normal:
    """q(z|x) in plain float64, whatever the model computes in."""
    q = model.encode(x)
    return Normal(np.asarray(to_numpy(q.mu), np.float64), np.asarray(to_numpy(q.logvar), np.float64))


def log_likelihood(model, x, z) -> np.ndarray:
    """log p(x|z): x (B, D), z (k, B, Z) → (k, B) float64. The decoder works in the dtype of x."""
    return np.asarray(to_numpy(model.decode(z.astype(x.dtype)).log_prob(x)), np.float64)


class NoiseByPlace:
    """Normal noise, n numbers for each of B examples: those of an example do not depend on the others.

    Example b owns the stretch of the stream that begins at b·n, so it is the same noise in whatever pieces it
    is drawn, and however many examples follow.
    """

    def __init__(self, rng: Generator, B: int, n: int):
        self.n = n
        self.key, self.start = rng.take(B * n)

    def __call__(self, examples: slice, offset: int, shape: tuple[int, int]) -> np.ndarray:
        """Numbers offset, offset + 1, … of some examples: (k, Z) of each → (k, B, Z) float64."""
        here = Generator(self.key)
        drawn = []
        for b in range(examples.start, examples.stop):
            here.counter = self.start + b * self.n + offset
            drawn.append(here.standard_normal(shape, np.float64))
        return np.stack(drawn, axis=1)
