"""What the decoder's numbers mean: the distribution p(x|z) of the data.

A likelihood is a module (it may learn something), called with the decoder's output; `outputs` says how many
numbers it takes for each dimension of x, and `check` refuses data that it has no probability for.
"""

from __future__ import annotations

import numpy as np

from scratchgen.autograd.formatting import brief
from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import Bernoulli, Normal
from scratchgen.errors import BadInput
from scratchgen.functional import softmax, softmax_cross_entropy
from scratchgen.nn import Module, Parameter
from scratchgen.random import Generator


class BernoulliLikelihood(Module):
    """p(x_d = 1 | z) = σ(output_d): black-and-white pixels, or grey ones as their means.   (..., D)

    Ledger: vae.likelihood
    """

    outputs = 1

    def forward(self, output) -> Bernoulli:
        return Bernoulli(output)

    def check(self, x) -> None:
        """Raises BadInput for data that are not in [0, 1]."""
        Bernoulli.check(x)

    def output_for_mean(self, mean: np.ndarray) -> np.ndarray:
        """The output whose distribution has this mean (D,): log(p / (1 − p)), p kept off 0 and 1.

        Ledger: nn.sigmoid
        """
        p = np.clip(mean, 0.01, 0.99)
        return np.log(p / (1 - p))


class GaussianLikelihood(Module):
    """p(x|z) = N(output, sigma² I), with one learned sigma for all dimensions.   (..., D)

    A sigma that is chosen is a β that is chosen: the squared error counts 1/(2 sigma²) against the rate. The
    learned one settles at the root mean square of the residuals.
    Source: Rybkin, Daniilidis & Levine (2021), section 3.   Ledger: vae.gaussian_likelihood
    """

    outputs = 1

    def __init__(self):
        self.logvar = Parameter(np.zeros(1, np.float32))

    def forward(self, output) -> Normal:
        return FiniteNormal(output, np.broadcast_to(self.logvar, output.shape))

    def check(self, x) -> None:
        """Raises BadInput for NaN and infinity."""
        FiniteNormal.check(x)

    def output_for_mean(self, mean: np.ndarray) -> np.ndarray:
        """The output whose distribution has this mean: the mean."""
        return mean

    def describe(self):
        return f"sigma={np.exp(0.5 * self.logvar.data[0]):.3g}"


class FiniteNormal(Normal):
    """A normal distribution of data, which are looked at before they are believed."""

    def log_prob(self, x):
        """As `Normal.log_prob`. Raises BadInput for NaN and infinite values."""
        self.check(x)
        return super().log_prob(x)

    @staticmethod
    def check(x) -> None:
        """Raises BadInput for NaN and infinite values."""
        if not np.all(np.isfinite(to_numpy(x))):
            raise BadInput("a Gaussian likelihood needs finite data, these hold NaN or infinity; remove them")


class CategoricalLikelihood(Module):
    """Each x_d is one of V levels 0, 1/(V−1), …, 1 with probabilities softmax(outputs of d).   (..., D·V)

    Ledger: vae.levels
    """

    def __init__(self, levels: int):
        if levels < 2:
            raise ValueError(f"a categorical likelihood needs two levels or more, not {levels}")
        self.outputs = levels

    def forward(self, output):
        return DiscretisedCategorical(output.reshape((*output.shape[:-1], -1, self.outputs)))

    def check(self, x) -> None:
        """Raises BadInput for data that are not of the levels."""
        level_of(x, self.outputs)

    def output_for_mean(self, mean: np.ndarray) -> np.ndarray:
        """The outputs (D·V,) that vary linearly over the levels and have this mean (D,), kept off 0 and 1."""
        p, x = np.clip(mean, 0.01, 0.99).astype(np.float64), np.linspace(0, 1, self.outputs)
        low, high = np.full_like(p, -128), np.full_like(p, 128)  # the slope at p = 0.01 is about −1/p
        for _ in range(50):
            slope = (low + high) / 2
            less = softmax(slope[:, None] * x) @ x < p
            low, high = np.where(less, slope, low), np.where(less, high, slope)
        return (slope[:, None] * (x - 0.5)).ravel()

    def describe(self):
        return f"levels={self.outputs}"


class DiscretisedCategorical:
    """Independent values x_d ∈ {0, 1/(V−1), …, 1} of probabilities softmax(logits).   logits (..., D, V)

    Ledger: vae.levels
    """

    def __init__(self, logits):
        self.logits = logits

    def __repr__(self):
        return f"DiscretisedCategorical(logits={brief(self.logits)})"

    def log_prob(self, x):
        """Σ_d log softmax(logits_d)[(V − 1) x_d]   → (...,) nats. Raises BadInput off the levels.

        Ledger: vae.levels
        """
        k = np.broadcast_to(level_of(x, self.logits.shape[-1]), self.logits.shape[:-1])
        return -np.sum(softmax_cross_entropy(self.logits, k), axis=-1)

    @property
    def mean(self):
        """Σ_k softmax(logits)_k k/(V − 1)   (..., D).   Ledger: vae.levels"""
        V = self.logits.shape[-1]
        return softmax(self.logits) @ np.linspace(0, 1, V, dtype=self.logits.dtype)

    def sample(self, rng: Generator) -> np.ndarray:
        """One value for each d: (..., D), in the dtype of the logits."""
        logits = to_numpy(self.logits)
        return (rng.categorical(softmax(logits)) / (logits.shape[-1] - 1)).astype(logits.dtype)


def level_of(x, V: int) -> np.ndarray:
    """k of each x = k/(V − 1), whole numbers 0 … V − 1.   Raises BadInput for other values, and NaN.

    Ledger: vae.levels
    """
    scaled = to_numpy(x) * (V - 1)
    k = np.rint(scaled)
    if not (k.size == 0 or (np.abs(scaled - k).max() < 1e-3 and k.min() >= 0 and k.max() < V)):
        raise BadInput(
            f"a categorical likelihood of {V} levels needs values k/{V - 1}, k = 0 … {V - 1}; these are "
            "others; give --likelihood gaussian, or round them"
        )
    return k.astype(np.int64)


LIKELIHOODS = ("bernoulli", "gaussian", "categorical")


def likelihood(name: str, levels: int | None = None) -> Module:
    """The likelihood of that name; `levels` is for the categorical one."""
    if name not in LIKELIHOODS:
        raise BadInput(f"no likelihood is named {name!r}; there are {', '.join(LIKELIHOODS)}")
    if name == "categorical":
        if levels is None:
            raise ValueError("a categorical likelihood needs the number of levels")
        return CategoricalLikelihood(levels)
    return BernoulliLikelihood() if name == "bernoulli" else GaussianLikelihood()
