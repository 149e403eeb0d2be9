"""The common start of all libraries: the seed and the batches of images."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np

from scratchgen.random import Generator

SEED = 7
Step = Callable[[], tuple[float, ...]]  # one update of all weights; returns its losses
PRODUCT_BOUND = (  # why a target relative to PyTorch is missed
    "most of the step is matrix products, which run at the speed of BLAS on both sides; only the "
    "operations between them can become faster"
)
NUM_BATCHES = 16  # used in turn, so that a batch is not in the cache from the step before


def images(batch_size: int, data_dim: int = 784) -> Iterator[np.ndarray]:
    """An endless cycle of batches of black-and-white images (B, D). No time depends on the pixels."""
    pixels = Generator(SEED).random((NUM_BATCHES, batch_size, data_dim)) < 0.2
    return itertools.cycle(pixels.astype(np.float32))
