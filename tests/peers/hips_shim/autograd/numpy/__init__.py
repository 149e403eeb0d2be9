"""autograd's wrapped NumPy: here NumPy itself, with a few functions under autograd's own names."""

import numpy
from numpy import *
from numpy import __version__, abs, all, any, fft, linalg, max, min, random, round, sum

import scratchgen as sg


def holds_tensor(x):
    return isinstance(x, sg.Tensor) or isinstance(x, list | tuple) and builtins_any(map(holds_tensor, x))


builtins_any = __builtins__["any"]


def array(x, *args, **options):
    """numpy.array; a list of tensors is stacked, as scratchgen's message about it advises."""
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
