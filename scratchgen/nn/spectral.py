"""Spectral normalisation: a layer whose matrix stretches no vector by more than 1."""

from __future__ import annotations

import numpy as np

from scratchgen.nn.module import Buffer, Module
from scratchgen.random import Generator

STEPS_AT_FIRST = 30  # of the power iteration, so that the very first step has a good sigma
TINY = 1e-12


class SpectralNorm(Module):
    """The layer with W / sigma(W) in place of W, where sigma(W) is the largest singular value.

        y = (layer(x) − b) / sigma + b,     sigma = vᵀ W u,     v ← W u / ‖W u‖,     u ← Wᵀ v / ‖Wᵀ v‖

    layer    has a W (..., F) and a bias b, and is linear but for b: Linear, Conv2d. A kernel counts as the
             matrix (k·k·C, F) by which patches are multiplied
    u (F,)   a buffer: one step of the power iteration goes on from it whenever the layer is used in training
             and is not frozen

    u and v are constants to the gradient: ∂sigma/∂W = v uᵀ, which is the derivative of the largest singular
    value once they are its singular vectors.   Source: Miyato et al. (2018), eq. 6-8 and algorithm 1.
    Ledger: gan.spectral_norm
    """

    def __init__(self, layer: Module, rng: Generator):
        self.layer = layer
        self.u = Buffer(_unit(rng.standard_normal(layer.W.shape[-1])))
        for _ in range(STEPS_AT_FIRST):
            self._advance()

    def forward(self, x):
        """What the layer makes of x with its weights divided by sigma; in training u moves first."""
        if self.training and self.layer.W.requires_grad:
            self._advance()
        b = self.layer.b
        return (self.layer(x) - b) / self.sigma() + b

    def sigma(self):
        """The largest singular value of W, as far as the power iteration has come; a single number."""
        W = np.reshape(self.layer.W, (-1, self.u.size))
        u = self.u.data.copy()
        v = _unit(W.numpy() @ u)
        return np.maximum(v @ W @ u, TINY)

    def _advance(self) -> None:
        W = self.layer.W.data.reshape(-1, self.u.size)
        self.u.data[...] = _unit(W.T @ _unit(W @ self.u.data))


def _unit(x: np.ndarray) -> np.ndarray:
    return x / max(np.linalg.norm(x), TINY)
