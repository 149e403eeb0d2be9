"""The recurrent network: the recurrences, language models, their training, and sampling from them."""

from scratchgen.data.tokenizers.utf8 import ByteTokenizer
from scratchgen.rnn.analysis.jacobians import Spectra, gradient_norms, spectrum
from scratchgen.rnn.analysis.states import gates, saturation, states
from scratchgen.rnn.analysis.units import Unit, correlation, interesting_units, text_features
from scratchgen.rnn.beam import Found, beam_search
from scratchgen.rnn.build import build
from scratchgen.rnn.frames.densities import MixtureDensity, mixture_log_prob
from scratchgen.rnn.frames.model import FrameModel, nats_by_sequence, nats_per_frame
from scratchgen.rnn.frames.notes import NADE, IndependentNotes, nade_log_prob
from scratchgen.rnn.frames.training import train_frames
from scratchgen.rnn.models import CELLS, LanguageModel
from scratchgen.rnn.recurrence import gru_recurrence, lstm_recurrence, output, recurrence
from scratchgen.rnn.regression import SequenceRegression
from scratchgen.rnn.remat import remat_loss
from scratchgen.rnn.sampling import generate, probabilities
from scratchgen.rnn.scoring import bits_per_character, evaluate, log_prob, perplexity
from scratchgen.rnn.training import train, truncation_bias
from scratchgen.rnn.translation.attention import AdditiveAttention, DotAttention
from scratchgen.rnn.translation.seq2seq import Seq2Seq
from scratchgen.rnn.translation.training import train_translator
from scratchgen.rnn.translation.translator import Translation, Translator, nats_by_pair, nats_per_symbol

__all__ = [
    "CELLS",
    "NADE",
    "AdditiveAttention",
    "ByteTokenizer",
    "DotAttention",
    "Found",
    "FrameModel",
    "IndependentNotes",
    "LanguageModel",
    "MixtureDensity",
    "Seq2Seq",
    "SequenceRegression",
    "Spectra",
    "Translation",
    "Translator",
    "Unit",
    "beam_search",
    "bits_per_character",
    "build",
    "correlation",
    "evaluate",
    "gates",
    "generate",
    "gradient_norms",
    "gru_recurrence",
    "interesting_units",
    "log_prob",
    "lstm_recurrence",
    "mixture_log_prob",
    "nade_log_prob",
    "nats_by_pair",
    "nats_by_sequence",
    "nats_per_frame",
    "nats_per_symbol",
    "output",
    "perplexity",
    "probabilities",
    "recurrence",
    "remat_loss",
    "saturation",
    "spectrum",
    "states",
    "text_features",
    "train",
    "train_frames",
    "train_translator",
    "truncation_bias",
]
