"""Pre-emphasis: raise the high frequencies of a sound, which are weak in speech, and its exact inverse."""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from scratchgen.errors import BadInput, check_numbers

COEFFICIENT = 0.97  # usual in speech recognition


def pre_emphasis(x: np.ndarray, a: float = COEFFICIENT) -> np.ndarray:
    """y_n = x_n − a x_{n−1}, with x_{−1} = 0.   x (N,) → (N,), in the dtype of x.

    The gain at the frequency f is |1 − a exp(−2πi f / rate)|: 1 − a at 0 Hz, 1 + a at half the rate.
    Raises BadInput for an a outside [0, 1), and an array that is not (N,).
    Source: Rabiner & Schafer (1978), chapter 8.   Ledger: data.pre_emphasis
    """
    x = _checked(x, a)
    y = x.copy()
    y[1:] -= (a * x[:-1]).astype(x.dtype)
    return y


def de_emphasis(y: np.ndarray, a: float = COEFFICIENT) -> np.ndarray:
    """x_n = y_n + a x_{n−1}: the inverse of `pre_emphasis` up to rounding, which a recursive filter adds up.

    y (N,) → (N,), in the dtype of y.   Errors: as `pre_emphasis`.   Ledger: data.de_emphasis
    """
    y = _checked(y, a)
    samples = accumulate(y.tolist(), lambda before, now: now + a * before)
    return np.fromiter(samples, np.float64, len(y)).astype(y.dtype)


def _checked(x: np.ndarray, a: float) -> np.ndarray:
    check_numbers("[0, 1)", a=a)
    x = np.asarray(x)
    if x.ndim != 1 or x.dtype.kind != "f":
        raise BadInput(
            f"a filter takes the real samples of one sound, (N,), not {x.dtype} of shape {x.shape}"
        )
    return x
