"""Functions of tensors that models are written with: activations, losses, and the fused primitives.

Every function here also takes plain arrays, and then returns one. Losses state their reduction; none of
them averages over the batch: the caller takes the mean.
"""

from __future__ import annotations

import math

import numpy as np

import scratchgen_kernels as kernels
from scratchgen.autograd import defvjp, defvjp_joint, primitive
from scratchgen.autograd.broadcasting import sum_to_shape
from scratchgen.autograd.rules.reductions import spread
from scratchgen_kernels.checks import alike

# --- activations ------------------------------------------------------------------------------------------


@primitive
def sigmoid(x):
    """σ(x) = 1 / (1 + exp(−x)), without overflow at either end.   Ledger: nn.sigmoid"""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


@primitive
def softplus(x):
    """log(1 + exp(x)) = max(x, 0) + log(1 + exp(−|x|)), which cannot overflow.   Ledger: nn.softplus"""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


@primitive
def relu(x):
    """max(x, 0); the derivative at 0 is 0.   Ledger: nn.relu"""
    return np.maximum(x, 0)


@primitive
def leaky_relu(x, slope=0.2):
    """x where x > 0, slope · x elsewhere.   Ledger: nn.leaky_relu"""
    return np.where(x > 0, x, slope * x)


# σ' = σ(1 − σ)        softplus' = σ
defvjp(sigmoid, lambda g, y, x: g * y * (1 - y))
defvjp(softplus, lambda g, y, x: g * sigmoid(x))
defvjp(relu, lambda g, y, x: g * (x > 0))
defvjp(leaky_relu, lambda g, y, x, slope=0.2: np.where(x > 0, g, slope * g))


@primitive
def logsumexp(x, axis=-1, keepdims=False):
    """log Σ_k exp(x_k) over an axis, a tuple of axes or all of them (None): (..., V) → (...).

    At the ends of the range: a place with −∞ adds nothing, and where all have it (or V is 0) the result is −∞
    with derivative 0. With +∞ it is +∞, whose derivative is NaN in that place. NaN stays NaN.
    Ledger: nn.logsumexp
    """
    x = np.asarray(x, np.result_type(x, 0.0))
    m = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    m = np.where(np.isfinite(m), m, 0)  # shifted by the greatest, exp cannot overflow; by ∞ it would be NaN
    with np.errstate(divide="ignore"):  # log 0 = −∞ is meant
        y = m + np.log(np.sum(np.exp(x - m), axis=axis, keepdims=True))
    return y if keepdims else np.squeeze(y, axis)


# ∂y/∂x_k = exp(x_k − y)
def _share_of_the_sum(g, y, x, axis=-1, keepdims=False):
    y = np.where(np.equal(y, -np.inf), 0, y)  # exp(−∞ − 0) = 0: a share of nothing is nothing
    return spread(g, x, axis, keepdims) * np.exp(x - spread(y, x, axis, keepdims))


defvjp(logsumexp, _share_of_the_sum)


def log_softmax(x, axis=-1):
    """x_k − log Σ_j exp(x_j) along one axis or several; of the shape of x.   Ledger: nn.softmax"""
    return x - logsumexp(x, axis=axis, keepdims=True)


def softmax(x, axis=-1):
    """exp(x_k) / Σ_j exp(x_j) along one axis or several; of the shape of x.   Ledger: nn.softmax"""
    return np.exp(log_softmax(x, axis))


# --- losses: one node each, computed by a kernel, forward and backward ------------------------------------


def _promoted(*arrays):
    """The arrays in their common dtype, as NumPy would combine them; kernels take one dtype only."""
    if alike(*arrays):
        return arrays
    dtype = np.result_type(*arrays)
    return [np.asarray(a, dtype) for a in arrays]


def _pixels(logits, x):
    """Logits and pixels as the kernel takes them: of one dtype, the axes of x at the end of the logits'."""
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

    x may be grey, in [0, 1]: then it is the mean of the pixel, and the loss has a floor, its entropy.
    Ledger: vae.likelihood
    """
    if np.shape(x)[-1:] != np.shape(logits)[-1:]:
        raise ValueError(f"{np.shape(logits)} logits for {np.shape(x)} pixels: the last axes must be equal")
    return kernels.bernoulli_cross_entropy(*_pixels(logits, x))


@primitive
def sigmoid_minus_pixel(g, logits, x):
    """g · ∂/∂a_d = g (σ(a_d) − x_d), for every d.   Ledger: vae.likelihood"""
    logits, x = _pixels(logits, x)
    return kernels.bernoulli_cross_entropy_backward(np.asarray(g, logits.dtype), logits, x)


# ∂/∂a_d = σ(a_d) − x_d        ∂/∂x_d = −a_d
defvjp(
    bernoulli_cross_entropy,
    lambda g, y, logits, x: sum_to_shape(sigmoid_minus_pixel(g, logits, x), logits),
    lambda g, y, logits, x: sum_to_shape(g[..., None] * -logits, x),
)
defvjp(
    sigmoid_minus_pixel,
    lambda u, y, g, logits, x: np.sum(u * (sigmoid(logits) - x), axis=-1),
    lambda u, y, g, logits, x: sum_to_shape(u * g[..., None] * _slope(sigmoid(logits)), logits),
    lambda u, y, g, logits, x: sum_to_shape(-u * g[..., None], x),
)


def _slope(y):
    """σ′ = σ (1 − σ)."""
    return y * (1 - y)


@primitive
def softmax_cross_entropy(logits, targets):
    """−log softmax(logits)[target] of each prediction: logits (..., V), targets (...) int → (...) nats.

    Ledger: nn.cross_entropy
    """
    V = logits.shape[-1]
    if targets.shape != logits.shape[:-1] or (targets.size and not 0 <= targets.min() <= targets.max() < V):
        raise ValueError(f"logits {logits.shape} need targets {logits.shape[:-1]} in 0 … {V - 1}")
    return kernels.softmax_cross_entropy(*_promoted(logits), np.asarray(targets))


@primitive
def softmax_minus_one_hot(g, logits, targets):
    """g · ∂/∂a_v = g (softmax(a)_v − [v = target]), for every v.   Ledger: nn.cross_entropy"""
    return kernels.softmax_cross_entropy_backward(*_promoted(g, logits), np.asarray(targets))


def _one_hot(targets, logits):
    return np.equal(targets[..., None], np.arange(logits.shape[-1]))


def _through_softmax(w, p):
    """The cotangent of the logits from w, that of the probabilities p."""
    return p * (w - np.sum(w * p, axis=-1, keepdims=True))


defvjp(softmax_cross_entropy, lambda g, y, logits, targets: softmax_minus_one_hot(g, logits, targets))
defvjp(
    softmax_minus_one_hot,
    lambda u, y, g, logits, targets: np.sum(u * (softmax(logits) - _one_hot(targets, logits)), axis=-1),
    lambda u, y, g, logits, targets: _through_softmax(u * g[..., None], softmax(logits)),
)

# --- fused primitives: one node each, computed by a kernel ------------------------------------------------


@primitive
def matmul(a, b):
    """C = A B by the kernel in use: a (M, K), b (K, N) → (M, N).   Ledger: kernels.matmul"""
    return kernels.matmul(*_promoted(a, b))


defvjp(matmul, lambda g, y, a, b: matmul(g, b.T), lambda g, y, a, b: matmul(a.T, g))


def _rows(x):
    return np.reshape(x, (math.prod(x.shape[:-1]), x.shape[-1])) if x.ndim != 2 else x


@primitive
def linear(x, W, b):
    """y = x W + b by the matrix kernel in use: x (..., D), W (D, H), b (H,) → (..., H).

    Ledger: nn.linear
    """
    rows, W, b = _promoted(_rows(x), W, b)
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
    """y = f(x + b) by the kernel in use: x (..., H), b (H,), f "identity", "tanh", "sigmoid" or "relu".

    Ledger: kernels.bias_activation
    """
    return kernels.bias_activation(*_promoted(x, b), activation)


@primitive
def activation_slope(g, y, activation):
    """g · f′, as a function of y = f(s):  1,  1 − y²,  y (1 − y),  1 where y > 0.

    Ledger: kernels.bias_activation
    """
    return kernels.bias_activation_backward(*_promoted(g, y), activation)[0]


SLOPES = {
    "identity": lambda y: 1,
    "tanh": lambda y: 1 - y * y,
    "sigmoid": lambda y: y * (1 - y),
    "relu": lambda y: y > 0,
}
CURVES = {  # d slope / dy
    "identity": lambda y: 0 * y,
    "tanh": lambda y: -2 * y,
    "sigmoid": lambda y: 1 - 2 * y,
    "relu": lambda y: 0 * y,
}


def _through_activation(g, y, x, b, activation):
    if type(g) is np.ndarray:  # not recorded: the kernel adds up the rows on its way
        return *kernels.bias_activation_backward(*_promoted(g, y), activation), None
    g_x = activation_slope(g, y, activation)
    return g_x, sum_to_shape(g_x, b), None


defvjp_joint(bias_activation, _through_activation, once="")
defvjp(
    activation_slope,
    lambda u, z, g, y, activation: u * SLOPES[activation](y),
    lambda u, z, g, y, activation: u * g * CURVES[activation](y),
)


@primitive
def tanh_recurrence(x, h0, W_xh, W_hh, b_h):
    """h_t = tanh(x_t W_xh + h_{t−1} W_hh + b_h) for a whole sequence, by the kernel in use.

    x (T, B, D), h0 (B, H), W_xh (D, H), W_hh (H, H), b_h (H,) → h (T, B, H). Differentiable once, by
    back-propagation through time; its composed twin is `scratchgen.rnn.tanh_recurrence`.   Ledger: rnn.hidden
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
    twin is `scratchgen.rnn.lstm_recurrence`. Source: Gers, Schmidhuber & Cummins (2000).   Ledger: rnn.lstm
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
    twin is `scratchgen.rnn.gru_recurrence`. Source: Cho et al. (2014), eq. 5-8.   Ledger: rnn.gru
    """
    return kernels.gru_recurrence(*_promoted(x, h0, W_xh, W_hh, b_x, b_h))


def _through_gru(g, h, x, h0, W_xh, W_hh, b_x, b_h, gates):
    return kernels.gru_recurrence_backward(*_promoted(g, h, gates, x, h0, W_xh, W_hh))


defvjp_joint(gru_recurrence, _through_gru)


@primitive
def kl_to_standard_normal(mu, logvar):
    """KL(N(mu, sigma²) ‖ N(0, I)) = ½ Σ_d [mu² + sigma² − 1 − logvar], logvar = log sigma²: (..., Z) → (...).

    In nats, never negative. One node where the terms would be six; `Normal.kl_by_dimension` has the terms.
    Raises ValueError for shapes that differ.   Ledger: vae.kl
    """
    if mu.shape != logvar.shape:
        raise ValueError(f"mu {mu.shape} and logvar {logvar.shape} must have one shape")
    # expm1(v) − v ≥ 0 also after rounding, where exp(v) − 1 − v is not
    return 0.5 * np.sum(mu * mu + (np.expm1(logvar) - logvar), axis=-1)


# ∂/∂mu_d = mu_d        ∂/∂logvar_d = ½ (sigma_d² − 1)
defvjp(
    kl_to_standard_normal,
    lambda g, y, mu, logvar: g[..., None] * mu,
    lambda g, y, mu, logvar: g[..., None] * (0.5 * (np.exp(logvar) - 1)),
)


@primitive
def reparameterize(mu, logvar, key, counter):
    """z = mu + exp(½ logvar) ε with the noise of (key, counter), by the kernel in use; any shape.

    Nothing of the noise is stored: the rule draws it again.   Ledger: vae.reparameterisation
    """
    return kernels.reparameterize(*_promoted(mu, logvar), key, counter)


@primitive
def half_sigma_eps(g, logvar, key, counter):
    """g · ∂z/∂logvar = g · ½ exp(½ logvar) ε.   Ledger: vae.reparameterisation"""
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
