"""Linear prediction of sound: the baseline for recurrent models of sound."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from scratchgen.errors import BadInput, check_counts

CHUNK_SIZE = 2**16  # samples that are predicted at once


class LinearPrediction:
    """x_n = Σ_i a_i x_{n−i} + e_n,  e_n ~ N(0, s²): an autoregressive model, fitted by least squares.

    A sound counts as 0 before its first sample. `a` (order,) and `variance` s² are maximum-likelihood estimates.
    Raises ValueError for an order below 1.

    Source: Makhoul (1975), "Linear prediction: a tutorial review", section II.
    Ledger: rnn.linear_prediction
    """

    def __init__(self, order: int):
        check_counts(order=order)
        self.order = order

    def fit(self, sounds: list[np.ndarray]) -> LinearPrediction:
        """Fit to sounds (N,) each: Σ_n x_{n−i} x_{n−j}, then the normal equations; returns self.

        If there are several solutions, as for sums of a few sines, the one with the smallest norm is taken.
        Raises BadInput for sounds that are predicted without any error, such as silence.
        Ledger: rnn.linear_prediction
        """
        p, total = self.order, sum(map(len, sounds))
        if not total:
            raise BadInput("there are no samples to fit to; give sounds of at least one sample")
        products = sum(w.T @ w for x in sounds for w in self._windows(x))
        among, with_next = products[:p, :p], products[:p, p]
        self.a = np.linalg.lstsq(among, with_next, rcond=None)[0]
        power = float(products[p, p]) / total
        if not power > 0:
            raise BadInput("these sounds are predicted without error; give sounds that are not silent")
        error = float(products[p, p] - 2 * self.a @ with_next + self.a @ among @ self.a) / total
        # below this the difference is rounding, and may be negative: of a long sine, for instance
        self.variance = max(error, np.finfo(np.float64).eps * power)
        return self

    def log_prob(self, x: np.ndarray) -> np.ndarray:
        """log p of each sample given the previous samples, in nats: (N,) → (N,).

        Ledger: rnn.linear_prediction
        """
        errors = np.concatenate([w[:, -1] - w[:, :-1] @ self.a for w in self._windows(x)])
        return -0.5 * (math.log(2 * math.pi * self.variance) + errors**2 / self.variance)

    def _windows(self, x: np.ndarray) -> Iterator[np.ndarray]:
        """x_{n−p} … x_n for all n, in chunks (n, p + 1)."""
        p = self.order
        padded = np.concatenate([np.zeros(p), x])
        for start in range(0, len(x), CHUNK_SIZE):
            yield np.lib.stride_tricks.sliding_window_view(padded[start : start + CHUNK_SIZE + p], p + 1)
