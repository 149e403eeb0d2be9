"""The parts that all estimates share: slices of examples, noise by an example's place, a mean with its error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import Normal, as_likelihood, as_posterior
from scratchgen.errors import BadInput
from scratchgen.random import Generator, as_generator

ROWS = 2000  # latents decoded at once: enough for fast matrix products, and tens of megabytes for MNIST


class LatentModel(Protocol):
    """A latent-variable model with prior N(0, I) and Z latents, your own or one of `scratchgen.vae`.

    encode(x)    the posterior q(z|x), a Normal, for x (B, D)
    decode(z)    p(x|z), a distribution whose log_prob takes x (B, D) for z (k, B, Z) → (k, B) nats

        class Mine:
            latent_dim = 2

            def encode(self, x):
                return Normal(mu=x @ self.A, logvar=np.zeros((len(x), 2)))

            def decode(self, z):
                return Bernoulli(logits=z @ self.W + self.b)

    A model that is conditioned on something known of each example (see `vae.ConditionedVAE`) also has
    rows(some), the model of a slice of the examples.
    """

    latent_dim: int

    def encode(self, x: Any) -> Normal: ...

    def decode(self, z: Any) -> Any: ...


class Mean(NamedTuple):
    """A mean over N examples, and its standard error sd/√N (sd with N − 1; NaN for one example).

    Ledger: evaluation.standard_error
    """

    mean: float | np.ndarray
    standard_error: float | np.ndarray


def mean_over_examples(values: ArrayLike) -> Mean:
    """The mean of (N, ...) over its first axis, in float64, with its standard error; each (...).

    Ledger: evaluation.standard_error
    """
    values = np.asarray(values, np.float64)
    N = len(values)
    mean = values.mean(axis=0)
    squares = np.sum((values - mean) ** 2, axis=0)
    return Mean(mean, np.sqrt(squares / (N * (N - 1))) if N > 1 else np.full_like(mean, np.nan))


def as_examples(x: Any) -> np.ndarray:
    """x as an array (B, D) of floats; small integers become float32.

    Raises BadInput for any other shape and for no examples.
    """
    x = np.asarray(to_numpy(x))
    if x.ndim != 2 or len(x) == 0:
        raise BadInput(
            f"examples must be the rows of (B, D), at least one, not {x.shape}; reshape or check the data"
        )
    return np.asarray(x, np.result_type(x, np.float32))


def slices(n: int, size: int) -> Iterator[slice]:
    """Slices of `size` (at least 1) consecutive indices that cover 0 … n−1."""
    size = max(size, 1)
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def pieces(x: Any, size: int = ROWS) -> Iterator[Any]:
    """The rows of (N, D), `size` at a time, as arrays, whether they are in memory or on disk."""
    return (x[some] for some in slices(len(x), size))


def conditioned(model: LatentModel, some: slice) -> LatentModel:
    """The model of a slice of the examples: a conditional model is conditioned on their classes alone."""
    return model.rows(some) if hasattr(model, "rows") else model


def posterior(model: LatentModel, x: np.ndarray) -> Normal:
    """q(z|x) as float64 arrays, whatever dtype the model computes in."""
    q = as_posterior(model.encode(x))
    return Normal(np.asarray(to_numpy(q.mu), np.float64), np.asarray(to_numpy(q.logvar), np.float64))


def log_likelihood(model: LatentModel, x: np.ndarray, z: Any) -> np.ndarray:
    """log p(x|z): x (B, D), z (k, B, Z) → (k, B) float64. The decoder works in the dtype of x."""
    return np.asarray(to_numpy(as_likelihood(model.decode(z.astype(x.dtype))).log_prob(x)), np.float64)


class NoiseByPlace:
    """Normal noise, n numbers for each of B examples, independent of the other examples.

    The noise of example b begins at b·n in the stream of random numbers. So it does not depend on the batches in
    which it is drawn, nor on the number of examples that follow.
    """

    def __init__(self, rng: Generator, B: int, n: int):
        self.n = n
        self.key, self.start = as_generator(rng).take(B * n)

    def __call__(self, examples: slice, offset: int, shape: tuple[int, int]) -> np.ndarray:
        """The numbers offset, offset + 1, … of some examples, (k, Z) of each → (k, B, Z) float64."""
        stream = Generator(self.key)
        noise = []
        for b in range(examples.start, examples.stop):
            stream.counter = self.start + b * self.n + offset
            noise.append(stream.standard_normal(shape, np.float64))
        return np.stack(noise, axis=1)
