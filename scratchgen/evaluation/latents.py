"""What the latents carry: which of them are in use, and the rate and the distortion of the code they are."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.distributions import Normal
from scratchgen.evaluation.examples import (
    ROWS,
    Mean,
    NoiseByPlace,
    as_examples,
    log_likelihood,
    mean_over_examples,
    posterior,
    slices,
    told,
)
from scratchgen.random import Generator


class ActiveUnits(NamedTuple):
    """How many latents are in use, and by how much.

    count       the number of latents whose variance exceeds the threshold
    variance    Var_x(E_q(z|x)[z_d]) of each latent, (Z,), with standard errors
    kl          E_x[KL(q(z_d|x) ‖ p(z_d))] of each latent in nats, (Z,), with standard errors; they add up to
                the rate
    """

    count: int
    variance: Mean
    kl: Mean


class RateAndDistortion(NamedTuple):
    """R and D in nats an example, each with its standard error over examples; −(R + D) is the mean ELBO.

    Ledger: vae.rate_distortion
    """

    rate: Mean
    distortion: Mean


def active_units(model, x, threshold: float = 0.01) -> ActiveUnits:
    """The latents whose posterior mean moves with x.   x (B, D)

    A_d = Var_x(E_q(z|x)[z_d]) > threshold,    E_q[z_d] = mu_d(x)

    A latent that the model has given up has the same posterior for every x. Its divergence alone does not
    tell: it is positive too where q(z_d) is the same for all x but not the prior. The variance is the mean
    squared deviation over the B examples (divided by B), its error that of this mean.
    Memory: 64 Z bytes an example, and what encode takes for 2000 of them.
    Raises BadInput unless x is (B, D).
    Source: Burda, Grosse & Salakhutdinov (2016), section 5.2.   Ledger: vae.active_units
    """
    x = as_examples(x)
    mu, kl = (np.empty((len(x), model.latent_dim)) for _ in range(2))
    with no_grad():
        for some in slices(len(x), ROWS):
            q = posterior(told(model, some), x[some])
            mu[some] = q.mu
            kl[some] = Normal(q.mu[..., None], q.logvar[..., None]).kl_to_standard_normal()
    variance = mean_over_examples((mu - mu.mean(axis=0)) ** 2)
    return ActiveUnits(int(np.sum(variance.mean > threshold)), variance, mean_over_examples(kl))


def rate_and_distortion(model, x, rng: Generator, samples: int = 1, rows: int = ROWS) -> RateAndDistortion:
    """The nats that the latents carry, and those that x still needs when they are known.   x (B, D)

    R = E_x[KL(q(z|x) ‖ p(z))],    D = −E_x E_q(z|x)[log p(x|z)],    −(R + D) = E_x[ELBO]

    samples    draws of z an example for D; R is in closed form
    rows       latents decoded at once (at least the draws of one example). Its choice, and the examples that
               follow one, change the result of an example by rounding only.
    The standard errors are over examples: they hold the spread of the data and of the draws.
    Raises BadInput unless x is (B, D), ValueError for samples or rows below 1.
    Source: Alemi et al. (2018), section 2, with p(z) for their marginal m(z).   Ledger: vae.rate_distortion
    """
    if min(samples, rows) < 1:
        raise ValueError(f"at least one draw and one row at a time, not {samples} and {rows}")
    x, Z = as_examples(x), model.latent_dim
    noise = NoiseByPlace(rng, len(x), samples * Z)
    rate, distortion = np.empty(len(x)), np.empty(len(x))
    with no_grad():
        for some in slices(len(x), rows // samples):
            here = told(model, some)
            q = posterior(here, x[some])
            rate[some] = q.kl_to_standard_normal()
            z = q.rsample(noise(some, 0, (samples, Z)))
            distortion[some] = -log_likelihood(here, x[some], z).mean(axis=0)
    return RateAndDistortion(mean_over_examples(rate), mean_over_examples(distortion))


def prior_radius(share: float) -> float:
    """√(−2 log(1 − share)): in any plane through 0, the circle that holds this share of N(0, I).

    Ledger: vae.prior_radius
    """
    return math.sqrt(-2 * math.log1p(-share))
