"""From the sizes in a configuration to a model of text, of sentence pairs, of frames, or of a vector per sequence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scratchgen.data import CharacterTokenizer
from scratchgen.data.tokenizers.byte_pairs import BytePairTokenizer
from scratchgen.data.tokenizers.utf8 import ByteTokenizer
from scratchgen.nn import Module
from scratchgen.random import Generator
from scratchgen.rnn.frames.model import FrameModel
from scratchgen.rnn.models import LanguageModel
from scratchgen.rnn.protocols import Tokenizer
from scratchgen.rnn.regression import SequenceRegression
from scratchgen.rnn.translation.translator import Translator

# by the name in a configuration: from the configuration of a tokenizer to the tokenizer
TOKENIZERS: dict[str, Callable[[Any], Tokenizer]] = {
    "characters": CharacterTokenizer,
    "bytes": lambda none: ByteTokenizer(),
    "pieces": BytePairTokenizer.from_json,
}

ARGUMENTS = {"tied": "tie_embeddings", "components": "mixture_components"}  # by the key of a configuration


def build(sizes: dict, rng: Generator | None = None) -> Module:
    """The model that these sizes describe.

    with `target_dim`      a SequenceRegression
    with `data_dim`        a FrameModel
    with `vocabularies`    a Translator, from the configurations of its source's and its target's tokenizer
    with `vocabulary`      a LanguageModel, from the configuration of its tokenizer (None for bytes)

    `symbols` names the kind of tokenizer, "characters" by default; all other sizes are arguments of the class.
    Raises KeyError, TypeError or ValueError for sizes that describe no model; NotInstalled for byte pairs
    without the library that reads them.
    """
    given = {ARGUMENTS.get(key, key): value for key, value in sizes.items()}
    if "target_dim" in sizes:
        return SequenceRegression(**given, rng=rng)
    if "data_dim" in sizes:
        return FrameModel(**given, rng=rng)
    tokenizer = TOKENIZERS[given.pop("symbols", "characters")]
    if "vocabularies" in sizes:
        source, target = map(tokenizer, given.pop("vocabularies"))
        return Translator(source, target, **given, rng=rng)
    return LanguageModel(tokenizer(given.pop("vocabulary", None)), **given, rng=rng)
