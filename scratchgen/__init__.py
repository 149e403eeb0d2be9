"""Generative models from scratch in NumPy: the equations, their derivatives, and their tests."""

import sys

import scratchgen_kernels as kernels
from scratchgen.autograd import (
    Tensor,
    check_grads,
    defvjp,
    detect_anomaly,
    enable_grad,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    primitive,
    remat,
    stop_gradient,
    value_and_grad,
    vjp,
)
from scratchgen.errors import BadInput
from scratchgen.random import Generator

sys.modules[__name__ + ".kernels"] = kernels  # `import scratchgen.kernels` is the same package

__version__ = "0.1.0"

__all__ = [
    "BadInput",
    "Generator",
    "Tensor",
    "check_grads",
    "defvjp",
    "detect_anomaly",
    "enable_grad",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "kernels",
    "no_grad",
    "primitive",
    "remat",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]
