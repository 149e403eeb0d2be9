"""Runs: a directory with its log, pictures and finished weights, and the way back from it."""

from typing import Any

from scratchgen.runs.history import History

__all__ = ["History", "Run", "Stopped"]


def __getattr__(name: str) -> Any:
    """Run and Stopped, imported when first used: History alone needs no library but NumPy."""
    if name in ("Run", "Stopped"):
        from scratchgen.runs import run

        return getattr(run, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
