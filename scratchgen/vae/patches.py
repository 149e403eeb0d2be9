"""Images as grids of patches: what a network of `Linear` layers needs to be a convolution."""

from __future__ import annotations

import numpy as np

from scratchgen.nn import Module


class ToPatches(Module):
    """An image of h·s × w·s pixels as a grid of patches of s × s.   (B, D) → (B, h, w, s²)"""

    def __init__(self, grid: tuple[int, int], side: int):
        self.grid, self.side = grid, side

    def forward(self, x):
        (h, w), s = self.grid, self.side
        x = np.reshape(x, (len(x), h, s, w, s))
        return np.reshape(np.transpose(x, (0, 1, 3, 2, 4)), (len(x), h, w, s * s))

    def describe(self):
        return f"{self.grid[0]} × {self.grid[1]} of {self.side} × {self.side}"


class FromPatches(ToPatches):
    """The way back: (B, h, w, s²) → (B, D)"""

    def forward(self, x):
        (h, w), s = self.grid, self.side
        x = np.reshape(x, (len(x), h, w, s, s))
        return np.reshape(np.transpose(x, (0, 1, 3, 2, 4)), (len(x), h * s * w * s))


class Neighbours(Module):
    """Each place of a grid with its eight neighbours side by side, zeros beyond the border.

    x (B, h, w, C) → (B, h, w, 9C). A `Linear` layer after it is a convolution of 3 × 3.
    """

    def forward(self, x):
        h, w = x.shape[1:3]
        x = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        return np.concatenate([x[:, i : i + h, j : j + w] for i in range(3) for j in range(3)], axis=-1)
