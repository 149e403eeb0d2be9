"""Twins of np.add.reduce, np.multiply.accumulate, np.maximum.outer and the like.

f.outer(A, B) is f of A with new axes, and B: its twins are those of f.
"""

import numpy as np
import torch

from scratchgen.autograd.primitives import TABLE

from . import elementwise
from .twin import M, Twin, pytorch


def outer(ufunc, of_elements):
    """The twin of f.outer(A, B) for vectors A and B, made of a twin of f."""
    return Twin(
        ufunc.outer,
        lambda A, B: of_elements.theirs(A[:, None], B),
        of_elements.peer,
        ((2,), (3,)),
        of_elements.domain,
        of_elements.complex,
    )


OUTER = {
    row: [outer(row.__self__, elementwise.TWINS[row.__self__][0])]
    for row in TABLE
    if getattr(row, "__name__", "") == "outer" and isinstance(getattr(row, "__self__", None), np.ufunc)
}
OUTER[np.ldexp.outer] = [  # its second argument is a whole number
    pytorch(
        lambda x: np.ldexp.outer(x, [1, -2]),
        lambda x: torch.ldexp(x[..., None], torch.tensor([1.0, -2.0])),
        M,
    )
]

TWINS = {
    **OUTER,
    np.add.reduce: [pytorch(lambda x: np.add.reduce(x, axis=1), lambda x: x.sum(1), M)],
    np.multiply.reduce: [pytorch(np.multiply.reduce, lambda x: x.prod(0), M)],
    np.maximum.reduce: [pytorch(np.maximum.reduce, lambda x: x.amax(0), M)],
    np.minimum.reduce: [pytorch(np.minimum.reduce, lambda x: x.amin(0), M)],
    np.logaddexp.reduce: [pytorch(np.logaddexp.reduce, lambda x: x.logsumexp(0), M)],
    np.add.accumulate: [pytorch(np.add.accumulate, lambda x: x.cumsum(0), M)],
    np.multiply.accumulate: [pytorch(lambda x: np.multiply.accumulate(x, axis=1), lambda x: x.cumprod(1), M)],
    np.maximum.accumulate: [pytorch(lambda x: np.maximum.accumulate(x, axis=1), lambda x: x.cummax(1)[0], M)],
    np.minimum.accumulate: [pytorch(np.minimum.accumulate, lambda x: x.cummin(0)[0], M)],
    np.logaddexp.accumulate: [pytorch(np.logaddexp.accumulate, lambda x: x.logcumsumexp(0), M)],
}
