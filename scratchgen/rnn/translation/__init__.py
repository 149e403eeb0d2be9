"""Sequence to sequence: encoder, decoder with attention, and translation of texts."""

from scratchgen.rnn.translation.attention import AdditiveAttention, Attention, CoverageAttention, DotAttention
from scratchgen.rnn.translation.pointer import GenerationProbability, coverage_loss, pointer_log_prob
from scratchgen.rnn.translation.seq2seq import Seq2Seq
from scratchgen.rnn.translation.training import train_translator
from scratchgen.rnn.translation.translator import (
    SentencePair,
    Translation,
    Translator,
    nats_by_pair,
    nats_per_symbol,
)

__all__ = [
    "AdditiveAttention",
    "Attention",
    "CoverageAttention",
    "DotAttention",
    "GenerationProbability",
    "SentencePair",
    "Seq2Seq",
    "Translation",
    "Translator",
    "coverage_loss",
    "nats_by_pair",
    "nats_per_symbol",
    "pointer_log_prob",
    "train_translator",
]
