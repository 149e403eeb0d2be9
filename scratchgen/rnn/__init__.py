"""The recurrent network: the recurrences, language models, their training, and sampling from them."""

from scratchgen.rnn.attention import AdditiveAttention, DotAttention
from scratchgen.rnn.beam import Found, beam_search
from scratchgen.rnn.build import build
from scratchgen.rnn.frame_training import train_frames
from scratchgen.rnn.frames import FrameModel, nats_by_sequence, nats_per_frame
from scratchgen.rnn.models import CELLS, LanguageModel
from scratchgen.rnn.notes import NADE, IndependentNotes, nade_log_prob
from scratchgen.rnn.pair_training import train_pairs
from scratchgen.rnn.recurrence import gru_recurrence, lstm_recurrence, output, recurrence
from scratchgen.rnn.regression import SequenceRegression
from scratchgen.rnn.sampling import generate, probabilities
from scratchgen.rnn.scoring import bits_per_character, evaluate, log_prob, perplexity
from scratchgen.rnn.seq2seq import Seq2Seq
from scratchgen.rnn.training import train, truncation_bias
from scratchgen.rnn.translator import Translation, Translator, nats_by_pair, nats_per_symbol
from scratchgen.rnn.vocabularies import Bytes

__all__ = [
    "CELLS",
    "NADE",
    "AdditiveAttention",
    "Bytes",
    "DotAttention",
    "Found",
    "FrameModel",
    "IndependentNotes",
    "LanguageModel",
    "Seq2Seq",
    "SequenceRegression",
    "Translation",
    "Translator",
    "beam_search",
    "bits_per_character",
    "build",
    "evaluate",
    "generate",
    "gru_recurrence",
    "log_prob",
    "lstm_recurrence",
    "nade_log_prob",
    "nats_by_pair",
    "nats_by_sequence",
    "nats_per_frame",
    "nats_per_symbol",
    "output",
    "perplexity",
    "probabilities",
    "recurrence",
    "train",
    "train_frames",
    "train_pairs",
    "truncation_bias",
]
