"""Twins of the functions that complex numbers have, and compositions that lead over complex numbers to real ones."""

from functools import partial

import jax.numpy as jnp
import numpy as np
import torch

from .peers import with_jax, with_pytorch
from .twin import REGULAR, M, P, R, Twin, jax, pytorch

TWINS = {
    np.conjugate: [pytorch(np.conjugate, torch.conj, M)],
    np.real: [pytorch(np.real, torch.real, M)],
    np.imag: [jax(lambda np, x: np.imag(x), M)],
    np.angle: [pytorch(np.angle, torch.angle, M), jax(lambda np, x: np.angle(x, deg=True), M)],
}

# rows whose rules are right for complex numbers, which neither peer has for them
REAL_IN_BOTH_PEERS = {
    "np.fft.rfft": "it is of real numbers by definition",
    "np.fft.rfft2": "it is of real numbers by definition",
    "np.fft.rfftn": "it is of real numbers by definition",
    "scipy.special.erf": "both peers have the error function of real numbers only",
    "scipy.special.erfc": "both peers have the error function of real numbers only",
}

# call(np, *arrays) is a line of NumPy, and with PyTorch or jax.numpy in place of NumPy it is a line of theirs
COMPOSITIONS = {
    "squared length": (lambda np, x: np.abs(x * (1 + 2j)) ** 2, (M,), R),
    "wave": (lambda np, x: np.real((2 - 1j) * np.exp(1j * x)), (M,), R),
    "polar coordinates": (lambda np, r, phi: np.imag(r * np.exp(1j * phi)), (M, M), R),
    "phase": (lambda np, a, b: np.angle(a + 1j * b), (M, M), R),
    "product with the conjugate": (
        lambda np, a, b: np.real((a + 1j * b) * np.conj(b - 1j * a * a)),
        (M, M),
        R,
    ),
    "power spectrum": (lambda np, x: np.abs(np.fft.fft(x)) ** 2, ((5,),), R),
    "log spectrum": (lambda np, x: np.log(np.abs(np.fft.fft(x, 8))), ((5,),), R),
    "filter": (lambda np, x, f: np.fft.irfft(np.fft.rfft(np.real(x)) * (f + 1j * f * f)), ((6,), (4,)), R),
    "convolution of pictures": (
        lambda np, x, k: np.real(np.fft.ifft2(np.fft.fft2(x) * np.fft.fft2(k))),
        ((3, 4), (3, 4)),
        R,
    ),
    "inner product": (lambda np, a, b: np.abs(np.vdot(a + 1j * b, b - 2j * a)), ((3,), (3,)), R),
    "matrix product": (lambda np, a, b: np.imag((a + 1j * b) @ np.conj(b + 0j)), ((2, 2), (2, 2)), R),
    "einsum": (
        lambda np, a, b: np.real(np.einsum("ij,kj->i", a + 1j * b, np.conj(a + 0j))),
        ((2, 3), (2, 3)),
        R,
    ),
    "norm of an inverse": (
        lambda np, a, b: np.linalg.norm(np.linalg.inv(a + 1j * b)),
        ((3, 3), (3, 3)),
        REGULAR,
    ),
    "solution": (
        lambda np, a, b, c: np.imag(np.linalg.solve(a + 1j * b, c + 0j)),
        ((3, 3), (3, 3), (3, 2)),
        REGULAR,
    ),
    "variance": (lambda np, a, b: np.mean(np.abs(a + 1j * b - np.mean(a + 1j * b)) ** 2), (M, M), R),
    "whole power": (lambda np, a, b: np.real((a + 1j * b) ** 3), (M, M), R),
    "complex power": (lambda np, a, b: np.abs((a + 1j * b) ** (1.5 - 0.5j)), (M, M), P),
    "complex exponent": (lambda np, a, b: np.real(2.5 ** (a + 1j * b)), (M, M), R),
    "logarithm": (lambda np, a, b: np.imag(np.log(a + 1j * b)), (M, M), R),
    "root": (lambda np, a, b: np.real(np.sqrt(a + 1j * b)), (M, M), P),
    "hyperbolic tangent": (lambda np, a, b: np.real(np.tanh(a + 1j * b)), (M, M), R),
    "product": (lambda np, a, b: np.imag(np.prod(a + 1j * b)), (M, M), R),
    "cumulated product": (lambda np, a, b: np.real(np.cumprod(a + 1j * b, 0)), (M, M), R),
    "selection": (lambda np, a, b: np.abs(np.where(np.real(a) > 0, a + 0j, 1j * b)), (M, M), R),
}


def of_composition(name):
    """A composition in each of the two peers."""
    call, shapes, domain = COMPOSITIONS[name]
    return {
        "PyTorch": Twin(partial(call, np), partial(call, torch), with_pytorch, shapes, domain),
        "JAX": Twin(partial(call, np), partial(call, jnp), with_jax, shapes, domain),
    }
