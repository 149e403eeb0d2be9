"""L_i = Σ_d softplus(a_id) − x_id a_id, compiled on the first call.

Why it is fast: one pass, whose exponential and logarithm are inlined polynomials, so that one instruction
processes several elements; a row may be added in any order ("reassoc"), because in a fixed order every addition
would wait for the addition before; rows are shared among threads.
"""

import numpy as np

from scratchgen_kernels.jit import OPTIONS, compiled
from scratchgen_kernels.threads import in_parallel
from scratchgen_kernels.vector_math.numba_ import sigmoid, softplus

SUM_OPTIONS = {**OPTIONS, "fastmath": {"contract", "reassoc"}}
GRAIN_SIZE = 16384  # elements that pay for a thread


@compiled(options=SUM_OPTIONS)
def loss_of_row(a, x):
    """Σ_d softplus(a_d) − x_d a_d."""
    total = a.dtype.type(0)
    for d in range(len(a)):
        total += softplus(a[d]) - x[d] * a[d]
    return total


@compiled
def forward(logits, x, losses, start, stop):
    """losses_i for start ≤ i < stop."""
    for i in range(start, stop):
        losses[i] = loss_of_row(logits[i], x[i % len(x)])


@compiled
def gradient_of_row(g, a, x, g_a):
    """g (σ(a_d) − x_d)."""
    for d in range(len(a)):
        g_a[d] = g * (sigmoid(a[d]) - x[d])


@compiled
def backward(g, logits, x, g_logits, start, stop):
    """g_logits_i for start ≤ i < stop."""
    for i in range(start, stop):
        gradient_of_row(g[i], logits[i], x[i % len(x)], g_logits[i])


def bernoulli_cross_entropy(logits, x):
    """logits: (N, D), x: (M, D), M divides N → (N,)."""
    losses = np.empty(len(logits), logits.dtype)
    grain_size = GRAIN_SIZE // max(logits.shape[1], 1) + 1
    in_parallel(lambda a, b: forward(logits, x, losses, a, b), len(logits), grain_size)
    return losses


def bernoulli_cross_entropy_backward(g, logits, x):
    """g: (N,), logits: (N, D), x: (M, D) → (N, D)."""
    g_logits = np.empty_like(logits)
    grain_size = GRAIN_SIZE // max(logits.shape[1], 1) + 1
    in_parallel(lambda a, b: backward(g, logits, x, g_logits, a, b), len(logits), grain_size)
    return g_logits
