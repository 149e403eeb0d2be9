"""Likelihoods: from the decoder's output to the distribution p(x|z) of the data."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import Array, Bernoulli, Categorical, Normal
from scratchgen.distributions.distribution import Distribution, Shape
from scratchgen.errors import BadInput, check_counts, check_each, check_numbers
from scratchgen.functional import softmax, softmax_cross_entropy
from scratchgen.nn import Buffer, Module, Parameter, Standardise
from scratchgen.random import Generator

__all__ = [
    "BernoulliLikelihood",
    "CategoricalLikelihood",
    "DiscretisedCategorical",
    "FiniteNormal",
    "GaussianLikelihood",
    "Likelihood",
    "level_of",
    "likelihood",
]


class Likelihood(Protocol):
    """The interface of a likelihood for a VAE: `VAE(..., likelihood=MyLikelihood())`.

    It maps the decoder's output to a distribution with log_prob, mean and sample; an `nn.Module` may have
    learned parameters, which are then trained with the model.

        >>> import numpy as np, scratchgen as sg
        >>> from scratchgen import distributions, vae
        >>> class UnitNormal:
        ...     outputs = 1
        ...     def __call__(self, output):
        ...         return distributions.Normal(output, np.zeros(output.shape, output.dtype))
        ...     def check(self, x):
        ...         pass
        ...     def output_for_mean(self, mean):
        ...         return mean
        >>> model = vae.VAE(6, 2, hidden=8, likelihood=UnitNormal())
        >>> model.elbo(np.ones((4, 6), np.float32)).shape
        (4,)

    outputs    numbers that the decoder computes per dimension of x
    """

    outputs: int

    def __call__(self, output: Any) -> Any:
        """The distribution p(x|z) for the decoder's output (..., D · outputs)."""
        ...

    def check(self, x: Any) -> None:
        """Raise BadInput for data that the distribution gives no probability."""
        ...

    def output_for_mean(self, mean: np.ndarray) -> np.ndarray:
        """The decoder's output (D · outputs,) whose distribution has this mean (D,)."""
        ...


class BernoulliLikelihood(Module):
    """The Bernoulli likelihood p(x_d = 1 | z) = σ(output_d) of binary pixels, or of grey ones as means.   (..., D)

    Ledger: vae.likelihood
    """

    outputs = 1

    def forward(self, output: Array) -> Bernoulli:
        """The distribution with these logits (..., D)."""
        return Bernoulli(output)

    def check(self, x: Array) -> None:
        """Raise BadInput for data that are not in [0, 1]."""
        Bernoulli.check(x)

    def output_for_mean(self, mean: np.ndarray) -> np.ndarray:
        """The output whose distribution has this mean (D,): log(p / (1 − p)), with p clipped to 0.01 … 0.99.

        Ledger: nn.sigmoid
        """
        check_each("[0, 1]", mean=mean)
        p = np.clip(mean, 0.01, 0.99)
        return np.log(p / (1 - p))


class GaussianLikelihood(Module):
    """The Gaussian likelihood p(x|z) = N(m, sigma² w), with one sigma for all dimensions.   (..., D)

    m = shift + scale · output,   w_d = scale_d² / mean(scale²): all w_d are 1 where the data have one unit

    A fixed sigma would act like a fixed β: the squared error has the weight 1/(2 sigma²) against the rate. So
    sigma is learned; `vae.train` lets it follow the error (`vae.sigma`), whose root mean square is its optimum.
    It starts at 1, and at the standard deviation of the data once `init_scale` or `vae.train` knows the data.

    data_dim             D; 1 serves data of one unit and any D
    log_volume           log of the volume, in other units, of a cube of side 1 of these data: the log density is
                         one in the other units, so much less. Σ log scale_d of columns that were divided by scale_d
    units                shift and scale, a `Standardise`: the encoder reads (x − shift) / scale
    logvar               (1,), log sigma²
    held_out_variance    (1,), sigma² is not smaller than this in training (see `vae.sigma`); 0 before

    Source: Rybkin, Daniilidis & Levine (2021), section 3.   Ledger: vae.gaussian_likelihood
    """

    outputs = 1

    def __init__(self, data_dim: int = 1, log_volume: float = 0.0) -> None:
        check_numbers(log_volume=log_volume)
        self.units = Standardise(data_dim)
        self.log_volume = log_volume
        self.logvar = Parameter(np.zeros(1, np.float32))
        self.held_out_variance = Buffer(np.zeros(1, np.float32))

    def init_scale(self, mean: np.ndarray, scale: np.ndarray | float) -> None:
        """Compute in units of the data, and begin with sigma at their standard deviation about the mean (D,).

        scale    that standard deviation: one number, or (D,) for columns of different units

        With the mean as the output this is the model of independent dimensions, the baseline.
        Raises ValueError as `Standardise.fit`.
        """
        self.units.fit(mean, scale)
        self.logvar.data[...] = np.log(self.mean_square_scale)

    @property
    def is_at_its_default(self) -> bool:
        """Whether sigma is 1 in units of 1, as nobody has set it."""
        units = self.units
        return not (self.logvar.data.any() or units.shift.data.any() or (units.scale.data != 1).any())

    @property
    def mean_square_scale(self) -> np.floating:
        """The mean of scale_d² over the dimensions."""
        return np.mean(self.units.scale.data**2)

    def dimensions(self, D: int) -> int:
        """The number of residuals per example of D numbers for the one sigma²: D."""
        return D

    def squares(self, x: np.ndarray, m: np.ndarray) -> tuple[np.ndarray, int]:
        """The sum of (x − m)² / w over all numbers of (B, D), and how many these are."""
        return np.asarray(np.sum((x - m) ** 2 / self.weights, dtype=np.float64)), x.size

    @property
    def weights(self) -> np.ndarray:
        """w (D,), the variance of each dimension relative to their mean sigma²."""
        return self.units.scale.data**2 / self.mean_square_scale

    @property
    def logvar_in_units(self) -> Array:
        """log sigma² in the units of the network, where it is the same for all dimensions   (1,)."""
        return self.logvar - np.log(self.mean_square_scale)

    def forward(self, output: Array) -> Normal:
        """The distribution with the mean m, for the decoder's output (..., D)."""
        m = self.units.inverse(output)
        return FiniteNormal(m, np.broadcast_to(self.logvar + np.log(self.weights), m.shape), self.log_volume)

    def check(self, x: Array) -> None:
        """Raise BadInput for NaN and infinity."""
        FiniteNormal.check(x)

    def output_for_mean(self, mean: np.ndarray) -> np.ndarray:
        """The output whose distribution has this mean: the mean in the units of the network   (D,)."""
        return to_numpy(self.units(mean))

    def describe(self) -> str:
        return f"sigma={np.exp(0.5 * self.logvar.data[0]):.3g}"


class FiniteNormal(Normal):
    """A normal distribution of data: log_prob refuses NaN and infinite values.

    log_volume    of a cube of side 1 in the units of the density, as of a `GaussianLikelihood`
    """

    def __init__(self, mu: Array, logvar: Array, log_volume: float = 0.0):
        super().__init__(mu, logvar)
        self.log_volume = log_volume

    def log_prob(self, x: Array) -> Array:
        """log N(x; mu, sigma²) − log_volume   → (B,) nats. Raises BadInput for NaN and infinite values."""
        self.check(x)
        log_p = super().log_prob(x)
        return log_p - self.log_volume if self.log_volume else log_p

    @staticmethod
    def check(x: Array) -> None:
        """Raise BadInput for NaN and infinite values."""
        if not np.all(np.isfinite(to_numpy(x))):
            raise BadInput(
                "a Gaussian likelihood needs finite data, but these contain NaN or infinity; remove them"
            )


class CategoricalLikelihood(Module):
    """The categorical likelihood: x_d is one of V levels 0, 1/(V−1), …, 1 of probabilities softmax.   (..., D·V)

    Ledger: vae.levels
    """

    def __init__(self, levels: int):
        check_counts(2, levels=levels)
        self.outputs = levels

    def forward(self, output: Array) -> DiscretisedCategorical:
        """The distribution with these logits (..., D·V)."""
        return DiscretisedCategorical(output.reshape((*output.shape[:-1], -1, self.outputs)))

    def check(self, x: Array) -> None:
        """Raise BadInput for data that are not at the levels."""
        level_of(x, self.outputs)

    def output_for_mean(self, mean: np.ndarray) -> np.ndarray:
        """The outputs (D·V,) of the probabilities (D, V) of the levels: log p. Of a mean (D,): linear in the level.

        The probabilities are positive, such as `evaluation.level_shares`: the mean of the levels in one-hot code.
        A mean (D,), clipped to 0.01 … 0.99, does not know which levels occur.
        """
        check_each("[0, 1]", mean=mean)
        if np.ndim(mean) == 2:
            check_each("(0, 1]", mean=mean)
            return np.log(mean).ravel()
        p, x = np.clip(mean, 0.01, 0.99).astype(np.float64), np.linspace(0, 1, self.outputs)
        low, high = np.full_like(p, -128), np.full_like(p, 128)  # the slope at p = 0.01 is about −1/p
        for _ in range(50):
            slope = (low + high) / 2
            less = softmax(slope[:, None] * x) @ x < p
            low, high = np.where(less, slope, low), np.where(less, high, slope)
        return (slope[:, None] * (x - 0.5)).ravel()

    def describe(self) -> str:
        return f"levels={self.outputs}"


class DiscretisedCategorical(Distribution):
    """Independent values x_d ∈ {0, 1/(V−1), …, 1} of probabilities softmax(logits).   logits (..., D, V)

    Ledger: vae.levels
    """

    def __init__(self, logits: Array):
        self.logits = logits

    def log_prob(self, x: Array) -> Array:
        """Σ_d log softmax(logits_d)[(V − 1) x_d]   → (...,) nats. Raises BadInput for values between the levels.

        Ledger: vae.levels
        """
        k = np.broadcast_to(level_of(x, self.logits.shape[-1]), self.logits.shape[:-1])
        return -np.sum(softmax_cross_entropy(self.logits, k), axis=-1)

    @property
    def mean(self) -> Array:
        """The mean Σ_k softmax(logits)_k k/(V − 1)   (..., D).   Ledger: vae.levels"""
        V = self.logits.shape[-1]
        return softmax(self.logits) @ np.linspace(0, 1, V, dtype=self.logits.dtype)

    def sample(self, rng: Generator | None = None, shape: Shape = ()) -> np.ndarray:
        """Independent samples: a level per dimension, (*shape, ..., D), in the dtype of the logits."""
        k = Categorical(self.logits).sample(rng, shape)
        return (k / (self.logits.shape[-1] - 1)).astype(self.logits.dtype)


def level_of(x: Array, V: int) -> np.ndarray:
    """The level k = 0 … V − 1 of each x = k/(V − 1).   Raises BadInput for other values, and NaN.

    Ledger: vae.levels
    """
    check_counts(2, V=V)
    scaled = np.asarray(to_numpy(x)) * (V - 1)
    k = np.rint(scaled)
    if not (k.size == 0 or (np.abs(scaled - k).max() < 1e-3 and k.min() >= 0 and k.max() < V)):
        raise BadInput(
            f"a likelihood of {V} levels needs values k/{V - 1}, k = 0 … {V - 1}; these have "
            "others; give --likelihood gaussian, or round them"
        )
    return k.astype(np.int64)


LIKELIHOODS = ("bernoulli", "gaussian", "categorical", "logistic")


def likelihood(name: str | Likelihood, levels: int | None = None, data_dim: int = 1) -> Likelihood:
    """The likelihood of this name; a `Likelihood` object is returned as is.

    levels      of the categorical and the logistic likelihood;  data_dim: D of the Gaussian and the logistic one

    Raises BadInput for an unknown name, ValueError for a categorical likelihood without levels.
    """
    if not isinstance(name, str):
        return name
    if name not in LIKELIHOODS:
        raise BadInput(f"no likelihood is named {name!r}; there are {', '.join(LIKELIHOODS)}")
    if name == "categorical":
        if levels is None:
            raise ValueError("a categorical likelihood needs the number of levels")
        return CategoricalLikelihood(levels)
    if name == "logistic":
        from scratchgen.vae.logistic import LogisticLikelihood  # which imports `level_of` from here

        return LogisticLikelihood(levels or 256, data_dim)
    return BernoulliLikelihood() if name == "bernoulli" else GaussianLikelihood(data_dim)
