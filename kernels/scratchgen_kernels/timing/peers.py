"""The same computations as others write them. Each builder takes the case's arguments and returns a call.

PyTorch and JAX are imported when a builder runs, and let to use one thread. Raises ImportError where missing.
"""

import os
from collections.abc import Callable

import numpy as np


def _torch():
    import torch

    torch.set_num_threads(1)
    return torch


def _jax():
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    import jax

    return jax


def _without_gradients(call: Callable) -> Callable:
    torch = _torch()

    def run():
        with torch.no_grad():
            call()

    return run


# --- matmul -----------------------------------------------------------------------------------------------


def torch_matmul(a, b):
    torch = _torch()
    a, b = torch.from_numpy(a), torch.from_numpy(b)
    return lambda: a @ b


def jax_matmul(a, b):
    jax = _jax()
    a, b = jax.numpy.asarray(a), jax.numpy.asarray(b)
    product = jax.jit(jax.numpy.matmul)
    return lambda: product(a, b).block_until_ready()


# --- recurrences, forward and backward, with the gradients of all arguments -------------------------------


def torch_rnn(g, x, h0, W_xh, W_hh, b_h):
    torch = _torch()
    rnn = torch.nn.RNN(x.shape[2], h0.shape[1])
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(torch.from_numpy(W_xh.T))
        rnn.weight_hh_l0.copy_(torch.from_numpy(W_hh.T))
        rnn.bias_ih_l0.copy_(torch.from_numpy(b_h))
        rnn.bias_hh_l0.zero_()
    return _torch_sequence(torch, rnn, g, x, h0[None])


def _torch_sequence(torch, layer, g, x, state):
    x, state = (torch.from_numpy(a).requires_grad_() for a in (x, state))
    g, wanted = torch.from_numpy(g), [x, state, *layer.parameters()]

    def run():
        torch.autograd.grad(layer(x, state)[0], wanted, g)

    return run


def jax_rnn(g, *arguments):
    jax = _jax()
    np_ = jax.numpy

    def loss(x, h0, W_xh, W_hh, b_h):
        def step(h, a):
            h = np_.tanh(a + h @ W_hh)
            return h, h

        return np_.sum(g * jax.lax.scan(step, h0, x @ W_xh + b_h)[1])

    gradients = jax.jit(jax.value_and_grad(loss, argnums=range(5)))
    g, *arguments = (np_.asarray(a) for a in (g, *arguments))
    return lambda: jax.block_until_ready(gradients(*arguments))


# --- noise ------------------------------------------------------------------------------------------------


def numpy_sample(mu, logvar):
    rng = np.random.default_rng(0)
    return lambda: mu + np.exp(0.5 * logvar) * rng.standard_normal(mu.shape, mu.dtype)


def torch_sample(mu, logvar):
    torch = _torch()
    mu, logvar = torch.from_numpy(mu), torch.from_numpy(logvar)
    return _without_gradients(lambda: mu + torch.exp(0.5 * logvar) * torch.randn_like(mu))


def numpy_normal(n):
    rng = np.random.default_rng(0)
    return lambda: rng.standard_normal(n, np.float32)


def torch_normal(n):
    torch = _torch()
    return lambda: torch.randn(n)


# --- losses, the optimiser, elementwise ---------------------------------------------------------------------


def torch_bernoulli_cross_entropy(g, logits, x):
    torch = _torch()
    logits, x, g = torch.from_numpy(logits).requires_grad_(), torch.from_numpy(x), torch.from_numpy(g)
    loss = torch.nn.functional.binary_cross_entropy_with_logits
    return lambda: torch.autograd.grad(loss(logits, x, reduction="none").sum(dim=1), logits, g)


def torch_softmax_cross_entropy(g, logits, targets):
    torch = _torch()
    logits, targets, g = (torch.from_numpy(a) for a in (logits, targets, g))
    logits.requires_grad_()
    loss = torch.nn.functional.cross_entropy
    return lambda: torch.autograd.grad(loss(logits, targets, reduction="none"), logits, g)


def torch_adam(theta, g, m, v):
    torch = _torch()
    parameter = torch.nn.Parameter(torch.from_numpy(theta))
    parameter.grad = torch.from_numpy(g)
    return torch.optim.Adam([parameter], fused=True).step


def torch_tanh(x):
    torch = _torch()
    x = torch.from_numpy(x)
    return _without_gradients(lambda: torch.tanh(x))
