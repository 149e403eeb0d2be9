"""Runs: a directory with its log, pictures and finished weights, and the way back from it."""

from scratchgen.runs.history import History
from scratchgen.runs.run import Run, Stopped

__all__ = ["History", "Run", "Stopped"]
