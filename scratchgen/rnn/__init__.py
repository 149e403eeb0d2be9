"""The recurrent network: the recurrence, a language model over characters, its training."""

from scratchgen.rnn.models import LanguageModel
from scratchgen.rnn.recurrence import output, recurrence
from scratchgen.rnn.training import evaluate, train

__all__ = ["LanguageModel", "evaluate", "output", "recurrence", "train"]
