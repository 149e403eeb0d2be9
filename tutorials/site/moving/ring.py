"""The GAN on a ring of Gaussians, played step by step: the picture that moves on the page of the GAN.

The steps are `gan.discriminator_step` and `gan.generator_step`, as in `gan.train`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from scratchgen import gan, grad, no_grad
from scratchgen.data import batches
from scratchgen.data.sets.gaussians import Mixture, ring
from scratchgen.evaluation import modes_captured
from scratchgen.functional import sigmoid
from scratchgen.optim import Adam
from scratchgen.plots.training_trace import arrow_vectors
from scratchgen.random import HELD_OUT_SEED, Generator

POINTS, BATCH, SEED = 5000, 64, 0
HIDDEN = (32, 32)  # less than on the page: a browser computes slowly
SIGMA = 0.1  # of the Gaussian at each centre
SCALE = 1.4  # the standard deviation of the ring's points, the unit in which D sees them
SHOWN, SIDE, HALF = 150, 25, 3.0  # dots of a kind; points of the grid per side; half the width of the picture


class RingGame:
    """Both networks, their optimisers and the data, between two steps."""

    def __init__(self) -> None:
        self.centres = ring(sigma=SIGMA).centres
        self.reset()

    def reset(self) -> dict[str, Any]:
        """New networks; the centres of the data stay."""
        self.rng = Generator(SEED)
        self.pair = gan.GAN(2, 2, self.rng, hidden=HIDDEN, bounded=False, scale=SCALE)
        self.optimizers = {
            name: Adam(getattr(self.pair, name).parameters(), 1e-3, beta1=0.5) for name in "DG"
        }
        self.steps = {"D": 0, "G": 0}
        return self.set_centres(self.centres)

    def set_centres(self, centres: Any) -> dict[str, Any]:
        """New data, a Gaussian at each centre (K, 2) with K ≥ 1; the networks stay."""
        self.centres = np.reshape(centres, (-1, 2))
        self.points, _ = Mixture(self.centres, SIGMA).sample(POINTS, Generator(SEED))
        self.batches: Iterator[np.ndarray] = iter(())
        return self.look() | {"points": _listed(self.points[: 2 * SHOWN]), "centres": self.centres.tolist()}

    def step(self, players: str, count: int, learning_rate: float, gamma: float) -> dict[str, Any]:
        """Take `count` times one step of each player, "D", "G" or "DG", and return the new state.

        learning_rate    of both optimisers
        gamma            γ, twice the weight of the R1 penalty

        Raises Diverged when a loss or its gradient is not finite.
        """
        game = gan.Game("nonsaturating", r1=gamma)
        for _ in range(count):
            for name in players:
                optimizer = self.optimizers[name]
                optimizer.learning_rate = learning_rate
                if name == "D":
                    gan.discriminator_step(self.pair, self._batch(), optimizer, self.rng, game)
                else:
                    gan.generator_step(self.pair, BATCH, optimizer, self.rng, game)
                self.steps[name] += 1
        return self.look()

    def _batch(self) -> np.ndarray:
        """The next batch; after the last batch of an epoch, the first batch of the next epoch."""
        x = next(self.batches, None)
        if x is None:
            self.batches = batches(self.points, batch_size=BATCH, rng=self.rng, drop_last=True)
            x = next(self.batches)
        return x

    def look(self) -> dict[str, Any]:
        """The numbers of steps, and the picture: samples of fixed noise, their arrows, and D(x) on the grid.

        samples    (SHOWN, 2)
        arrows     (SHOWN, 2), along −∂ generator_loss / ∂x of each sample, of length 1 at most
        surface    D(x) at SIDE × SIDE points from the lower left corner, row by row
        near       the share of the samples within 3 SIGMA of a centre
        reached    the number of centres with a sample
        """
        pair, line = self.pair, np.linspace(-HALF, HALF, SIDE, dtype=np.float32)
        grid = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
        with pair.D.frozen():
            with no_grad():
                samples = pair.sample(SHOWN, Generator(HELD_OUT_SEED))
                surface = sigmoid(pair.logits(grid).numpy())
            pushes = -grad(lambda x: len(x) * gan.generator_loss(pair.logits(x)))(samples).numpy()
        modes = modes_captured(samples, self.centres, SIGMA)
        largest = np.quantile(np.linalg.norm(pushes, axis=1), 0.95)
        return {
            "steps": dict(self.steps),
            "samples": _listed(samples),
            "arrows": _listed(arrow_vectors(pushes, largest)),
            "surface": _listed(surface),
            "near": float(modes.high_quality.mean),
            "reached": modes.captured,
        }


def _listed(numbers: np.ndarray) -> list[Any]:
    """Rounded numbers in lists: they are sent to the picture as text."""
    return np.round(np.asarray(numbers, np.float64), 4).tolist()


game = RingGame()  # of the page
