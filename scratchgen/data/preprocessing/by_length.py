"""Batches of sequences of different lengths: those of about one length together, filled and masked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scratchgen.errors import BadInput

POOL = 20  # batches that are sorted together: enough for little filling, few enough to stay random


def batches_by_length(
    sequences: Sequence[np.ndarray], batch_size: int, rng, pool: int = POOL
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """One epoch as (x, mask, rows): every sequence once.

    The order is random; `pool` batches at a time are sorted by length, cut into batches, and the batches
    shuffled. So a batch holds sequences of about one length, and little is filled.

    sequences    (T_i, ...) each, of one dtype
    x            (T, B, ...), T the longest of the batch, filled with zeros
    mask         (T, B) bool, True where x is real: a loss is a sum over these steps
    rows         (B,) which sequences they are
    rng          anything with `permutation(n)`
    Raises BadInput for no sequences, for an empty one, and for a batch size below 1.
    """
    if batch_size < 1 or pool < 1:
        raise BadInput(f"batches of {batch_size}, {pool} at a time, are none; choose at least 1")
    if not len(sequences):
        raise BadInput("there are no sequences to make batches of; give at least one")
    lengths = np.array([len(x) for x in sequences])
    if not lengths.all():
        raise BadInput(f"sequence {int(np.argmin(lengths))} is empty; remove it")
    return _by_length(sequences, lengths, batch_size, rng, pool)


def _by_length(sequences, lengths, batch_size, rng, pool):
    order = rng.permutation(len(sequences))
    for start in range(0, len(order), pool * batch_size):
        some = order[start : start + pool * batch_size]
        some = some[np.argsort(lengths[some], kind="stable")]
        groups = [some[i : i + batch_size] for i in range(0, len(some), batch_size)]
        for k in rng.permutation(len(groups)):
            x, mask = pad([sequences[i] for i in groups[k]])
            yield x, mask, groups[k]


def pad(sequences: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Sequences (T_i, ...) side by side: x (T, B, ...) with zeros after each end, mask (T, B) bool."""
    lengths = np.array([len(x) for x in sequences])
    x = np.zeros((lengths.max(), len(sequences), *sequences[0].shape[1:]), sequences[0].dtype)
    for b, sequence in enumerate(sequences):
        x[: len(sequence), b] = sequence
    return x, np.arange(len(x))[:, None] < lengths
