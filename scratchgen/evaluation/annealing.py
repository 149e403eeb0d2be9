"""log p(x) without an encoder: annealed importance sampling (AIS) with Hamiltonian Monte Carlo from the prior.

It checks the estimate that uses the encoder: importance sampling does not notice if q(z|x) misses a part of p(z|x).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.autograd import no_grad, vjp
from scratchgen.distributions import as_likelihood
from scratchgen.errors import check_counts
from scratchgen.evaluation.examples import (
    ROWS,
    LatentModel,
    NoiseByPlace,
    as_examples,
    conditioned,
    slices,
)
from scratchgen.evaluation.likelihood import Weights
from scratchgen.random import Generator

ACCEPTANCE = 0.65  # the optimum of Hamiltonian Monte Carlo in many dimensions: Beskos et al. (2013)
GAIN = 0.2  # change of log ε for an acceptance that is off by 1: a step size may halve in five temperatures
FIRST_STEP = 0.5  # step size for the prior, whose scale is 1


class AnnealedEstimate(NamedTuple):
    """The result of `annealed_log_likelihood`: as `Estimate`, with the mean acceptance of the moves.

    Each field is (B,), float64.
    """

    log_likelihood: np.ndarray
    standard_error: np.ndarray
    effective_samples: np.ndarray
    acceptance: np.ndarray


def annealed_log_likelihood(
    model: LatentModel,
    x: ArrayLike,
    rng: Generator,
    temperatures: int = 1000,
    chains: int = 16,
    leapfrogs: int = 10,
    rows: int = ROWS,
) -> AnnealedEstimate:
    """Estimate log p(x) by Markov chains that move from the prior to the posterior through a path of distributions.

    f_t(z) = p(z) p(x|z)^β_t,    0 = β_0 < β_1 < … < β_T = 1,    z_0 ~ p(z),    z_t ~ a move that keeps f_t
    log w = Σ_{t=1}^T (β_t − β_{t−1}) log p(x|z_{t−1}),    E[w] = p(x)        x (B, D) → (B,) nats

    The estimate is log (1/C) Σ_c w_c over C chains. The chains of an example are independent, so the standard
    error is computed as in importance sampling, with the same caution. T = 1 is importance sampling from p(z).

    A move is one trajectory of Hamiltonian Monte Carlo. A first run tunes the step sizes, one for each example and
    temperature, to an acceptance of 0.65; a second run with new noise and fixed step sizes gives the weights. If
    the step size depended on the acceptance of the same chain, the move would depend on the history of the chain
    and no longer keep f_t, and E[w] = p(x) would not hold.

    model    `latent_dim` and a differentiable `decode`; the encoder is not used
    rows     chains × examples that move at once (at least the chains of one example). It bounds the memory:
             the memory of decode(z).log_prob(x) and its graph for this many rows, plus 160 (Z + 2) bytes per row and
             8 T bytes per example. It changes the result by rounding only.
    Cost: 2 (T − 1) (leapfrogs + 1) values and gradients of log p(x|z) per chain.

    Raises BadInput unless x is (B, D), ValueError for a count below 1.
    Source: Neal (2001), eq. 3–11; Wu, Burda, Salakhutdinov & Grosse (2017).   Ledger: vae.annealed
    """
    check_counts(temperatures=temperatures, chains=chains, leapfrogs=leapfrogs, rows=rows)
    x, shape = as_examples(x), (chains, model.latent_dim)
    betas = schedule(temperatures)
    n = chains * (shape[1] + temperatures * (shape[1] + 2))
    tuning, weighing = (NoiseByPlace(rng, len(x), n) for _ in range(2))
    parts = []
    with no_grad():
        for some in slices(len(x), rows // chains):
            density = _Likelihood(conditioned(model, some), x[some])
            steps = np.full((len(betas), some.stop - some.start), FIRST_STEP)
            _walk(density, betas, _Draws(tuning, some, shape), leapfrogs, steps, tune=True)
            log_w, acceptance = _walk(density, betas, _Draws(weighing, some, shape), leapfrogs, steps)
            weights = Weights()
            weights.add(log_w)
            parts.append((*weights.estimate(), acceptance))
    return AnnealedEstimate(*map(np.concatenate, zip(*parts, strict=True)))


def schedule(temperatures: int, delta: float = 4.0) -> np.ndarray:
    """The inverse temperatures β_t = (s_t − s_0) / (s_T − s_0),  s_t = σ(δ (2t/T − 1)), with small steps at both ends.

    → (T + 1,)

    Source: Grosse, Ghahramani & Adams (2015), section 6.2, δ = 4.   Ledger: vae.annealed
    """
    s = 1 / (1 + np.exp(-delta * np.linspace(-1, 1, temperatures + 1)))
    return (s - s[0]) / (s[-1] - s[0])


class _Likelihood:
    """z (C, B, Z) ↦ log p(x|z) (C, B) and its gradient, in float64; the decoder works in the dtype of x."""

    def __init__(self, model: Any, x: np.ndarray) -> None:
        self.model, self.x = model, x

    def __call__(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        value, pull = vjp(
            lambda z: as_likelihood(self.model.decode(z)).log_prob(self.x), z.astype(self.x.dtype)
        )
        (gradient,) = pull(np.ones(value.shape))
        return value.numpy().astype(np.float64), gradient.numpy().astype(np.float64)


class _Draws:
    """The noise of some examples, (chains, width) numbers per call, in sequence."""

    def __init__(self, noise: NoiseByPlace, examples: slice, shape: tuple[int, int]):
        self.noise, self.examples, self.offset = noise, examples, 0
        self.chains, self.Z = shape

    def __call__(self, width: int) -> np.ndarray:
        start, self.offset = self.offset, self.offset + self.chains * width
        return self.noise(self.examples, start, (self.chains, width))


def _walk(
    density: _Likelihood,
    betas: np.ndarray,
    draw: _Draws,
    leapfrogs: int,
    steps: np.ndarray,
    tune: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Run all chains from β_0 to β_T → log w (C, B) and the mean acceptance (B,).

    steps    step size ε of each temperature and example, (T + 1, B); with `tune`, the acceptance at a temperature
             sets the step sizes of the next
    """
    z = draw(draw.Z)
    at = density(z)
    log_w, accepted = np.zeros(at[0].shape), []
    for t in range(1, len(betas)):
        log_w = log_w + (betas[t] - betas[t - 1]) * at[0]
        if t == len(betas) - 1:
            break  # a move at β_T would come after the last weight
        z, at, acceptance = _move(density, betas[t], z, at, draw(draw.Z + 2), leapfrogs, steps[t])
        accepted.append(acceptance)
        if tune:
            steps[t + 1] = steps[t] * np.exp(GAIN * (acceptance - ACCEPTANCE))
    return log_w, np.mean(accepted, axis=0) if accepted else np.full(z.shape[1], np.nan)


def _move(
    density: _Likelihood,
    beta: float,
    z: np.ndarray,
    at: tuple[np.ndarray, np.ndarray],
    noise: np.ndarray,
    leapfrogs: int,
    step: np.ndarray,
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray], np.ndarray]:
    """One trajectory of Hamiltonian Monte Carlo that keeps p(z) p(x|z)^β.   z (C, B, Z), step ε (B,)

    H(z, v) = ½ ‖z‖² − β log p(x|z) + ½ ‖v‖²;    accepted with probability min(1, exp(H − H′))

    at       log p(x|z) and its gradient at z
    noise    (C, B, Z + 2): the momentum v, and two more numbers whose half sum of squares is −log u for a uniform u
    → the next z, `at` for the next z, and the acceptance probability averaged over the chains, (B,)
    Source: Neal (2011), MCMC using Hamiltonian dynamics, section 5.3.2.
    """
    v, minus_log_u = noise[..., :-2], 0.5 * np.sum(noise[..., -2:] ** 2, axis=-1)
    epsilon = step[:, None]
    with np.errstate(over="ignore", invalid="ignore"):  # a diverging trajectory is rejected
        before = _energy(z, v, beta, at[0])
        new, there = z, at
        v = v + 0.5 * epsilon * (beta * there[1] - new)
        for i in range(leapfrogs):
            new = new + epsilon * v
            there = density(new)
            v = v + (epsilon if i < leapfrogs - 1 else 0.5 * epsilon) * (beta * there[1] - new)
        rise = _energy(new, v, beta, there[0]) - before
        accepted = rise < minus_log_u  # NaN is rejected
        acceptance = np.where(np.isnan(rise), 0, np.exp(-np.maximum(rise, 0)))
    z = np.where(accepted[..., None], new, z)
    at = np.where(accepted, there[0], at[0]), np.where(accepted[..., None], there[1], at[1])
    return z, at, acceptance.mean(axis=0)


def _energy(z: np.ndarray, v: np.ndarray, beta: float, log_p: np.ndarray) -> np.ndarray:
    return 0.5 * np.sum(z**2 + v**2, axis=-1) - beta * log_p
