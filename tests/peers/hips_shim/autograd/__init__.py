"""HIPS autograd's interface on top of scratchgen, for its own tests: the package `autograd` that they import.

Only the modules that record and differentiate are replaced. A module that is not here (`differential_operators`,
`test_util`, `wrap_util`, `util`, `misc.flatten`) is autograd's own file, from the folder that AUTOGRAD_SOURCE names.
"""

import os

__path__.append(os.environ["AUTOGRAD_SOURCE"])

from autograd.builtins import dict, isinstance, list, tuple, type
from autograd.differential_operators import *
from autograd.differential_operators import (
    checkpoint,
    deriv,
    elementwise_grad,
    grad,
    grad_and_aux,
    grad_named,
    hessian,
    hessian_tensor_product,
    hessian_vector_product,
    holomorphic_grad,
    jacobian,
    make_ggnvp,
    make_hvp,
    make_jvp,
    make_jvp_reversemode,
    make_vjp,
    multigrad_dict,
    tensor_jacobian_product,
    value_and_grad,
    vector_jacobian_product,
)
