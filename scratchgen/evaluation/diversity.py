"""How much the samples of one condition differ from one another."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.evaluation.distances import squared_distances

MAX_EXAMPLES = 1000  # of one condition: a quarter of a second for 128 features


def diversity_within(features: np.ndarray, labels: Any) -> float:
    """The mean distance of two examples of one condition, averaged over the conditions, ≥ 0.

        d = 1/K Σ_k 1/(n_k (n_k − 1)) Σ_{i ≠ j, y_i = y_j = k} ‖φ_i − φ_j‖

    features    (N, D), φ_i of example i: such as the hidden layer of a classifier, in which distances are differences
                that matter for the labels
    labels      (N,) the condition y_i of each example; of one condition the first `MAX_EXAMPLES` are compared

    The value is 0 if all examples of a condition are equal, and it has a meaning next to that of real examples alone.
    Raises BadInput for a condition with one example, which has no pair.
    Source: Zhu et al. (2017), Toward multimodal image-to-image translation, section 5.
    Ledger: evaluation.diversity_within
    """
    features, labels = np.asarray(features, np.float64), np.asarray(labels)
    if labels.shape != features.shape[:1] or not len(labels):
        raise BadInput(f"{features.shape} features need one label each, (N,), not {labels.shape}")
    means = []
    for k in np.unique(labels):
        phi = features[labels == k][:MAX_EXAMPLES]
        if (n := len(phi)) < 2:
            raise BadInput(f"condition {k} has one example, and the diversity needs two; give more examples")
        distances = np.sqrt(squared_distances(phi, phi))
        means.append((distances.sum() - np.trace(distances)) / (n * (n - 1)))
    return float(np.mean(means))
