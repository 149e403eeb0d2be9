"""Outputs of a frame model over frames of real numbers, such as sound: mixture densities."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import Categorical, Mixture, Normal
from scratchgen.errors import BadInput, check_counts
from scratchgen.functional import softplus
from scratchgen.nn import Linear, Module
from scratchgen.random import Generator

SIGMA_FLOOR = 0.01  # σ_0, for data whose standard deviation is about 1


class MixtureDensity(Module):
    """p(x | h) = Σ_k π_k Π_d N(x_d; μ_kd, σ_kd²) over x in R^D, with parameters computed from the state h.

        π = softmax(h W_π + b_π),     μ_k = h W_k + b_k,     σ_k² = σ_0² + exp(h V_k + c_k)

    Within a component the dimensions are independent; they depend on each other through the component. With
    K = 1 the density is a diagonal Gaussian.

    The variance has the floor σ_0² = SIGMA_FLOOR². Without it the likelihood is unbounded: where a dimension is
    constant, or a component fits a single frame, it diverges as σ → 0. With it a constant dimension reaches
    N(x_d; x_d, σ_0²), which is log 1/(σ_0 √2π) = 3.69 nats per frame and no more.

        density = MixtureDensity(hidden=64, data_dim=40, components=8)
        density.log_prob(h, x)    # h (T, B, 64), x (T, B, 40) → (T, B) nats

    hidden        H, the size of the state
    data_dim      D, the numbers per frame
    components    K, the number of Gaussians
    rng           draws the weights; None: the default stream

    Source: Bishop (1994), eq. 21-28; over the state of a recurrent network: Graves (2013), section 4.
    Ledger: rnn.mixture_density
    """

    def __init__(self, hidden: int, data_dim: int, components: int, rng: Generator | None = None) -> None:
        check_counts(hidden=hidden, data_dim=data_dim, components=components)
        K, D = components, data_dim
        self.data_dim = data_dim
        self.logits = Linear(hidden, K, rng)
        self.mu = Linear(hidden, K * D, rng)
        self.logvar = Linear(hidden, K * D, rng)
        if K > 1:  # components that start equal would stay equal wherever the state carries no information
            self.mu.b.data[:] = np.repeat(np.linspace(-1, 1, K), D)

    def parameters_of(self, h: Any) -> tuple[Tensor, Tensor, Tensor]:
        """log π up to a constant, μ and log σ²: h (..., H) → (..., K), (..., K, D), (..., K, D).

        Ledger: rnn.mixture_density
        """
        logits, mu, a = self.logits(h), self.mu(h), self.logvar(h)
        shape = (*logits.shape, self.data_dim)
        floor = 2 * math.log(SIGMA_FLOOR)
        logvar = floor + softplus(a - floor)  # log(σ_0² + e^a)
        return logits, mu.reshape(shape), logvar.reshape(shape)

    def log_prob(self, h: Any, x: Any) -> Tensor:
        """log p(x | h) of each frame: h (..., H), x (..., D) → (...) nats.   Ledger: rnn.mixture_density"""
        return mixture_log_prob(x, *self.parameters_of(h))

    def sample(self, h: Any, rng: Generator) -> np.ndarray:
        """One x for each h, a component first and then its Gaussian: (..., H) → (..., D)."""
        logits, mu, logvar = map(to_numpy, self.parameters_of(h))
        k = Categorical(logits).sample(rng)[..., None, None]
        chosen = (np.take_along_axis(array, k, axis=-2)[..., 0, :] for array in (mu, logvar))
        return Normal(*chosen).sample(rng)

    @staticmethod
    def check(x: np.ndarray) -> None:
        """Raise BadInput for NaN and infinity."""
        if not np.isfinite(x).all():
            raise BadInput("frames hold finite numbers, and these hold NaN or infinity; repair them")


def with_loudness(x: np.ndarray) -> np.ndarray:
    """(x, ¼ log(x² + σ_0²)), the frame and the loudness of each of its numbers: (..., D) → (..., 2D).

    In sound, the loudness of each frequency changes slowly, while the sign varies rapidly. A network that
    reads x alone would have to compute its square first.   Ledger: rnn.loudness
    """
    return np.concatenate([x, np.log(x * x + SIGMA_FLOOR**2) / 4], axis=-1)


def mixture_log_prob(x: Any, logits: Any, mu: Any, logvar: Any) -> Tensor:
    """log p(x) = log Σ_k exp(log π_k + Σ_d log N(x_d; μ_kd, σ_kd²)),   π = softmax(logits).

    x (..., D), logits (..., K), mu and logvar = log σ² (..., K, D) → (...) nats

    Source: Bishop (1994), eq. 22-23.   Ledger: rnn.mixture_density
    """
    return Mixture(logits, Normal(mu, logvar)).log_prob(x)
