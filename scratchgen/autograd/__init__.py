"""NumPy, differentiated: tensors, the table of derivative rules, the reverse sweep, and its transforms."""

from scratchgen.autograd import inspect, operators, rules
from scratchgen.autograd.check import GradientError, check_grads
from scratchgen.autograd.cut import CutGraphWarning
from scratchgen.autograd.inspect import detect_anomaly
from scratchgen.autograd.mode import enable_grad, no_grad
from scratchgen.autograd.primitives import (
    Primitive,
    constant,
    defvjp,
    defvjp_joint,
    primitive,
)
from scratchgen.autograd.tensor import Tensor
from scratchgen.autograd.transforms import (
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    remat,
    stop_gradient,
    value_and_grad,
    vjp,
)

__all__ = [
    "CutGraphWarning",
    "GradientError",
    "Primitive",
    "Tensor",
    "check_grads",
    "constant",
    "defvjp",
    "defvjp_joint",
    "detect_anomaly",
    "enable_grad",
    "grad",
    "hessian",
    "hvp",
    "inspect",
    "jacobian",
    "jvp",
    "no_grad",
    "operators",
    "primitive",
    "remat",
    "rules",
    "stop_gradient",
    "value_and_grad",
    "vjp",
]
