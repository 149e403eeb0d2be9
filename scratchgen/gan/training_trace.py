"""A game in the plane as it is seen after single steps of its players."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scratchgen.autograd import grad, no_grad
from scratchgen.gan.game import ORIGINAL, Game
from scratchgen.gan.objectives import generator_loss
from scratchgen.random import HELD_OUT_SEED, Generator

SAMPLES, REAL, SIDE = 240, 1000, 64
MARGIN = 0.2  # of the extent of the data, around them
MOMENTS = 22  # two frames each
PARTS = ("logits", "samples", "pushes")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """step       after which step of D
    player     whose step it was: "D", "G", or "" before any
    logits     (SIDE, SIDE) what D says at the points of `TrainingTrace.places`
    samples    (n, 2) what G makes, always of the same noise
    pushes     (n, 2) −∂ generator_loss / ∂x of each sample on its own: where G is told to move it

    Ledger: gan.generator_loss
    """

    step: int
    player: str
    logits: np.ndarray
    samples: np.ndarray
    pushes: np.ndarray


class TrainingTrace:
    """Frames of a game, taken while it is played. It draws no random number of the game's own.

    model       a pair whose D judges points (B, 2) one by one
    real        (N, 2), points of the data
    steps       how many steps of D there will be
    moments     at how many of them it looks, at most: after D's step and again after G's. They lie in a
                geometric series, for most happens at first

        film = TrainingTrace(pair, points, steps=2000)
        for step in range(1, 2001):
            discriminator_step(pair, x, optimizer_D, rng)
            film.look("D", step)
            generator_step(pair, len(x), optimizer_G, rng)
            film.look("G", step)

    Of a game with a ratio, moments are steps of D that G's follow. The frames are its state, that can be
    saved and put back. Raises ValueError for a model that judges packs or no points.
    """

    def __init__(self, model, real: np.ndarray, steps: int, game: Game = ORIGINAL, moments: int = MOMENTS):
        if real.ndim != 2 or real.shape[1] != 2 or getattr(model, "pack", 1) != 1:
            raise ValueError("a film is of points (N, 2) that D judges one by one, not in packs")
        self.model, self.real, self.objective = model, real[:REAL], game.objective
        rounds = np.geomspace(1, max(1, steps // game.discriminator_steps), moments).round().astype(int)
        self.moments = set((rounds * game.discriminator_steps).tolist())
        low, high = real.min(axis=0), real.max(axis=0)
        half = (0.5 + MARGIN) * (high - low).max()
        middle = (low + high) / 2
        self.extent = (middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half)
        self.frames: list[Snapshot] = [self._frame("", 0)]

    @property
    def places(self) -> np.ndarray:
        """The lattice (SIDE², 2) at which D is asked, row by row from below."""
        left, right, below, above = self.extent
        X, Y = np.meshgrid(np.linspace(left, right, SIDE), np.linspace(below, above, SIDE))
        return np.stack([X.ravel(), Y.ravel()], axis=1).astype(self.real.dtype)

    def look(self, player: str, step: int) -> None:
        """Take a frame after a step of a player, "D" or "G", if it is one of the moments."""
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

    def state_dict(self) -> dict:
        """All frames: arrays of each part, and lists of steps and players."""
        arrays = {part: np.stack([getattr(f, part) for f in self.frames]) for part in PARTS}
        return arrays | {"step": [f.step for f in self.frames], "player": [f.player for f in self.frames]}

    def load_state_dict(self, state: dict) -> None:
        """Put back what `state_dict` gave."""
        columns = (state[name] for name in ("step", "player", *PARTS))
        self.frames = [Snapshot(*frame) for frame in zip(*columns, strict=True)]
