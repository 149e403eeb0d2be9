"""Fused primitives: one node each, computed by a kernel. The backend is chosen with `scratchgen.kernels.use`."""

from __future__ import annotations

import math

import numpy as np

import scratchgen_kernels as kernels
from scratchgen.autograd import defvjp, defvjp_joint, primitive
from scratchgen.autograd.broadcasting import sum_to_shape
from scratchgen.functional.promotion import promote

__all__ = [
    "bias_activation",
    "bias_activation_grad",
    "gru_recurrence",
    "linear",
    "lstm_recurrence",
    "matmul",
    "reparameterize",
    "reparameterize_grad",
    "tanh_recurrence",
]

# --- linear maps and activations --------------------------------------------------------------------------


@primitive
def matmul(a, b):
    """C = A B by the selected kernel backend: a (M, K), b (K, N) → (M, N).   Ledger: kernels.matmul"""
    return kernels.matmul(*promote(a, b))


defvjp(matmul, lambda g, y, a, b: matmul(g, b.T), lambda g, y, a, b: matmul(a.T, g))


def _rows(x):
    """(..., D) as a matrix (N, D)."""
    return np.reshape(x, (math.prod(x.shape[:-1]), x.shape[-1])) if x.ndim != 2 else x


@primitive
def linear(x, W, b):
    """y = x W + b by the selected backend of the matmul kernel: x (..., D), W (D, H), b (H,) → (..., H).

    Ledger: nn.linear
    """
    rows, W, b = promote(_rows(x), W, b)
    y = kernels.matmul(rows, W)
    y += b
    return y if x.ndim == 2 else y.reshape(*x.shape[:-1], W.shape[1])


defvjp(
    linear,
    lambda g, y, x, W, b: matmul(g, W.T) if x.ndim == 2 else np.reshape(matmul(_rows(g), W.T), x.shape),
    lambda g, y, x, W, b: matmul(_rows(x).T, _rows(g)),
    lambda g, y, x, W, b: np.sum(_rows(g), axis=0),
)


@primitive
def bias_activation(x, b, activation):
    """y = f(x + b) by the selected kernel backend: x (..., H), b (H,) → (..., H).

    f is named by `activation`: "identity", "tanh", "sigmoid" or "relu".   Ledger: kernels.bias_activation
    """
    return kernels.bias_activation(*promote(x, b), activation)


@primitive
def bias_activation_grad(g, y, activation):
    """The gradient g · f′ of `bias_activation`, as a function of y = f(s): f′ = 1, 1 − y², y (1 − y), or 1 where y > 0.

    Ledger: kernels.bias_activation
    """
    return kernels.bias_activation_backward(*promote(g, y), activation)[0]


SLOPES = {  # f′ as a function of y = f(s)
    "identity": lambda y: 1,
    "tanh": lambda y: 1 - y * y,
    "sigmoid": lambda y: y * (1 - y),
    "relu": lambda y: y > 0,
}
SLOPE_DERIVATIVES = {  # ∂f′/∂y
    "identity": lambda y: 0 * y,
    "tanh": lambda y: -2 * y,
    "sigmoid": lambda y: 1 - 2 * y,
    "relu": lambda y: 0 * y,
}


def _bias_activation_vjp(g, y, x, b, activation):
    if type(g) is np.ndarray:  # not recorded: the kernel also sums the rows for b
        return *kernels.bias_activation_backward(*promote(g, y), activation), None
    g_x = bias_activation_grad(g, y, activation)
    return g_x, sum_to_shape(g_x, b), None


defvjp_joint(bias_activation, _bias_activation_vjp, first_order_only="")
defvjp(
    bias_activation_grad,
    lambda u, z, g, y, activation: u * SLOPES[activation](y),
    lambda u, z, g, y, activation: u * g * SLOPE_DERIVATIVES[activation](y),
)

# --- recurrences ------------------------------------------------------------------------------------------


@primitive
def tanh_recurrence(x, h0, W_xh, W_hh, b_h):
    """h_t = tanh(x_t W_xh + h_{t−1} W_hh + b_h) for a whole sequence, by the selected kernel backend.

    x (T, B, D), h0 (B, H), W_xh (D, H), W_hh (H, H), b_h (H,) → h (T, B, H). Differentiable once, by
    back-propagation through time; its composed twin is `scratchgen.rnn.cells.tanh_recurrence`.
    Ledger: rnn.hidden
    """
    return kernels.tanh_recurrence(*promote(x, h0, W_xh, W_hh, b_h))


defvjp_joint(
    tanh_recurrence,
    lambda g, h, x, h0, W_xh, W_hh, b_h: kernels.tanh_recurrence_backward(*promote(g, h, x, h0, W_xh, W_hh)),
)


@primitive(saves=True)
def lstm_recurrence(x, h0, c0, W_xh, W_hh, b_h):
    """h_t and c_t of long short-term memory for a whole sequence, by the selected kernel backend.

    x (T, B, D), h0, c0 (B, H), W_xh (D, 4H), W_hh (H, 4H), b_h (4H,), gates in the order i, f, g, o
    → states (2, T, B, H): h, c = states. Differentiable once, by back-propagation through time; its composed
    twin is `scratchgen.rnn.cells.lstm_recurrence`. Source: Gers, Schmidhuber & Cummins (2000).
    Ledger: rnn.lstm
    """
    return kernels.lstm_recurrence(*promote(x, h0, c0, W_xh, W_hh, b_h))


def _lstm_recurrence_vjp(g, states, x, h0, c0, W_xh, W_hh, b_h, gates):
    return kernels.lstm_recurrence_backward(*promote(g, states, gates, x, h0, c0, W_xh, W_hh))


defvjp_joint(lstm_recurrence, _lstm_recurrence_vjp)


@primitive(saves=True)
def gru_recurrence(x, h0, W_xh, W_hh, b_x, b_h):
    """h_t of gated recurrent units for a whole sequence, by the selected kernel backend.

    x (T, B, D), h0 (B, H), W_xh (D, 3H), W_hh (H, 3H), b_x, b_h (3H,), gates in the order r, z, n, the reset
    gate after the product → h (T, B, H). Differentiable once, by back-propagation through time; its composed
    twin is `scratchgen.rnn.cells.gru_recurrence`. Source: Cho et al. (2014), eq. 5-8.   Ledger: rnn.gru
    """
    return kernels.gru_recurrence(*promote(x, h0, W_xh, W_hh, b_x, b_h))


def _gru_recurrence_vjp(g, h, x, h0, W_xh, W_hh, b_x, b_h, gates):
    return kernels.gru_recurrence_backward(*promote(g, h, gates, x, h0, W_xh, W_hh))


defvjp_joint(gru_recurrence, _gru_recurrence_vjp)

# --- reparameterised samples ------------------------------------------------------------------------------


@primitive
def reparameterize(mu, logvar, key, counter):
    """z = mu + exp(½ logvar) ε with the noise of (key, counter), by the selected kernel backend; any shape.

    The noise is not stored: the rule draws it again.   Ledger: vae.reparameterisation
    """
    return kernels.reparameterize(*promote(mu, logvar), key, counter)


@primitive
def reparameterize_grad(g, logvar, key, counter):
    """The gradient g · ∂z/∂logvar = g · ½ exp(½ logvar) ε of `reparameterize`, with the same noise.

    Ledger: vae.reparameterisation
    """
    return kernels.reparameterize_backward(*promote(g, logvar), key, counter)[1]


defvjp(
    reparameterize,
    lambda g, z, mu, logvar, key, counter: g,
    lambda g, z, mu, logvar, key, counter: reparameterize_grad(g, logvar, key, counter),
)
defvjp(
    reparameterize_grad,
    lambda u, y, g, logvar, key, counter: reparameterize_grad(u, logvar, key, counter),
    lambda u, y, g, logvar, key, counter: u * (0.5 * y),
)
