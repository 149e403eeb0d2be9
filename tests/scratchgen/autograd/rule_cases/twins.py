"""What each row is called in PyTorch: a twin for every row and every argument that has a rule.

Kinks and ties are not compared, as the conventions differ: here equal extremes share the derivative.
"""

from functools import partial

import numpy as np
import torch

from scratchgen import functional as F
from scratchgen.autograd.rules.elementwise import clip
from scratchgen.autograd.rules.indexing import add_at, getitem
from scratchgen.autograd.rules.linear_algebra import log_abs_determinant
from scratchgen.autograd.rules.shapes import astype, identity
from scratchgen.functional import conv2d, conv_transpose2d, overlap_add, patches

from .functional import COUNTER, KEY, noise

R, P, U = "real", "positive", "inside (−1, 1)"
M = ((2, 3),)  # one matrix
PAIR = ((2, 1, 3), (4, 1))  # two arrays that broadcast


def rnn(x, h0, W_xh, W_hh, b_h):
    """PyTorch's own recurrent layer, which has weights the other way round and two biases."""
    weights = [W_xh.T, W_hh.T, b_h, torch.zeros_like(b_h)]
    layers, dropout = 1, 0.0
    return torch.rnn_tanh(x, h0[None], weights, True, layers, dropout, False, False, False)[0]


def lstm(x, h0, c0, W_xh, W_hh, b_h):
    """PyTorch's cell, step by step: its layer tells only the last c."""
    state, states = (h0, c0), []
    for x_t in x:
        state = torch.lstm_cell(x_t, state, W_xh.T, W_hh.T, b_h, torch.zeros_like(b_h))
        states.append(torch.stack(state))
    return torch.stack(states, 1)


def gru(x, h0, W_xh, W_hh, b_x, b_h):
    """PyTorch's own layer of gated units."""
    weights, layers, dropout = [W_xh.T, W_hh.T, b_x, b_h], 1, 0.0
    return torch.gru(x, h0[None], weights, True, layers, dropout, False, False, False)[0]


def channels_first(x):
    return x.permute(0, 3, 1, 2)


def channels_last(x):
    return x.permute(0, 2, 3, 1)


def unfold(x, kernel, stride, padding):
    """PyTorch's patches, (B, C · k_h · k_w, H′ · W′), in our order."""
    p = torch.nn.functional.unfold(channels_first(x), kernel, stride=stride, padding=padding)
    h, w = ((n + 2 * padding - k) // stride + 1 for n, k in zip(x.shape[1:3], kernel, strict=True))
    return p.reshape(len(x), x.shape[3], *kernel, h, w).permute(0, 4, 5, 2, 3, 1)


def fold(p, size, stride, padding):
    """PyTorch's sum of patches, which takes them as `unfold` makes them."""
    B, h, w, k_h, k_w, C = p.shape
    columns = p.permute(0, 5, 3, 4, 1, 2).reshape(B, C * k_h * k_w, h * w)
    return channels_last(torch.nn.functional.fold(columns, size, (k_h, k_w), stride=stride, padding=padding))


def torch_convolution(stride, padding):
    return lambda x, W, b: channels_last(
        torch.nn.functional.conv2d(channels_first(x), W.permute(3, 2, 0, 1), b, stride, padding)
    )


def torch_transposed(stride, padding, more):
    """`more`: by how many pixels the image is larger than the smallest with as many patches."""
    return lambda x, W, b: channels_last(
        torch.nn.functional.conv_transpose2d(
            channels_first(x), W.permute(3, 2, 0, 1), b, stride, padding, output_padding=more
        )
    )


# row: [(in NumPy, in PyTorch, shapes, domain), ...]
TWINS = {
    np.add: [(lambda a, b: a + b, lambda a, b: a + b, PAIR, R)],
    np.subtract: [(lambda a, b: a - b, lambda a, b: a - b, PAIR, R)],
    np.multiply: [(lambda a, b: a * b, lambda a, b: a * b, PAIR, R)],
    np.divide: [(lambda a, b: a / b, lambda a, b: a / b, PAIR, P)],
    np.power: [(lambda a, b: a**b, lambda a, b: a**b, PAIR, P), (lambda x: x**3, lambda x: x**3, M, R)],
    np.maximum: [(np.maximum, torch.maximum, PAIR, R)],
    np.minimum: [(np.minimum, torch.minimum, PAIR, R)],
    np.logaddexp: [(np.logaddexp, torch.logaddexp, PAIR, R)],
    np.logaddexp2: [(np.logaddexp2, torch.logaddexp2, PAIR, R)],
    np.arctan2: [(np.arctan2, torch.arctan2, PAIR, R)],
    np.hypot: [(np.hypot, torch.hypot, PAIR, R)],
    np.where: [
        (
            lambda a, b: np.where(np.eye(3, dtype=bool), a, b),
            lambda a, b: torch.where(torch.eye(3, dtype=torch.bool), a, b),
            ((3,), (3, 1)),
            R,
        )
    ],
    np.clip: [
        (lambda x: np.clip(x, -0.5, 0.5), lambda x: x.clip(-0.5, 0.5), M, R),
        (np.clip, torch.clip, ((2, 3), (3,), (2, 1)), R),
    ],
    np.select: [
        (
            lambda x: np.select([x > 0.5, x > -0.5], [x * x, -x], default=1.0),
            lambda x: torch.where(x > 0.5, x * x, torch.where(x > -0.5, -x, torch.ones_like(x))),
            M,
            R,
        )
    ],
    **{
        getattr(np, name): [(getattr(np, name), getattr(torch, name), M, domain)]
        for domain, names in {
            R: "negative positive square exp exp2 expm1 sinh cosh tanh arcsinh sin cos arctan absolute sign "
            "deg2rad rad2deg",
            P: "sqrt reciprocal log log1p log2 log10",
            U: "arctanh tan arcsin arccos",
        }.items()
        for name in names.split()
    },
    np.radians: [(np.radians, torch.deg2rad, M, R)],
    np.degrees: [(np.degrees, torch.rad2deg, M, R)],
    np.arccosh: [(lambda x: np.arccosh(x + 1), lambda x: torch.arccosh(x + 1), M, P)],
    np.sum: [(lambda x: x.sum(axis=1), lambda x: x.sum(dim=1), M, R)],
    np.mean: [(lambda x: x.mean(axis=(0, 1), keepdims=True), lambda x: x.mean((0, 1), keepdim=True), M, R)],
    np.prod: [(lambda x: x.prod(axis=0), lambda x: x.prod(dim=0), M, R)],
    np.max: [(lambda x: x.max(axis=1), lambda x: x.amax(dim=1), M, R)],
    np.amax: [(np.amax, torch.amax, M, R)],
    np.min: [(lambda x: x.min(axis=0), lambda x: x.amin(dim=0), M, R)],
    np.amin: [(np.amin, torch.amin, M, R)],
    np.var: [(lambda x: x.var(axis=1, ddof=1), lambda x: x.var(dim=1, correction=1), M, R)],
    np.std: [(lambda x: x.std(axis=1), lambda x: x.std(dim=1, correction=0), M, R)],
    np.cumsum: [(lambda x: x.cumsum(axis=1), lambda x: x.cumsum(dim=1), M, R)],
    np.cumprod: [(lambda x: np.cumprod(x, axis=0), lambda x: x.cumprod(dim=0), M, R)],
    np.average: [
        (
            lambda x, w: np.average(x, axis=1, weights=w),
            lambda x, w: x @ w / w.sum(),
            ((2, 3), (3,)),
            P,
        )
    ],
    np.ptp: [(lambda x: np.ptp(x, axis=0), lambda x: x.amax(0) - x.amin(0), M, R)],
    np.reshape: [(lambda x: x.reshape(3, 2), lambda x: x.reshape(3, 2), M, R)],
    np.ravel: [(np.ravel, torch.ravel, M, R)],
    np.expand_dims: [(lambda x: np.expand_dims(x, 1), lambda x: x.unsqueeze(1), M, R)],
    np.squeeze: [(np.squeeze, torch.squeeze, ((2, 1, 3),), R)],
    np.broadcast_to: [(lambda x: np.broadcast_to(x, (4, 2, 3)), lambda x: x.expand(4, 2, 3), M, R)],
    np.swapaxes: [(lambda x: np.swapaxes(x, 0, 1), lambda x: x.swapaxes(0, 1), M, R)],
    np.moveaxis: [(lambda x: np.moveaxis(x, 0, 2), lambda x: x.moveaxis(0, 2), ((2, 3, 4),), R)],
    np.transpose: [(lambda x: x.transpose(2, 0, 1), lambda x: x.permute(2, 0, 1), ((2, 3, 4),), R)],
    np.matrix_transpose: [(np.matrix_transpose, lambda x: x.mT, ((4, 2, 3),), R)],
    np.broadcast_arrays: [
        (
            lambda a, b: (lambda a, b: a + b * b)(*np.broadcast_arrays(a, b)),
            lambda a, b: (lambda a, b: a + b * b)(*torch.broadcast_tensors(a, b)),
            PAIR,
            R,
        )
    ],
    np.atleast_1d: [(np.atleast_1d, torch.atleast_1d, ((),), R)],
    np.atleast_2d: [(np.atleast_2d, torch.atleast_2d, ((3,),), R)],
    np.concatenate: [
        (
            lambda a, b, c: np.concatenate([a, b, c], 1),
            lambda a, b, c: torch.cat([a, b, c], 1),
            ((2, 3), (2, 1), (2, 2)),
            R,
        )
    ],
    np.append: [(np.append, lambda a, b: torch.cat([a.ravel(), b.ravel()]), PAIR, R)],
    np.hstack: [(lambda a, b: np.hstack([a, b]), lambda a, b: torch.hstack([a, b]), ((2, 3), (2, 1)), R)],
    np.vstack: [(lambda a, b: np.vstack([a, b]), lambda a, b: torch.vstack([a, b]), ((3,), (2, 3)), R)],
    np.column_stack: [
        (
            lambda a, b: np.column_stack([a, b]),
            lambda a, b: torch.column_stack([a, b]),
            ((2,), (2, 3)),
            R,
        )
    ],
    np.stack: [(lambda a, b: np.stack([a, b], 1), lambda a, b: torch.stack([a, b], 1), M * 2, R)],
    np.split: [(lambda x: np.split(x, [1], 1)[1], lambda x: torch.tensor_split(x, [1], 1)[1], M, R)],
    np.array_split: [(lambda x: np.array_split(x, 2, 1)[0], lambda x: torch.tensor_split(x, 2, 1)[0], M, R)],
    np.copy: [(np.copy, torch.clone, M, R)],
    np.flip: [(lambda x: np.flip(x, 0), lambda x: x.flip(0), M, R)],
    np.flipud: [(np.flipud, torch.flipud, M, R)],
    np.fliplr: [(np.fliplr, torch.fliplr, M, R)],
    np.roll: [(lambda x: np.roll(x, (1, 2), (0, 1)), lambda x: x.roll((1, 2), (0, 1)), M, R)],
    np.repeat: [(lambda x: np.repeat(x, 2, 1), lambda x: x.repeat_interleave(2, 1), M, R)],
    np.tile: [(lambda x: np.tile(x, (2, 1, 3)), lambda x: x.tile(2, 1, 3), M, R)],
    np.pad: [
        (
            lambda x: np.pad(x, ((0, 0), (1, 2)), constant_values=3.0),
            lambda x: torch.nn.functional.pad(x, (1, 2), value=3.0),
            M,
            R,
        ),
        (
            lambda x: np.pad(x, ((0, 0), (1, 2)), mode="reflect"),
            lambda x: torch.nn.functional.pad(x, (1, 2), mode="reflect"),
            M,
            R,
        ),
    ],
    np.take: [
        (
            lambda x: np.take(x, [0, 0, 2], axis=1),
            lambda x: torch.index_select(x, 1, torch.tensor([0, 0, 2])),
            M,
            R,
        )
    ],
    np.take_along_axis: [
        (
            lambda x: np.take_along_axis(x, np.array([[2, 2], [0, 1]]), 1),
            lambda x: torch.take_along_dim(x, torch.tensor([[2, 2], [0, 1]]), 1),
            M,
            R,
        )
    ],
    np.sort: [(np.sort, lambda x: torch.sort(x)[0], M, R)],
    np.diff: [(lambda x: np.diff(x, 2, axis=0), lambda x: torch.diff(x, 2, dim=0), ((4, 3),), R)],
    np.matmul: [
        (np.matmul, torch.matmul, ((5, 1, 2, 3), (4, 3, 2)), R),
        (np.matmul, torch.matmul, ((3,), (3,)), R),
    ],
    np.dot: [(np.dot, torch.dot, ((3,), (3,)), R)],
    np.inner: [(np.inner, torch.inner, ((4, 2, 3), (5, 3)), R)],
    np.vdot: [(np.vdot, torch.vdot, ((3,), (3,)), R)],
    np.tensordot: [
        (
            lambda a, b: np.tensordot(a, b, ([1], [0])),
            lambda a, b: torch.tensordot(a, b, ([1], [0])),
            ((2, 3, 2), (3, 4)),
            R,
        )
    ],
    np.einsum: [
        (
            lambda a, b: np.einsum("...iji,jk->...ik", a, b),
            lambda a, b: torch.einsum("...iji,jk->...ik", a, b),
            ((5, 2, 3, 2), (3, 4)),
            R,
        ),
        (
            lambda a, b, c: np.einsum("ij,jk,kl->il", a, b, c, optimize=True),
            lambda a, b, c: torch.einsum("ij,jk,kl->il", a, b, c),
            ((2, 3), (3, 4), (4, 2)),
            R,
        ),
    ],
    np.outer: [(np.outer, torch.outer, ((2,), (3,)), R)],
    np.trace: [(np.trace, torch.trace, M, R)],
    np.diagonal: [(lambda x: np.diagonal(x, 1, 1, 2), lambda x: torch.diagonal(x, 1, 1, 2), ((2, 3, 3),), R)],
    np.diag: [(lambda x: np.diag(x, 1), lambda x: torch.diag(x, 1), shapes, R) for shapes in (M, ((3,),))],
    np.tril: [(lambda x: np.tril(x, -1), lambda x: torch.tril(x, -1), ((4, 3, 3),), R)],
    np.triu: [(np.triu, torch.triu, ((4, 3, 3),), R)],
    np.linalg.norm: [
        (partial(np.linalg.norm, ord=p, axis=1), partial(torch.linalg.vector_norm, ord=p, dim=1), M, R)
        for p in (1, 2, 3, np.inf, -np.inf)
    ],
    np.linalg.inv: [(np.linalg.inv, torch.linalg.inv, ((2, 3, 3),), "regular")],
    np.linalg.solve: [(np.linalg.solve, torch.linalg.solve, ((3, 3), (3, 2)), "regular")],
    np.linalg.slogdet: [
        (lambda x: np.linalg.slogdet(x)[1], lambda x: torch.linalg.slogdet(x)[1], ((2, 3, 3),), "regular")
    ],
    np.linalg.det: [(np.linalg.det, torch.linalg.det, ((2, 3, 3),), "regular")],
    np.linalg.cholesky: [
        (
            lambda x: np.linalg.cholesky(x @ np.swapaxes(x, -1, -2)),
            lambda x: torch.linalg.cholesky(x @ x.mT),
            ((2, 3, 3),),
            "regular",
        )
    ],
    identity: [(identity, torch.clone, M, R)],
    astype: [
        (
            lambda x: x.astype(np.float64).astype(x.dtype),
            lambda x: x.to(torch.float64).to(x.dtype),
            M,
            R,
        )
    ],
    add_at: [
        (
            lambda g: add_at(g, np.array([1, 1, 0]), (4, 2)),
            lambda g: torch.zeros(4, 2, dtype=g.dtype).index_add(0, torch.tensor([1, 1, 0]), g),
            ((3, 2),),
            R,
        )
    ],
    getitem: [(lambda x: x[[1, 1], 1:], lambda x: x[[1, 1], 1:], M, R)],
    F.logsumexp: [
        (F.logsumexp, lambda x: torch.logsumexp(x, -1), M, R),
        (
            partial(F.logsumexp, axis=(0, 2), keepdims=True),
            lambda x: torch.logsumexp(x, (0, 2), keepdim=True),
            ((2, 3, 4),),
            R,
        ),
    ],
    F.sigmoid: [(F.sigmoid, torch.sigmoid, M, R)],
    F.softplus: [(F.softplus, torch.nn.functional.softplus, M, R)],
    F.relu: [(F.relu, torch.relu, M, R)],
    F.leaky_relu: [(F.leaky_relu, lambda x: torch.nn.functional.leaky_relu(x, 0.2), M, R)],
    F.bernoulli_cross_entropy: [
        (
            F.bernoulli_cross_entropy,
            lambda a, x: torch.nn.functional.binary_cross_entropy_with_logits(a, x, reduction="none").sum(-1),
            M * 2,
            U,
        )
    ],
    F.softmax_cross_entropy: [
        (
            lambda a: F.softmax_cross_entropy(a, np.array([2, 0])),
            lambda a: torch.nn.functional.cross_entropy(a, torch.tensor([2, 0]), reduction="none"),
            M,
            R,
        )
    ],
    F.bernoulli_cross_entropy_grad: [
        (
            F.bernoulli_cross_entropy_grad,
            lambda g, a, x: g[:, None] * (torch.sigmoid(a) - x),
            ((2,), (2, 3), (2, 3)),
            U,
        )
    ],
    F.softmax_cross_entropy_grad: [
        (
            lambda g, a: F.softmax_cross_entropy_grad(g, a, np.array([2, 0])),
            lambda g, a: g[:, None] * (a.softmax(-1) - torch.eye(3, dtype=a.dtype)[[2, 0]]),
            ((2,), (2, 3)),
            R,
        )
    ],
    F.bias_activation: [
        (
            lambda x, b: F.bias_activation(x, b, "sigmoid"),
            lambda x, b: torch.sigmoid(x + b),
            ((2, 3), (3,)),
            R,
        )
    ],
    F.bias_activation_grad: [
        (lambda g, y: F.bias_activation_grad(g, y, "tanh"), lambda g, y: g * (1 - y * y), M * 2, R)
    ],
    F.lstm_recurrence: [(F.lstm_recurrence, lstm, ((4, 2, 3), (2, 2), (2, 2), (3, 8), (2, 8), (8,)), U)],
    F.gru_recurrence: [(F.gru_recurrence, gru, ((4, 2, 3), (2, 2), (3, 6), (2, 6), (6,), (6,)), U)],
    F.matmul: [(F.matmul, torch.matmul, ((2, 3), (3, 4)), R)],
    F.linear: [
        (F.linear, lambda x, W, b: torch.nn.functional.linear(x, W.T, b), ((5, 2, 3), (3, 4), (4,)), R)
    ],
    patches: [
        (lambda x: patches(x, (3, 2), 2, 1), lambda x: unfold(x, (3, 2), 2, 1), ((2, 6, 4, 3),), R),
        *(
            (
                lambda x, W, b, s=s, p=p: conv2d(x, W, b, s, p),
                torch_convolution(s, p),
                ((2, 6, 5, 3), (3, 2, 3, 4), (4,)),
                R,
            )
            for s, p in ((1, 0), (1, 1), (2, 0), (2, 1), (3, 1))
        ),
    ],
    overlap_add: [
        (
            lambda p: overlap_add(p, (6, 4), 2, 1),
            lambda p: fold(p, (6, 4), 2, 1),
            ((2, 3, 3, 3, 2, 3),),
            R,
        ),
        *(
            (
                lambda x, W, b, s=s, p=p, size=size: conv_transpose2d(x, W, b, s, p, size),
                torch_transposed(s, p, more),
                ((2, 3, 4, 5), (3, 2, 2, 5), (2,)),
                R,
            )
            for s, p, more, size in (
                (1, 0, (0, 0), None),
                (1, 1, (0, 0), None),
                (2, 1, (0, 0), None),
                (2, 0, (1, 1), (8, 9)),
                (3, 1, (2, 0), (9, 9)),
            )
        ),
    ],
    F.tanh_recurrence: [(F.tanh_recurrence, rnn, ((4, 2, 3), (2, 5), (3, 5), (5, 5), (5,)), U)],
    F.kl_to_standard_normal: [
        (
            F.kl_to_standard_normal,
            lambda mu, logvar: torch.distributions.kl_divergence(
                torch.distributions.Normal(mu, torch.exp(logvar / 2)), torch.distributions.Normal(0.0, 1.0)
            ).sum(-1),
            M * 2,
            U,
        )
    ],
    F.reparameterize: [
        (
            lambda mu, logvar: F.reparameterize(mu, logvar, KEY, COUNTER),
            lambda mu, logvar: mu + torch.exp(logvar / 2) * torch.tensor(noise(mu.shape), dtype=mu.dtype),
            M * 2,
            U,
        )
    ],
    F.reparameterize_grad: [
        (
            lambda g, logvar: F.reparameterize_grad(g, logvar, KEY, COUNTER),
            lambda g, logvar: g * torch.exp(logvar / 2) / 2 * torch.tensor(noise(g.shape), dtype=g.dtype),
            M * 2,
            U,
        )
    ],
}

# rows of our own that these functions of NumPy's are made of
BENEATH = {
    clip: np.clip,
    log_abs_determinant: np.linalg.slogdet,
}
TWINS |= {ours: TWINS[function] for ours, function in BENEATH.items()}
