"""exp, log, tanh, sin and cos of arrays, and of single numbers in the loops of other kernels: the contract.

    y_i = exp x_i        y_i = log x_i        y_i = tanh x_i        s_i = sin 2πu_i,  c_i = cos 2πu_i

Sine and cosine take their angle in turns, as the Box-Muller transform needs it. A multiple of a turn can be
subtracted without rounding, so they are as accurate for 10⁶ turns as for one turn.

The error on `loops`, `numba` and `cython`, over all numbers of the dtype, in units in the last place of the
exact result (tests/scratchgen_kernels/test_vector_math.py measures it against mpmath):

    exp ≤ 1.1        log ≤ 0.9        tanh ≤ 1.4        sin and cos ≤ 1.75

- `numpy` calls NumPy's own functions, which promise less than 4 units.
- Subnormal numbers are accepted and returned: exp(−100) is subnormal in float32. exp overflows to ∞ and underflows
  to 0 exactly where the rounded true value does. log 0 = −∞, log of a negative number is NaN. tanh ±∞ = ±1. tanh and
  sine keep the sign of 0. Sine and cosine of ±∞ are NaN; NaN gives NaN.
- Any shape, float32 or float64; any memory layout; x is not modified, results are new.

How. Each function is reduced to a short range, where a polynomial takes over (coefficients.py); there is no
branch and no table, so a loop over numbers becomes vector instructions. `loops.py` shows the steps.

Source: Cody & Waite, Software Manual for the Elementary Functions (1980); Muller, Elementary Functions (3rd
ed., 2016), ch. 3 and 11.
"""

import numpy as np

from scratchgen_kernels import checks
from scratchgen_kernels.registry import Kernel

# Compiled first: in the benchmark it is faster than NumPy's vector loops in both dtypes.
KERNEL = Kernel("vector_math", __name__, auto=("cython", "numba", "numpy", "loops"))


def exp(x: np.ndarray, *, backend: str | None = None) -> np.ndarray:
    """y_i = exp(x_i).

    x: any shape, float32 or float64 → the same shape and dtype, a new array.
    backend: "loops", "numpy", "numba", "cython", "auto", or None for the backend chosen with ``use``.

    Raises: TypeError for another type or dtype; BackendUnavailable. Source: Cody & Waite (1980), ch. 6.
    Ledger: kernels.elementary
    """
    x = checks.float_array("exp", "x", x)
    return KERNEL.module(backend).exp_array(x.reshape(-1)).reshape(x.shape)


def log(x: np.ndarray, *, backend: str | None = None) -> np.ndarray:
    """y_i = log(x_i), the natural logarithm; −∞ at 0, NaN below.

    x, backend, result and errors: as for ``exp``. Source: Cody & Waite (1980), ch. 5.
    Ledger: kernels.elementary
    """
    x = checks.float_array("log", "x", x)
    return KERNEL.module(backend).log_array(x.reshape(-1)).reshape(x.shape)


def tanh(x: np.ndarray, *, backend: str | None = None) -> np.ndarray:
    """y_i = tanh(x_i).

    x, backend, result and errors: as for ``exp``. Source: Cody & Waite (1980), ch. 13.
    Ledger: kernels.elementary
    """
    x = checks.float_array("tanh", "x", x)
    return KERNEL.module(backend).tanh_array(x.reshape(-1)).reshape(x.shape)


def sincos_turns(u: np.ndarray, *, backend: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """(sin 2πu_i, cos 2πu_i): u counts turns, not radians.

    u: any shape, float32 or float64, of any size → two new arrays of the same shape and dtype.
    backend and errors: as for ``exp``. Source: Muller (2016), §11.1; IEEE 754-2019 §9.2 (sinPi, cosPi).
    """
    u = checks.float_array("sincos_turns", "u", u)
    sine, cosine = KERNEL.module(backend).sincos_turns_array(u.reshape(-1))
    return sine.reshape(u.shape), cosine.reshape(u.shape)
