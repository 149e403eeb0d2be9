"""Arrays in one line of text, for a pane of variables and for tables: the numbers if there are few, else their
range."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["brief", "format_range", "format_value", "format_values"]

MAX_ELEMENTS = 8  # an array of at most this many elements is printed element by element
MAX_ELEMENTS_IN_BRIEF = 2  # the same, where the array is one field among others


def format_values(a: np.ndarray) -> str:
    """ "[1., 2.]", or "-2.9 … 3.1" for an array of more than 8 elements."""
    if a.size > MAX_ELEMENTS:
        return format_range(a)
    return " ".join(np.array2string(a, precision=4, separator=", ").split())


def format_range(a: np.ndarray | None) -> str:
    """The least and the greatest number, or the only one; "nan" if there is a NaN, "" if there is no number."""
    if a is None or a.size == 0:
        return ""
    if a.size == 1:
        return f"{a.item():.5g}"
    low, high = float(np.min(a)), float(np.max(a))
    return f"{low:.3g}" if low == high or np.isnan(low) else f"{low:.3g} … {high:.3g}"


def brief(x: Any) -> str:
    """A tensor or an array as one field among others: "array([[1., 2.]])", "-2.9 … 3.1 (64, 20) float32"."""
    tensor = hasattr(x, "requires_grad")
    a = x.data if tensor else np.asarray(x)
    if a.size > MAX_ELEMENTS_IN_BRIEF:
        return f"{format_range(a)} {a.shape} {a.dtype}"
    return f"{'Tensor' if tensor else 'array'}({format_values(a)})"


def format_value(value: Any) -> str:
    """At most 8 numbers, to five decimals; the shape of a larger array; an index as it is typed."""
    if isinstance(value, tuple):
        return ", ".join(map(format_value, value))
    if isinstance(value, slice):
        ends = ("" if end is None else str(end) for end in (value.start, value.stop))
        return ":".join(ends) + ("" if value.step is None else f":{value.step}")
    if value is Ellipsis:
        return "..."
    if not isinstance(value, np.ndarray | np.generic | float):
        return str(value)
    if np.size(value) > MAX_ELEMENTS:
        return f"array of {np.shape(value)}"
    text = np.array2string(
        np.asarray(value), separator=", ", formatter={"float_kind": lambda x: f"{round(float(x), 5):.10g}"}
    )
    return " ".join(text.split())
