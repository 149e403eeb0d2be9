"""Recurrent networks: cells, language models, translation, frames, their training, generation and analysis."""

from scratchgen.data.tokenizers.utf8 import ByteTokenizer
from scratchgen.rnn.analysis import (
    EigenvalueHistory,
    Unit,
    correlation,
    eigenvalues,
    gates,
    gradient_norms,
    interesting_units,
    saturation,
    states,
    text_features,
)
from scratchgen.rnn.beam import Hypothesis, beam_search
from scratchgen.rnn.cells import (
    gru_recurrence,
    gru_step,
    lstm_recurrence,
    lstm_step,
    output,
    tanh_recurrence,
    tanh_step,
)
from scratchgen.rnn.frames import (
    NADE,
    FrameModel,
    IndependentNotes,
    MixtureDensity,
    mixture_log_prob,
    nade_log_prob,
    nats_by_sequence,
    nats_per_frame,
    train_frames,
)
from scratchgen.rnn.incremental_decoder import IncrementalDecoder
from scratchgen.rnn.models import CELLS, LanguageModel
from scratchgen.rnn.protocols import FrameOutput, TextModel, Tokenizer
from scratchgen.rnn.regression import SequenceRegression
from scratchgen.rnn.remat import remat_loss
from scratchgen.rnn.sampling import generate, probabilities
from scratchgen.rnn.scoring import bits_per_character, evaluate, log_prob, perplexity
from scratchgen.rnn.training import train, truncation_bias
from scratchgen.rnn.translation import (
    AdditiveAttention,
    Attention,
    DotAttention,
    Seq2Seq,
    Translation,
    Translator,
    nats_by_pair,
    nats_per_symbol,
    train_translator,
)

__all__ = [
    "CELLS",
    "NADE",
    "AdditiveAttention",
    "Attention",
    "ByteTokenizer",
    "DotAttention",
    "EigenvalueHistory",
    "FrameModel",
    "FrameOutput",
    "Hypothesis",
    "IncrementalDecoder",
    "IndependentNotes",
    "LanguageModel",
    "MixtureDensity",
    "Seq2Seq",
    "SequenceRegression",
    "TextModel",
    "Tokenizer",
    "Translation",
    "Translator",
    "Unit",
    "beam_search",
    "bits_per_character",
    "correlation",
    "eigenvalues",
    "evaluate",
    "gates",
    "generate",
    "gradient_norms",
    "gru_recurrence",
    "gru_step",
    "interesting_units",
    "log_prob",
    "lstm_recurrence",
    "lstm_step",
    "mixture_log_prob",
    "nade_log_prob",
    "nats_by_pair",
    "nats_by_sequence",
    "nats_per_frame",
    "nats_per_symbol",
    "output",
    "perplexity",
    "probabilities",
    "remat_loss",
    "saturation",
    "states",
    "tanh_recurrence",
    "tanh_step",
    "text_features",
    "train",
    "train_frames",
    "train_translator",
    "truncation_bias",
]
