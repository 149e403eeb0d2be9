"""Minibatches: the examples of one training step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from scratchgen.data.checks import check_examples
from scratchgen.data.stored import StoredArray
from scratchgen.data.types import Rows
from scratchgen.errors import BadInput, check_counts
from scratchgen.random import Generator, check_draws

Own = Callable[[int], slice]
WINDOW = 64  # blocks that are shuffled together: 16,384 rows of a mapped file


def batches(
    *arrays: Rows,
    batch_size: int,
    rng: Generator | np.random.Generator,
    drop_last: bool = False,
    own: Own = lambda n: slice(0, n),
) -> Iterator[Any]:
    """The minibatches of one epoch: every example once, in random order.

    arrays       (N, ...) each, of the same length N; rows with the same index stay together. One array yields
                 arrays, several yield tuples of arrays. Anything with a length and rows serves (`Rows`). Only
                 the rows of a batch are copied, so an array may be a memory map. `MappedRows` are shuffled by
                 blocks and within a window of blocks, so that long stretches of the file are read
    rng          anything with `permutation(n)`, and with `integers(n)` for mapped rows
    drop_last    leave out the last batch if it is smaller than batch_size
    own          number of examples of a batch ↦ those that are read, such as `optim.Shards.own`; the others are zeros,
                 as another process computes with them
    Raises BadInput if there are no examples for a batch, or if the arrays differ in length.
    """
    for array in arrays:
        check_examples(array, "examples")
    check_draws(rng, "permutation")
    lengths = {len(array) for array in arrays}
    if len(lengths) != 1:
        raise BadInput(
            f"arrays of {sorted(lengths)} examples do not form batches; give arrays of equal length"
        )
    (n,) = lengths
    _check_batch_size(batch_size)
    if n < (batch_size if drop_last else 1):
        raise BadInput(
            f"{n} examples do not fill a batch of {batch_size}; give more examples or smaller batches"
        )
    block = max(getattr(array, "block", 1) for array in arrays)
    order = [rng.permutation(n)] if block == 1 else _by_blocks(n, block, rng)
    return _portions(arrays, order, batch_size, drop_last, own)


def _by_blocks(n: int, block: int, rng: Any) -> Iterator[np.ndarray]:
    """0 … n−1 in random order, one window of blocks at a time: memory does not grow with n."""
    # All random numbers of the epoch are drawn from rng now, so that draws between batches do not change the
    # order.
    blocks, within = rng.permutation(-(-n // block)), Generator(int(rng.integers(2**53)))

    def windows() -> Iterator[np.ndarray]:
        for start in range(0, len(blocks), WINDOW):
            rows = (blocks[start : start + WINDOW, None] * block + np.arange(block)).ravel()
            rows = rows[rows < n]
            yield rows[within.permutation(len(rows))]

    return windows()


def _portions(
    arrays: tuple, order: Iterable[np.ndarray], batch_size: int, drop_last: bool, own: Own
) -> Iterator:
    waiting = np.zeros(0, np.int64)  # rows that do not fill a batch yet
    for rows in order:
        waiting = np.concatenate([waiting, rows])
        whole = len(waiting) // batch_size * batch_size
        for start in range(0, whole, batch_size):
            yield _batch(arrays, waiting[start : start + batch_size], own)
        waiting = waiting[whole:]
    if len(waiting) and not drop_last:
        yield _batch(arrays, waiting, own)


def _batch(arrays: tuple, rows: np.ndarray, own: Own) -> Any:
    read = own(len(rows))
    # asarray reads the rows of a memory map
    batch = tuple(_among(np.asarray(array[rows[read]]), read, len(rows), axis=0) for array in arrays)
    return batch if len(batch) > 1 else batch[0]


def _among(x: np.ndarray, read: slice, n: int, axis: int) -> np.ndarray:
    """x as the part `read` of n examples along an axis, the others zeros."""
    if x.shape[axis] == n:
        return x
    whole = np.zeros((*x.shape[:axis], n, *x.shape[axis + 1 :]), x.dtype)
    whole[(slice(None),) * axis + (read,)] = x
    return whole


def text_chunks(
    ids: np.ndarray | StoredArray, batch_size: int, length: int, own: Own = lambda n: slice(0, n)
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Chunks of text for truncated back-propagation through time: (inputs, targets), each (T, B).

    The text is cut into B = batch_size parallel streams. A chunk contains the next T = length tokens of each
    stream, so the state after one chunk is the initial state of the next. targets[t] is the token that follows
    inputs[t]. The end of the text that does not fill a chunk is left out.
    own: number of streams ↦ those that are read, as for `batches`; the others are zeros.
    ids: (N,) integers, in memory or stored (`encode_text`).   Raises BadInput for a text of fewer than B·T + 1 tokens.
    """
    ids = ids if isinstance(ids, StoredArray) else np.asarray(ids)
    chunks = number_of_chunks(len(ids), batch_size, length)
    return _streams(ids, batch_size, length, chunks, own(batch_size))


def number_of_chunks(n: int, batch_size: int, length: int) -> int:
    """The number of chunks of a text of n tokens.   Raises BadInput as `text_chunks`."""
    _check_batch_size(batch_size)
    check_counts(length=length)
    needed = batch_size * length + 1
    if n < needed:
        raise BadInput(
            f"a text of {n} tokens is too short: {batch_size} streams of {length} need {needed}; "
            "give more text, or choose a smaller batch size or chunk length"
        )
    return (n - 1) // (batch_size * length)


def _streams(
    ids: np.ndarray | StoredArray, B: int, T: int, chunks: int, read: slice
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for chunk in range(chunks):
        starts = [(stream * chunks + chunk) * T for stream in range(B)[read]]
        tokens = _among(np.stack([ids[start : start + T + 1] for start in starts], axis=1), read, B, axis=1)
        tokens = tokens.astype(np.int64) if tokens.dtype.kind == "u" else tokens
        yield tokens[:-1].copy(), tokens[1:].copy()


def _check_batch_size(batch_size: int) -> None:
    check_counts(batch_size=batch_size)
