"""The multiplier of the constrained form: minimise the rate, with a distortion no worse than D₀."""

from __future__ import annotations

import math

from scratchgen.optim import Stateful

LEAST, GREATEST = 1e-4, 1e4  # of λ: beyond them the constraint costs nothing, or cannot be met
FASTEST = 10.0  # nats; a greater violation moves λ no faster, so that the untrained model does not decide it


class GECO(Stateful):
    """λ ← λ exp(η C̄),   C̄ ← a C̄ + (1 − a) C,   C = D − D₀ in nats, the mean over a batch.

    While the distortion is too high λ grows and reconstructions count for more; where it is lower than asked,
    λ falls. At rest C̄ = 0 and 1/λ is the β whose weighted bound has this distortion.

    infeasible    λ is at its greatest and D₀ is still missed: no model in reach reconstructs so well

    Source: Rezende & Viola (2018), algorithm 1.   Ledger: vae.geco
    """

    remembered = ("lam", "C_mean", "t")

    def __init__(self, D0: float, eta: float = 1e-3, a: float = 0.99):
        if not math.isfinite(D0):
            raise ValueError(f"the distortion to keep below is a number of nats, not {D0}")
        self.D0, self.eta, self.a = D0, eta, a
        self.lam, self.C_mean, self.t = 1.0, 0.0, 0

    def update(self, D: float) -> None:
        """Move λ by the mean distortion D of a batch, in nats."""
        self.t += 1
        weight = max(1 - self.a, 1 / self.t)  # a plain mean at first: C̄ does not begin at a guess
        self.C_mean += weight * (D - self.D0 - self.C_mean)
        step = self.eta * min(max(self.C_mean, -FASTEST), FASTEST)
        self.lam = min(max(self.lam * math.exp(step), LEAST), GREATEST)

    @property
    def infeasible(self) -> bool:
        """Whether D₀ is out of reach."""
        return self.lam >= GREATEST and self.C_mean > 0
