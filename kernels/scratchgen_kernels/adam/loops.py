"""One step of Adam, one parameter at a time."""

import math


def adam(theta, g, m, v, a, e, beta1, beta2, decay):
    """All (n,); theta, m and v are updated in place."""
    for i in range(len(theta)):
        m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        v[i] = beta2 * v[i] + (1 - beta2) * (g[i] * g[i])
        theta[i] = theta[i] - decay * theta[i] - a * m[i] / (math.sqrt(v[i]) + e)
