"""Speech: a model from phones to durations and frames, and its training."""

from scratchgen.rnn.speech.acoustic import AcousticModel, upsample
from scratchgen.rnn.speech.training import speech_loss, train_acoustic

__all__ = ["AcousticModel", "speech_loss", "train_acoustic", "upsample"]
