"""A mixture of distributions of one kind."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.autograd.formatting import brief
from scratchgen.distributions.categorical import Categorical
from scratchgen.distributions.contracts import Array
from scratchgen.distributions.distribution import Distribution, Shape
from scratchgen.functional import log_softmax, logsumexp, softmax
from scratchgen.random import Generator

__all__ = ["Mixture"]


class Mixture(Distribution):
    """The mixture p(x) = Σ_k π_k p_k(x), π = softmax(logits), of K distributions of one kind.

    logits        (..., K)
    components    a distribution whose parameters have an axis of the K components before that of the dimensions:
                  Normal(mu, logvar) with mu (..., K, D), or any other of this package

    Within a component the dimensions are independent where those of the components are; they depend on each other
    through the component. For a mixture per dimension (PixelCNN++) give every dimension its own axis of length 1:
    logits (..., D, K), parameters (..., D, K, 1), x (..., D, 1), and sum log_prob over D.
    Raises ValueError unless the components have an axis of length K, and all front axes of logits.
    Source: Bishop, Pattern Recognition and Machine Learning (2006), eq. 9.7.   Ledger: distributions.mixture
    """

    def __init__(self, logits: Array, components: Any):
        weights, parts = np.shape(logits), components.batch_shape
        if not weights or weights[-1:] != parts[-1:] or len(weights) > len(parts):
            raise ValueError(
                f"logits (..., K) need components (..., K, D), with at least this number of axes; these are "
                f"{weights} and {parts} without their last axis"
            )
        self.logits = logits if weights == parts else np.broadcast_to(logits, parts)
        self.components, self.event_ndim = components, components.event_ndim

    def __repr__(self) -> str:
        return f"Mixture(logits={brief(self.logits)}, components={self.components!r})"

    @property
    def mean(self) -> Array:
        """The mean Σ_k π_k mean_k   (..., D), where the components have one."""
        return np.sum(softmax(self.logits)[..., None] * self.components.mean, axis=-2)

    @property
    def variance(self) -> Array:
        """The variance Σ_k π_k [variance_k + (mean_k − mean)²]   (..., D), where the components have one.

        Ledger: distributions.mixture_variance
        """
        offset = self.components.mean - self.mean[..., None, :]
        return np.sum(softmax(self.logits)[..., None] * (self.components.variance + offset**2), axis=-2)

    def log_prob(self, x: Array) -> Array:
        """log Σ_k π_k p_k(x)   x (..., D), for classes (...) → (...) nats.   Ledger: distributions.mixture"""
        of_each = self.components.log_prob(x[..., None, :] if self.event_ndim else np.asarray(x)[..., None])
        return logsumexp(log_softmax(self.logits) + of_each, axis=-1)

    def sample(self, rng: Generator | None = None, shape: Shape = ()) -> np.ndarray:
        """Independent samples, (*shape, ..., D): of each, one component is drawn, and one sample of every component.

        Ledger: distributions.inversion
        """
        k = Categorical(self.logits).sample(rng, shape)
        of_each = self.components.sample(rng, shape)
        if self.event_ndim:
            return np.take_along_axis(of_each, k[..., None, None], axis=-2)[..., 0, :]
        return np.take_along_axis(of_each, k[..., None], axis=-1)[..., 0]
