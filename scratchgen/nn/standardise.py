"""Standardise: from the units of the data to the units in which a network computes, and back."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import check_counts, check_each
from scratchgen.nn.module import Array, Buffer, TensorModule

__all__ = ["Standardise"]


class Standardise(TensorModule):
    """Standardisation: y = (x − shift) / scale, column by column; `inverse` is x = shift + scale · y.   x (..., D)

    Initial weights, and the steps of an optimiser, fit numbers of about 1. So a network reads y, and what it
    outputs in these units is converted back: data in thousands, or in thousandths, are learned alike.

    shift, scale    buffers (D,), saved with the weights: 0 and 1, which change nothing, until `fit`

    Ledger: data.scaling
    """

    def __init__(self, size: int):
        check_counts(size=size)
        self.shift = Buffer(np.zeros(size, np.float32))
        self.scale = Buffer(np.ones(size, np.float32))

    def fit(self, mean: Array, scale: Array) -> None:
        """Set the shift to the mean of the data (D,), and the scale to their standard deviation.

        scale    one number for columns of one unit, such as pixels; (D,) for columns of different units. A
                 column of scale 0, which is constant, gets 1

        Raises BadInput for a scale that is negative or not finite, and for numbers of another length.
        """
        D = self.shift.size
        check_each("(-∞, ∞)", D, mean=mean)
        check_each("[0, ∞)", D, scale=scale)
        self.shift.data[...] = mean
        self.scale.data[...] = np.where(np.greater(scale, 0), scale, 1)

    def forward(self, x: Array) -> Tensor:
        """y = (x − shift) / scale   (..., D), an array for an array."""
        return (x - self.shift.data) / self.scale.data

    def inverse(self, y: Array) -> Tensor:
        """x = shift + scale · y   (..., D), an array for an array."""
        return self.shift.data + self.scale.data * y
