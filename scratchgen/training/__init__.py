"""Runs: a directory with its log, pictures and finished weights, and the way back from it."""

from scratchgen.training.run import History, Run
from scratchgen.training.saved import load_run

__all__ = ["History", "Run", "load_run"]
