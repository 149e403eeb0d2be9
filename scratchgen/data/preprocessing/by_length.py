"""Batches of sequences of similar length, padded and masked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from scratchgen.errors import BadInput, check_counts
from scratchgen.random import Generator, check_draws

POOL = 20  # batches that are sorted together: enough for little padding, few enough to stay random


def batches_by_length(
    sequences: Sequence[np.ndarray],
    batch_size: int,
    rng: Generator | np.random.Generator,
    pool: int = POOL,
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The batches of one epoch as (x, mask, rows): every sequence once.

    The sequences are shuffled; the sequences of `pool` batches are sorted by length and cut into batches, whose order
    is shuffled again. So the sequences of a batch have similar lengths, and little padding is needed.

    sequences    (T_i, ...) each, all of one dtype
    x            (T, B, ...), T the longest length in the batch, padded with zeros
    mask         (T, B) bool, True where x is not padding: a loss is a sum over these steps
    rows         (B,) the indices of the sequences
    rng          anything with `permutation(n)`
    Raises BadInput for no sequences, for an empty sequence, and for a batch size below 1.
    """
    check_counts(batch_size=batch_size, pool=pool)
    check_draws(rng, "permutation")
    if not len(sequences):
        raise BadInput("there are no sequences for a batch; give at least one")
    if others := [x for x in sequences if not isinstance(x, np.ndarray)]:
        raise BadInput(
            f"a sequence is an array (T, ...), not a {type(others[0]).__name__}; convert or encode all of them"
        )
    lengths = np.array([len(x) for x in sequences])
    if not lengths.all():
        raise BadInput(f"sequence {int(np.argmin(lengths))} is empty; remove it")
    return _by_length(sequences, lengths, batch_size, rng, pool)


def _by_length(
    sequences: Sequence[np.ndarray], lengths: np.ndarray, batch_size: int, rng: Any, pool: int
) -> Iterator[Any]:
    order = rng.permutation(len(sequences))
    for start in range(0, len(order), pool * batch_size):
        rows = order[start : start + pool * batch_size]
        rows = rows[np.argsort(lengths[rows], kind="stable")]
        groups = [rows[i : i + batch_size] for i in range(0, len(rows), batch_size)]
        for k in rng.permutation(len(groups)):
            x, mask = pad([sequences[i] for i in groups[k]])
            yield x, mask, groups[k]


def pad(sequences: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Pad sequences (T_i, ...) to one length: x (T, B, ...) with zeros after each end, mask (T, B) bool."""
    lengths = np.array([len(x) for x in sequences])
    x = np.zeros((lengths.max(), len(sequences), *sequences[0].shape[1:]), sequences[0].dtype)
    for b, sequence in enumerate(sequences):
        x[: len(sequence), b] = sequence
    return x, np.arange(len(x))[:, None] < lengths
