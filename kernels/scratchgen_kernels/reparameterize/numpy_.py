"""z = mu + exp(½ logvar) ⊙ ε, whole arrays at a time."""

import numpy as np

from scratchgen_kernels.normal_noise.numpy_ import standard_normal


def reparameterize(mu, logvar, key, counter):
    """mu, logvar: (n,) → z: (n,)."""
    return mu + np.exp(0.5 * logvar) * standard_normal(key, counter, len(mu), mu.dtype)


def reparameterize_backward(g, logvar, key, counter):
    """g, logvar: (n,) → g_logvar: (n,); the gradient of mu is g itself."""
    return g * 0.5 * np.exp(0.5 * logvar) * standard_normal(key, counter, len(g), g.dtype)
