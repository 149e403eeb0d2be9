"""z_i = mu_i + exp(½ logvar_i) ε_i, compiled on the first call.

What makes it fast: one pass over the arrays that turns ε into the result in place, without the temporary
arrays of the whole-array form; most of the time goes into the noise, which is compiled too.
"""

import math

from scratchgen_kernels.jit import compiled
from scratchgen_kernels.normal_noise.numba_ import standard_normal


@compiled
def shift_and_scale(mu, logvar, eps):
    """eps becomes z."""
    half = mu.dtype.type(0.5)  # of the array's own dtype: a float64 ½ would take float32 along
    for i in range(len(mu)):
        eps[i] = mu[i] + math.exp(half * logvar[i]) * eps[i]


@compiled
def gradient_of_logvar(g, logvar, eps):
    """eps becomes g_logvar."""
    half = g.dtype.type(0.5)
    for i in range(len(g)):
        eps[i] = g[i] * half * math.exp(half * logvar[i]) * eps[i]


def reparameterize(mu, logvar, key, counter):
    """mu, logvar: (n,) → z: (n,)."""
    z = standard_normal(key, counter, len(mu), mu.dtype)
    shift_and_scale(mu, logvar, z)
    return z


def reparameterize_backward(g, logvar, key, counter):
    """g, logvar: (n,) → g_logvar: (n,); the gradient of mu is g itself."""
    g_logvar = standard_normal(key, counter, len(g), g.dtype)
    gradient_of_logvar(g, logvar, g_logvar)
    return g_logvar
