"""What is drawn at one step where it is a frame of real numbers, such as a moment of sound."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import Categorical, Normal
from scratchgen.errors import BadInput
from scratchgen.functional import log_softmax, logsumexp, softplus
from scratchgen.nn import Linear, Module
from scratchgen.random import Generator

SIGMA_FLOOR = 0.01  # of data whose deviation is about 1


class MixtureDensity(Module):
    """p(x | h) = Σ_k π_k Π_d N(x_d; μ_kd, σ_kd²) over x in R^D, its parameters computed from the state.

        π = softmax(h W_π + b_π),     μ_k = h W_k + b_k,     σ_k² = σ_0² + exp(h V_k + c_k)

    With K = 1 it is a Gaussian of independent dimensions. Within a component they are independent too; what
    they know of each other, they know by the component.

    Noise of σ_0 = SIGMA_FLOOR is always there. Without it the likelihood has no bound: where a dimension is
    constant, or a component has one frame to itself, it grows for ever as σ → 0. With it a dimension that is
    constant ends at N(x_d; x_d, σ_0²), which is worth log 1/(σ_0 √2π) = 3.69 nats a frame and no more.

    Source: Bishop (1994), eq. 21-28; over the state of a recurrent network: Graves (2013), section 4.
    Ledger: rnn.mixture_density
    """

    def __init__(self, hidden: int, data_dim: int, components: int, rng: Generator):
        K, D = components, data_dim
        self.data_dim = data_dim
        self.logits = Linear(hidden, K, rng)
        self.mu = Linear(hidden, K * D, rng)
        self.logvar = Linear(hidden, K * D, rng)
        if K > 1:  # apart from the first: alike, they would stay alike wherever the state says nothing
            self.mu.b.data[:] = np.repeat(np.linspace(-1, 1, K), D)

    def parameters_of(self, h):
        """log π up to a constant, and μ and log σ²:   h (..., H) → (..., K), (..., K, D), (..., K, D)."""
        logits, mu, a = self.logits(h), self.mu(h), self.logvar(h)
        shape = (*logits.shape, self.data_dim)
        floor = 2 * math.log(SIGMA_FLOOR)
        logvar = floor + softplus(a - floor)  # log(σ_0² + e^a)
        return logits, mu.reshape(shape), logvar.reshape(shape)

    def log_prob(self, h, x):
        """log p(x | h):   h (..., H), x (..., D) → (...) nats.   Ledger: rnn.mixture_density"""
        return mixture_log_prob(x, *self.parameters_of(h))

    def sample(self, h, rng: Generator) -> np.ndarray:
        """One x for each h: a component, then a draw from it.   (..., H) → (..., D)."""
        logits, mu, logvar = map(to_numpy, self.parameters_of(h))
        k = Categorical(logits).sample(rng)[..., None, None]
        chosen = (np.take_along_axis(array, k, axis=-2)[..., 0, :] for array in (mu, logvar))
        return Normal(*chosen).sample(rng)

    @staticmethod
    def check(x) -> None:
        """Raises BadInput for NaN and infinity."""
        if not np.isfinite(x).all():
            raise BadInput("frames are of finite numbers, and these hold NaN or infinity; repair them")


def with_loudness(x):
    """(x, ¼ log(x² + σ_0²)):   (..., D) → (..., 2D).

    What changes slowly in sound is how loud each frequency is; signs come and go. A network that reads x
    alone would have to build the square of it first.   Ledger: rnn.loudness
    """
    return np.concatenate([x, np.log(x * x + SIGMA_FLOOR**2) / 4], axis=-1)


def mixture_log_prob(x, logits, mu, logvar):
    """log p(x) = log Σ_k exp(log π_k + Σ_d log N(x_d; μ_kd, σ_kd²)),  π = softmax(logits)   → (...) nats.

    x (..., D), logits (..., K), mu and logvar (..., K, D)

    Source: Bishop (1994), eq. 22-23.   Ledger: rnn.mixture_density
    """
    by_component = Normal(mu, logvar).log_prob(x[..., None, :])
    return logsumexp(log_softmax(logits) + by_component)
