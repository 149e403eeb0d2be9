"""Back-propagation through time whose memory grows as the square root of the length."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from scratchgen.autograd import remat
from scratchgen.errors import BadInput, check_counts


def remat_loss(
    loss: Callable, sequences: Sequence[np.ndarray], state: Any, segment_steps: int
) -> tuple[Any, Any]:
    """Σ_k ℓ_k over the segments of long sequences, with (ℓ_k, s_k) = loss(*segment k of each sequence, s_{k−1}).

    The gradient is that of full back-propagation through time. Of each segment only s_k is stored; the reverse
    sweep computes the segments again, one at a time. With segments of n steps, memory holds T/n states and the
    values of one segment: the minimum, of the order of √T, is at n ≈ √T. The price is one more forward pass.

    loss             (arrays (t, B, ...), state) ↦ (a scalar, the state after it), both tensors
    sequences        arrays (T, B, ...); the last segment may be shorter
    state            the state before the first step, (L, S, B, H)
    segment_steps    n, the number of steps per segment
    → (Σ_k ℓ_k, the last state), both differentiable.   Raises BadInput for T = 0 or segment_steps below 1.

        def loss(ids, targets, state):
            y, state = model(ids, state)
            return softmax_cross_entropy(y, targets).sum(), state

        total, state = remat_loss(loss, (ids, targets), model.initial_state(B), segment_steps=100)
        total.backward()

    Source: Chen et al. (2016), section 3; for recurrent networks Gruslys et al. (2016).
    Ledger: rnn.bptt
    """
    T = len(sequences[0])
    check_counts(0, segment_steps=segment_steps)
    if T == 0 or segment_steps < 1:
        raise BadInput(
            f"{T} steps in segments of {segment_steps} have no loss; give at least one step, and segments of 1"
        )

    def segment(*arguments: Any) -> Any:  # one result: a rematerialised function has no tuples
        number, after = loss(*arguments)
        return np.concatenate([np.reshape(number, (1,)), np.reshape(after, (after.size,))])

    recomputed, shape, total = remat(segment), np.shape(state), 0.0
    for start in range(0, T, segment_steps):
        y = recomputed(*(x[start : start + segment_steps] for x in sequences), state)
        total, state = total + y[0], np.reshape(y[1:], shape)
    return total, state
