"""The computations of the kernels in other libraries. Each builder takes the arguments of a case and returns a call.

PyTorch and JAX are imported when a builder runs, and use one thread. A builder raises ImportError where its library
is missing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import ModuleType

import numpy as np

Call = Callable[[], object]


def import_torch() -> ModuleType:
    """PyTorch, on one thread."""
    import torch

    torch.set_num_threads(1)
    return torch


def import_jax() -> ModuleType:
    """JAX, on one thread if it has not been imported before."""
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    import jax

    return jax


def _without_gradients(call: Call) -> Call:
    torch = import_torch()

    def run():
        with torch.no_grad():
            call()

    return run


# --- matmul -----------------------------------------------------------------------------------------------


def torch_matmul(a: np.ndarray, b: np.ndarray) -> Call:
    """PyTorch's product."""
    torch = import_torch()
    a, b = torch.from_numpy(a), torch.from_numpy(b)
    return lambda: a @ b


def jax_matmul(a: np.ndarray, b: np.ndarray) -> Call:
    """JAX's product, compiled."""
    jax = import_jax()
    a, b = jax.numpy.asarray(a), jax.numpy.asarray(b)
    product = jax.jit(jax.numpy.matmul)
    return lambda: product(a, b).block_until_ready()


# --- recurrences, forward and backward, with the gradients of all arguments -------------------------------


def torch_rnn(
    g: np.ndarray, x: np.ndarray, h0: np.ndarray, W_xh: np.ndarray, W_hh: np.ndarray, b_h: np.ndarray
) -> Call:
    """PyTorch's nn.RNN with tanh, forward and backward."""
    torch = import_torch()
    layer = _torch_layer(torch.nn.RNN, W_xh, W_hh, b_h, np.zeros_like(b_h))
    return _torch_sequence(layer, g, x, h0)


def torch_lstm(
    g: np.ndarray,
    x: np.ndarray,
    h0: np.ndarray,
    c0: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
    b_h: np.ndarray,
) -> Call:
    """PyTorch's nn.LSTM, forward and backward."""
    torch = import_torch()
    layer = _torch_layer(torch.nn.LSTM, W_xh, W_hh, b_h, np.zeros_like(b_h))
    return _torch_sequence(layer, g[0], x, h0, c0)


def torch_gru(
    g: np.ndarray,
    x: np.ndarray,
    h0: np.ndarray,
    W_xh: np.ndarray,
    W_hh: np.ndarray,
    b_x: np.ndarray,
    b_h: np.ndarray,
) -> Call:
    """PyTorch's nn.GRU, forward and backward."""
    torch = import_torch()
    return _torch_sequence(_torch_layer(torch.nn.GRU, W_xh, W_hh, b_x, b_h), g, x, h0)


def _torch_layer(kind, W_xh, W_hh, b_x, b_h):
    """A PyTorch layer with our weights, which PyTorch stores transposed."""
    torch = import_torch()
    layer = kind(W_xh.shape[0], W_hh.shape[0])
    with torch.no_grad():
        for parameter, array in zip(layer.parameters(), (W_xh.T, W_hh.T, b_x, b_h), strict=True):
            parameter.copy_(torch.from_numpy(np.ascontiguousarray(array)))
    return layer


def _torch_sequence(layer, g, x, *states):
    """A forward pass, and the gradients of all arguments from the cotangent g of the states."""
    torch = import_torch()
    x, *states = (torch.from_numpy(a).requires_grad_() for a in (x, *(s[None] for s in states)))
    g, leaves = torch.from_numpy(g), [x, *states, *layer.parameters()]
    start = states[0] if len(states) == 1 else tuple(states)
    return lambda: torch.autograd.grad(layer(x, start)[0], leaves, g)


def jax_rnn(g: np.ndarray, *arguments: np.ndarray) -> Call:
    """A scan over the steps, compiled, and its gradients."""
    jax = import_jax()
    np_ = jax.numpy

    def loss(x, h0, W_xh, W_hh, b_h):
        def step(h, a):
            h = np_.tanh(a + h @ W_hh)
            return h, h

        return np_.sum(g * jax.lax.scan(step, h0, x @ W_xh + b_h)[1])

    gradients = jax.jit(jax.value_and_grad(loss, argnums=range(5)))
    inputs = [np_.asarray(a) for a in arguments]
    return lambda: jax.block_until_ready(gradients(*inputs))


# --- noise ------------------------------------------------------------------------------------------------


def numpy_sample(mu: np.ndarray, logvar: np.ndarray) -> Call:
    """The reparameterised sample as a NumPy expression."""
    rng = np.random.default_rng(0)
    return lambda: mu + np.exp(0.5 * logvar) * rng.standard_normal(mu.shape, mu.dtype)


def torch_sample(mu: np.ndarray, logvar: np.ndarray) -> Call:
    """The reparameterised sample in PyTorch."""
    torch = import_torch()
    mu, logvar = torch.from_numpy(mu), torch.from_numpy(logvar)
    return _without_gradients(lambda: mu + torch.exp(0.5 * logvar) * torch.randn_like(mu))


def numpy_normal(n: int) -> Call:
    """Standard normal numbers of NumPy's generator."""
    rng = np.random.default_rng(0)
    return lambda: rng.standard_normal(n, np.float32)


def torch_normal(n: int) -> Call:
    """Standard normal numbers of PyTorch's generator."""
    torch = import_torch()
    return lambda: torch.randn(n)


# --- losses, the optimiser, elementwise ---------------------------------------------------------------------


def torch_bernoulli_cross_entropy(g: np.ndarray, logits: np.ndarray, x: np.ndarray) -> Call:
    """PyTorch's loss from logits, and the gradient of the logits."""
    torch = import_torch()
    logits, x, g = torch.from_numpy(logits).requires_grad_(), torch.from_numpy(x), torch.from_numpy(g)
    loss = torch.nn.functional.binary_cross_entropy_with_logits
    return lambda: torch.autograd.grad(loss(logits, x, reduction="none").sum(dim=1), logits, g)


def torch_softmax_cross_entropy(g: np.ndarray, logits: np.ndarray, targets: np.ndarray) -> Call:
    """PyTorch's loss from logits, and the gradient of the logits."""
    torch = import_torch()
    a, k, g = torch.from_numpy(logits).requires_grad_(), torch.from_numpy(targets), torch.from_numpy(g)
    loss = torch.nn.functional.cross_entropy
    return lambda: torch.autograd.grad(loss(a, k, reduction="none"), a, g)


def torch_adam(theta: np.ndarray, g: np.ndarray, m: np.ndarray, v: np.ndarray) -> Call:
    """A step of PyTorch's Adam, in its fused form."""
    torch = import_torch()
    parameter = torch.nn.Parameter(torch.from_numpy(theta))
    parameter.grad = torch.from_numpy(g)
    return torch.optim.Adam([parameter], fused=True).step


def torch_tanh(x: np.ndarray) -> Call:
    """PyTorch's tanh."""
    torch = import_torch()
    x = torch.from_numpy(x)
    return _without_gradients(lambda: torch.tanh(x))
