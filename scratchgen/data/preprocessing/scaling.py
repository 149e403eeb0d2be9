"""Numbers on a common scale, and back. What the scale is, the training data alone decide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scratchgen.errors import BadInput


@dataclass(frozen=True, eq=False)
class Affine:
    """y = (x − shift) / scale, column by column.   shift, scale: (D,)   Ledger: data.scaling"""

    shift: np.ndarray
    scale: np.ndarray

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """(N, D) → (N, D), in the dtype of x."""
        return ((x - self.shift) / self.scale).astype(x.dtype)

    def inverse(self, y: np.ndarray) -> np.ndarray:
        """x = y · scale + shift.   Ledger: data.scaling"""
        return (y * self.scale + self.shift).astype(y.dtype)


def standardise(train: np.ndarray) -> Affine:
    """To mean 0 and standard deviation 1 on the training data (N, D); a constant column only to mean 0.

    The validation and test data are scaled by what this returns: statistics of their own would tell a model
    about examples that it is not to have seen.   Raises BadInput for no rows, and for NaN or infinity.
    """
    x = _checked(train)
    return Affine(x.mean(axis=0), _or_one(x.std(axis=0)))


def to_unit_interval(train: np.ndarray) -> Affine:
    """To [0, 1] on the training data (N, D); values of other data may lie outside. Errors: `standardise`."""
    x = _checked(train)
    return Affine(x.min(axis=0), _or_one(np.ptp(x, axis=0)))


def _checked(train: np.ndarray) -> np.ndarray:
    x = np.asarray(train, np.float64)
    if x.ndim != 2 or not len(x):
        raise BadInput(f"a scale is learned from (N, D) numbers, not from an array of shape {x.shape}")
    if not np.isfinite(x).all():
        raise BadInput("a scale cannot be learned from NaN or infinity; remove or repair those rows")
    return x


def _or_one(scale: np.ndarray) -> np.ndarray:
    return np.where(scale > 0, scale, 1.0)
