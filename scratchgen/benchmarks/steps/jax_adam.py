"""Adam as JAX users write it without another library: Kingma & Ba (2015), algorithm 1, on a tree of arrays."""

from __future__ import annotations

from scratchgen.benchmarks.kernels.peers import import_jax


def start(weights) -> dict:
    """The state of Adam before the first step."""
    jax = import_jax()
    zeros = lambda: jax.tree.map(jax.numpy.zeros_like, weights)
    return {"weights": weights, "m": zeros(), "v": zeros(), "t": jax.numpy.zeros(())}


def step(
    state: dict, gradients, learning_rate: float, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
) -> dict:
    """The state after one step of Adam; for use within `jit`."""
    jax = import_jax()
    t = state["t"] + 1
    m = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, state["m"], gradients)
    v = jax.tree.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, state["v"], gradients)
    root = jax.numpy.sqrt(1 - beta2**t)
    a, e = learning_rate * root / (1 - beta1**t), eps * root
    moved = lambda w, m, v: w - a * m / (jax.numpy.sqrt(v) + e)
    return {"weights": jax.tree.map(moved, state["weights"], m, v), "m": m, "v": v, "t": t}
