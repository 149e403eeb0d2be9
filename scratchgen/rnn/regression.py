"""Sequence regression: a vector predicted from a whole sequence."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import BadInput, check_counts
from scratchgen.nn import Module, Parameter, Standardise
from scratchgen.nn.init import glorot_uniform
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator, as_generator
from scratchgen.rnn.cells import output
from scratchgen.rnn.models import CELLS


@saveable
class SequenceRegression(Module):
    """y = h_T W_hy + b_y, where h_T is the last state of a recurrent network that has read x_1 … x_T.

        model = SequenceRegression(data_dim=2, target_dim=1, hidden=32)
        loss = model.loss(x, target).mean()    # x (T, B, 2), target (B, 1)

    Initial weights fit inputs and targets of about 1: give other inputs scaled (`data.preprocessing.scaling`), and
    the mean and the deviation of other targets to `init_output_bias`.

    data_dim      size of x_t
    target_dim    size of y
    hidden        H, the size of the state
    rng           draws the weights; None: the default stream
    cell          tanh, lstm or gru
    Raises BadInput for an unknown cell.   Source: Le, Jaitly & Hinton (2015), section 4.1.
    Ledger: rnn.regression
    """

    def __init__(
        self, data_dim: int, target_dim: int, hidden: int, rng: Generator | None = None, *, cell: str = "gru"
    ) -> None:
        if cell not in CELLS:
            raise BadInput(f"no cell is called {cell!r}; choose one of {', '.join(CELLS)}")
        check_counts(data_dim=data_dim, target_dim=target_dim, hidden=hidden)
        rng = as_generator(rng)
        self.recurrent = CELLS[cell](data_dim, hidden, rng)
        self.W_hy = Parameter(glorot_uniform(rng, hidden, target_dim))
        self.b_y = Parameter(np.zeros(target_dim, np.float32))
        self.units = Standardise(target_dim)

    def init_output_bias(self, mean: Any, scale: Any) -> None:
        """Begin with the mean of the targets (target_dim,) as the output, in units of their standard deviation.

        scale    one number, or (target_dim,) for targets of different units
        Raises ValueError for a scale that is negative or not finite.
        """
        self.units.fit(mean, scale)

    def forward(self, x: Any, mask: np.ndarray | None = None) -> Tensor:
        """The prediction of each sequence: x (T, B, D), mask (T, B) bool or None → y (B, target_dim)."""
        _, state = self.recurrent(x, None, mask)
        return self.units.inverse(output(state[-1, 0], self.W_hy, self.b_y))

    def loss(self, x: Any, target: np.ndarray, mask: np.ndarray | None = None) -> Tensor:
        """‖y − target‖² of every sequence: x (T, B, D), target (B, target_dim) → (B,), not reduced.

        Ledger: rnn.regression
        """
        return np.sum((self(x, mask) - target) ** 2, axis=-1)
