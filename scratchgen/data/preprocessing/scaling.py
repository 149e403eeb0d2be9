"""Feature scaling and its inverse, fitted on the training data alone."""

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
        """Scale x (N, D) → (N, D), in the dtype of x.   Ledger: data.scaling"""
        return ((x - self.shift) / self.scale).astype(x.dtype)

    def inverse(self, y: np.ndarray) -> np.ndarray:
        """x = y · scale + shift.   Ledger: data.scaling"""
        return (y * self.scale + self.shift).astype(y.dtype)


def standardise(train: np.ndarray) -> Affine:
    """The scaling to mean 0 and standard deviation 1 on the training data (N, D); a constant column gets mean 0.

    Scale the validation and test data by the same result. Their own statistics would leak information about
    examples that the model must not have seen.   Raises BadInput for no rows, and for NaN or infinity.
    """
    x = _checked(train)
    return Affine(x.mean(axis=0), _or_one(x.std(axis=0)))


def to_unit_interval(train: np.ndarray) -> Affine:
    """The scaling to [0, 1] on the training data (N, D); other data may be outside. Errors: as `standardise`."""
    x = _checked(train)
    return Affine(x.min(axis=0), _or_one(np.ptp(x, axis=0)))


def _checked(train: np.ndarray) -> np.ndarray:
    x = np.asarray(train, np.float64)
    if x.ndim != 2 or not len(x):
        raise BadInput(f"a scale is fitted to (N, D) numbers, not to an array of shape {x.shape}")
    if not np.isfinite(x).all():
        raise BadInput("a scale cannot be fitted to NaN or infinity; remove or repair those rows")
    return x


def _or_one(scale: np.ndarray) -> np.ndarray:
    return np.where(scale > 0, scale, 1.0)
