"""The common dtype of the arguments of a kernel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scratchgen_kernels.checks import alike

__all__ = ["promote"]


def promote(*arrays: np.ndarray) -> Sequence[np.ndarray]:
    """Return the arrays in their common dtype, as NumPy would combine them; a kernel takes one dtype only.

    In training all are plain arrays of one dtype already: `alike` finds that out faster than np.result_type.
    The kernel's contract then refuses what is not float32 or float64.
    """
    if alike(*arrays):
        return arrays
    dtype = np.result_type(*arrays)
    return [np.asarray(a, dtype) for a in arrays]
