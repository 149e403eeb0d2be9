"""z_i = mu_i + exp(½ logvar_i) ε_i, one element at a time."""

import numpy as np

from scratchgen_kernels.normal_noise.loops import standard_normal


def reparameterize(mu, logvar, key, counter):
    """mu, logvar: (n,) → z: (n,)."""
    eps = standard_normal(key, counter, len(mu), mu.dtype)
    z = np.empty_like(mu)
    for i in range(len(mu)):
        z[i] = mu[i] + np.exp(0.5 * logvar[i]) * eps[i]
    return z


def reparameterize_backward(g, logvar, key, counter):
    """g, logvar: (n,) → g_logvar: (n,); the gradient of mu is g itself."""
    eps = standard_normal(key, counter, len(g), g.dtype)
    g_logvar = np.empty_like(g)
    for i in range(len(g)):
        g_logvar[i] = g[i] * 0.5 * np.exp(0.5 * logvar[i]) * eps[i]
    return g_logvar
