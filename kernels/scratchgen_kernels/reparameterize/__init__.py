"""The reparameterised sample of a diagonal normal: the contract.

    z = mu + exp(½ logvar) ⊙ ε,    ε = standard_normal(key, counter)

and backwards, for the cotangent g = ∂L/∂z:

    g_mu = g        g_logvar = g ⊙ ½ exp(½ logvar) ⊙ ε

- logvar is log σ²: the scale is exp(½ logvar) = σ, not σ².
- mu, logvar and g share one shape (any rank) and one dtype, float32 or float64; every result has both.
- ε is the noise of that dtype, the same on every backend to the bit; z agrees to a few units in the last
  place. Element i, in C order, uses the noise at position counter + i. Backward computes the same ε again from
  (key, counter) instead of storing it.
- Any dimension may be 0. Any memory layout; the inputs are not modified, the results are new arrays.
- NaN in mu, logvar or g reaches its own element and no other. logvar = −∞ gives z = mu exactly;
  logvar so large that σ overflows gives ±∞.

Source: Kingma & Welling (2014), Auto-encoding variational Bayes, §2.4 and eq. 10.
"""

import numpy as np

from scratchgen_kernels import checks
from scratchgen_kernels.registry import Kernel

# Compiled first, because most of the time goes into the noise.
KERNEL = Kernel("reparameterize", __name__, auto=("cython", "numba", "numpy", "loops"))


def reparameterize(
    mu: np.ndarray, logvar: np.ndarray, key: int, counter: int, *, backend: str | None = None
) -> np.ndarray:
    """A sample of N(mu, exp(logvar)) as a function of its parameters.

    z = mu + exp(½ logvar) ⊙ ε

    mu, logvar: equal shapes, one dtype of float32 or float64; key, counter: integers in [0, 2⁶⁴), which select
    the noise as for ``standard_normal`` → z of the same shape and dtype, a new array.
    backend: "loops", "numpy", "numba", "cython", "auto", or None for the backend chosen with ``use``.

    Raises: TypeError for another type or dtype; ValueError for shapes that differ, a number out of range or a
    stream that ends (counter + n > 2⁶⁴); BackendUnavailable. Source: Kingma & Welling (2014), eq. 10.
    Ledger: vae.reparameterisation
    """
    mu, logvar = _pair("reparameterize", "mu", mu, logvar)
    key, counter = _stream_position("reparameterize", key, counter, mu.size)
    z = KERNEL.module(backend).reparameterize(mu.reshape(-1), logvar.reshape(-1), key, counter)
    return z.reshape(mu.shape)


def reparameterize_backward(
    g: np.ndarray, logvar: np.ndarray, key: int, counter: int, *, backend: str | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Gradients of a loss L through ``reparameterize``, from g = ∂L/∂z.

    g_mu = g        g_logvar = g ⊙ ½ exp(½ logvar) ⊙ ε

    g, logvar: equal shapes, one dtype of float32 or float64; key, counter: as in the forward call
    → (g_mu, g_logvar) of the same shape and dtype, two new arrays.
    backend: as for ``reparameterize``.

    Raises: as ``reparameterize``. Source: Kingma & Welling (2014), §2.4.   Ledger: vae.reparameterisation
    """
    g, logvar = _pair("reparameterize_backward", "g", g, logvar)
    key, counter = _stream_position("reparameterize_backward", key, counter, g.size)
    g_logvar = KERNEL.module(backend).reparameterize_backward(g.reshape(-1), logvar.reshape(-1), key, counter)
    return g.copy(), g_logvar.reshape(g.shape)


def _pair(kernel, name, first, logvar):
    first = checks.float_array(kernel, name, first)
    logvar = checks.float_array(kernel, "logvar", logvar)
    checks.same_dtype(kernel, **{name: first, "logvar": logvar})
    checks.has_shape(kernel, "logvar", logvar, first.shape, f"{name}.shape")
    return first, logvar


def _stream_position(kernel, key, counter, n):
    key, counter = checks.integer(kernel, "key", key), checks.integer(kernel, "counter", counter)
    checks.positions(kernel, counter, n)
    return key, counter
