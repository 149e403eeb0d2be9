"""What a training step minimises: a bound of `objectives` as a loss, with what it remembers between steps.

A loss is called with the model, a batch x (B, D) and a Generator; it returns one value per example, (B,)
nats, and the numbers worth logging.
"""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.optim import Stateful
from scratchgen.vae import objectives
from scratchgen.vae.geco import GECO
from scratchgen.vae.latent_model import LatentModel


class BetaLoss(Stateful):
    """D + β(t) R: minus the evidence lower bound for β = 1.

    beta         the weight of the rate, once the warm-up is over
    samples      of the latent for each example, over which D is averaged
    warm_up      steps in which the weight grows from 0 to that
    free_bits    nats that a latent dimension may say for nothing

    Ledger: vae.beta
    """

    remembered = ("t",)

    def __init__(self, beta: float = 1.0, samples: int = 1, warm_up: int = 0, free_bits: float = 0.0):
        if min(beta, warm_up, free_bits) < 0 or samples < 1:
            raise ValueError(
                f"beta {beta}, warm_up {warm_up} and free_bits {free_bits} may not be negative, and there is "
                f"at least one sample, not {samples}"
            )
        self.beta, self.samples, self.warm_up, self.free_bits = beta, samples, warm_up, free_bits
        self.t = 0

    def __call__(self, model: LatentModel, x, rng):
        q = model.encode(x)
        several = self.samples > 1
        eps = rng.standard_normal((self.samples, *q.mu.shape), q.mu.dtype) if several else rng
        D, R = objectives.distortion_and_rate(x, q, model.decode, eps)
        D = D.mean(axis=0) if several else D
        beta = self.beta * objectives.warm_up(self.t, self.warm_up)
        self.t += 1
        rate = objectives.free_bits_rate(q, self.free_bits) if self.free_bits else R
        return D + beta * rate, _terms(D, R)


class ImportanceLoss(Stateful):
    """−L_k, the importance-weighted bound of k samples."""

    def __init__(self, k: int):
        if k < 1:
            raise ValueError(f"the bound needs at least one sample, not k = {k}")
        self.k = k

    def __call__(self, model: LatentModel, x, rng):
        loss = -model.iwae_bound(x, self.k, rng)
        return loss, {"bound": -_mean(loss)}


class ConstrainedLoss(Stateful):
    """R + λ(D − D₀) with λ by GECO; `multiplier.infeasible` says that D₀ is out of reach.

    Ledger: vae.constrained
    """

    def __init__(self, D0: float):
        self.multiplier = GECO(D0)

    def state_dict(self):
        """That of the multiplier."""
        return self.multiplier.state_dict()

    def load_state_dict(self, state):
        """That of the multiplier."""
        self.multiplier.load_state_dict(state)

    def __call__(self, model: LatentModel, x, rng):
        D, R = objectives.distortion_and_rate(x, model.encode(x), model.decode, rng)
        lam = self.multiplier.lam
        self.multiplier.update(_mean(D))
        # divided by max(1, λ), which moves no minimum: the step size need not follow λ over its decades
        loss = objectives.lagrangian(D, R, self.multiplier.D0, lam) / max(1.0, lam)
        return loss, {**_terms(D, R), "log_lambda": math.log(lam)}


def _terms(D, R) -> dict[str, float]:
    D, R = _mean(D), _mean(R)
    return {"elbo": -(D + R), "distortion": D, "rate": R}


def _mean(values) -> float:
    return float(np.mean(to_numpy(values), dtype=np.float64))
