"""Find the first operation that makes a NaN or an infinity."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from scratchgen.autograd.inspect.source_lines import line_of_the_caller, source
from scratchgen.autograd.mode import WATCHERS
from scratchgen.autograd.primitives import Primitive
from scratchgen.autograd.tensor import Tensor

__all__ = ["AnomalyError", "detect_anomaly"]


class AnomalyError(FloatingPointError):
    """An operation with finite inputs made a NaN or an infinity."""


_open_blocks: ContextVar[tuple[_Watcher, ...]] = ContextVar("open blocks", default=())


@contextmanager
def detect_anomaly() -> Iterator[None]:
    """Within `with detect_anomaly():` the first operation that makes a NaN or an infinity raises.

    Every value of the forward pass and every cotangent of the reverse sweep is checked, in all threads. An
    infinity that was there before (a mask of −∞, say) may pass through; a NaN that no input had, or an
    infinity where all inputs are finite, raises. An array that is overwritten through a view which is older than
    its recorded call raises RuntimeError in the sweep, as it does for small arrays without this block.

    Raises AnomalyError with the operation, its shapes and the line that called it.
    """
    watcher = _Watcher()
    _open_blocks.set((*_open_blocks.get(), watcher))
    WATCHERS.append(watcher)
    try:
        yield
    finally:
        WATCHERS.remove(watcher)
        _restore_warnings(watcher)


def _restore_warnings(watcher: _Watcher) -> None:
    """Restore NumPy's warnings, or hand them to a block that began later: blocks may end in any order."""
    blocks = _open_blocks.get()
    if watcher not in blocks:  # the block began in another thread
        return
    later = blocks[blocks.index(watcher) + 1 :]
    _open_blocks.set(tuple(block for block in blocks if block is not watcher))
    if later:
        later[0].warnings_before = watcher.warnings_before
    else:
        np.seterr(**watcher.warnings_before)


class _Watcher:
    """The observer to which `call` and `vjp_of_node` show every value and every cotangent."""

    def __init__(self) -> None:
        self.warnings_before = np.seterr(all="ignore")  # they would repeat the error without its line

    def value(self, y: Tensor, entry: Primitive, arrays: list) -> None:
        """Check the result of a call."""
        anomaly = _new_anomaly(y.data, arrays)
        if anomaly:
            shapes = ", ".join(str(np.shape(a)) for a in arrays)
            raise AnomalyError(f"{entry.name} of shapes {shapes} made {anomaly}, at {line_of_the_caller()}")

    def cotangent(self, node: Tensor, i: int, g: Any, g_a: Any) -> None:
        """Check the cotangent g_a that a rule computed from g for argument i."""
        g, g_a = (t.data if isinstance(t, Tensor) else t for t in (g, g_a))
        anomaly = _new_anomaly(g_a, [g])
        if anomaly and node.primitive:
            raise AnomalyError(
                f"the derivative of {node.primitive.name} by its argument {i}, of shape {g_a.shape}, made "
                f"{anomaly}; the operation was called at {source(node)}"
            )


def _new_anomaly(result: np.ndarray, inputs: list) -> str:
    """The anomaly of the result that no input contains: "a NaN", "an infinity" or ""."""
    if result.dtype.kind != "f" or np.isfinite(result).all():
        return ""
    floats = [a for a in map(np.asarray, inputs) if a.dtype.kind == "f"]
    if np.isnan(result).any():
        return "" if any(np.isnan(a).any() for a in floats) else "a NaN"
    return "" if any(not np.isfinite(a).all() for a in floats) else "an infinity"
