"""Notes that depend on nothing but themselves one step before: a baseline for models of piano rolls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scratchgen.errors import BadInput, check_counts
from scratchgen.random import Generator, as_generator


@dataclass(frozen=True, eq=False)
class MarkovNotes:
    """p(x_t | x_{t−1}) = Π_d p_d(x_td | x_{t−1,d}): each note is a Markov chain of its own, silent before the piece.

        p_d(1 | a) = (n_ad1 + ½) / (n_ad + 1)

    n_ad is the number of training steps before which note d was in the state a (0 silent, 1 sounding), n_ad1 the
    number of those at which it sounds. The halves are those of Krichevsky & Trofimov (1981).

    p    (2, D): the probability that note d sounds, by its state before. Equal rows are independent notes

    Ledger: rnn.markov_notes
    """

    p: np.ndarray

    @classmethod
    def fit(cls, train: Sequence[np.ndarray], *, order: int = 1) -> MarkovNotes:
        """Count the notes of training pieces, (T, D) of 0 and 1 each.

        order    1; or 0, with which the state before is ignored: n_d and n_d1 of all steps
        Raises BadInput for another order, and without pieces.   Ledger: rnn.markov_notes
        """
        check_counts(0, order=order)
        if order > 1:
            raise BadInput(f"notes are counted by their last state (order 1) or by none (0), not by {order}")
        if not len(train):
            raise BadInput("there are no pieces to count notes in; give at least one")
        x = np.concatenate(train).astype(np.float64)
        before = np.concatenate([_before(piece) for piece in train]).astype(np.float64)
        states = (1 - before, before) if order else (np.ones_like(x), np.ones_like(x))
        return cls(np.stack([((x * a).sum(axis=0) + 0.5) / (a.sum(axis=0) + 1) for a in states]))

    def nats_by_piece(self, pieces: list[np.ndarray]) -> np.ndarray:
        """−log p(x_1 … x_T) of every piece: N arrays (T_i, D) → (N,) nats.   Ledger: rnn.markov_notes"""
        return np.array([-self._log_prob(piece) for piece in pieces])

    def _log_prob(self, x: np.ndarray) -> float:
        p = np.where(_before(x) > 0, self.p[1], self.p[0])
        return float(np.sum(np.log(np.where(x > 0, p, 1 - p))))

    def sample(self, T: int, n: int, rng: Generator) -> np.ndarray:
        """n pieces of T steps: (T, n, D) float32.   Raises BadInput for T or n below 1."""
        check_counts(T=T, n=n)
        rng = as_generator(rng)
        D = self.p.shape[1]
        x = np.zeros((T + 1, n, D), np.float32)
        for t in range(T):
            x[t + 1] = rng.random((n, D), np.float64) < np.where(x[t] > 0, self.p[1], self.p[0])
        return x[1:]


def _before(x: np.ndarray) -> np.ndarray:
    return np.concatenate((np.zeros_like(x[:1]), x[:-1]))
