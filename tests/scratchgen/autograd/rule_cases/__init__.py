"""One table of cases for the whole table of rules, one file a family of rules.

A row of the table (a function of NumPy's or a primitive of ours) has a list of ways to call it. From these
come the checks against difference quotients, against NumPy and against plain formulas, in both floating-point
types, and a walk over the table that finds rows, arguments and options that no case reaches.
"""

from . import convolution, elementwise, functional, linear_algebra, reductions, shapes

CASES = {
    **elementwise.CASES,
    **reductions.CASES,
    **shapes.CASES,
    **linear_algebra.CASES,
    **functional.CASES,
    **convolution.CASES,
}
