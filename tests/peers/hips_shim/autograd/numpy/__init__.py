"""autograd's wrapped NumPy: here NumPy itself, with a few functions under autograd's own names.

One function is adapted: `array` stacks a list of tensors. autograd wraps `np.array` for this; plain NumPy offers
nothing that a tensor could intercept, and a user of scratchgen writes `np.stack`.
"""

import builtins

import numpy
from numpy import *
from numpy import __version__, abs, all, any, fft, max, min, random, round, sum

import autograd.numpy.linalg  # which takes the place of NumPy's own under this name
import scratchgen as sg


def holds_tensor(x):
    if isinstance(x, list | tuple):
        return builtins.any(map(holds_tensor, x))
    return isinstance(x, sg.Tensor)


def array(x, *args, **options):
    if not holds_tensor(x):
        return numpy.array(x, *args, **options)
    if isinstance(x, list | tuple):
        return numpy.stack([array(a) for a in x])
    return x


def stack(arrays, axis=0):
    return numpy.stack([array(a) for a in arrays], axis)  # autograd takes any iterable


def concatenate_args(axis, *arrays):
    return numpy.concatenate(arrays, axis)


row_stack = numpy.vstack


def make_diagonal(D, offset=0, axis1=0, axis2=1):
    return D[..., None] * numpy.eye(D.shape[-1])
