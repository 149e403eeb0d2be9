"""Initialisers of weights: small enough for the linear range, large enough to carry a signal.

Each takes the stream to draw from first; None is the process's default stream. All raise ValueError for sizes
below 1, and TypeError for another library's generator.
"""

from __future__ import annotations

import math

import numpy as np

from scratchgen.errors import check_counts
from scratchgen.random import Generator, as_generator

__all__ = ["chrono", "fan_in_uniform", "glorot_uniform", "he_normal", "identity", "orthogonal"]


def fan_in_uniform(rng: Generator | None, d_in: int, d_out: int) -> np.ndarray:
    """U(−a, a) with a = 1 / √d_in: a variance of 1 / (3 d_in), small, PyTorch's default.   (d_in, d_out)

    Source: LeCun et al. (1998), Efficient BackProp, section 4.6, whose variance is 1 / d_in.
    Ledger: nn.fan_in
    """
    check_counts(d_in=d_in, d_out=d_out)
    return (2 * as_generator(rng).random((d_in, d_out)) - 1) / np.float32(math.sqrt(d_in))


def glorot_uniform(rng: Generator | None, d_in: int, d_out: int) -> np.ndarray:
    """U(−a, a) with a = √(6 / (d_in + d_out)): the variance 2 / (d_in + d_out).   (d_in, d_out)

    Through linear layers 1 / d_in would keep the variance forward and 1 / d_out backward; this is a compromise,
    and equal to both where d_in = d_out.

    Source: Glorot & Bengio (2010), eq. 16.   Ledger: nn.glorot
    """
    check_counts(d_in=d_in, d_out=d_out)
    a = math.sqrt(6 / (d_in + d_out))
    return a * (2 * as_generator(rng).random((d_in, d_out)) - 1)


def he_normal(rng: Generator | None, d_in: int, d_out: int) -> np.ndarray:
    """N(0, 2 / d_in): keeps the variance through a ReLU, which drops half of it.   (d_in, d_out)

    Source: He et al. (2015), eq. 10.   Ledger: nn.he
    """
    check_counts(d_in=d_in, d_out=d_out)
    return math.sqrt(2 / d_in) * as_generator(rng).standard_normal((d_in, d_out))


def orthogonal(rng: Generator | None, n: int) -> np.ndarray:
    """A random rotation or reflection: every singular value is 1, so powers neither grow nor fade.   (n, n)

    Source: Saxe et al. (2014); the signs make the distribution uniform, Mezzadri (2007), section 5.
    """
    check_counts(n=n)
    q, r = np.linalg.qr(as_generator(rng).standard_normal((n, n), np.float64))
    return (q * np.sign(np.diag(r))).astype(np.float32)


def identity(rng: Generator | None, n: int) -> np.ndarray:
    """The identity matrix: at first the state is copied from step to step, and so is its gradient.   (n, n)

    rng is not used.

    Source: Le, Jaitly & Hinton (2015), section 2.
    """
    check_counts(n=n)
    as_generator(rng)
    return np.eye(n, dtype=np.float32)


def chrono(rng: Generator | None, H: int, max_length: int) -> np.ndarray:
    """Biases of an LSTM with long memory at initialisation: b_f = log u with u ~ U(1, max_length − 1), b_i = −b_f.

    A gate f = σ(log u) keeps 1/e of a memory after about 1/(1 − f) = 1 + u steps.
    → (4H,) in the order i, f, g, o; the biases of g and o are 0. Raises ValueError for a max_length below 2.
    Source: Tallec & Ollivier (2018), Can recurrent neural networks warp time?, section 2.
    Ledger: nn.chrono
    """
    check_counts(H=H)
    check_counts(2, max_length=max_length)
    b_f = np.log(1 + (max_length - 2) * as_generator(rng).random(H))
    return np.concatenate([-b_f, b_f, np.zeros(2 * H, np.float32)])
