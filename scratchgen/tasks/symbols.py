"""The symbols that the text of a training part is made of."""

from __future__ import annotations

from scratchgen.data import CharacterTokenizer
from scratchgen.data.tokenizers.byte_pairs import BytePairTokenizer
from scratchgen.tasks.recipes import RNNRecipe


def symbols_of(settings: RNNRecipe, train: str, held_out: str) -> str | None:
    """What config.json says of them: the characters, the pieces as JSON, or nothing of bytes.

    Characters that are held out alone count as one, �, that no training shows.
    """
    if settings.vocabulary == "bytes":
        return None
    if settings.vocabulary == "pieces":
        return BytePairTokenizer.of([train], settings.pieces).json
    return CharacterTokenizer.of(train, held_out).characters
