"""Matrix product: the contract.

    C_ij = Σ_k A_ik B_kj        A: (M, K), B: (K, N) → C: (M, N)

- A and B: arrays of one dtype, float32 or float64; the result has it too. Sums are kept in that dtype.
- Any dimension may be 0; K = 0 gives zeros. Any memory layout; the inputs are not modified, C is new.
- On `numba` and `cython` the bits of C_ij depend on row i of A and column j of B alone: not on the number of
  threads, nor on the other rows and columns.
- NaN and infinities follow IEEE 754: a NaN in row i of A makes all of row i of C NaN, even where
  B is 0. Backends may sum over k in different orders, so they agree to rounding, not to the bit.
"""

import numpy as np

from scratchgen_kernels import checks
from scratchgen_kernels.registry import Kernel

# NumPy first: it calls a BLAS, whose inner loops are written in assembler for each processor. The compiled form is
# slower by some per cent for large matrices, and by more for a single row, where copying B into the order of the
# tile costs as much as the product. Numba reaches two thirds of the speed.
KERNEL = Kernel("matmul", __name__, auto=("numpy", "cython", "numba", "loops"))


def matmul(a: np.ndarray, b: np.ndarray, *, backend: str | None = None) -> np.ndarray:
    """Product of two matrices.

    C_ij = Σ_k A_ik B_kj

    a: (M, K), b: (K, N), both float32 or both float64 → (M, N), the same dtype, a new array.
    backend: "loops", "numpy", "numba", "cython", "auto", or None for the backend chosen with ``use``.

    Raises: TypeError for another type or dtype; ValueError for another rank or shapes that do not match;
    BackendUnavailable. Source: Golub & Van Loan, Matrix Computations (4th ed., 2013), §1.1.
    Ledger: kernels.matmul
    """
    # any layout: a BLAS reads a transposed matrix in place, and back-propagation transposes every matrix
    if not (checks.alike(a, b) and a.ndim == b.ndim == 2):
        a = checks.float_array("matmul", "a", a, rank=2, any_layout=True)
        b = checks.float_array("matmul", "b", b, rank=2, any_layout=True)
        checks.same_dtype("matmul", a=a, b=b)
    checks.has_shape("matmul", "b", b, (a.shape[1], b.shape[1]), "(K, N)")
    checks.result_size("matmul", (a.shape[0], b.shape[1]), a.itemsize)
    return KERNEL.module(backend).matmul(a, b)
