"""The rules of the game."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scratchgen.errors import BadInput
from scratchgen.gan.objectives import KINDS


@dataclass(frozen=True)
class Game:
    """The objective of the game, and how the players take turns.

    objective              one of `objectives.KINDS`
    discriminator_steps    steps of D for one step of G
    gradient_penalty       λ, the weight of `penalties.gradient_penalty` in D's loss; 10 is usual (wasserstein)
    r1                     γ, twice the weight of `penalties.r1_penalty`
    penalty_in_data_units  whether the slope of both penalties is that of D by x itself, as in the papers, and not
                           by x in units of the pair's `scale`

    Raises BadInput for rules that make no game.
    """

    objective: str = "nonsaturating"
    discriminator_steps: int = 1
    gradient_penalty: float = 0.0
    r1: float = 0.0
    penalty_in_data_units: bool = False

    def __post_init__(self) -> None:
        if self.objective not in KINDS:
            raise BadInput(f"an objective is one of {', '.join(KINDS)}, not {self.objective!r}")
        if not isinstance(self.discriminator_steps, int) or self.discriminator_steps < 1:
            raise BadInput(
                f"D takes at least one step for each step of G, not {self.discriminator_steps}; "
                "give discriminator_steps ≥ 1"
            )
        for name in ("gradient_penalty", "r1"):
            if not 0 <= getattr(self, name) < math.inf:
                raise BadInput(f"{name} is a weight of at least 0, not {getattr(self, name)}")


ORIGINAL = Game()
