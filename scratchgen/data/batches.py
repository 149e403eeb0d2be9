"""Portions of a data set for one step of training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.random import Generator

WINDOW = 64  # blocks that are shuffled together: 16,384 rows of a mapped file


def batches(*arrays, batch_size: int, rng, drop_last: bool = False) -> Iterator:
    """The minibatches of one epoch: every example once, in an order drawn from rng.

    arrays       (N, ...) each; rows stay together. One array yields arrays, several yield tuples of arrays.
                 Only the rows of a batch are copied: an array may be a memory map. For `MappedRows` the order
                 is random by blocks and within a window of them, so that the disk is read in long stretches
    rng          anything with `permutation(n)`, and with `integers(n)` for mapped rows
    drop_last    leaves out the last batch if it is smaller than batch_size
    Raises BadInput if there is nothing to yield, or if the arrays differ in length.
    """
    lengths = {len(array) for array in arrays}
    if len(lengths) != 1:
        raise BadInput(f"arrays of {sorted(lengths)} examples do not form batches; give arrays of one length")
    (n,) = lengths
    _check_batch_size(batch_size)
    if n < (batch_size if drop_last else 1):
        raise BadInput(f"{n} examples make no batch of {batch_size}; give more examples or smaller batches")
    block = max(getattr(array, "block", 1) for array in arrays)
    order = [rng.permutation(n)] if block == 1 else _by_blocks(n, block, rng)
    return _portions(arrays, order, batch_size, drop_last)


def _by_blocks(n: int, block: int, rng) -> Iterator[np.ndarray]:
    """0 … n−1 in random order, a window of blocks at a time: memory does not grow with n."""
    # All that the epoch needs of rng is drawn now: what is drawn between batches does not change their order.
    blocks, within = rng.permutation(-(-n // block)), Generator(int(rng.integers(2**53)))

    def windows():
        for start in range(0, len(blocks), WINDOW):
            rows = (blocks[start : start + WINDOW, None] * block + np.arange(block)).ravel()
            rows = rows[rows < n]
            yield rows[within.permutation(len(rows))]

    return windows()


def _portions(arrays: tuple, order: Iterable[np.ndarray], batch_size: int, drop_last: bool) -> Iterator:
    left = np.zeros(0, np.int64)
    for rows in order:
        left = np.concatenate([left, rows])
        whole = len(left) // batch_size * batch_size
        for start in range(0, whole, batch_size):
            yield _batch(arrays, left[start : start + batch_size])
        left = left[whole:]
    if len(left) and not drop_last:
        yield _batch(arrays, left)


def _batch(arrays: tuple, rows: np.ndarray):
    batch = tuple(np.asarray(array[rows]) for array in arrays)  # of a memory map: its rows, in memory
    return batch if len(batch) > 1 else batch[0]


def text_chunks(ids: np.ndarray, batch_size: int, length: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Chunks of text for truncated back-propagation through time: (inputs, targets), each (T, B).

    The text is cut into B = batch_size streams that run side by side. A chunk holds the next T = length
    characters of each, so the state after one chunk is the state before the next. targets[t] is the character
    that follows inputs[t]. The end of the text that does not fill a chunk is left out.
    ids: (N,) integers.   Raises BadInput for a text of fewer than B·T + 1 characters.
    """
    _check_batch_size(batch_size)
    if length < 1:
        raise BadInput(f"a chunk of {length} characters is none; choose at least 1")
    needed = batch_size * length + 1
    if len(ids) < needed:
        raise BadInput(
            f"a text of {len(ids)} characters is too short: {batch_size} streams of {length} need {needed}; "
            "give more text, or a smaller batch size or chunk"
        )
    return _side_by_side(np.asarray(ids), batch_size, length)


def _side_by_side(ids: np.ndarray, B: int, T: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    steps = (len(ids) - 1) // (B * T) * T
    inputs = ids[: B * steps].reshape(B, steps).T
    targets = ids[1 : B * steps + 1].reshape(B, steps).T
    for start in range(0, steps, T):
        chunk = slice(start, start + T)
        yield np.ascontiguousarray(inputs[chunk]), np.ascontiguousarray(targets[chunk])


def _check_batch_size(batch_size: int) -> None:
    if batch_size < 1:
        raise BadInput(f"a batch of {batch_size} examples is none; choose at least 1")
