"""Log-likelihood log p(x) = log ∫ p(x|z) p(z) dz, estimated by importance sampling from q(z|x).

A model is anything with the methods of `evaluation.LatentModel`; the prior is N(0, I).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.autograd import no_grad
from scratchgen.distributions import Normal
from scratchgen.errors import check_counts
from scratchgen.evaluation.examples import (
    ROWS,
    LatentModel,
    NoiseByPlace,
    as_examples,
    conditioned,
    log_likelihood,
    posterior,
    slices,
)
from scratchgen.random import Generator


class Estimate(NamedTuple):
    """An estimate of log p(x) for each example: the logarithm of a mean of k weights.   Each field (B,), float64.

    log_likelihood       nats. The mean of the weights is unbiased; its logarithm is too low by about half the
                         squared standard error: a lower bound in expectation
    standard_error       nats, by the delta method: sd(w) / (√k mean(w)), sd with k − 1. NaN for k = 1
    effective_samples    (Σ w)² / Σ w², from 1 to k (Kong 1992). Near 1, a single weight dominates and the other two
                         fields are unreliable

    Ledger: vae.effective_samples
    """

    log_likelihood: np.ndarray
    standard_error: np.ndarray
    effective_samples: np.ndarray


def importance_sampled_log_likelihood(
    model: LatentModel, x: ArrayLike, k: int, rng: Generator, rows: int = ROWS
) -> Estimate:
    """Estimate log p(x) by k weighted samples from the posterior of each example.

    L_k = log (1/k) Σ_i w_i,    w_i = p(x|z_i) p(z_i) / q(z_i|x),    z_i ~ q(z|x)        x (B, D) → (B,) nats

    E[L_1] is the evidence lower bound; E[L_k] rises with k and never exceeds log p(x).

    Memory: at most `rows` latents are decoded at once. It is the memory of decode(z).log_prob(x) for this many
    rows, plus 64 (Z + 2) bytes per row and 64 bytes per example, and does not grow with k.
    The noise of an example depends only on its place in x, so `rows` and the examples that follow change its result
    by rounding only. The decoder gets latents in the dtype of x; weights are float64.

    Raises BadInput unless x is (B, D), ValueError for k or rows below 1.
    Source: Burda, Grosse & Salakhutdinov (2016), eq. 8; Rezende, Mohamed & Wierstra (2014), appendix E.
    Ledger: vae.importance
    """
    check_counts(k=k, rows=rows)
    x, Z = as_examples(x), model.latent_dim
    noise = NoiseByPlace(rng, len(x), k * Z)
    parts = []
    with no_grad():
        for some in slices(len(x), rows // k):
            here = conditioned(model, some)
            q = posterior(here, x[some])
            weights = Weights()
            for samples in slices(k, rows):
                eps = noise(some, samples.start * Z, (samples.stop - samples.start, Z))
                weights.add(_log_weights(here, x[some], q, q.rsample(eps)))
            parts.append(weights.estimate())
    return Estimate(*map(np.concatenate, zip(*parts, strict=True)))


def _log_weights(model: Any, x: np.ndarray, q: Normal, z: np.ndarray) -> np.ndarray:
    """log p(x|z) p(z) / q(z|x): z (k, B, Z) → (k, B)."""
    prior = Normal(np.zeros_like(q.mu), np.zeros_like(q.logvar))
    return log_likelihood(model, x, z) + prior.log_prob(z) - q.log_prob(z)


class Weights:
    """Running mean and squared deviations of weights exp(log w), in units of the largest weight exp(m).

    The squared deviations of two batches are added with n₁ n₂ / (n₁ + n₂) (mean₁ − mean₂)², so that equal weights
    have exactly zero variance; Σ w² − (Σ w)² / n would leave rounding errors.
    Source: Chan, Golub & LeVeque (1979), eq. 2.1.   Ledger: vae.effective_samples
    """

    def __init__(self) -> None:
        self.n = 0
        self.m: Any = np.finfo(np.float64).min  # these three are numbers first, and arrays (B,) after `add`
        self.mean: Any = 0.0
        self.squares: Any = 0.0

    def add(self, log_w: np.ndarray) -> None:
        """Add (k, B) more log weights of B examples."""
        n, k = self.n, len(log_w)
        m = np.maximum(self.m, np.max(log_w, axis=0))
        shrunk = np.exp(self.m - m)
        mean, squares = self.mean * shrunk, self.squares * shrunk**2
        w = np.exp(log_w - m)
        w_mean = np.mean(w, axis=0)
        apart = w_mean - mean
        self.m, self.n = m, n + k
        self.mean = mean + apart * k / (n + k)
        self.squares = squares + np.sum((w - w_mean) ** 2, axis=0) + apart**2 * n * k / (n + k)

    def estimate(self) -> Estimate:
        """The logarithm of the mean weight, with its standard error.   Ledger: vae.effective_samples"""
        with np.errstate(divide="ignore", invalid="ignore"):  # if all weights are 0: −∞, with the error NaN
            relative = self.squares / self.mean**2
            if self.n > 1:
                error = np.sqrt(relative / (self.n * (self.n - 1)))
            else:
                error = np.full_like(relative, np.nan)
            return Estimate(self.m + np.log(self.mean), error, self.n / (1 + relative / self.n))


def bits_per_dimension(log_likelihood: ArrayLike, dimensions: int, levels: int | None = None) -> np.ndarray:
    """Bits per dimension, the code length of a perfect coder, from a log-likelihood in nats.

    −log p(x) / (D log 2)  [+ log₂ levels]        (...) nats → (...) bits

    levels    for a density of integers 0 … levels−1 that were dequantised and scaled to [0, 1]. A cell of the grid
              has the volume levels^−D, so log P(k) ≥ E_u[log p((k + u) / levels)] − D log levels: the bits of the
              density are an upper bound for the bits of the integers

    A standard error in nats is converted to bits by the factor 1 / (D log 2).
    Raises ValueError for D or levels below 1.
    Source: Theis, van den Oord & Bethge (2016), section 3.1.   Ledger: vae.bits
    """
    check_counts(dimensions=dimensions, levels=1 if levels is None else levels)
    bits = -np.asarray(log_likelihood, np.float64) / (dimensions * math.log(2))
    return bits if levels is None else bits + math.log2(levels)
