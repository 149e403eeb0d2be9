"""Class histograms: a χ² test that two labelled sets have the same class shares."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.errors import BadInput, check_counts


@dataclass(frozen=True, eq=False)
class ClassHistogram:
    """The result of `class_histogram`.

    real, generated    (K,) number of examples of each class
    chi_squared        the statistic; its mean is about `degrees` if the shares are equal
    degrees            degrees of freedom: the number of classes that occur, minus one
    p_value            probability of a statistic at least this large if the shares are equal
    """

    real: np.ndarray
    generated: np.ndarray
    chi_squared: float
    degrees: int
    p_value: float


def class_histogram(real: ArrayLike, generated: ArrayLike, classes: int) -> ClassHistogram:
    """Count the classes of two sets, and test that their shares are equal.   (N,), (M,) integers 0 … K−1

    χ² = Σ_k (√(M/N) a_k − √(N/M) b_k)² / (a_k + b_k)

    a_k, b_k are the counts of class k in the real and in the generated set. A class in neither set is left out.
    The p-value is asymptotic: it is reliable if each class that occurs has about five or more expected examples in
    both sets. With enough examples every difference is significant, so look at the shares too.
    Raises BadInput for no labels or other labels.   Source: Pearson (1900); Press et al. (2007), eq. 14.3.3.
    Ledger: gan.chi_squared
    """
    check_counts(classes=classes)
    a, b = (_counts(labels, name, classes) for labels, name in ((real, "real"), (generated, "generated")))
    occurs = a + b > 0
    ratio = math.sqrt(b.sum() / a.sum())
    squares = (ratio * a - b / ratio)[occurs] ** 2 / (a + b)[occurs]
    chi_squared, degrees = float(squares.sum()), int(occurs.sum()) - 1
    return ClassHistogram(a, b, chi_squared, degrees, chi_squared_tail(chi_squared, degrees))


def _counts(labels: ArrayLike, name: str, classes: int) -> np.ndarray:
    labels = np.asarray(labels)
    if labels.ndim != 1 or labels.size == 0 or not np.issubdtype(labels.dtype, np.integer):
        raise BadInput(
            f"the labels of {name} must be integers (N,), at least one, not {labels.dtype} {labels.shape}"
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise BadInput(
            f"the labels of {name} must be in 0 … {classes - 1}, not {labels.min()} … {labels.max()}"
        )
    return np.bincount(labels.astype(np.intp), minlength=classes)


def chi_squared_tail(x: float, degrees: int) -> float:
    """P(χ² > x) = Q(degrees/2, x/2), the upper incomplete gamma function; 1 for 0 degrees of freedom.

    Q(½, y) = erfc(√y),    Q(1, y) = e^−y,    Q(a + 1, y) = Q(a, y) + y^a e^−y / Γ(a + 1)
    Source: Abramowitz & Stegun (1964), 26.4.4 and 26.4.5.   Ledger: gan.chi_squared_tail
    """
    y = x / 2
    if degrees == 0 or y == 0:
        return 1.0
    a, tail = (0.5, math.erfc(math.sqrt(y))) if degrees % 2 else (1.0, math.exp(-y))
    while a < degrees / 2:
        tail += math.exp(a * math.log(y) - y - math.lgamma(a + 1))
        a += 1
    return min(tail, 1.0)
