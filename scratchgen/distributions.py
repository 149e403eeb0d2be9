"""Distributions that own their parameters: sample, log_prob, kl, entropy.

Rows are examples. Densities and divergences are summed over the last axis (independent dimensions) and are
never averaged over the batch: (B, D) → (B,), in nats. Parameters are arrays or Tensors; the results are
Tensors, and differentiable, where a parameter or an argument is one.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from scratchgen.autograd.formatting import brief
from scratchgen.autograd.primitives import to_numpy
from scratchgen.errors import BadInput, described
from scratchgen.functional import (
    bernoulli_cross_entropy,
    kl_to_standard_normal,
    log_softmax,
    reparameterize,
    sigmoid,
    softmax,
    softmax_cross_entropy,
    softplus,
)
from scratchgen.random import Generator, as_generator

__all__ = ["LOG_2PI", "Bernoulli", "Categorical", "Normal"]

# An array or a Tensor. The union would not check: NumPy's stubs give np.exp(tensor) the type of an array.
Array = Any

LOG_2PI = math.log(2 * math.pi)


class Normal:
    r"""The normal distribution N(mu, diag sigma²), stored as logvar = log sigma².   mu, logvar: (B, Z)

    Raises ValueError for mu and logvar of unequal shapes.
    Source: Kingma & Welling (2014), section 3 and appendix B.   Ledger: distributions.normal
    """

    def __init__(self, mu: Array, logvar: Array):
        if np.shape(mu) != np.shape(logvar):
            raise ValueError(f"mu has shape {np.shape(mu)} and logvar {np.shape(logvar)}; they must be equal")
        self.mu = mu
        self.logvar = logvar

    def __repr__(self) -> str:
        return f"{type(self).__name__}(mu={brief(self.mu)}, logvar={brief(self.logvar)})"

    @property
    def sigma(self) -> Array:
        """exp(½ logvar), the standard deviation: the only place where a logvar becomes a scale.

        Ledger: vae.reparameterisation
        """
        return np.exp(0.5 * self.logvar)

    @property
    def mean(self) -> Array:
        """The mean, mu   (B, Z)."""
        return self.mu

    def sample(self, rng: Generator | None = None) -> np.ndarray:
        """One sample, not differentiable: a plain array of mu's shape and dtype."""
        return to_numpy(self.rsample(as_generator(rng)))

    def rsample(self, eps: Array | Generator | None = None) -> Array:
        """A reparameterised sample z = mu + sigma ε, differentiable in mu and logvar.   (B, Z)

        eps    the noise ε ~ N(0, I), an array of mu's shape; or the stream that the kernel draws it from (None:
               the default stream)

        Raises TypeError for another library's generator, ValueError for noise of another shape; more axes in front
        are several samples.   Ledger: vae.reparameterisation
        """
        noise: Any = eps
        if is_stream(noise, self.mu):
            return reparameterize(self.mu, self.logvar, *as_generator(noise).take(self.mu.size))
        if np.shape(noise)[np.ndim(noise) - np.ndim(self.mu) :] != np.shape(self.mu):
            raise ValueError(
                f"the noise has the shape {np.shape(self.mu)} of mu, or more axes in front, not {np.shape(noise)}; "
                "give such an array, or a Generator that draws it: sg.random.default_rng(seed)"
            )
        return self.mu + self.sigma * eps

    def log_prob(self, x: Array) -> Array:
        """log N(x; mu, sigma²) = −½ Σ_d [log 2π + logvar + (x − mu)² / sigma²]   → (B,) nats.

        Ledger: distributions.normal
        """
        quadratic = (x - self.mu) ** 2 * np.exp(-self.logvar)
        return -0.5 * np.sum(LOG_2PI + self.logvar + quadratic, axis=-1)

    def kl_to_standard_normal(self) -> Array:
        """KL(N(mu, sigma²) ‖ N(0, I)) = ½ Σ_d [mu² + sigma² − 1 − logvar]   → (B,) nats, never negative.

        Source: Kingma & Welling (2014), appendix B.   Ledger: vae.kl
        """
        return kl_to_standard_normal(self.mu, self.logvar)

    def kl_by_dimension(self) -> Array:
        """½ [mu² + sigma² − 1 − logvar], the divergence of each dimension   → (B, Z) nats.   Ledger: vae.kl"""
        # expm1(v) − v ≥ 0 also after rounding, where exp(v) − 1 − v is not
        return 0.5 * (self.mu**2 + (np.expm1(self.logvar) - self.logvar))

    def entropy(self) -> Array:
        """½ Σ_d [log 2π + 1 + logvar]   → (B,) nats.   Ledger: distributions.normal_entropy"""
        return 0.5 * np.sum(LOG_2PI + 1 + self.logvar, axis=-1)


class Bernoulli:
    """Independent binary pixels with probabilities σ(logits).   logits: (B, D)   Ledger: vae.likelihood"""

    def __init__(self, logits: Array):
        self.logits = logits

    def __repr__(self) -> str:
        return f"Bernoulli(logits={brief(self.logits)})"

    @property
    def mean(self) -> Array:
        """σ(logits), the probability of a one.   Ledger: vae.likelihood"""
        return sigmoid(self.logits)

    def log_prob(self, x: Array) -> Array:
        """Σ_d x_d log p_d + (1 − x_d) log(1 − p_d)   → (B,) nats.   Ledger: vae.likelihood

        x in [0, 1]; a grey value counts as the pixel's mean, and log_prob is then minus a cross entropy.
        Raises BadInput outside [0, 1] and for NaN.
        """
        self.check(x)
        return -bernoulli_cross_entropy(self.logits, x)

    @staticmethod
    def check(x: Array) -> None:
        """Raise BadInput unless x is in [0, 1]."""
        pixels = np.asarray(to_numpy(x))
        if pixels.size and not (pixels.min() >= 0 and pixels.max() <= 1):
            raise BadInput(
                f"a Bernoulli likelihood needs pixels in [0, 1], these are in [{pixels.min():.4g}, "
                f"{pixels.max():.4g}]; scale them (bytes: divide by 255) and remove NaN"
            )

    def sample(self, rng: Generator | None = None) -> np.ndarray:
        """One sample: zeros and ones of the logits' shape, in their dtype."""
        p, rng = to_numpy(self.mean), as_generator(rng)
        return (rng.random(p.shape, p.dtype) < p).astype(p.dtype)

    def entropy(self) -> Array:
        """Σ_d softplus(a_d) − p_d a_d   → (B,) nats.   Ledger: distributions.bernoulli_entropy"""
        return np.sum(softplus(self.logits) - self.mean * self.logits, axis=-1)


class Categorical:
    """One of V classes with probabilities softmax(logits).   logits: (..., V)   Ledger: nn.softmax"""

    def __init__(self, logits: Array):
        self.logits = logits

    def __repr__(self) -> str:
        return f"Categorical(logits={brief(self.logits)})"

    @property
    def probabilities(self) -> Array:
        """softmax(logits)   (..., V).   Ledger: nn.softmax"""
        return softmax(self.logits)

    def log_prob(self, k: Array) -> Array:
        """log softmax(logits)[k]   k: (...) int → (...) nats.   Ledger: nn.cross_entropy"""
        return -softmax_cross_entropy(self.logits, np.asarray(k))

    def sample(self, rng: Generator | None = None) -> np.ndarray:
        """One class per row of logits: (...) int."""
        return as_generator(rng).categorical(to_numpy(self.probabilities))

    def entropy(self) -> Array:
        """−Σ_k p_k log p_k   → (...) nats.   Ledger: distributions.entropy"""
        log_p = log_softmax(self.logits)
        return -np.sum(np.exp(log_p) * log_p, axis=-1)


def as_posterior(q: Any) -> Normal:
    """What a model's encode(x) returned, if it is a posterior. Raises TypeError for anything else."""
    if not hasattr(q, "rsample"):
        raise TypeError(f"encode(x) returns the posterior, a distributions.Normal, not {described(q)}")
    return q


def as_likelihood(p: Any) -> Any:
    """What a model's decode(z) returned, if it is a distribution. Raises TypeError for anything else."""
    if not hasattr(p, "log_prob"):
        raise TypeError(
            f"decode(z) returns a distribution of x, such as distributions.Bernoulli(logits), not {described(p)}"
        )
    return p


def is_stream(eps: Any, mu: Array) -> bool:
    """Whether noise must be drawn (eps is a Generator, None or another library's generator), and is not given.

    A single number is no noise for several: `as_generator` refuses it, as it does a seed.
    """
    is_number = isinstance(eps, int | float)
    return eps is None or (
        np.ndim(mu) > 0 if is_number else not (hasattr(eps, "shape") or isinstance(eps, list | tuple))
    )
