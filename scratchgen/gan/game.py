"""The rules of a GAN game: the objective, the penalties, and the steps of each player."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scratchgen.distributions import Array
from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.gan.objectives import KINDS
from scratchgen.random import Generator


@dataclass(frozen=True)
class Game:
    """The objective of the game, and how the players take turns.

    objective              one of `objectives.KINDS`
    discriminator_steps    steps of D for one step of G
    gradient_penalty       λ, the weight of `penalties.gradient_penalty` in D's loss: by default 0. The objective
                           wasserstein needs a bound on D's slope and has no default: give this weight (10 is
                           usual), or r1, or 0 for a D with spectral normalisation
    r1                     γ, twice the weight of `penalties.r1_penalty`
    penalty_in_data_units  whether both penalties take the slope of D by x itself, as in the papers, and not by x
                           in units of the pair's `scale`
    augmentation           (x, rng) ↦ T(x), a random map such as `ImageAugmentation`: D sees T(x) and T(G(z)) in
                           place of x and G(z), in the steps of both players; None leaves them as they are

    Raises BadInput for rules that make no game.
    """

    objective: str = "nonsaturating"
    discriminator_steps: int = 1
    gradient_penalty: float = None  # type: ignore[assignment]  # not given: __post_init__ sets the number
    r1: float = 0.0
    penalty_in_data_units: bool = False
    augmentation: Callable[[Array, Generator], Array] | None = None

    def __post_init__(self) -> None:
        if self.objective not in KINDS:
            raise BadInput(f"an objective is one of {', '.join(KINDS)}, not {self.objective!r}")
        check_counts(discriminator_steps=self.discriminator_steps)
        if self.gradient_penalty is None:
            if self.objective == "wasserstein" and not self.r1:
                raise BadInput(
                    "the objective wasserstein needs a bound on the slope of D: give gradient_penalty=10, or r1, or "
                    "gradient_penalty=0 for a D with norm=spectral"
                )
            object.__setattr__(self, "gradient_penalty", 0.0)  # the dataclass is frozen
        check_numbers("[0, ∞)", gradient_penalty=self.gradient_penalty, r1=self.r1)

    def seen(self, x: Array, rng: Generator) -> Array:
        """The examples as D sees them, real or generated: T(x), or x without an augmentation.   (B, D) → (B, D)"""
        return x if self.augmentation is None else self.augmentation(x, rng)


ORIGINAL = Game()
