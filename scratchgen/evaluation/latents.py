"""Latent dimensions of a VAE: the number of active units, and rate and distortion."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.autograd import no_grad
from scratchgen.distributions import Normal
from scratchgen.errors import check_counts, check_numbers
from scratchgen.evaluation.examples import (
    ROWS,
    LatentModel,
    Mean,
    NoiseByPlace,
    as_examples,
    conditioned,
    log_likelihood,
    mean_over_examples,
    posterior,
    slices,
)
from scratchgen.random import Generator


class ActiveUnits(NamedTuple):
    """The result of `active_units`: the number of active latents, and two measures of activity per latent.

    count       the number of latents whose variance exceeds the threshold
    variance    Var_x(E_q(z|x)[z_d]) of each latent, (Z,), with standard errors
    kl          E_x[KL(q(z_d|x) ‖ p(z_d))] of each latent in nats, (Z,), with standard errors; the sum is the rate
    """

    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody needs here
    variance: Mean
    kl: Mean


class RateAndDistortion(NamedTuple):
    """R and D in nats per example, each with its standard error over examples; −(R + D) is the mean ELBO.

    Ledger: vae.rate_distortion
    """

    rate: Mean
    distortion: Mean


def active_units(model: LatentModel, x: ArrayLike, threshold: float = 0.01) -> ActiveUnits:
    """The active latents: those whose posterior mean varies with x.   x (B, D)

    A_d = Var_x(E_q(z|x)[z_d]) > threshold,    E_q[z_d] = mu_d(x)

    An inactive latent has the same posterior for every x. The KL divergence alone does not show this: it is also
    positive if q(z_d) is the same for all x but differs from the prior. The variance is the mean squared deviation
    over the B examples (divided by B), with the standard error of this mean.
    Memory: 64 Z bytes per example, and the memory of `encode` for 2000 examples.
    Raises BadInput unless x is (B, D), and for a negative threshold.
    Source: Burda, Grosse & Salakhutdinov (2016), section 5.2.   Ledger: vae.active_units
    """
    check_numbers("[0, ∞)", threshold=threshold)
    x = as_examples(x)
    mu, kl = (np.empty((len(x), model.latent_dim)) for _ in range(2))
    with no_grad():
        for some in slices(len(x), ROWS):
            q = posterior(conditioned(model, some), x[some])
            mu[some] = q.mu
            kl[some] = Normal(q.mu[..., None], q.logvar[..., None]).kl_to_standard_normal()
    variance = mean_over_examples((mu - mu.mean(axis=0)) ** 2)
    return ActiveUnits(int(np.sum(variance.mean > threshold)), variance, mean_over_examples(kl))


def rate_and_distortion(
    model: LatentModel, x: ArrayLike, rng: Generator, samples: int = 1, rows: int = ROWS
) -> RateAndDistortion:
    """Rate: nats that encode z. Distortion: nats that encode x given z.   x (B, D)

    R = E_x[KL(q(z|x) ‖ p(z))],    D = −E_x E_q(z|x)[log p(x|z)],    −(R + D) = E_x[ELBO]

    samples    samples of z per example for D; R is in closed form
    rows       latents decoded at once (at least the samples of one example). `rows`, and the examples that follow
               an example, change its result by rounding only.
    The standard errors are over examples: they include the variation of the data and of the samples of z.
    Raises BadInput unless x is (B, D), ValueError for samples or rows below 1.
    Source: Alemi et al. (2018), section 2, with p(z) for their marginal m(z).   Ledger: vae.rate_distortion
    """
    check_counts(samples=samples, rows=rows)
    x, Z = as_examples(x), model.latent_dim
    noise = NoiseByPlace(rng, len(x), samples * Z)
    rate, distortion = np.empty(len(x)), np.empty(len(x))
    with no_grad():
        for some in slices(len(x), rows // samples):
            here = conditioned(model, some)
            q = posterior(here, x[some])
            rate[some] = q.kl_to_standard_normal()
            z = q.rsample(noise(some, 0, (samples, Z)))
            distortion[some] = -log_likelihood(here, x[some], z).mean(axis=0)
    return RateAndDistortion(mean_over_examples(rate), mean_over_examples(distortion))


def prior_radius(share: float) -> float:
    """√(−2 log(1 − share)): in any plane through 0, the radius of the circle that contains this share of N(0, I).

    Ledger: vae.prior_radius
    """
    check_numbers("[0, 1)", share=share)
    return math.sqrt(-2 * math.log1p(-share))
