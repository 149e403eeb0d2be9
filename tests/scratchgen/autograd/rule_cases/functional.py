"""Cases of the library's own functions, each with a formula that shares no line with it."""

import math

import mpmath as mp
import numpy as np

from scratchgen import functional as F
from scratchgen.random import Generator

from .case import DISTINCT, POSITIVE, Case

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
    p = sigma(a)
    return -np.sum(x * np.log(p) + (1 - x) * np.log(1 - p), axis=-1)


def categorical(a):
    return -np.log(np.sum(probabilities(a) * one_hot(a), axis=-1))


def probabilities(a):
    return np.exp(a) / np.sum(np.exp(a), axis=-1, keepdims=True)


def one_hot(a):
    return np.arange(a.shape[-1]) == classes(a)[..., None]


def sigma(x):
    return 1 / (1 + np.exp(-x))


ACTIVATIONS = {
    "identity": (lambda x: x, lambda y: np.ones_like(y)),
    "tanh": (np.tanh, lambda y: 1 - y**2),
    "sigmoid": (sigma, lambda y: y - y**2),
    "relu": (lambda x: np.where(x > 0, x, 0), lambda y: np.where(y > 0, 1, 0)),
}


def lstm(x, h0, c0, W_xh, W_hh, b_h):
    h, c, hs, cs = h0, c0, [], []
    for x_t in x:
        i, f, g, o = np.split(x_t @ W_xh + h @ W_hh + b_h, 4, axis=-1)
        c = sigma(f) * c + sigma(i) * np.tanh(g)
        h = sigma(o) * np.tanh(c)
        hs, cs = [*hs, h], [*cs, c]
    return np.array([hs, cs]).reshape(2, len(x), *h0.shape)


def gru(x, h0, W_xh, W_hh, b_x, b_h):
    h, hs = h0, []
    for x_t in x:
        (r, z, n), (m_r, m_z, m) = (np.split(a, 3, axis=-1) for a in (x_t @ W_xh + b_x, h @ W_hh + b_h))
        n = np.tanh(n + sigma(r + m_r) * m)
        h = n + sigma(z + m_z) * (h - n)
        hs.append(h)
    return np.array(hs).reshape(len(x), *h0.shape)


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


def by_mpmath(f):
    """A function of one number, by mpmath, element by element."""
    return np.vectorize(lambda x: float(f(mp.mpf(float(x)))), otypes=[float])


CASES = {
    F.log_gamma: [Case(F.log_gamma, domain=POSITIVE, oracle=np.vectorize(math.lgamma, otypes=[float]))],
    F.digamma: [Case(F.digamma, domain=POSITIVE, oracle=by_mpmath(mp.digamma))],
    F.polygamma: [
        Case(
            lambda x, n=n: F.polygamma(n, x),
            domain=POSITIVE,
            oracle=by_mpmath(lambda x, n=n: mp.polygamma(n, x)),
        )
        for n in (1, 2)
    ],
    F.log1mexp: [Case(F.log1mexp, domain=POSITIVE, oracle=lambda x: np.log(1 - np.exp(-x)))],
    F.normal_cdf: [Case(F.normal_cdf, oracle=by_mpmath(mp.ncdf))],
    F.sigmoid: [Case(F.sigmoid, oracle=sigma)],
    F.softplus: [Case(F.softplus, oracle=lambda x: np.log(1 + np.exp(x)))],
    F.relu: [Case(F.relu, domain=DISTINCT, oracle=lambda x: np.where(x > 0, x, 0))],
    F.leaky_relu: [
        Case(F.leaky_relu, domain=DISTINCT, oracle=lambda x: np.maximum(x, x / 5)),
        Case(
            lambda x: F.leaky_relu(x, slope=0.01), domain=DISTINCT, oracle=lambda x: np.maximum(x, 0.01 * x)
        ),
    ],
    F.elu: [
        Case(F.elu, domain=DISTINCT, oracle=lambda x: np.where(x > 0, x, np.exp(x) - 1)),
        Case(
            lambda x: F.elu(x, alpha=0.3),
            domain=DISTINCT,
            oracle=lambda x: np.where(x > 0, x, 0.3 * (np.exp(x) - 1)),
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
    F.bernoulli_cross_entropy_grad: [
        Case(
            F.bernoulli_cross_entropy_grad,
            "(b),(b,d),(b,d)",
            oracle=lambda g, a, x: g[:, None] * (sigma(a) - x),
        )
    ],
    F.softmax_cross_entropy_grad: [
        Case(
            lambda g, a: F.softmax_cross_entropy_grad(g, a, classes(a)),
            "(b),(b,v+1)",
            oracle=lambda g, a: g[:, None] * (probabilities(a) - one_hot(a)),
        )
    ],
    F.bias_activation: [
        Case(
            lambda x, b, name=name: F.bias_activation(x, b, name),
            "(...,h),(h)",
            DISTINCT,
            oracle=lambda x, b, f=f: f(x + b),
        )
        for name, (f, _) in ACTIVATIONS.items()
    ],
    F.bias_activation_grad: [
        Case(
            lambda g, y, name=name: F.bias_activation_grad(g, y, name),
            "(n,h),(n,h)",
            DISTINCT,
            oracle=lambda g, y, slope=slope: g * slope(y),
        )
        for name, (_, slope) in ACTIVATIONS.items()
    ],
    F.lstm_recurrence: [
        Case(F.lstm_recurrence, "(t,b,d),(b,1),(b,1),(d,4),(1,4),(4)", oracle=lstm, order=1),
        Case(F.lstm_recurrence, "(t,b,d),(b,2),(b,2),(d,8),(2,8),(8)", oracle=lstm, order=1),
    ],
    F.gru_recurrence: [
        Case(F.gru_recurrence, "(t,b,d),(b,2),(d,6),(2,6),(6),(6)", oracle=gru, order=1),
        Case(F.gru_recurrence, "(t,b,d),(b,1),(d,3),(1,3),(3),(3)", oracle=gru, order=1),
    ],
    F.matmul: [Case(F.matmul, "(n,k),(k,m)", oracle=lambda a, b: np.einsum("nk,km->nm", a, b))],
    F.linear: [
        Case(F.linear, shapes, oracle=lambda x, W, b: np.einsum("...d,dh->...h", x, W) + b)
        for shapes in ("(n,d),(d,h),(h)", "(...,d),(d,h),(h)")
    ],
    F.tanh_recurrence: [Case(F.tanh_recurrence, "(t,b,d),(b,h),(d,h),(h,h),(h)", oracle=recurrence, order=1)],
    F.kl_to_standard_normal: [
        Case(
            F.kl_to_standard_normal,
            "(n,z),(n,z)",
            oracle=lambda mu, v: np.einsum("nz->n", (mu * mu + np.exp(v) - 1 - v) / 2),
        )
    ],
    F.reparameterize: [
        Case(
            lambda mu, logvar: F.reparameterize(mu, logvar, KEY, COUNTER),
            "(n,m),(n,m)",
            oracle=lambda mu, logvar: mu + np.exp(logvar / 2) * noise(mu.shape),
        )
    ],
    F.reparameterize_grad: [
        Case(
            lambda g, logvar: F.reparameterize_grad(g, logvar, KEY, COUNTER),
            "(n,m),(n,m)",
            oracle=lambda g, logvar: g * np.exp(logvar / 2) * noise(g.shape) / 2,
        )
    ],
}
