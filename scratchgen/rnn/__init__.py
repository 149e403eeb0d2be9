"""The recurrent network: the recurrence, a language model over characters, its training."""

from scratchgen.rnn.models import LanguageModel
from scratchgen.rnn.recurrence import gru_recurrence, lstm_recurrence, output, recurrence
from scratchgen.rnn.training import evaluate, train

__all__ = [
    "LanguageModel",
    "evaluate",
    "gru_recurrence",
    "lstm_recurrence",
    "output",
    "recurrence",
    "train",
]
