"""The discretised logistic likelihood of pixels of 8 bits."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.distributions import Array, DiscretisedLogistic
from scratchgen.errors import check_counts
from scratchgen.nn import Module, Standardise
from scratchgen.vae.likelihoods import level_of

__all__ = ["LogisticLikelihood"]

DEVIATION = math.pi / math.sqrt(3)  # of a logistic density of scale 1


class LogisticLikelihood(Module):
    """The discretised logistic likelihood: x_d = k/(V − 1) has the mass of a logistic density in its bin.   (..., D·2)

    mu = shift + scale · output_1,   log s = log(scale √3/π) + output_2

    Unlike a Gaussian density it is a probability of the 8-bit values, so that its bits per dimension are those of a
    code, and every pixel has its own scale s, which the decoder computes. It starts at the standard deviation of the
    data once `VAE.init_output_bias` knows it, and at 1 before.

    levels      V; 256 for pixels of 8 bits
    data_dim    D; 1 serves data of one unit and any D
    units       shift and scale, a `Standardise`: the encoder reads (x − shift) / scale

    Source: Salimans, Karpathy, Chen & Kingma (2017), PixelCNN++, eq. 2, with one component.
    Ledger: distributions.discretised
    """

    outputs = 2

    def __init__(self, levels: int = 256, data_dim: int = 1):
        check_counts(2, levels=levels)
        self.levels = levels
        self.units = Standardise(data_dim)

    def init_scale(self, mean: np.ndarray, scale: np.ndarray | float) -> None:
        """Compute in units of the data: their mean (D,) and their standard deviation about it.

        Raises BadInput as `Standardise.fit`.
        """
        self.units.fit(mean, scale)

    def forward(self, output: Array) -> DiscretisedLogistic:
        """The distribution for the decoder's output (..., D·2); the two numbers of a pixel are adjacent."""
        pairs = output.reshape((*output.shape[:-1], -1, 2))
        log_unit = np.log(self.units.scale.data / np.float32(DEVIATION))
        return DiscretisedLogistic(self.units.inverse(pairs[..., 0]), pairs[..., 1] + log_unit, self.levels)

    def check(self, x: Array) -> None:
        """Raise BadInput for data that are not at the levels."""
        level_of(x, self.levels)

    def output_for_mean(self, mean: np.ndarray) -> np.ndarray:
        """The output (D·2,) with its centre at this mean (D,), and the scale of the data.

        The mean of the distribution is the centre, except for the mass of the open bins at the ends.
        """
        centre = self.units(np.asarray(mean, np.float32))
        return np.stack((centre, np.zeros_like(centre)), axis=-1).ravel()

    def describe(self) -> str:
        return f"levels={self.levels}"
