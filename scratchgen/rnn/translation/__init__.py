"""Sequence to sequence: encoder, decoder with attention, and translation of texts."""

from scratchgen.rnn.translation.attention import AdditiveAttention, Attention, DotAttention
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
    "DotAttention",
    "SentencePair",
    "Seq2Seq",
    "Translation",
    "Translator",
    "nats_by_pair",
    "nats_per_symbol",
    "train_translator",
]
