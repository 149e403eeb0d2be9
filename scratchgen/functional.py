"""Functions of tensors that models are written with: activations, losses, and the fused primitives.

Every function here also takes plain arrays, and then returns one. Losses state their reduction; none of
them averages over the batch: the caller takes the mean.
"""

from __future__ import annotations

import numpy as np

import scratchgen_kernels as kernels
from scratchgen.autograd import defvjp, defvjp_joint, primitive
from scratchgen.autograd.rules.elementwise import sum_to_shape

# --- activations ------------------------------------------------------------------------------------------


@primitive
def sigmoid(x):
    """σ(x) = 1 / (1 + exp(−x)), without overflow at either end."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


@primitive
def softplus(x):
    """log(1 + exp(x)) = max(x, 0) + log(1 + exp(−|x|)), which cannot overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


@primitive
def relu(x):
    """max(x, 0); the derivative at 0 is 0."""
    return np.maximum(x, 0)


@primitive
def leaky_relu(x, slope=0.2):
    """x where x > 0, slope · x elsewhere."""
    return np.where(x > 0, x, slope * x)


# σ' = σ(1 − σ)        softplus' = σ
defvjp(sigmoid, lambda g, y, x: g * y * (1 - y))
defvjp(softplus, lambda g, y, x: g * sigmoid(x))
defvjp(relu, lambda g, y, x: g * (x > 0))
defvjp(leaky_relu, lambda g, y, x, slope=0.2: np.where(x > 0, g, slope * g))


@primitive
def logsumexp(x):
    """log Σ_k exp(x_k) over the last axis: (..., V) → (...)."""
    m = np.max(x, axis=-1, keepdims=True)
    m = np.where(np.isfinite(m), m, 0)  # −∞ in every place is a sum of zero, not NaN
    return (m + np.log(np.sum(np.exp(x - m), axis=-1, keepdims=True)))[..., 0]


# ∂y/∂x_k = exp(x_k − y)
defvjp(logsumexp, lambda g, y, x: g[..., None] * np.exp(x - y[..., None]))


def log_softmax(x):
    """x_k − log Σ_j exp(x_j) over the last axis."""
    return x - logsumexp(x)[..., None]


def softmax(x):
    """exp(x_k) / Σ_j exp(x_j) over the last axis."""
    return np.exp(log_softmax(x))


# --- losses -----------------------------------------------------------------------------------------------


@primitive
def bernoulli_cross_entropy(logits, x):
    """−log p(x) of independent Bernoulli pixels, summed over the last axis: (..., D) → (...) nats.

    Σ_d −x_d log σ(a_d) − (1 − x_d) log(1 − σ(a_d))  =  Σ_d softplus(a_d) − x_d a_d

    x may be grey, in [0, 1]: then it is the mean of the pixel, and the loss has a floor, its entropy.
    """
    if np.shape(x)[-1:] != np.shape(logits)[-1:]:
        raise ValueError(f"{np.shape(logits)} logits for {np.shape(x)} pixels: the last axes must be equal")
    return np.sum(softplus(logits) - x * logits, axis=-1)


# ∂/∂a_d = σ(a_d) − x_d        ∂/∂x_d = −a_d
defvjp(
    bernoulli_cross_entropy,
    lambda g, y, logits, x: sum_to_shape(g[..., None] * (sigmoid(logits) - x), logits),
    lambda g, y, logits, x: sum_to_shape(g[..., None] * -logits, x),
)


@primitive
def softmax_cross_entropy(logits, targets):
    """−log softmax(logits)[target] of each prediction: logits (..., V), targets (...) int → (...) nats."""
    V = logits.shape[-1]
    if targets.shape != logits.shape[:-1] or (targets.size and not 0 <= targets.min() <= targets.max() < V):
        raise ValueError(f"logits {logits.shape} need targets {logits.shape[:-1]} in 0 … {V - 1}")
    chosen = np.take_along_axis(logits, targets[..., None], axis=-1)[..., 0]
    return logsumexp(logits) - chosen


def _softmax_minus_one_hot(g, y, logits, targets):
    one_hot = np.equal(targets[..., None], np.arange(logits.shape[-1]))
    return g[..., None] * (softmax(logits) - one_hot)


defvjp(softmax_cross_entropy, _softmax_minus_one_hot)

# --- fused primitives: one node each, computed by a kernel ------------------------------------------------


def _promoted(*arrays):
    """The arrays in their common dtype, as NumPy would combine them; kernels take one dtype only."""
    dtype = np.result_type(*arrays)
    return [np.asarray(a, dtype) for a in arrays]


@primitive
def matmul(a, b):
    """C = A B by the kernel in use: a (M, K), b (K, N) → (M, N)."""
    return kernels.matmul(*_promoted(a, b))


defvjp(matmul, lambda g, y, a, b: matmul(g, b.T), lambda g, y, a, b: matmul(a.T, g))


def _rows(x):
    return np.reshape(x, (-1, x.shape[-1])) if x.ndim != 2 else x


@primitive
def linear(x, W, b):
    """y = x W + b by the matrix kernel in use: x (..., D), W (D, H), b (H,) → (..., H)."""
    return kernels.matmul(*_promoted(_rows(x), W)).reshape(*x.shape[:-1], W.shape[1]) + b


defvjp(
    linear,
    lambda g, y, x, W, b: np.reshape(matmul(_rows(g), W.T), x.shape),
    lambda g, y, x, W, b: matmul(_rows(x).T, _rows(g)),
    lambda g, y, x, W, b: np.sum(_rows(g), axis=0),
)


@primitive
def tanh_recurrence(x, h0, W_xh, W_hh, b_h):
    """h_t = tanh(x_t W_xh + h_{t−1} W_hh + b_h) for a whole sequence, by the kernel in use.

    x (T, B, D), h0 (B, H), W_xh (D, H), W_hh (H, H), b_h (H,) → h (T, B, H). Differentiable once, by
    back-propagation through time; its composed twin is `scratchgen.rnn.recurrence`.   Ledger: rnn.hidden
    """
    return kernels.tanh_recurrence(*_promoted(x, h0, W_xh, W_hh, b_h))


defvjp_joint(
    tanh_recurrence,
    lambda g, h, x, h0, W_xh, W_hh, b_h: kernels.tanh_recurrence_backward(
        *_promoted(g, h, x, h0, W_xh, W_hh)
    ),
)


@primitive(saves=True)
def lstm_recurrence(x, h0, c0, W_xh, W_hh, b_h):
    """h_t and c_t of long short-term memory for a whole sequence, by the kernel in use.

    x (T, B, D), h0, c0 (B, H), W_xh (D, 4H), W_hh (H, 4H), b_h (4H,), gates in the order i, f, g, o
    → states (2, T, B, H): h, c = states. Differentiable once, by back-propagation through time; its composed
    twin is `scratchgen.rnn.lstm_recurrence`. Source: Gers, Schmidhuber & Cummins (2000).
    """
    return kernels.lstm_recurrence(*_promoted(x, h0, c0, W_xh, W_hh, b_h))


def _through_lstm(g, states, x, h0, c0, W_xh, W_hh, b_h, gates):
    return kernels.lstm_recurrence_backward(*_promoted(g, states, gates, x, h0, c0, W_xh, W_hh))


defvjp_joint(lstm_recurrence, _through_lstm)


@primitive(saves=True)
def gru_recurrence(x, h0, W_xh, W_hh, b_x, b_h):
    """h_t of gated recurrent units for a whole sequence, by the kernel in use.

    x (T, B, D), h0 (B, H), W_xh (D, 3H), W_hh (H, 3H), b_x, b_h (3H,), gates in the order r, z, n, the reset
    gate after the product → h (T, B, H). Differentiable once, by back-propagation through time; its composed
    twin is `scratchgen.rnn.gru_recurrence`. Source: Cho et al. (2014), eq. 5-8.
    """
    return kernels.gru_recurrence(*_promoted(x, h0, W_xh, W_hh, b_x, b_h))


def _through_gru(g, h, x, h0, W_xh, W_hh, b_x, b_h, gates):
    return kernels.gru_recurrence_backward(*_promoted(g, h, gates, x, h0, W_xh, W_hh))


defvjp_joint(gru_recurrence, _through_gru)


@primitive
def reparameterize(mu, logvar, key, counter):
    """z = mu + exp(½ logvar) ε with the noise of (key, counter), by the kernel in use; any shape.

    Nothing of the noise is stored: the rule draws it again.   Ledger: vae.reparameterisation
    """
    return kernels.reparameterize(*_promoted(mu, logvar), key, counter)


@primitive
def half_sigma_eps(g, logvar, key, counter):
    """g · ∂z/∂logvar = g · ½ exp(½ logvar) ε."""
    return kernels.reparameterize_backward(*_promoted(g, logvar), key, counter)[1]


defvjp(
    reparameterize,
    lambda g, z, mu, logvar, key, counter: g,
    lambda g, z, mu, logvar, key, counter: half_sigma_eps(g, logvar, key, counter),
)
defvjp(
    half_sigma_eps,
    lambda u, y, g, logvar, key, counter: half_sigma_eps(u, logvar, key, counter),
    lambda u, y, g, logvar, key, counter: u * (0.5 * y),
)
