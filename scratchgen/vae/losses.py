"""Losses of a training step: a bound of `objectives` with its sign changed, and the state kept between steps.

The value that is minimised is the value that the objective's function returns; no loss repeats an equation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.autograd.primitives import to_numpy
from scratchgen.distributions import is_stream
from scratchgen.errors import check_counts, check_numbers, described
from scratchgen.optim import Stateful
from scratchgen.optim.step import NO_RETURN
from scratchgen.random import Generator, as_generator
from scratchgen.vae import objectives
from scratchgen.vae.geco import GECO
from scratchgen.vae.latent_model import LatentModel

__all__ = ["BetaLoss", "ConstrainedLoss", "ImportanceLoss", "Loss"]


class Loss(Protocol):
    """The interface of a loss for `vae.train`: called with the model, a batch x (B, D) and a Generator in each step.

    It returns the loss, one value per example (B,) in nats, and the numbers to log. Its state is saved and
    restored with the run; `optim.Stateful` gives a class the two methods for that. A loss whose state follows the
    training has a method `end_step(numbers)`, which is called once per step with the means of the logged numbers over
    the whole batch: a batch may be computed in several parts.

        >>> import numpy as np, scratchgen as sg
        >>> from scratchgen import optim, vae
        >>> class Denoising(optim.Stateful):
        ...     def __call__(self, model, x, rng):
        ...         noisy = np.where(rng.random(x.shape) < 0.1, 1 - x, x)  # flips a tenth of the pixels
        ...         bound = vae.elbo(x, model.encode(noisy), model.decode, rng, terms=True)
        ...         return -bound.value, {"rate": bound.rate.mean().item()}
        >>> model, x = vae.VAE(6, 2, hidden=8), np.eye(6, dtype=np.float32)
        >>> loss, numbers = Denoising()(model, x, sg.random.default_rng(0))
        >>> loss.shape, list(numbers)
        ((6,), ['rate'])
    """

    def __call__(self, model: LatentModel, x: Any, rng: Generator) -> tuple[Tensor, dict[str, float]]:
        """The loss per example, and numbers by name for the log."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """A copy of the state, as arrays and numbers by name."""
        ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore a state that `state_dict` returned."""
        ...


class BetaLoss(Stateful):
    """The β-weighted loss D + β(t) R: minus `elbo` where β(t) = 1 without free bits, else minus `beta_elbo`.

    beta               the weight of the rate, once the warm-up is over
    samples            samples of the latent per example, over which D is averaged
    kl_warmup_steps    steps in which the weight grows linearly from 0 to beta
    free_bits          nats per latent dimension that are not penalised

    Raises ValueError for numbers out of range, such as a negative weight.   Ledger: vae.beta
    """

    remembered = ("t",)

    def __init__(self, beta: float = 1.0, samples: int = 1, kl_warmup_steps: int = 0, free_bits: float = 0.0):
        check_numbers("[0, ∞)", beta=beta, free_bits=free_bits)
        check_counts(samples=samples)
        check_counts(0, kl_warmup_steps=kl_warmup_steps)
        self.beta, self.samples = beta, samples
        self.kl_warmup_steps, self.free_bits = kl_warmup_steps, free_bits
        self.t = 0

    def __call__(
        self, model: LatentModel, x: Any, rng: Generator | None = None
    ) -> tuple[Tensor, dict[str, float]]:
        """The loss per example (B,) in nats, and the means elbo, distortion and rate.

        rng may also be the noise itself, an array (B, Z) or (samples, B, Z).
        """
        q = model.encode(x)
        eps: Any = rng
        if self.samples > 1 and is_stream(rng, q.mu):
            eps = as_generator(rng).standard_normal((self.samples, *q.mu.shape), q.mu.dtype)
        beta = self.beta * objectives.kl_weight(self.t, self.kl_warmup_steps)
        if beta == 1 and not self.free_bits:
            bound = objectives.elbo(x, q, model.decode, eps, terms=True)
        else:
            bound = objectives.beta_elbo(x, q, model.decode, eps, beta, self.free_bits, terms=True)
        return -bound.value, _terms(bound.distortion, bound.rate)

    def end_step(self, numbers: Mapping[str, float]) -> None:
        """A step of the warm-up is done."""
        self.t += 1


class ImportanceLoss(Stateful):
    """The loss −L_k: minus the importance-weighted bound of k samples, `iwae_bound`.

    Raises ValueError for k < 1.   Ledger: vae.iwae
    """

    def __init__(self, k: int):
        check_counts(k=k)
        self.k = k

    def __call__(
        self, model: LatentModel, x: Any, rng: Generator | None = None
    ) -> tuple[Tensor, dict[str, float]]:
        """The loss per example (B,) in nats, and the mean bound."""
        loss = -model.iwae_bound(x, self.k, rng)
        return loss, {"bound": -_mean(loss)}


class ConstrainedLoss(Stateful):
    """The loss `lagrangian` = R + λ(D − D₀), with λ by GECO: the least rate for a given distortion.

    target_distortion    D₀, in nats per example
    multiplier           the `GECO` that holds λ; `multiplier.infeasible` says that D₀ is out of reach

    Raises ValueError for a target that is not finite.   Ledger: vae.constrained
    """

    def __init__(self, target_distortion: float):
        check_numbers(target_distortion=target_distortion)
        self.multiplier = GECO(target_distortion)

    def state_dict(self) -> dict[str, Any]:
        """The state of the multiplier."""
        return self.multiplier.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore the state of the multiplier."""
        self.multiplier.load_state_dict(state)

    def __call__(
        self, model: LatentModel, x: Any, rng: Generator | None = None
    ) -> tuple[Tensor, dict[str, float]]:
        """The loss per example (B,), divided by max(1, λ), and the means elbo, distortion, rate and log λ."""
        D, R = objectives.distortion_and_rate(x, model.encode(x), model.decode, rng)
        lam = self.multiplier.lam
        # the division moves no minimum: the learning rate need not follow λ over its decades
        loss = objectives.lagrangian(D, R, self.multiplier.D0, lam) / max(1.0, lam)
        return loss, {**_terms(D, R), "log_lambda": math.log(lam)}

    def end_step(self, numbers: Mapping[str, float]) -> None:
        """Update λ by the mean distortion of the batch, among the numbers that were logged."""
        self.multiplier.update(numbers["distortion"])


def check_loss(loss: Any) -> None:
    """Raise TypeError for a loss that training cannot call, or whose state it cannot save."""
    if isinstance(loss, type) or not callable(loss):
        raise TypeError(f"a loss is an object that is called as loss(model, x, rng), not {described(loss)}")
    if missing := [name for name in ("state_dict", "load_state_dict") if not hasattr(loss, name)]:
        raise TypeError(
            f"the loss {_name(loss)} has no {missing[0]}(), so that its state cannot be saved with the run; make it a "
            "class derived from optim.Stateful, with the method __call__(self, model, x, rng)"
        )


def check_values(found: Any, loss: Any, B: int) -> tuple[Tensor, Mapping[str, float]]:
    """The result of a loss for B examples, if it is one value per example and numbers to log.

    Raises TypeError for anything else, ValueError for another number of values.
    """
    if not (isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], Mapping)):
        raise TypeError(
            f"the loss {_name(loss)} returns one value per example and a dictionary of numbers to log, as in "
            f"`return values, {{}}`, not {described(found)}{NO_RETURN if found is None else ''}"
        )
    values, terms = found
    if not isinstance(values, Tensor):
        raise TypeError(
            f"the values of the loss {_name(loss)} are a tensor, not {described(values)}; return the tensor itself, "
            "without .item(), float() or .numpy()"
        )
    if values.shape != (B,):
        raise ValueError(
            f"the loss {_name(loss)} returns one value per example, of shape ({B},), not of shape {values.shape}; "
            "do not take the mean, and sum over all axes but the first"
        )
    return values, terms


def _name(loss: Any) -> str:
    return getattr(loss, "__name__", type(loss).__name__)


def _terms(D: Any, R: Any) -> dict[str, float]:
    D, R = _mean(D), _mean(R)
    return {"elbo": -(D + R), "distortion": D, "rate": R}


def _mean(values: Any) -> float:
    return float(np.mean(to_numpy(values), dtype=np.float64))
