"""Arrays in one line, as a pane of variables shows them: the numbers if there are few, else their range."""

from __future__ import annotations

import numpy as np

FEW, FEWER = 8, 2  # numbers that are shown one by one: on a line of their own, and among others


def values(a: np.ndarray, few: int = FEW) -> str:
    """ "[1., 2.]", or "-2.9 … 3.1" of more than `few`."""
    if a.size > few:
        return span(a)
    return " ".join(np.array2string(a, precision=4, separator=", ").split())


def span(a: np.ndarray | None) -> str:
    """The least and the greatest number, or the only one; "nan" if one is none, "" of nothing."""
    if a is None or a.size == 0:
        return ""
    if a.size == 1:
        return f"{a.item():.5g}"
    low, high = float(np.min(a)), float(np.max(a))
    return f"{low:.3g}" if low == high or np.isnan(low) else f"{low:.3g} … {high:.3g}"


def brief(x) -> str:
    """A tensor or an array among other things: "array([[1., 2.]])", or "-2.9 … 3.1 (64, 20) float32"."""
    tensor = hasattr(x, "requires_grad")
    a = x.data if tensor else np.asarray(x)
    if a.size > FEWER:
        return f"{span(a)} {a.shape} {a.dtype}"
    return f"{'Tensor' if tensor else 'array'}({values(a)})"
