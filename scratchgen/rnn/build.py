"""From the sizes in a configuration to a model of text, pairs, frames, or of a number that a sequence has."""

from __future__ import annotations

from scratchgen.data import CharacterTokenizer
from scratchgen.data.tokenizers.byte_pairs import BytePairTokenizer
from scratchgen.data.tokenizers.utf8 import ByteTokenizer
from scratchgen.nn import Module
from scratchgen.random import Generator
from scratchgen.rnn.frames.model import FrameModel
from scratchgen.rnn.models import LanguageModel
from scratchgen.rnn.regression import SequenceRegression
from scratchgen.rnn.translation.translator import Translator

# from what a configuration says of them to the symbols
SYMBOLS = {
    "characters": CharacterTokenizer,
    "bytes": lambda none: ByteTokenizer(),
    "pieces": BytePairTokenizer.from_json,
}


def build(sizes: dict, rng: Generator | None = None) -> Module:
    """The model of frames of size `sizes["data_dim"]`, if it is given, with the arguments of FrameModel; with
    `sizes["target_dim"]` beside it that of SequenceRegression.

    Otherwise the language model over `sizes["symbols"]` ("characters" if there is none), which are
    `sizes["vocabulary"]`; with `sizes["vocabularies"]`, that of the source and that of the target, the
    Translator. Those of bytes are None; the rest are the arguments of the class.
    Raises KeyError, TypeError or ValueError for sizes that are none; NotInstalled for pieces without the
    library that knows them.
    """
    if "target_dim" in sizes:
        return SequenceRegression(**sizes, rng=rng)
    if "data_dim" in sizes:
        return FrameModel(**sizes, rng=rng)
    given = dict(sizes)
    symbols = SYMBOLS[given.pop("symbols", "characters")]
    if "vocabularies" in sizes:
        source, target = map(symbols, given.pop("vocabularies"))
        return Translator(source, target, **given, rng=rng)
    return LanguageModel(symbols(given.pop("vocabulary", None)), **given, rng=rng)
