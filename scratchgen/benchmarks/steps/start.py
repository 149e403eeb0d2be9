"""What every library begins with."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from scratchgen.random import Generator

SEED = 7
PRODUCTS = (  # what stands in the way of the targets beside PyTorch
    "most of the step is matrix products, which run at the pace of BLAS on both sides; what is left to win "
    "is what lies between them"
)
BATCHES = 16  # taken in turn, so that a batch is not in the cache because it was the last one, too


def images(batch_size: int, data_dim: int = 784) -> Iterator[np.ndarray]:
    """Batches of black and white images (B, D), again and again. No time depends on what they show."""
    pixels = Generator(SEED).random((BATCHES, batch_size, data_dim)) < 0.2
    return itertools.cycle(pixels.astype(np.float32))
