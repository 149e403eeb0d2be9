"""Is the training of a GAN healthy? A monitor of the numbers that the training logs.

Typical values of a healthy training: means over an epoch, from the dense conditional pair and the convolutional
pair (120 epochs each) on the digits, non-saturating, seed 0.

    V            −1.0 to −1.6 in the first epoch; up to −0.2 or −0.6 while D leads; then slowly down again, as G
                 catches up, towards −log 4 = −1.386, where D cannot tell real from fake. It does not converge:
                 the players circle. For other objectives V is minus D's loss, and where D cannot tell it is −¼
                 (least squares), −2 (hinge) or 0 (Wasserstein: there it is a distance, large at first)
    D_real       mean D(x) on real examples: soon 0.6 to 0.9, larger than D_fake
    D_fake       mean D(G(z)): 0.1 to 0.45. Both at ½: D cannot tell, or has not learned yet. If D outputs a
                 score and no probability, these are mean scores
    G_loss       0.8 to 2.6 (non-saturating; log 2 = 0.693 where D cannot tell). It measures how far D leads, not
                 the quality of the samples, and stays bounded
    norm_D       0.6 to 5, and
    norm_G       0.5 to 9: the norms of the gradients. norm_G near 0: D has won, or is flat. Larger by a factor
                 of a thousand: the weights diverge
    diversity    mean distance of two samples over the mean distance of two real examples: 0.4 to 0.6 at first,
                 0.9 to 1 at the end. It does not detect single missing modes; `evaluation.modes_captured` does

Two states are reported when they begin: the samples have collapsed, and D has won. The loss of G shows neither.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.gan.objectives import undecided_loss

__all__ = ["GANMonitor", "mean_distance"]

ROWS = 256  # examples in a mean distance
COLLAPSE_FRACTION = 0.5  # of the highest diversity so far: below it the samples have collapsed
WINNING_FRACTION = 0.05  # of the loss of a D that cannot tell: for V, D is right with 97 % confidence


class GANMonitor:
    """A monitor of V and of the samples' diversity, which warns when the training becomes unhealthy.

    objective    one of `objectives.KINDS`
    real         (N, D) real examples, for the scale of distances
    memory       its state, a dictionary of numbers that is saved with the run
    """

    def __init__(self, objective: str, real: np.ndarray):
        self.won_at = -WINNING_FRACTION * undecided_loss(objective)
        self.distance = _distance_of_varied(real[:ROWS]) or _distance_of_varied(
            real[:: -(-len(real) // ROWS)]
        )
        self.memory: dict[str, Any] = {
            "highest": 0.0,
            "sum_V": 0.0,
            "steps": 0,
            "collapsed": False,
            "won": False,
        }

    def step(self, V: float) -> None:
        """Record V of a step of D."""
        self.memory["sum_V"] += V
        self.memory["steps"] += 1

    def epoch(self, samples: np.ndarray) -> tuple[float, list[str]]:
        """At the end of an epoch: the diversity of samples (n, D), and a warning per state that has begun.

        The diversity is E ‖y − y′‖ / E ‖x − x′‖, of samples y and real examples x. Where all real examples are
        equal it is E ‖y − y′‖, whose fall is no collapse.   Ledger: gan.diversity
        """
        memory = self.memory
        diversity = mean_distance(samples) / (self.distance or 1.0)
        V = memory["sum_V"] / max(memory["steps"], 1)
        memory["highest"] = max(memory["highest"], diversity)
        states = {
            "collapsed": self.distance > 0 and diversity < COLLAPSE_FRACTION * memory["highest"],
            "won": self.won_at < V and self.won_at < 0,
        }
        warnings = {
            "collapsed": f"samples have become alike: diversity {diversity:.3f}, it was "
            f"{memory['highest']:.3f}; try --model packed, a penalty on D's slope (r1), or a smaller learning rate",
            "won": f"the discriminator has won: V = {V:.3f}, and the generator learns little from it; "
            "try a penalty on its slope (r1), or a smaller learning rate",
        }
        begun = [warnings[name] for name, now in states.items() if now and not memory[name]]
        memory.update(states, sum_V=0.0, steps=0)
        return diversity, begun


def _distance_of_varied(x: np.ndarray) -> float:
    """The mean distance; exactly 0 for rows that are all equal, where rounding would leave a tiny number."""
    return mean_distance(x) if np.ptp(x, axis=0).any() else 0.0


def mean_distance(x: np.ndarray) -> float:
    """The mean distance E ‖x − x′‖ over all pairs of different rows of x (n, D); 0 for a single row.

    Ledger: gan.diversity
    """
    x = np.asarray(x, np.float64)
    n, squares = len(x), np.sum(x * x, axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2 * x @ x.T, 0))
    np.fill_diagonal(distances, 0)
    return float(distances.sum() / max(n * (n - 1), 1))
