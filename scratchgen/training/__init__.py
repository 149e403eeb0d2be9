"""Runs: a directory with its log, pictures and finished weights, and the way back from it."""

from scratchgen.training.history import History
from scratchgen.training.run import Run, Stopped
from scratchgen.training.saved import load_run

__all__ = ["History", "Run", "Stopped", "load_run"]
