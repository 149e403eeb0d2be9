"""Twins of the functions of scratchgen.functional."""

from functools import partial

import jax.scipy.special as in_jax
import numpy as np
import torch

from scratchgen import functional as F

from ..functional import COUNTER, KEY, noise
from .peers import with_jax
from .twin import M, P, Twin, U, pytorch


def rnn(x, h0, W_xh, W_hh, b_h):
    """PyTorch's own recurrent layer, which has weights the other way round and two biases."""
    weights = [W_xh.T, W_hh.T, b_h, torch.zeros_like(b_h)]
    layers, dropout = 1, 0.0
    return torch.rnn_tanh(x, h0[None], weights, True, layers, dropout, False, False, False)[0]


def lstm(x, h0, c0, W_xh, W_hh, b_h):
    """PyTorch's cell, step by step: its layer tells only the last c."""
    state, states = (h0, c0), []
    for x_t in x:
        state = torch.lstm_cell(x_t, state, W_xh.T, W_hh.T, b_h, torch.zeros_like(b_h))
        states.append(torch.stack(state))
    return torch.stack(states, 1)


def gru(x, h0, W_xh, W_hh, b_x, b_h):
    """PyTorch's own layer of gated units."""
    weights, layers, dropout = [W_xh.T, W_hh.T, b_x, b_h], 1, 0.0
    return torch.gru(x, h0[None], weights, True, layers, dropout, False, False, False)[0]


TWINS = {
    F.elu: [pytorch(F.elu, torch.nn.functional.elu, M)],
    F.log_gamma: [pytorch(F.log_gamma, torch.lgamma, M, domain=P)],
    # PyTorch's trigamma function is accurate to ten digits only
    F.digamma: [Twin(F.digamma, in_jax.digamma, with_jax, (M,), P, complex=False)],
    F.polygamma: [
        Twin(partial(F.polygamma, 1), partial(in_jax.polygamma, 1), with_jax, (M,), P, complex=False)
    ],
    F.log1mexp: [pytorch(F.log1mexp, lambda x: torch.log(-torch.expm1(-x)), M, domain=P)],
    F.normal_cdf: [pytorch(F.normal_cdf, torch.special.ndtr, M)],
    F.logsumexp: [
        pytorch(F.logsumexp, lambda x: torch.logsumexp(x, -1), M),
        pytorch(
            partial(F.logsumexp, axis=(0, 2), keepdims=True),
            lambda x: torch.logsumexp(x, (0, 2), keepdim=True),
            (2, 3, 4),
        ),
    ],
    F.sigmoid: [pytorch(F.sigmoid, torch.sigmoid, M)],
    F.softplus: [pytorch(F.softplus, torch.nn.functional.softplus, M)],
    F.relu: [pytorch(F.relu, torch.relu, M)],
    F.leaky_relu: [pytorch(F.leaky_relu, lambda x: torch.nn.functional.leaky_relu(x, 0.2), M)],
    F.bernoulli_cross_entropy: [
        pytorch(
            F.bernoulli_cross_entropy,
            lambda a, x: torch.nn.functional.binary_cross_entropy_with_logits(a, x, reduction="none").sum(-1),
            *(M, M),
            domain=U,
        )
    ],
    F.softmax_cross_entropy: [
        pytorch(
            lambda a: F.softmax_cross_entropy(a, np.array([2, 0])),
            lambda a: torch.nn.functional.cross_entropy(a, torch.tensor([2, 0]), reduction="none"),
            M,
        )
    ],
    F.bernoulli_cross_entropy_grad: [
        pytorch(
            F.bernoulli_cross_entropy_grad,
            lambda g, a, x: g[:, None] * (torch.sigmoid(a) - x),
            *((2,), (2, 3), (2, 3)),
            domain=U,
        )
    ],
    F.softmax_cross_entropy_grad: [
        pytorch(
            lambda g, a: F.softmax_cross_entropy_grad(g, a, np.array([2, 0])),
            lambda g, a: g[:, None] * (a.softmax(-1) - torch.eye(3, dtype=a.dtype)[[2, 0]]),
            *((2,), (2, 3)),
        )
    ],
    F.bias_activation: [
        pytorch(
            lambda x, b: F.bias_activation(x, b, "sigmoid"), lambda x, b: torch.sigmoid(x + b), (2, 3), (3,)
        )
    ],
    F.bias_activation_grad: [
        pytorch(lambda g, y: F.bias_activation_grad(g, y, "tanh"), lambda g, y: g * (1 - y * y), M, M)
    ],
    F.lstm_recurrence: [
        pytorch(F.lstm_recurrence, lstm, (4, 2, 3), (2, 2), (2, 2), (3, 8), (2, 8), (8,), domain=U)
    ],
    F.gru_recurrence: [
        pytorch(F.gru_recurrence, gru, (4, 2, 3), (2, 2), (3, 6), (2, 6), (6,), (6,), domain=U)
    ],
    F.tanh_recurrence: [pytorch(F.tanh_recurrence, rnn, (4, 2, 3), (2, 5), (3, 5), (5, 5), (5,), domain=U)],
    F.matmul: [pytorch(F.matmul, torch.matmul, (2, 3), (3, 4))],
    F.linear: [
        pytorch(F.linear, lambda x, W, b: torch.nn.functional.linear(x, W.T, b), (5, 2, 3), (3, 4), (4,))
    ],
    F.kl_to_standard_normal: [
        pytorch(
            F.kl_to_standard_normal,
            lambda mu, logvar: torch.distributions.kl_divergence(
                torch.distributions.Normal(mu, torch.exp(logvar / 2)), torch.distributions.Normal(0.0, 1.0)
            ).sum(-1),
            *(M, M),
            domain=U,
        )
    ],
    F.reparameterize: [
        pytorch(
            lambda mu, logvar: F.reparameterize(mu, logvar, KEY, COUNTER),
            lambda mu, logvar: mu + torch.exp(logvar / 2) * torch.tensor(noise(mu.shape), dtype=mu.dtype),
            *(M, M),
            domain=U,
        )
    ],
    F.reparameterize_grad: [
        pytorch(
            lambda g, logvar: F.reparameterize_grad(g, logvar, KEY, COUNTER),
            lambda g, logvar: g * torch.exp(logvar / 2) / 2 * torch.tensor(noise(g.shape), dtype=g.dtype),
            *(M, M),
            domain=U,
        )
    ],
}
