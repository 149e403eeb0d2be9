"""A text with known entropy: a Markov chain over sixteen characters."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from scratchgen.data.types import TextData
from scratchgen.random import Generator

SIZES = (200_000, 20_000, 20_000)  # characters: train, validation, test
SEED = 16


@dataclass(frozen=True, eq=False)
class MarkovChain:
    """A Markov chain: the probability that character j follows character i is P[i, j].

    characters    V distinct characters
    P             (V, V), rows sum to 1
    Ledger: data.entropy_rate
    """

    characters: str
    P: np.ndarray

    @property
    def stationary(self) -> np.ndarray:
        """The stationary distribution π with π P = π and Σ π = 1, (V,): the long-run frequency of each character.

        Ledger: data.entropy_rate
        """
        V = len(self.P)
        equations = np.vstack([self.P.T - np.eye(V), np.ones(V)])
        return np.linalg.lstsq(equations, np.append(np.zeros(V), 1.0), rcond=None)[0]

    @property
    def entropy_rate(self) -> float:
        """H = −Σ_i π_i Σ_j P_ij log₂ P_ij bits per character: the lowest loss that any model can reach.

        Source: Cover & Thomas (2006), Elements of Information Theory, eq. 4.27.   Ledger: data.entropy_rate
        """
        logs = np.log2(np.where(self.P > 0, self.P, 1))
        return float(-self.stationary @ (self.P * logs).sum(axis=1))

    def sample(self, n: int, rng: Generator) -> str:
        """Sample n characters; the first is from the stationary distribution."""
        cumulative = [row.tolist() for row in np.cumsum(self.P, axis=1)]
        last = len(self.characters) - 1
        state = int(rng.categorical(self.stationary))
        states = [state]
        for u in rng.random(n - 1, np.float64).tolist():
            state = min(bisect_right(cumulative[state], u), last)  # rounded, a row may sum to 1 − 10⁻¹⁶
            states.append(state)
        return "".join(self.characters[state] for state in states)


def source() -> MarkovChain:
    """A chain in which each of 16 letters has four successors, with probabilities ½, ¼, ⅛, ⅛.

    So every row, and the whole chain, has ½·1 + ¼·2 + ⅛·3 + ⅛·3 = 1.75 bits. Each of the four maps from a letter to
    its successor is a permutation (5i + 1 + 3k modulo 16), so all letters are equally frequent: a model that
    ignores the previous letter needs exactly 4 bits.

    Ledger: data.entropy_rate
    """
    P = np.zeros((16, 16))
    i = np.arange(16)
    for k, p in enumerate((1 / 2, 1 / 4, 1 / 8, 1 / 8)):
        P[i, (5 * i + 1 + 3 * k) % 16] += p
    return MarkovChain("abcdefghijklmnop", P)


def load() -> TextData:
    """240,000 characters of `source()`; the three parts are sampled independently."""
    chain, rng = source(), Generator(SEED)
    return TextData("markov", *(chain.sample(n, rng) for n in SIZES))
