"""Scaled dot-product attention."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from scratchgen.autograd.primitives import to_numpy
from scratchgen.errors import BadInput
from scratchgen.functional.activations import softmax

__all__ = ["scaled_dot_product_attention"]


def scaled_dot_product_attention(q: Any, k: Any, v: Any, mask: Any = None) -> tuple[Any, Any]:
    """For each query the mean of the values, weighted by the softmax of q · k / √d.

        A = softmax(Q Kᵀ / √d),  Y = A V

    q (..., T′, d), k (..., T, d), v (..., T, e) → Y (..., T′, e), A (..., T′, T)

    mask    bool, broadcasts to (..., T′, T): True where a query may look, so that np.tril(np.ones((T, T), bool)) is
            causal; everywhere by default

    The root keeps the scores of random vectors of the order of 1.
    Raises BadInput for a query that may look nowhere, ValueError for a mask of other numbers than truth values.
    Source: Vaswani et al. (2017), eq. 1.   Ledger: nn.dot_product_attention
    """
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(np.shape(k)[-1])
    if mask is not None:
        mask = np.asarray(to_numpy(mask))
        if mask.dtype != bool:
            raise ValueError(
                f"a mask holds True where a query may look, and this one holds {mask.dtype} numbers"
            )
        if not np.all(np.any(mask, axis=-1)):
            raise BadInput("a query is masked everywhere, so there is nothing to attend to; remove it")
        scores = np.where(mask, scores, np.array(-np.inf, scores.dtype))
    weights = softmax(scores)
    return weights @ v, weights
