"""One step of Adam, compiled on the first call.

Why it is fast: each array is read once and written once, several parameters per instruction; long arrays are
shared among threads.
"""

import math

from scratchgen_kernels.jit import compiled
from scratchgen_kernels.threads import in_parallel

GRAIN_SIZE = 65536  # parameters that pay for a thread; memory limits the speed


@compiled
def step(theta, g, m, v, a, e, beta1, rest1, beta2, rest2, decay):
    """One step for these parameters. The numbers have the dtype of the arrays; a float64 would promote float32."""
    for i in range(len(theta)):
        m_i = beta1 * m[i] + rest1 * g[i]
        v_i = beta2 * v[i] + rest2 * (g[i] * g[i])
        m[i] = m_i
        v[i] = v_i
        theta[i] = theta[i] - decay * theta[i] - a * m_i / (math.sqrt(v_i) + e)


def adam(theta, g, m, v, a, e, beta1, beta2, decay):
    """All (n,); theta, m and v are updated in place."""
    numbers = [theta.dtype.type(x) for x in (a, e, beta1, 1 - beta1, beta2, 1 - beta2, decay)]
    arrays = theta, g, m, v
    in_parallel(lambda i, j: step(*(x[i:j] for x in arrays), *numbers), len(theta), grain_size=GRAIN_SIZE)
