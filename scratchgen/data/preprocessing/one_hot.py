"""Classes as one-hot rows, the form in which conditional models read them."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.errors import BadInput


def one_hot(labels: Any, classes: int) -> np.ndarray:
    """Each class k of K as a row with 1 at place k and 0 elsewhere.   labels (B,) of 0 … K−1 → (B, K) float32

    Raises BadInput for labels that are missing (None), of another shape, or no class.
    """
    if labels is None:
        raise BadInput(
            f"a conditional model needs the class of each example, 0 … {classes - 1}: give labels, one per row"
        )
    labels = np.asarray(labels)
    known = np.isin(labels, np.arange(classes))
    if labels.ndim != 1 or not known.all():
        wrong = labels[~known][0] if labels.ndim == 1 else f"an array of shape {labels.shape}"
        raise BadInput(f"classes are 0 … {classes - 1}, one per row, not {wrong}")
    return np.equal(labels[:, None], np.arange(classes)).astype(np.float32)
