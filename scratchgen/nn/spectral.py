"""Spectral normalisation: a linear layer whose matrix lengthens no vector."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.nn.convolution import Conv2d
from scratchgen.nn.layers import Linear
from scratchgen.nn.module import Array, Buffer, TensorModule
from scratchgen.random import Generator, as_generator

__all__ = ["SpectralNorm"]

INITIAL_STEPS = 30  # of the power iteration, for an accurate sigma in the first training step
SMALLEST_NORM = 1e-12


class SpectralNorm(TensorModule):
    """A layer with W / sigma(W) in place of W, where sigma(W) is the largest singular value.

        y = (layer(x) − b) / sigma + b,     sigma = vᵀ W u,     v ← W u / ‖W u‖,     u ← Wᵀ v / ‖Wᵀ v‖

    layer    a Linear or Conv2d layer, with W (..., F) and bias b. A kernel is taken as the matrix (k·k·C, F)
             that multiplies the patches
    rng      draws the first u (None: the default stream)
    u (F,)   a buffer: each forward pass in training makes one step of the power iteration from it, except within
             `frozen()` (while `update_buffers` is False)

    u and v are constants to the gradient: ∂sigma/∂W = v uᵀ, which is the derivative of the largest singular
    value once they are its singular vectors.   Source: Miyato et al. (2018), eq. 6-8 and algorithm 1.
    Ledger: gan.spectral_norm
    """

    def __init__(self, layer: Linear | Conv2d, rng: Generator | None = None):
        self.layer = layer
        self.u = Buffer(_unit(as_generator(rng).standard_normal(layer.W.shape[-1])))
        for _ in range(INITIAL_STEPS):
            self._advance()

    def forward(self, x: Array) -> Tensor:
        """The layer's output with its weights divided by sigma; in training u is updated first."""
        if self.training and self.update_buffers:
            self._advance()
        b = self.layer.b
        return (self.layer(x) - b) / self.sigma() + b

    def sigma(self) -> Tensor:
        """The power iteration's estimate of the largest singular value of W, a single number."""
        W = np.reshape(self.layer.W, (-1, self.u.size))
        u = self.u.data.copy()
        v = _unit(W.data @ u)
        return np.maximum(v @ W @ u, SMALLEST_NORM)

    def _advance(self) -> None:
        W = self.layer.W.data.reshape(-1, self.u.size)
        self.u.data[...] = _unit(W.T @ _unit(W @ self.u.data))


def _unit(x: np.ndarray) -> np.ndarray:
    return x / max(np.linalg.norm(x), SMALLEST_NORM)
