"""exp, log, tanh, sin and cos by NumPy's vectorised functions."""

import numpy as np


def exp_array(x):
    """x: (n,) → exp(x): (n,)."""
    return np.exp(x)


def log_array(x):
    """x: (n,) → log(x): (n,)."""
    return np.log(x)


def tanh_array(x):
    """x: (n,) → tanh(x): (n,)."""
    return np.tanh(x)


def sincos_turns_array(u):
    """u: (n,) → sin 2πu, cos 2πu: (n,). NumPy gets the rest beyond the nearest quarter turn."""
    t = u - (np.rint(u) + 0)  # + 0: rint(−0) is −0, and −0 − (−0) would lose the sign
    quarter = np.rint(4 * t) + 0
    radians = 2 * np.pi * (t - 0.25 * quarter)
    sine, cosine = np.sin(radians), np.cos(radians)
    odd, sign = abs(quarter) == 1, 1 - 0.5 * quarter * quarter
    return np.where(odd, quarter * cosine, sign * sine), np.where(odd, -quarter * sine, sign * cosine)
