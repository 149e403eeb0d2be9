"""A twin: one function written in NumPy and for a peer, with the shapes and the domain of its arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import jax.numpy as jnp
import numpy as np

from .peers import with_jax, with_pytorch

__all__ = ["NAN", "PAIR", "REGULAR", "M", "P", "R", "Twin", "U", "jax", "pytorch"]

R, P, U = "real", "positive", "inside (−1, 1)"
REGULAR = "square matrices that are well-conditioned"
NAN = "real, and the second number of the first argument is NaN"
M = (2, 3)  # a matrix
PAIR = ((2, 1, 3), (4, 1))  # two arrays that broadcast


@dataclass(frozen=True)
class Twin:
    """A function of ours and the same function in a peer.

    ours       of tensors, in NumPy
    theirs     of the arrays of the peer
    peer       evaluates `theirs` (see `peers`)
    complex    whether the peer has the function for complex numbers too, with the derivative that it has here
    """

    ours: Callable
    theirs: Callable
    peer: Callable
    shapes: tuple[tuple[int, ...], ...]
    domain: str = R
    complex: bool = True

    def draw(self, rng: np.random.Generator, complex: bool = False) -> list[np.ndarray]:
        """Random arguments in float64, or in complex128; each number can be written in single precision."""
        real, imaginary = ([_in_domain(rng, s, self.domain) for s in self.shapes] for _ in range(2))
        return [x + 1j * y for x, y in zip(real, imaginary, strict=True)] if complex else real


def pytorch(ours, theirs, *shapes, domain=R, complex=True):
    """A function and its twin in PyTorch."""
    return Twin(ours, theirs, with_pytorch, shapes, domain, complex)


def jax(call, *shapes, domain=R, complex=True):
    """A call of a function that jax.numpy has under NumPy's name: call(np, *arrays), np being either of them."""
    return Twin(partial(call, np), partial(call, jnp), with_jax, shapes, domain, complex)


def _in_domain(rng, shape, domain):
    x = rng.standard_normal(shape)
    if domain == P:
        x = 0.5 + x * x
    if domain == U:
        x = np.tanh(x) * 0.9
    if domain == REGULAR and len(shape) > 1 and shape[-1] == shape[-2]:
        x = x + 4 * np.eye(shape[-1])
    if domain == NAN:
        x.flat[1] = np.nan
    return np.asarray(x, np.float32).astype(np.float64)
