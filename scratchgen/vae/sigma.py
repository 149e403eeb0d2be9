"""The sigma of a Gaussian likelihood follows the error: the one place where training moves it.

For the error of the present decoder the best sigma² is known, the mean square of the residuals. An optimiser would
move log sigma² by at most its learning rate per step, which takes thousands of steps where sigma starts far from the
best one, while the decoder learns little: a sigma that is too large hides the error from the bound.
Source: Rybkin, Daniilidis & Levine (2021), section 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.data.types import Rows
from scratchgen.evaluation import independent_variance
from scratchgen.optim import Optimizer
from scratchgen.random import Generator
from scratchgen.vae.columns import ColumnLikelihood
from scratchgen.vae.latent_model import LatentModel
from scratchgen.vae.likelihoods import GaussianLikelihood

WithSigma = (
    GaussianLikelihood | ColumnLikelihood
)  # one sigma for all dimensions, or one for each number of a table
NEW_SHARE = 0.1  # of the last batch in the moving average: about ten batches count
SCALE_ROWS = 10_000  # that tell the scale of the data, at even distances: the set may be sorted
SMALLEST_SIGMA = (
    1e-3  # of the standard deviation of the data; the rounding of bytes is 1/(255 √12) of their range
)


def optimal_variance(variance: np.ndarray, g: np.ndarray, D: int | np.ndarray) -> np.ndarray:
    """The sigma² that maximises the Gaussian likelihood of a batch, the mean square of its residuals.   (1,) → (1,)

    sigma*² = 1/(BD) Σ (x − m)² = sigma² (1 − 2g/D),     g = ∂L/∂ log sigma² = ½ (D − 1/B Σ (x − m)² / sigma²)

    variance    sigma², with which the loss L of the batch was computed
    g           the gradient of that loss, a mean over B examples of D dimensions in nats
    D           of several sigmas the number of dimensions of each: 1 for a column, less where cells are missing

    The gradient holds the error: a gradient that was summed over the parts of a batch gives the sigma of the whole
    batch, and the gradient of an importance-weighted bound weighs each sample as the bound does.

    Source: Rybkin, Daniilidis & Levine (2021), section 3, the optimal sigma.   Ledger: vae.optimal_sigma
    """
    return variance * np.maximum(1 - 2 * g / D, 0)


class FollowingSigma:
    """Moves the sigma of a model's Gaussian likelihood with the error, while `vae.train` trains the model.

    After each step, sigma² is the moving average of the batches' best sigma² (`optimal_variance`), and not less
    than the best sigma² of the validation images after the last epoch: a sigma that only fits images which the
    decoder has memorised would give others no probability.

    A model with another likelihood is left alone, and so is a sigma that the optimiser does not train. The state
    belongs to the model: `logvar` and `held_out_variance` of its likelihood are saved with the weights.
    """

    def __init__(self, model: Any, optimizer: Optimizer):
        self.model = model
        found = getattr(model, "likelihood", None)
        is_trained = isinstance(found, WithSigma) and any(
            p is found.logvar and p.requires_grad for p in optimizer.parameters
        )
        self.likelihood: WithSigma | None = found if is_trained else None

    def start(self, images: Rows) -> None:
        """Begin at the scale of the images (N, D), if neither `init_output_bias` nor a training has set it before."""
        if self.likelihood is None or not self.likelihood.is_at_its_default:
            return
        if initialise := getattr(self.model, "init_output_bias", None):
            places = np.linspace(0, len(images) - 1, min(len(images), SCALE_ROWS)).astype(np.int64)
            x = np.asarray(images[places])
            self.likelihood.check(x)
            initialise(x.mean(axis=0), math.sqrt(independent_variance(x)))

    @contextmanager
    def step(self, D: int) -> Iterator[None]:
        """A context for one training step on examples of D dimensions, after which sigma moves."""
        if self.likelihood is None:
            yield
            return
        variance = np.exp(self.likelihood.logvar.data)
        yield
        if (g := self.likelihood.logvar.grad) is not None:
            best = optimal_variance(variance, g, self.likelihood.dimensions(D))
            self._set((1 - NEW_SHARE) * variance + NEW_SHARE * best)

    def epoch(self, images: np.ndarray, rng: Generator, labels: np.ndarray | None = None) -> None:
        """After an epoch, note the best sigma² of the validation images (N, D), which bounds sigma² from below.

        rng    draws one sample of the latent per image;  labels: (N,) their classes, for a conditional model
        """
        if self.likelihood is not None and len(images):
            labels = np.zeros(len(images), np.int64) if labels is None else labels
            self._bound(best_variance(self.model, self.likelihood, images, labels, rng))

    def epoch_of_codes(self, images: np.ndarray) -> None:
        """As `epoch`, for a VQ-VAE: its codes are no draws, and it has no classes."""
        if self.likelihood is not None and len(images):
            self._bound(
                mean_square(self.likelihood, images, lambda part: self.model.reconstruct(images[part]))
            )

    def _bound(self, held_out_variance: np.ndarray) -> None:
        assert self.likelihood is not None
        self.likelihood.held_out_variance.data[...] = held_out_variance
        self._set(np.exp(self.likelihood.logvar.data))

    def _set(self, variance: np.ndarray) -> None:
        assert self.likelihood is not None
        smallest = SMALLEST_SIGMA**2 * self.likelihood.mean_square_scale
        least = np.maximum(self.likelihood.held_out_variance.data, smallest)
        self.likelihood.logvar.data[...] = np.log(np.maximum(variance, least))


def best_variance(
    model: LatentModel, likelihood: WithSigma, images: np.ndarray, labels: np.ndarray, rng: Generator
) -> np.ndarray:
    """The sigma² that maximises the likelihood of images (N, D), the mean of (x − m)² / w.

    Ledger: vae.optimal_sigma
    """

    def means(part: np.ndarray) -> np.ndarray:
        conditioned = model.given(labels[part])
        return to_numpy(conditioned.decode(conditioned.encode(images[part]).rsample(rng)).mean)

    return mean_square(likelihood, images, means)


def mean_square(
    likelihood: WithSigma, images: np.ndarray, means: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """The mean of (x − m)² / w over images (N, D), for each sigma.   means: places of images ↦ their m

    The likelihood of a table's row takes its tails and dispersions from them too.
    """
    parts = np.array_split(np.arange(len(images)), max(1, len(images) // 1000))  # bounds the memory
    with no_grad():
        if isinstance(likelihood, ColumnLikelihood):
            return likelihood.best_variance(images, np.concatenate([means(part) for part in parts]))
        squares, count = np.zeros(1), 0
        for part in parts:
            of_part = likelihood.squares(images[part], means(part))
            squares, count = squares + of_part[0], count + of_part[1]
    return squares / max(count, 1)
