"""The recurrent network: the recurrences, language models, their training, and sampling from them."""

from scratchgen.rnn.attention import AdditiveAttention, DotAttention
from scratchgen.rnn.beam import Found, beam_search
from scratchgen.rnn.models import CELLS, LanguageModel
from scratchgen.rnn.recurrence import gru_recurrence, lstm_recurrence, output, recurrence
from scratchgen.rnn.sampling import generate, probabilities
from scratchgen.rnn.scoring import bits_per_character, evaluate, log_prob, perplexity
from scratchgen.rnn.seq2seq import Seq2Seq
from scratchgen.rnn.training import train, truncation_bias
from scratchgen.rnn.vocabularies import Bytes

__all__ = [
    "CELLS",
    "AdditiveAttention",
    "Bytes",
    "DotAttention",
    "Found",
    "LanguageModel",
    "Seq2Seq",
    "beam_search",
    "bits_per_character",
    "evaluate",
    "generate",
    "gru_recurrence",
    "log_prob",
    "lstm_recurrence",
    "output",
    "perplexity",
    "probabilities",
    "recurrence",
    "train",
    "truncation_bias",
]
