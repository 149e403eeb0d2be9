"""The name of each row of the table in a peer, one file per family of rules: see `twin`.

Importing this package imports PyTorch and JAX.
"""

from . import (
    complex_numbers,
    contractions,
    convolution,
    differences,
    elementwise,
    fourier,
    functional,
    linear_algebra,
    rearrangements,
    reductions,
    scipy_special,
    shapes,
    statistics,
    ufunc_methods,
)

TWINS = {
    **elementwise.TWINS,
    **reductions.TWINS,
    **shapes.TWINS,
    **rearrangements.TWINS,
    **contractions.TWINS,
    **differences.TWINS,
    **statistics.TWINS,
    **linear_algebra.TWINS,
    **fourier.TWINS,
    **complex_numbers.TWINS,
    **scipy_special.TWINS,
    **ufunc_methods.TWINS,
    **functional.TWINS,
    **convolution.TWINS,
}
