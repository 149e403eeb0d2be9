"""GECO: the multiplier that finds the least rate for a distortion of at most D₀."""

from __future__ import annotations

import math

from scratchgen.errors import check_numbers
from scratchgen.optim import Stateful

SMALLEST_LAMBDA, LARGEST_LAMBDA = 1e-4, 1e4  # beyond them the constraint has no effect, or cannot be met
LARGEST_VIOLATION = (
    10.0  # nats; a larger one moves λ no faster, so that the untrained model does not decide it
)


class GECO(Stateful):
    """The multiplier λ of the constraint D ≤ D₀, updated after each batch.

    C̄ ← a C̄ + (1 − a) C,   λ ← λ exp(η C̄),   C = D − D₀ in nats, the mean over a batch

    In the first 1 / (1 − a) updates C̄ is the plain mean of C, and C̄ counts as at most 10 nats in the second equation.

    While the distortion is above D₀, λ grows and reconstructions get more weight; below D₀, λ falls. At
    equilibrium C̄ = 0, and 1/λ is the β whose weighted bound has this distortion.

    D0            the largest distortion allowed, in nats per example
    eta, a        η, and the decay of the moving average C̄
    infeasible    λ has reached its limit and D₀ is still exceeded: the model cannot reconstruct that well

    Raises ValueError for a D₀ that is not finite, η ≤ 0, and a outside [0, 1).

    Source: Rezende & Viola (2018), algorithm 1.   Ledger: vae.geco
    """

    remembered = ("lam", "C_mean", "t")

    def __init__(self, D0: float, eta: float = 1e-3, a: float = 0.99):
        check_numbers(D0=D0)
        check_numbers("(0, ∞)", eta=eta)
        check_numbers("[0, 1)", a=a)
        self.D0, self.eta, self.a = D0, eta, a
        self.lam, self.C_mean, self.t = 1.0, 0.0, 0

    def update(self, D: float) -> None:
        """Update λ by the mean distortion D of a batch, in nats.   Raises ValueError for a D that is not finite."""
        check_numbers(D=D)
        self.t += 1
        weight = max(1 - self.a, 1 / self.t)  # a plain mean at first: C̄ needs no initial guess
        self.C_mean += weight * (D - self.D0 - self.C_mean)
        step = self.eta * min(max(self.C_mean, -LARGEST_VIOLATION), LARGEST_VIOLATION)
        self.lam = min(max(self.lam * math.exp(step), SMALLEST_LAMBDA), LARGEST_LAMBDA)

    @property
    def infeasible(self) -> bool:
        """Whether D₀ is out of reach."""
        return self.lam >= LARGEST_LAMBDA and self.C_mean > 0
