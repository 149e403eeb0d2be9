"""How good a model is, one file a kind: what a training ends with, and what `evaluate` prints."""

from scratchgen.runs.score import Score

__all__ = ["Score"]
