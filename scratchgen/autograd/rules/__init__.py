"""The table of derivative rules, one file per family of functions. Importing this package fills the table."""

from scratchgen.autograd.rules import (
    complex_numbers,
    contractions,
    differences,
    einsum,
    elementwise,
    fourier,
    indexing,
    linear_algebra,
    rearrangements,
    reductions,
    shapes,
    statistics,
    ufunc_methods,
)

__all__ = [
    "complex_numbers",
    "contractions",
    "differences",
    "einsum",
    "elementwise",
    "fourier",
    "indexing",
    "linear_algebra",
    "rearrangements",
    "reductions",
    "shapes",
    "statistics",
    "ufunc_methods",
]
