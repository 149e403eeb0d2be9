"""Twins of functions that act on each element.

Kinks and ties are not compared, as the conventions differ: `test_edges.py` has them.
"""

import numpy as np
import torch

from scratchgen.autograd.rules.elementwise import clip, divided_by_length, sinc_derivative

from .twin import PAIR, M, P, R, U, jax, pytorch

# functions that PyTorch has under the same name: of one array, by the domain, and of two
OF_ONE = {
    R: "negative positive square exp exp2 expm1 sinh cosh tanh arcsinh sin cos arctan absolute sign floor ceil trunc "
    "fix round deg2rad rad2deg nan_to_num sinc",
    P: "sqrt reciprocal log log1p log2 log10",
    U: "arctanh tan arcsin arccos",
}
OF_TWO = "maximum minimum fmax fmin logaddexp logaddexp2 arctan2 hypot copysign remainder fmod"


def derivative_of_sinc(x):
    return torch.autograd.grad(torch.sinc(x).sum(), x, create_graph=True)[0]


TWINS = {
    np.add: [pytorch(lambda a, b: a + b, lambda a, b: a + b, *PAIR)],
    np.subtract: [pytorch(lambda a, b: a - b, lambda a, b: a - b, *PAIR)],
    np.multiply: [pytorch(lambda a, b: a * b, lambda a, b: a * b, *PAIR)],
    np.divide: [pytorch(lambda a, b: a / b, lambda a, b: a / b, *PAIR, domain=P)],
    np.power: [
        pytorch(lambda a, b: a**b, lambda a, b: a**b, *PAIR, domain=P),
        pytorch(lambda x: x**3, lambda x: x**3, M),
        pytorch(lambda x: x**-2, lambda x: x**-2, M, domain=P),
    ],
    **{
        getattr(np, name): [pytorch(getattr(np, name), getattr(torch, name), M, domain=domain)]
        for domain, names in OF_ONE.items()
        for name in names.split()
    },
    **{
        getattr(np, name): [pytorch(getattr(np, name), getattr(torch, name), *PAIR)]
        for name in OF_TWO.split()
    },
    np.float_power: [pytorch(np.float_power, torch.float_power, *PAIR, domain=P)],
    sinc_derivative: [pytorch(lambda x: sinc_derivative(x, 1), derivative_of_sinc, M)],
    np.real_if_close: [pytorch(np.real_if_close, torch.clone, M)],
    np.radians: [pytorch(np.radians, torch.deg2rad, M)],
    np.degrees: [pytorch(np.degrees, torch.rad2deg, M)],
    np.arccosh: [pytorch(lambda x: np.arccosh(x + 1), lambda x: torch.arccosh(x + 1), M, domain=P)],
    np.fabs: [pytorch(np.fabs, torch.abs, M)],
    np.rint: [pytorch(np.rint, torch.round, M)],
    np.around: [pytorch(lambda x: np.around(x, 1), lambda x: torch.round(x, decimals=1), M)],
    np.cbrt: [jax(lambda np, x: np.cbrt(x), M)],
    np.heaviside: [jax(lambda np, a, b: np.heaviside(a, b), *PAIR)],
    np.ldexp: [  # PyTorch's derivative by x is 2ⁿ in whole numbers, 0 for a negative n, unless n is given as a float
        pytorch(
            lambda x: np.ldexp(x, [1, -2, 3]), lambda x: torch.ldexp(x, torch.tensor([1.0, -2.0, 3.0])), M
        )
    ],
    np.floor_divide: [
        pytorch(lambda a, b: a // b, lambda a, b: torch.div(a, b, rounding_mode="floor"), *PAIR)
    ],
    np.divmod: [
        pytorch(
            lambda a, b: np.stack(np.divmod(a, b)),
            lambda a, b: torch.stack([torch.div(a, b, rounding_mode="floor"), torch.remainder(a, b)]),
            *PAIR,
        )
    ],
    np.modf: [
        pytorch(lambda x: np.stack(np.modf(x)), lambda x: torch.stack([torch.frac(x), torch.trunc(x)]), M)
    ],
    np.clip: [
        pytorch(lambda x: np.clip(x, -0.5, 0.5), lambda x: x.clip(-0.5, 0.5), M),
        pytorch(np.clip, torch.clip, (2, 3), (3,), (2, 1)),
    ],
    np.where: [
        pytorch(
            lambda a, b: np.where(np.eye(3, dtype=bool), a, b),
            lambda a, b: torch.where(torch.eye(3, dtype=torch.bool), a, b),
            *((3,), (3, 1)),
        ),
        pytorch(lambda m: np.where(m, m * m, 2.0), lambda m: torch.where(m != 0, m * m, 2.0), M),
    ],
    divided_by_length: [pytorch(divided_by_length, lambda g, length: g / length, *PAIR, domain=P)],
}
TWINS[clip] = TWINS[np.clip]
