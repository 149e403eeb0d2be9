"""One step of Adam, in place and in one pass: the contract.

    m ← β₁ m + (1 − β₁) g          m̂ = m / (1 − β₁ᵗ)
    v ← β₂ v + (1 − β₂) g²         v̂ = v / (1 − β₂ᵗ)
    θ ← θ − α λ θ − α m̂ / (√v̂ + ε)

α is the learning rate. λ is the decoupled weight decay of AdamW; 0, the default, is Adam. The bias corrections
1 − βᵗ are numbers, so they are taken out of the arrays:

    α m̂ / (√v̂ + ε) = a m / (√v + e)        a = α √(1 − β₂ᵗ) / (1 − β₁ᵗ)        e = ε √(1 − β₂ᵗ)

- theta, m and v are updated in place: they must be writable and contiguous in C order, and no two of the four
  arrays may overlap in memory. g may have any layout and is not modified.
- All four share one shape (any rank) and one dtype, float32 or float64.
- Any dimension may be 0. NaN and infinities stay in their own element.

Source: Kingma & Ba (2015), Adam, algorithm 1; Loshchilov & Hutter (2019), algorithm 2, for λ.
"""

import math
from itertools import combinations

import numpy as np

from scratchgen_kernels import checks
from scratchgen_kernels.registry import Kernel

# Compiled first: one pass over seven streams of memory, where NumPy makes one pass per operation.
KERNEL = Kernel("adam", __name__, auto=("cython", "numba", "numpy", "loops"))


def adam(
    theta: np.ndarray,
    g: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    t: int,
    learning_rate: float = 1e-3,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    *,
    backend: str | None = None,
) -> None:
    """Step t of Adam: theta, m and v are updated in place from the gradient g.

    θ ← θ − α λ θ − α m̂ / (√v̂ + ε)

    theta, g, m, v: one shape and one dtype of float32 or float64; t ≥ 1, an integer: the number of this step;
    learning_rate α ≥ 0, beta1 and beta2 in [0, 1), eps ≥ 0, weight_decay λ ≥ 0 → None.
    backend: "loops", "numpy", "numba", "cython", "auto", or None for the backend chosen with ``use``.

    Raises: TypeError for another type or dtype; ValueError for shapes that differ, a number out of range, theta, m
    or v read-only or not contiguous in C order, or arrays that overlap in memory;
    BackendUnavailable. Source: Kingma & Ba (2015), algorithm 1.   Ledger: optim.adam
    """
    if not _are_valid(theta, g, m, v):
        g = checks.float_array("adam", "g", g)
        arrays = {"theta": _writable("theta", theta), "m": _writable("m", m), "v": _writable("v", v), "g": g}
        checks.same_dtype("adam", **arrays)
        for name, array in arrays.items():
            checks.has_shape("adam", name, array, theta.shape, "theta.shape")
        _check_no_overlap(arrays)
    t = checks.integer("adam", "t", t)
    beta1, beta2 = _number("beta1", beta1, 0, below=1), _number("beta2", beta2, 0, below=1)
    learning_rate, eps = _number("learning_rate", learning_rate, 0), _number("eps", eps, 0)
    decay = learning_rate * _number("weight_decay", weight_decay, 0)
    if t < 1:
        raise ValueError("adam: t counts the steps from 1, got 0")
    root = math.sqrt(1 - beta2**t)
    a, e = learning_rate * root / (1 - beta1**t), eps * root
    if theta.ndim != 1:
        theta, g, m, v = (array.reshape(-1) for array in (theta, g, m, v))  # views: they are contiguous
    KERNEL.module(backend).adam(theta, g, m, v, a, e, beta1, beta2, decay)


def _are_valid(*arrays):
    """Whether these are arrays of one shape and dtype, writable, in C order, each with memory of a different owner."""
    if not checks.alike(*arrays):
        return False
    shape = arrays[0].shape
    owners = set()
    for array in arrays:
        if array.shape != shape or not array.flags.carray:
            return False
        owner = array if array.base is None else array.base
        if type(owner) is not np.ndarray or owner.base is not None:
            return False
        owners.add(id(owner))
    return len(owners) == len(arrays)


def _writable(name, array):
    checks.float_array("adam", name, array, any_layout=True)
    if type(array) is not np.ndarray or not array.flags.carray:  # aligned, writable, in C order
        raise ValueError(
            f"adam: {name} is updated in place, so it must be writable, aligned and contiguous in C order"
        )
    return array


def _check_no_overlap(arrays):
    """Raise ValueError if two of the arrays share memory. All are contiguous, so comparing bounds is enough."""
    for (first, a), (second, b) in combinations(arrays.items(), 2):
        if np.may_share_memory(a, b):
            raise ValueError(f"adam: {first} and {second} overlap in memory")


def _number(name, value, minimum, below=math.inf):
    if type(value) is float and minimum <= value < below:
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float, np.floating, np.integer)):
        raise TypeError(f"adam: {name} must be a number, got {checks.describe(value)}")
    if not minimum <= value < below:
        raise ValueError(f"adam: {name} must lie in [{minimum}, {below}), got {value}")
    return float(value)
