"""The softmax cross entropy with class weights, ignored targets and label smoothing."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.autograd.primitives import to_numpy
from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.functional.activations import log_softmax
from scratchgen.functional.losses import softmax_cross_entropy

__all__ = ["weighted_cross_entropy"]


def weighted_cross_entropy(
    logits: Any,
    targets: Any,
    class_weights: Any = None,
    ignore_index: int | None = None,
    label_smoothing: float = 0.0,
) -> Tensor | np.ndarray:
    """−Σ_v w_v q_v log softmax(logits)_v with q_v = (1 − ε) [v = target] + ε/V, per prediction, in nats.

    logits             (..., V)
    targets            (...) int, 0 … V − 1, or ignore_index
    class_weights      w (V,), not negative; 1 by default
    ignore_index       a target whose predictions have the loss 0 and no gradient, such as that of padding
    label_smoothing    ε in [0, 1): the share of the target that is spread over all classes

    Like the other losses it does not average. PyTorch's mean counts a prediction as its weight and leaves out the
    ignored: `loss.sum() / class_weights[targets[targets != ignore_index]].sum()`. Without options the loss is
    `softmax_cross_entropy`.

    Raises BadInput for weights that are negative, not finite or of another number, ValueError for other targets.
    Source: Szegedy et al. (2016), Rethinking the Inception architecture, section 7.   Ledger: nn.weighted_cross_entropy
    """
    check_numbers("[0, 1)", label_smoothing=label_smoothing)
    targets, V = np.asarray(to_numpy(targets)), np.shape(logits)[-1]
    kept = np.ones(targets.shape, bool)
    if ignore_index is not None:
        check_whole(ignore_index=ignore_index)
        kept = targets != ignore_index
        targets = np.where(kept, targets, 0)
    loss: Any = softmax_cross_entropy(logits, targets)
    weights = None if class_weights is None else checked_weights(class_weights, V, loss.dtype)
    if weights is not None:
        loss = weights[targets] * loss
    if label_smoothing:
        log_p: Any = log_softmax(logits)
        spread = np.mean(log_p if weights is None else weights * log_p, axis=-1)
        loss = (1 - label_smoothing) * loss - label_smoothing * spread
    return loss if kept.all() else np.where(kept, loss, np.zeros((), loss.dtype))


def checked_weights(class_weights: Any, V: int, dtype: np.dtype) -> np.ndarray:
    """The weights of V classes in a dtype.   Raises BadInput for weights that are no V finite numbers ≥ 0."""
    w = np.asarray(to_numpy(class_weights), dtype)
    if w.shape != (V,) or not (np.all(w >= 0) and np.all(np.isfinite(w))):
        raise BadInput(
            f"class_weights must be {V} finite numbers of at least 0, one per class, not {class_weights}"
        )
    return w


def check_whole(**number: Any) -> None:
    """Raise BadInput unless the number is a whole one, of either sign."""
    ((name, n),) = number.items()
    check_counts(0, **{name: abs(n) if isinstance(n, int | np.integer) and not isinstance(n, bool) else n})
