"""Numbers that a whole sequence has."""

from __future__ import annotations

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.functional import linear
from scratchgen.nn import Module, Parameter
from scratchgen.nn.init import glorot_uniform
from scratchgen.nn.saving import saveable
from scratchgen.random import Generator, as_generator
from scratchgen.rnn.models import CELLS


@saveable
class SequenceRegression(Module):
    """y = h_T W_hy + b_y, h_T the state of a recurrent network that has read x_1 … x_T.

    data_dim, target_dim    of x_t and of y;   rng: draws the weights;   cell: tanh, lstm or gru
    Raises BadInput for another cell.   Ledger: rnn.regression
    """

    def __init__(
        self, data_dim: int, target_dim: int, hidden: int, rng: Generator | None = None, *, cell: str = "gru"
    ):
        if cell not in CELLS:
            raise BadInput(f"no cell is called {cell!r}; choose one of {', '.join(CELLS)}")
        rng = as_generator(rng)
        self.recurrent = CELLS[cell](data_dim, hidden, rng)
        self.W_hy = Parameter(glorot_uniform(rng, hidden, target_dim))
        self.b_y = Parameter(np.zeros(target_dim, np.float32))

    def forward(self, x, mask=None):
        """x (T, B, D), mask (T, B) bool or None → y (B, target_dim)."""
        _, state = self.recurrent(x, None, mask)
        return linear(state[-1, 0], self.W_hy, self.b_y)

    def loss(self, x, target, mask=None):
        """‖y − target‖² of every sequence:   target (B, target_dim) → (B,).   Ledger: rnn.regression"""
        return np.sum((self(x, mask) - target) ** 2, axis=-1)
