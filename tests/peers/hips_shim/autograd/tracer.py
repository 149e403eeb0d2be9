"""autograd's boxes: here tensors that require a gradient."""

import scratchgen as sg

from .core import getval, primitive


def isbox(x):
    return isinstance(x, sg.Tensor) and x.requires_grad
