"""Recurrent models of sequences of frames, such as music and sound, and the distributions of a frame."""

from scratchgen.rnn.frames.densities import MixtureDensity, mixture_log_prob
from scratchgen.rnn.frames.model import FrameModel, nats_by_sequence, nats_per_frame
from scratchgen.rnn.frames.notes import NADE, IndependentNotes, nade_log_prob
from scratchgen.rnn.frames.training import train_frames

__all__ = [
    "NADE",
    "FrameModel",
    "IndependentNotes",
    "MixtureDensity",
    "mixture_log_prob",
    "nade_log_prob",
    "nats_by_sequence",
    "nats_per_frame",
    "train_frames",
]
