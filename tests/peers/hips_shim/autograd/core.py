"""autograd's two transforms, `make_vjp` and `make_jvp`, by scratchgen's `vjp` and `jvp`."""

import math
from inspect import Parameter, Signature, signature

import numpy as np

import scratchgen as sg

from .trees import flatten, rebuild
from .vspaces import VSpace, vspace

primitive_vjps = {}  # autograd's table; its counterpart is scratchgen's own


def make_vjp(f, x):
    """Return the function that pulls a cotangent of f(x) back to x, and f(x)."""
    leaves, structure = flatten(x)
    flat = Flat(f, structure)
    y, pull = sg.vjp(flat, *leaves)

    def vjp_of_y(g):
        return rebuild(structure, map(plain, pull(join(flatten(g)[0]))))

    return vjp_of_y, flat.result(y)


def make_jvp(f, x):
    """Return the function from a direction of x to f(x) and the derivative along the direction."""
    leaves, structure = flatten(x)
    flat = Flat(f, structure)

    def push_forward(v):
        y, derivative = sg.jvp(flat, leaves, flatten(v)[0])
        return flat.result(y), flat.result(derivative)

    return push_forward


class Flat:
    """A function of nested arrays as a function from arrays to one array."""

    def __init__(self, f, structure):
        self.f, self.structure = f, structure

    def __call__(self, *leaves):
        outputs, self.of_result = flatten(self.f(rebuild(self.structure, leaves)))
        self.kinds = [(np.shape(y), np.iscomplexobj(getval(y))) for y in outputs]
        return join(outputs)

    def result(self, y):
        """Return the nested arrays that the joined array y stands for."""
        if len(self.kinds) == 1:
            return rebuild(self.of_result, [plain(y)])
        ends = np.cumsum([math.prod(shape) for shape, _ in self.kinds])
        parts = [
            np.reshape(y[end - math.prod(shape) : end], shape)
            for end, (shape, _) in zip(ends, self.kinds, strict=True)
        ]
        # a real array that was joined with complex ones is real
        parts = [
            np.real(part) if np.iscomplexobj(getval(part)) and not is_complex else part
            for part, (_, is_complex) in zip(parts, self.kinds, strict=True)
        ]
        return rebuild(self.of_result, map(plain, parts))


def join(leaves):
    """Return several arrays as one."""
    return leaves[0] if len(leaves) == 1 else np.concatenate([np.ravel(x) for x in leaves])


def plain(x):
    """Return the array of a tensor that is a constant."""
    return np.array(x.data)[()] if isinstance(x, sg.Tensor) and not x.requires_grad else x


def getval(x):
    return x.data if isinstance(x, sg.Tensor) else x


def primitive(f):
    """Make a function one node of the graph."""
    return sg.autograd.primitive(f)


def defvjp(f, *rules):
    """Enter rules of autograd's form, rule(y, *inputs) -> (g -> ∂L/∂input), one per argument."""
    sg.autograd.defvjp(f, *map(our_rule, rules))


def our_rule(rule):
    def vjp_of_input(g, y, *inputs):
        return rule(y, *inputs)(g)

    g = Parameter("g", Parameter.POSITIONAL_OR_KEYWORD)
    vjp_of_input.__signature__ = Signature([g, *signature(rule).parameters.values()])
    return vjp_of_input


defvjp_argnum = None  # for autograd's checkpoint, which no test calls
