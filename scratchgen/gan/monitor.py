"""How a game goes, from the numbers that its training logs.

A game that goes well looks like this. The numbers are means over an epoch, from the dense conditional pair
and the convolutional pair (120 epochs each) on the digits, non-saturating, seed 0.

    V            −1.0 to −1.6 in the first epoch; up to −0.2 or −0.6 while D is ahead; then slowly down again,
                 as G catches up, towards −log 4 = −1.386, where D cannot tell. It comes to no rest: the
                 players circle. For other objectives V is minus D's loss, and where D cannot tell it is −¼
                 (least squares), −2 (hinge) or 0 (Wasserstein: there it is a distance, at first large)
    D_real       mean D(x) on real examples: soon 0.6 to 0.9, above
    D_fake       mean D(G(z)): 0.1 to 0.45. Both at ½ mean that D cannot tell, or has no idea yet. Where D
                 gives a score and no probability, these are mean scores
    G_loss       0.8 to 2.6 (non-saturating; log 2 = 0.693 where D cannot tell). It tells how far D leads, not
                 how good the samples are, and does not grow for ever
    norm_D       0.6 to 5, and
    norm_G       0.5 to 9: the norms of the gradients. norm_G near 0: D has won, or is flat. A thousandfold:
                 weights on their way to infinity
    diversity    mean distance of two samples over that of two real examples: 0.4 to 0.6 at first, 0.9 to 1 in
                 the end. It is blind to the loss of single modes; `evaluation.modes_captured` is not

Two states are told as they begin: samples have collapsed, and D has won. Neither is seen in a loss of G.
"""

from __future__ import annotations

import numpy as np

from scratchgen.gan.objectives import undecided_loss

ROWS = 256  # examples that a mean distance is taken over
FALL = 0.5  # of its highest value that diversity may lose
WON = 0.05  # of the loss of a discriminator that cannot tell: for V, D is right with 97 % confidence


class GANMonitor:
    """Watches a game by its V and its samples, and says when it takes a turn to the worse.

    objective    a kind of `objectives.KINDS`
    real         (N, D) examples, for the scale of distances
    memory       what it remembers, as a dictionary of numbers that can be saved
    """

    def __init__(self, objective: str, real: np.ndarray):
        self.won_at = -WON * undecided_loss(objective)
        self.distance = mean_distance(real[:ROWS])
        self.memory = {"highest": 0.0, "sum_V": 0.0, "steps": 0, "collapsed": False, "won": False}

    def step(self, V: float) -> None:
        """Note a step of D."""
        self.memory["sum_V"] += V
        self.memory["steps"] += 1

    def epoch(self, samples: np.ndarray) -> tuple[float, list[str]]:
        """At the end of an epoch: the diversity of samples (n, D), and what has gone wrong in this epoch.

        The diversity is E ‖y − y′‖ / E ‖x − x′‖, of samples y and real examples x.   Ledger: gan.diversity
        """
        memory = self.memory
        diversity = mean_distance(samples) / max(self.distance, np.finfo(np.float32).tiny)
        V = memory["sum_V"] / max(memory["steps"], 1)
        memory["highest"] = max(memory["highest"], diversity)
        states = {
            "collapsed": diversity < FALL * memory["highest"],
            "won": self.won_at < V and self.won_at < 0,
        }
        words = {
            "collapsed": f"samples have become alike: diversity {diversity:.3f}, it was "
            f"{memory['highest']:.3f}; try --model packed, a penalty on D's slope (r1), or a smaller alpha",
            "won": f"the discriminator has won: V = {V:.3f}, and the generator learns little from it; "
            "try a penalty on its slope (r1), or a smaller alpha",
        }
        complaints = [words[name] for name, now in states.items() if now and not memory[name]]
        memory.update(states, sum_V=0.0, steps=0)
        return diversity, complaints


def mean_distance(x: np.ndarray) -> float:
    """E ‖x − x′‖ over all pairs of different rows of x (n, D); 0 for a single row.   Ledger: gan.diversity"""
    x = np.asarray(x, np.float64)
    n, squares = len(x), np.sum(x * x, axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2 * x @ x.T, 0))
    np.fill_diagonal(distances, 0)
    return float(distances.sum() / max(n * (n - 1), 1))
