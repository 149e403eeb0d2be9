"""Classes and attributes as one-hot rows, the form in which conditional models read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from scratchgen.errors import BadInput, check_counts

Classes = int | Sequence[int]  # the number of classes, or of the kinds of each attribute


def counts_of(classes: Classes) -> int | tuple[int, ...]:
    """The number of classes, or of the kinds of each attribute as a tuple. Raises BadInput for numbers below 1."""
    counts = tuple(classes) if isinstance(classes, Sequence | np.ndarray) else (classes,)
    if not counts:
        raise BadInput("attributes need at least one number of kinds")
    for n in counts:
        check_counts(classes=n)
    return tuple(map(int, counts)) if isinstance(classes, Sequence | np.ndarray) else int(counts[0])


def one_hot_width(classes: Classes) -> int:
    """The length of a row of `one_hot`."""
    return int(np.sum(classes))


def one_hot(labels: Any, classes: Classes) -> np.ndarray:
    """Each class k of K as a row with 1 at place k and 0 elsewhere.   labels (B,) of 0 … K−1 → (B, K) float32

    With several attributes, classes is (K_1, …, K_S), labels (B, S), and the rows of the attributes are
    concatenated: (B, K_1 + … + K_S).

    Raises BadInput for labels that are missing (None), of another shape, or no class.
    """
    counts = counts_of(classes)
    if labels is None:
        raise BadInput(
            f"a conditional model needs the class of each example, {_range(counts)}: give labels, one per row"
        )
    labels = np.asarray(labels)
    if isinstance(counts, tuple):
        if labels.ndim != 2 or labels.shape[1] != len(counts):
            raise BadInput(
                f"labels are (B, {len(counts)}), one per attribute, not an array of shape {labels.shape}"
            )
        return np.concatenate([one_hot(k, K) for k, K in zip(labels.T, counts, strict=True)], axis=1)
    known = np.isin(labels, np.arange(counts))
    if labels.ndim != 1 or not known.all():
        wrong = labels[~known][0] if labels.ndim == 1 else f"an array of shape {labels.shape}"
        raise BadInput(f"classes are {_range(counts)}, one per row, not {wrong}")
    return np.equal(labels[:, None], np.arange(counts)).astype(np.float32)


def labels_in_turn(n: int, classes: Classes) -> np.ndarray:
    """n labels in which every class occurs equally often: 0, 1, … K−1, 0, …   → (n,) int64

    Of several attributes each has its kinds equally often, in its own order.   → (n, S)
    """
    counts = counts_of(classes)
    if isinstance(counts, int):
        return np.arange(n) % counts
    columns = []
    for s, K in enumerate(counts):
        rng = np.random.RandomState(s)  # NumPy's policy freezes its streams
        columns.append(np.concatenate([rng.permutation(K) for _ in range(-(-n // K) or 1)])[:n])
    return np.stack(columns, axis=1).astype(np.int64)


def _range(counts: int | tuple[int, ...]) -> str:
    return (
        f"0 … {counts - 1}"
        if isinstance(counts, int)
        else f"of attributes with {', '.join(map(str, counts))} kinds"
    )
