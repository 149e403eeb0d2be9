"""z_i = mu_i + exp(½ logvar_i) ε_i, compiled on the first call.

Why it is fast: the noise of a short stretch is computed in the first cache, with vector instructions, and used at
once; one pass over the arrays, without temporary arrays; long arrays are shared among threads.
"""

import numpy as np

from scratchgen_kernels.jit import compiled
from scratchgen_kernels.normal_noise.numba_ import BLOCKS, fill_stretch, scratch
from scratchgen_kernels.threads import in_parallel
from scratchgen_kernels.vector_math.numba_ import exp

GRAIN_SIZE = 16384  # elements that pay for a thread


@compiled
def shift_and_scale(mu, logvar, eps, z):
    """z_i = mu_i + exp(½ logvar_i) ε_i."""
    half = mu.dtype.type(0.5)  # of the array's own dtype: a float64 ½ would promote float32
    for i in range(len(z)):
        z[i] = mu[i] + exp(half * logvar[i]) * eps[i]


@compiled
def gradient_of_logvar(g, logvar, eps, g_logvar):
    """g_logvar_i = g_i ½ exp(½ logvar_i) ε_i."""
    half = g.dtype.type(0.5)
    for i in range(len(g)):
        g_logvar[i] = g[i] * half * exp(half * logvar[i]) * eps[i]


@compiled
def forward(mu, logvar, z, key, counter):
    """Fill z, with the noise from `counter` on, one stretch after another."""
    room = scratch(mu)
    block, lane, i = counter // np.uint64(4), np.int64(counter % np.uint64(4)), 0
    while i < len(z):
        eps = fill_stretch(block, key, room)[lane:]
        j = min(i + len(eps), len(z))
        shift_and_scale(mu[i:j], logvar[i:j], eps, z[i:j])
        block, lane, i = block + np.uint64(BLOCKS), 0, j


@compiled
def backward(g, logvar, g_logvar, key, counter):
    """Fill g_logvar, with the noise from `counter` on, one stretch after another."""
    room = scratch(g)
    block, lane, i = counter // np.uint64(4), np.int64(counter % np.uint64(4)), 0
    while i < len(g):
        eps = fill_stretch(block, key, room)[lane:]
        j = min(i + len(eps), len(g))
        gradient_of_logvar(g[i:j], logvar[i:j], eps, g_logvar[i:j])
        block, lane, i = block + np.uint64(BLOCKS), 0, j


def filled(fill, first, logvar, key, counter):
    """A new array, filled by one of the loops above, shared among threads."""
    result, key = np.empty_like(first), np.uint64(key)

    def work(a, b):
        fill(first[a:b], logvar[a:b], result[a:b], key, np.uint64(counter + a))

    in_parallel(work, len(first), grain_size=GRAIN_SIZE)
    return result


def reparameterize(mu, logvar, key, counter):
    """mu, logvar: (n,) → z: (n,)."""
    return filled(forward, mu, logvar, key, counter)


def reparameterize_backward(g, logvar, key, counter):
    """g, logvar: (n,) → g_logvar: (n,); the gradient of mu is g itself."""
    return filled(backward, g, logvar, key, counter)
