"""One step of Adam, whole arrays at a time."""

import numpy as np


def adam(theta, g, m, v, a, e, beta1, beta2, decay):
    """All (n,); theta, m and v are updated in place."""
    m *= beta1
    m += (1 - beta1) * g
    v *= beta2
    v += (1 - beta2) * (g * g)
    if decay:
        theta -= decay * theta
    theta -= a * m / (np.sqrt(v) + e)
