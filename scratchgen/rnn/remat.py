"""Back-propagation through time whose memory grows as the square root of the length."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scratchgen.autograd import remat
from scratchgen.errors import BadInput


def remat_loss(loss: Callable, sequences: Sequence[np.ndarray], state: Any, chunk: int) -> tuple[Any, Any]:
    """Σ_k ℓ_k over the chunks of long sequences, with (ℓ_k, s_k) = loss(*chunk k of each sequence, s_{k−1}).

    The gradient is that of full back-propagation through time. Of each chunk only s_k is stored; the reverse
    sweep computes the chunks again, one at a time. So memory holds T/chunk states and the values of one chunk:
    the minimum, of the order of √T, is at chunks of about √T steps. The price is one more forward pass.

    loss         (arrays (t, B, ...), state) ↦ (a scalar, the state after it), both tensors
    sequences    arrays (T, B, ...); the last chunk may be shorter
    state        the state before the first step, (L, S, B, H)
    chunk        number of steps per chunk
    → (Σ_k ℓ_k, the last state), both differentiable.   Raises BadInput for T = 0 or a chunk below 1.

        def loss(ids, targets, state):
            y, state = model(ids, state)
            return softmax_cross_entropy(y, targets).sum(), state

        total, state = remat_loss(loss, (ids, targets), model.initial_state(B), chunk=100)
        total.backward()

    Source: Chen et al. (2016), section 3; for recurrent networks Gruslys et al. (2016).
    Ledger: rnn.bptt
    """
    T = len(sequences[0])
    if T == 0 or chunk < 1:
        raise BadInput(f"{T} steps in chunks of {chunk} have no loss; give at least one step and chunks of 1")

    def segment(*arguments):  # one result: a rematerialised function has no tuples
        number, after = loss(*arguments)
        return np.concatenate([np.reshape(number, (1,)), np.reshape(after, (after.size,))])

    recomputed, shape, total = remat(segment), np.shape(state), 0.0
    for start in range(0, T, chunk):
        y = recomputed(*(x[start : start + chunk] for x in sequences), state)
        total, state = total + y[0], np.reshape(y[1:], shape)
    return total, state
