"""The symbols of the derivatives."""

from __future__ import annotations

LINEAR_MAP = {
    "g": "cotangent: ∂L/∂f, of the shape of the result",
    "J": "Jacobian: how each element of f changes with each of x",
    "f": "the function",
    "x": "its argument",
}

OF_EQUATION: dict[str, dict[str, str]] = {
    "autograd.chain_rule": {
        "L": "the scalar loss",
        "x": "variable of the derivative",
        "y": "each result computed directly from x",
    },
    "autograd.vjp": LINEAR_MAP,
    "autograd.transposition": {
        "J": LINEAR_MAP["J"],
        "u": "direction, of the shape of x",
        "g": LINEAR_MAP["g"],
    },
    "autograd.hvp": {
        "H": "Hessian ∂²f/∂x∂x of a function f whose result is a single number",
        "v": "direction, of the shape of x",
        "f": "the function",
        "x": "its argument",
    },
    "autograd.difference": {
        "v": "random cotangent of the result",
        "J": "Jacobian by the rules",
        "u": "random direction of the argument",
        "h": "step",
        "f": "the function",
        "x": "its argument",
    },
}
