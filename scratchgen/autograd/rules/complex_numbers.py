"""Rules for complex numbers.

For complex numbers the cotangent g of y is the number with dL = Re Σ g · dy for every change dy, where L is real.
The rule of an analytic function is then the same as for real numbers, g · f'(x), with no conjugate. Only the
functions that are not analytic need separate rules: real, imag, conj, abs and angle, and functions built on
them (norm, var). Where x is real and y is complex, the sweep keeps the real part of g · ∂y/∂x.

So ∂L/∂z of a real L by z = x + iy is ∂L/∂x − i ∂L/∂y, as in JAX and in autograd. PyTorch gives its conjugate.

The functions of the list below are right for complex numbers. Every other rule refuses them.

Source: Kreutz-Delgado (2009), The complex gradient operator and the CR-calculus.
"""

import math

import numpy as np

from scratchgen.autograd.primitives import TABLE, allow_complex, defvjp
from scratchgen.autograd.rules import (
    contractions,
    differences,
    einsum,
    fourier,
    linear_algebra,
    statistics,
    ufunc_methods,
)
from scratchgen.autograd.rules.elementwise import conjugate_of, divided_by_length
from scratchgen.autograd.rules.indexing import add_at, getitem
from scratchgen.autograd.rules.rearrangements import sum_by_number
from scratchgen.autograd.rules.shapes import astype, identity

__all__: list[str] = []

FILLED_BEFORE = (
    contractions,
    differences,
    einsum,
    fourier,
    linear_algebra,
    statistics,
    ufunc_methods,
)  # the rows below


def _angle_back(g, y, x, deg=False):
    """y = Im log z, dy = Im(dz / z). The angle of a real number is 0 or π, which is constant."""
    if x.dtype.kind != "c":
        return np.zeros_like(x)
    return g * (180 / math.pi if deg else 1) * -1j / x


defvjp(np.conjugate, lambda g, y, x: conjugate_of(g))
defvjp(np.real, lambda g, y, val: g)
# (not −1j * g: of an np.float64 that is Python's own complex, which is no array)
defvjp(np.imag, lambda g, y, val: g * -1j if val.dtype.kind == "c" else np.zeros_like(val))
defvjp(np.angle, _angle_back)

allow_complex(np.conjugate, np.real, np.imag, np.angle, np.absolute, divided_by_length)
allow_complex(
    np.add, np.subtract, np.multiply, np.divide, np.negative, np.positive, np.power, np.square, np.sqrt
)
allow_complex(
    np.reciprocal, np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.sinh, np.cosh, np.tanh
)
allow_complex(np.arcsinh, np.arccosh, np.arctanh, np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan)
allow_complex(np.sum, np.mean, np.prod, np.cumsum, np.cumprod, np.var, np.std, np.linalg.norm, np.where)
allow_complex(np.matmul, np.linalg.matmul, np.dot, np.inner, np.vdot, np.outer, np.linalg.outer, np.einsum)
allow_complex(
    np.tensordot, np.linalg.tensordot, np.linalg.vecdot, np.kron, np.cross, np.linalg.cross, np.trace
)
allow_complex(np.linalg.trace, np.linalg.multi_dot, np.linalg.matrix_power, np.convolve, np.correlate)
allow_complex(np.linalg.inv, np.linalg.solve, np.diff, np.ediff1d, np.trapezoid, np.average, np.polyval)
allow_complex(np.add.reduce, np.multiply.reduce, np.add.accumulate, np.multiply.accumulate)
allow_complex(identity, astype, getitem, add_at, sum_by_number)
allow_complex(np.reshape, np.ravel, np.expand_dims, np.squeeze, np.broadcast_to, np.swapaxes, np.moveaxis)
allow_complex(
    np.transpose, np.matrix_transpose, np.linalg.matrix_transpose, np.roll, np.concatenate, np.stack
)
allow_complex(np.hstack, np.vstack, np.dstack, np.column_stack, np.block, np.append, np.insert, np.select)
allow_complex(
    np.choose, np.extract, np.compress, np.full_like, np.copy, np.delete, np.flip, np.fliplr, np.flipud
)
allow_complex(
    np.repeat, np.resize, np.rollaxis, np.rot90, np.tile, np.take, np.take_along_axis, np.diag, np.pad
)
allow_complex(np.diagflat, np.diagonal, np.linalg.diagonal, np.tril, np.triu)
allow_complex(np.linalg.vector_norm, np.linalg.matrix_norm)
allow_complex(*(f.outer for f in (np.add, np.subtract, np.multiply, np.divide, np.power)))


def is_of_fft(function: object) -> bool:
    """Whether a function is one of numpy.fft. Before NumPy 2.1 a ufunc names no module."""
    return (getattr(function, "__module__", None) or "").startswith("numpy.fft")


allow_complex(*filter(is_of_fft, TABLE))
