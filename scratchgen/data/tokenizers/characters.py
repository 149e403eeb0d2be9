"""A tokenizer with one token per character."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.data.stored_text import code_points
from scratchgen.errors import BadInput
from scratchgen.nn.saving import saveable

UNKNOWN = "\ufffd"  # Unicode's replacement character, �


@saveable
class CharacterTokenizer:
    """One token per known character; the integer of a character is its index in `characters`.

    characters    distinct, in the order of their code points; if � is among them, it replaces unknown characters
    """

    def __init__(self, characters: str):
        if not characters:
            raise BadInput("a tokenizer needs at least one character; give a text that is not empty")
        if sorted(set(characters)) != list(characters):
            raise BadInput(
                "the characters of a tokenizer must be distinct and sorted; use CharacterTokenizer.of(text)"
            )
        self.characters = characters
        self._codes = code_points(characters)

    @classmethod
    def of(cls, text: str, held_out: str = "") -> CharacterTokenizer:
        """The tokenizer of the characters of a text, with � if `held_out` has others.

        Raises BadInput for an empty text.
        """
        known = set(text)
        new = set() if known.issuperset(held_out) else {UNKNOWN}
        return cls("".join(sorted(known | new)))

    @property
    def vocabulary_size(self) -> int:
        """V, the number of characters."""
        return len(self.characters)

    def encode(self, text: str) -> np.ndarray:
        """Text of N characters → (N,) int64.

        An unknown character becomes �; if � is not in `characters`, it raises BadInput.
        """
        codes = code_points(text)
        ids = np.minimum(np.searchsorted(self._codes, codes), self.vocabulary_size - 1)
        unseen = np.flatnonzero(self._codes[ids] != codes)
        if unseen.size and UNKNOWN in self.characters:
            ids[unseen] = self.characters.index(UNKNOWN)
        elif unseen.size:
            raise BadInput(
                f"the character {text[unseen[0]]!r} is not known; the {self.vocabulary_size} known ones include "
                f"{self.characters.strip()[-20:]!r}; leave it out or train on a text that contains it"
            )
        return ids.astype(np.int64)

    def decode(self, ids: ArrayLike) -> str:
        """(N,) integers in 0 … V−1 → text.   Raises BadInput for other integers."""
        ids = np.asarray(ids, dtype=np.int64)
        V = self.vocabulary_size
        if ids.size and not 0 <= ids.min() <= ids.max() < V:
            raise BadInput(f"tokens are numbered 0 … {V - 1}, not {ids.min()} … {ids.max()}; check them")
        return "".join(self.characters[i] for i in ids)

    def __repr__(self) -> str:
        return f"CharacterTokenizer({self.characters!r})"
