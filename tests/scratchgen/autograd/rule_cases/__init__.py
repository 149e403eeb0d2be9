"""One table of cases for the whole table of rules, one file a family of rules.

A row of the table (a function of NumPy's or SciPy's, or a primitive of ours) has a list of ways to call it. They
give the checks against difference quotients, against NumPy and against plain formulas, in both
floating-point types, and a walk over the table that finds rows, arguments and options that no case reaches.
"""

from . import (
    complex_numbers,
    contractions,
    convolution,
    differences,
    einsum,
    elementwise,
    fourier,
    functional,
    indexing,
    linear_algebra,
    rearrangements,
    reductions,
    scipy_special,
    shapes,
    statistics,
    ufunc_methods,
)

FAMILIES = [elementwise, complex_numbers, reductions, statistics, shapes, indexing, rearrangements]
FAMILIES += [contractions, einsum, linear_algebra, differences, fourier, ufunc_methods, scipy_special]
FAMILIES += [functional, convolution]
CASES = {row: cases for family in FAMILIES for row, cases in family.CASES.items()}
