"""Losses: one node each. The cross entropies are computed by kernels, forward and backward."""

from __future__ import annotations

import numpy as np

import scratchgen_kernels as kernels
from scratchgen.autograd import defvjp, primitive
from scratchgen.autograd.broadcasting import sum_to_shape
from scratchgen.functional.activations import sigmoid, softmax
from scratchgen.functional.promotion import promote
from scratchgen_kernels.checks import alike

__all__ = [
    "bernoulli_cross_entropy",
    "bernoulli_cross_entropy_grad",
    "kl_to_standard_normal",
    "softmax_cross_entropy",
    "softmax_cross_entropy_grad",
]

# --- pixels -----------------------------------------------------------------------------------------------


def _pixels(logits, x):
    """Logits and pixels as the kernel takes them: of one dtype, and the shape of x is the end of the logits'."""
    if not alike(logits, x):
        dtype = np.result_type(logits, x)
        dtype = dtype if dtype in (np.float32, np.float64) else np.float64  # whole numbers are logits too
        logits, x = np.asarray(logits, dtype), np.asarray(x, dtype)
    if x.ndim == 0 or logits.shape[max(logits.ndim - x.ndim, 0) :] != x.shape:
        logits, x = np.broadcast_arrays(logits, x)
    return logits, x


@primitive
def bernoulli_cross_entropy(logits, x):
    """−log p(x) of independent Bernoulli pixels, summed over the last axis: (..., D) → (...) nats.

    Σ_d −x_d log σ(a_d) − (1 − x_d) log(1 − σ(a_d))  =  Σ_d softplus(a_d) − x_d a_d

    A grey x in [0, 1] is taken as the mean of the pixel; then the loss has a lower bound, the pixel's entropy.
    Raises ValueError for logits and pixels whose last axes differ.   Ledger: vae.likelihood
    """
    if np.shape(x)[-1:] != np.shape(logits)[-1:]:
        raise ValueError(f"{np.shape(logits)} logits for {np.shape(x)} pixels: the last axes must be equal")
    return kernels.bernoulli_cross_entropy(*_pixels(logits, x))


@primitive
def bernoulli_cross_entropy_grad(g, logits, x):
    """The gradient g · ∂/∂a_d = g (σ(a_d) − x_d) of `bernoulli_cross_entropy`: g (...) → (..., D).

    Ledger: vae.likelihood
    """
    logits, x = _pixels(logits, x)
    return kernels.bernoulli_cross_entropy_backward(np.asarray(g, logits.dtype), logits, x)


# ∂/∂a_d = σ(a_d) − x_d        ∂/∂x_d = −a_d
defvjp(
    bernoulli_cross_entropy,
    lambda g, y, logits, x: sum_to_shape(bernoulli_cross_entropy_grad(g, logits, x), logits),
    lambda g, y, logits, x: sum_to_shape(g[..., None] * -logits, x),
)
defvjp(
    bernoulli_cross_entropy_grad,
    lambda u, y, g, logits, x: np.sum(u * (sigmoid(logits) - x), axis=-1),
    lambda u, y, g, logits, x: sum_to_shape(u * g[..., None] * _sigmoid_slope(sigmoid(logits)), logits),
    lambda u, y, g, logits, x: sum_to_shape(-u * g[..., None], x),
)


def _sigmoid_slope(y):
    """σ′ = σ (1 − σ), from y = σ."""
    return y * (1 - y)


# --- classes ----------------------------------------------------------------------------------------------


@primitive
def softmax_cross_entropy(logits, targets):
    """−log softmax(logits)[target] of each prediction: logits (..., V), targets (...) int → (...) nats.

    Raises ValueError for targets of another shape or outside of 0 … V − 1.   Ledger: nn.cross_entropy
    """
    V = logits.shape[-1]
    if targets.shape != logits.shape[:-1] or (targets.size and not 0 <= targets.min() <= targets.max() < V):
        raise ValueError(f"logits {logits.shape} need targets {logits.shape[:-1]} in 0 … {V - 1}")
    return kernels.softmax_cross_entropy(*promote(logits), np.asarray(targets))


@primitive
def softmax_cross_entropy_grad(g, logits, targets):
    """The gradient g · ∂/∂a_v = g (softmax(a)_v − [v = target]) of `softmax_cross_entropy`: g (...) → (..., V).

    Ledger: nn.cross_entropy
    """
    return kernels.softmax_cross_entropy_backward(*promote(g, logits), np.asarray(targets))


def _one_hot(targets, logits):
    return np.equal(targets[..., None], np.arange(logits.shape[-1]))


def _softmax_vjp(w, p):
    """The cotangent of the logits, given w, the cotangent of the probabilities p = softmax(logits)."""
    return p * (w - np.sum(w * p, axis=-1, keepdims=True))


defvjp(softmax_cross_entropy, lambda g, y, logits, targets: softmax_cross_entropy_grad(g, logits, targets))
defvjp(
    softmax_cross_entropy_grad,
    lambda u, y, g, logits, targets: np.sum(u * (softmax(logits) - _one_hot(targets, logits)), axis=-1),
    lambda u, y, g, logits, targets: _softmax_vjp(u * g[..., None], softmax(logits)),
)

# --- divergence -------------------------------------------------------------------------------------------


@primitive
def kl_to_standard_normal(mu, logvar):
    """KL(N(mu, sigma²) ‖ N(0, I)) = ½ Σ_d [mu² + sigma² − 1 − logvar], logvar = log sigma²: (..., Z) → (...).

    In nats, never negative. It is one node instead of six; `Normal.kl_by_dimension` has the terms per dimension.
    Raises ValueError for shapes that differ.   Ledger: vae.kl
    """
    if mu.shape != logvar.shape:
        raise ValueError(f"mu {mu.shape} and logvar {logvar.shape} must have one shape")
    # expm1(v) − v ≥ 0 also after rounding, where exp(v) − 1 − v may be negative
    return 0.5 * np.sum(mu * mu + (np.expm1(logvar) - logvar), axis=-1)


# ∂/∂mu_d = mu_d        ∂/∂logvar_d = ½ (sigma_d² − 1)
defvjp(
    kl_to_standard_normal,
    lambda g, y, mu, logvar: g[..., None] * mu,
    lambda g, y, mu, logvar: g[..., None] * (0.5 * (np.exp(logvar) - 1)),
)
