"""SciPy's functions of arrays. Its logsumexp, a Python function that no tensor can intercept, is scratchgen's."""

import scipy.special
from scipy.special import *

import scratchgen as sg


def logsumexp(a, axis=None, b=None, keepdims=False):
    if b is not None:
        return scipy.special.logsumexp(a, axis, b, keepdims)  # scratchgen's has no weights
    return sg.functional.logsumexp(a, axis, keepdims)
