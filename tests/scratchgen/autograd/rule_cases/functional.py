"""Cases of the library's own functions, each beside a formula that shares no line with it."""

import numpy as np

from scratchgen import functional as F
from scratchgen.random import Generator

from .case import DISTINCT, Case

KEY, COUNTER = 7, 40


def noise(shape):
    """The numbers that `reparameterize` draws for (KEY, COUNTER)."""
    generator = Generator(KEY)
    generator.counter = COUNTER
    return generator.standard_normal(shape, np.float64)


def classes(logits):
    """A target for every prediction, in the range of its classes."""
    return np.arange(np.prod(logits.shape[:-1], dtype=int)).reshape(logits.shape[:-1]) % logits.shape[-1]


def bernoulli(a, x):
    p = 1 / (1 + np.exp(-a))
    return -np.sum(x * np.log(p) + (1 - x) * np.log(1 - p), axis=-1)


def categorical(a):
    p = np.exp(a) / np.sum(np.exp(a), axis=-1, keepdims=True)
    return -np.log(np.sum(p * (np.arange(a.shape[-1]) == classes(a)[..., None]), axis=-1))


def recurrence(x, h0, W_xh, W_hh, b_h):
    h, steps = h0, []
    for x_t in x:
        h = np.tanh(x_t @ W_xh + h @ W_hh + b_h)
        steps.append(h)
    return np.array(steps).reshape(len(x), *h0.shape)


def log_sum(**options):
    return {
        "f": lambda x: F.logsumexp(x, **options),
        "oracle": lambda x: np.log(np.sum(np.exp(x), **{"axis": -1, **options})),
    }


CASES = {
    F.sigmoid: [Case(F.sigmoid, oracle=lambda x: 1 / (1 + np.exp(-x)))],
    F.softplus: [Case(F.softplus, oracle=lambda x: np.log(1 + np.exp(x)))],
    F.relu: [Case(F.relu, domain=DISTINCT, oracle=lambda x: np.where(x > 0, x, 0))],
    F.leaky_relu: [
        Case(F.leaky_relu, domain=DISTINCT, oracle=lambda x: np.maximum(x, x / 5)),
        Case(
            lambda x: F.leaky_relu(x, slope=0.01), domain=DISTINCT, oracle=lambda x: np.maximum(x, 0.01 * x)
        ),
    ],
    F.logsumexp: [
        Case(shapes="(...,n+1)", **log_sum()),
        Case(shapes="(n+1,m)", **log_sum(axis=0)),
        Case(shapes="(n+1,m+1,k)", **log_sum(axis=(0, 1), keepdims=True)),
        Case(shapes="(n+1,m+1)", **log_sum(axis=None)),
    ],
    F.bernoulli_cross_entropy: [Case(F.bernoulli_cross_entropy, "(...,d),(...,d)", oracle=bernoulli)],
    F.softmax_cross_entropy: [
        Case(lambda a: F.softmax_cross_entropy(a, classes(a)), "(...,v+1)", oracle=categorical)
    ],
    F.matmul: [Case(F.matmul, "(n,k),(k,m)", oracle=lambda a, b: np.einsum("nk,km->nm", a, b))],
    F.linear: [
        Case(F.linear, shapes, oracle=lambda x, W, b: np.einsum("...d,dh->...h", x, W) + b)
        for shapes in ("(n,d),(d,h),(h)", "(...,d),(d,h),(h)")
    ],
    F.tanh_recurrence: [Case(F.tanh_recurrence, "(t,b,d),(b,h),(d,h),(h,h),(h)", oracle=recurrence, order=1)],
    F.reparameterize: [
        Case(
            lambda mu, logvar: F.reparameterize(mu, logvar, KEY, COUNTER),
            "(n,m),(n,m)",
            oracle=lambda mu, logvar: mu + np.exp(logvar / 2) * noise(mu.shape),
        )
    ],
    F.half_sigma_eps: [
        Case(
            lambda g, logvar: F.half_sigma_eps(g, logvar, KEY, COUNTER),
            "(n,m),(n,m)",
            oracle=lambda g, logvar: g * np.exp(logvar / 2) * noise(g.shape) / 2,
        )
    ],
}
