"""A trace of a game in the plane: snapshots of D and G after single steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scratchgen.autograd import grad, no_grad
from scratchgen.errors import check_counts
from scratchgen.gan.game import ORIGINAL, Game
from scratchgen.gan.models import AdversarialPair
from scratchgen.gan.objectives import generator_loss
from scratchgen.random import HELD_OUT_SEED, Generator

__all__ = ["Snapshot", "TrainingTrace"]

SAMPLES, REAL, SIDE = 240, 1000, 64
MARGIN = 0.2  # around the data, as a fraction of their extent
MOMENTS = 22  # with two snapshots each
PARTS = ("logits", "samples", "pushes")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The state of D and G after one step.

    step       number of the step of D
    player     the player that moved: "D", "G", or "" before the first step
    logits     (SIDE, SIDE) the logits of D at the points of `TrainingTrace.places`
    samples    (n, 2) the samples of G, always from the same noise
    pushes     (n, 2) −∂ generator_loss / ∂x of each sample: the direction in which the loss moves it

    Ledger: gan.generator_loss
    """

    step: int
    player: str
    logits: np.ndarray
    samples: np.ndarray
    pushes: np.ndarray


class TrainingTrace:
    """Snapshots of a game in the plane during its training. It draws no random numbers from the game's stream.

    model       a pair whose D judges points (B, 2) one by one
    real        (N, 2), points of the data
    steps       total number of steps of D
    moments     largest number of steps with snapshots, one after D's step and one after G's. They form a geometric
                series, as most changes happen early

        >>> trace = TrainingTrace(pair, points, steps=2000)
        >>> for step in range(1, 2001):
        ...     discriminator_step(pair, x, optimizer_D, rng)
        ...     trace.look("D", step)
        ...     generator_step(pair, len(x), optimizer_G, rng)
        ...     trace.look("G", step)

    With several steps of D per step of G, snapshots are taken where a step of G follows. The snapshots are its
    state, which is saved with the run. Raises ValueError for a model that judges packs, or data that are not
    points.
    """

    def __init__(
        self,
        model: AdversarialPair,
        real: np.ndarray,
        steps: int,
        game: Game = ORIGINAL,
        moments: int = MOMENTS,
    ):
        check_counts(steps=steps, moments=moments)
        if real.ndim != 2 or real.shape[1] != 2 or getattr(model, "pack", 1) != 1:
            raise ValueError("a training trace needs points (N, 2) that D judges one by one, not in packs")
        self.model, self.real, self.objective = model, real[:REAL], game.objective
        rounds = np.geomspace(1, max(1, steps // game.discriminator_steps), moments).round().astype(int)
        self.moments = set((rounds * game.discriminator_steps).tolist())
        low, high = real.min(axis=0), real.max(axis=0)
        half = (0.5 + MARGIN) * ((high - low).max() or 1.0)  # points that are all equal have no extent
        middle = (low + high) / 2
        self.extent = (middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half)
        self.frames: list[Snapshot] = [self._frame("", 0)]

    @property
    def places(self) -> np.ndarray:
        """The grid of points (SIDE², 2) at which D is evaluated, row by row from the bottom."""
        left, right, below, above = self.extent
        X, Y = np.meshgrid(np.linspace(left, right, SIDE), np.linspace(below, above, SIDE))
        return np.stack([X.ravel(), Y.ravel()], axis=1).astype(self.real.dtype)

    def look(self, player: str, step: int) -> None:
        """Take a snapshot after a step of a player, "D" or "G", if it is one of the moments."""
        if step in self.moments:
            self.frames.append(self._frame(player, step))

    def _frame(self, player: str, step: int) -> Snapshot:
        model = self.model
        with model.D.eval_mode(), model.G.eval_mode(), model.D.frozen():
            with no_grad():
                samples = model.generate(SAMPLES, Generator(HELD_OUT_SEED)).numpy()
                logits = model.logits(self.places).numpy()
            loss = lambda x: len(x) * generator_loss(model.logits(x), self.objective)
            pushes = -grad(loss)(samples).numpy()
        return Snapshot(step, player, logits.reshape(SIDE, SIDE), samples, pushes)

    def state_dict(self) -> dict[str, Any]:
        """All snapshots: one array per part, and lists of steps and players."""
        arrays = {part: np.stack([getattr(f, part) for f in self.frames]) for part in PARTS}
        return arrays | {"step": [f.step for f in self.frames], "player": [f.player for f in self.frames]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore a state that `state_dict` returned."""
        columns = (state["step"], state["player"], *(np.array(state[part]) for part in PARTS))  # own arrays
        self.frames = [Snapshot(*frame) for frame in zip(*columns, strict=True)]
