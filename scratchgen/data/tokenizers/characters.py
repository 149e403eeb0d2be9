"""Characters as numbers."""

from __future__ import annotations

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.nn.saving import saveable

UNKNOWN = "\ufffd"  # Unicode's own sign for a character that cannot be written, �


@saveable
class CharacterTokenizer:
    """The characters that a model knows; the number of a character is its place in `characters`.

    characters    distinct, in the order of their code points; if � is among them, it stands for all others
    """

    def __init__(self, characters: str):
        if not characters:
            raise BadInput("a vocabulary needs at least one character; give a text that is not empty")
        if sorted(set(characters)) != list(characters):
            raise BadInput(
                "the characters of a vocabulary are distinct and sorted; use CharacterTokenizer.of(text)"
            )
        self.characters = characters
        self._codes = _code_points(characters)

    @classmethod
    def of(cls, text: str, held_out: str = "") -> CharacterTokenizer:
        """The distinct characters of a text, and � if `held_out` has others.   Raises BadInput for none."""
        known = set(text)
        new = set() if known.issuperset(held_out) else {UNKNOWN}
        return cls("".join(sorted(known | new)))

    @property
    def size(self) -> int:
        """V, how many characters there are."""
        return len(self.characters)

    def encode(self, text: str) -> np.ndarray:
        """Text of N characters → (N,) int64.

        A character that is not known becomes �; without � in the vocabulary it raises BadInput.
        """
        codes = _code_points(text)
        ids = np.minimum(np.searchsorted(self._codes, codes), self.size - 1)
        unseen = np.flatnonzero(self._codes[ids] != codes)
        if unseen.size and UNKNOWN in self.characters:
            ids[unseen] = self.characters.index(UNKNOWN)
        elif unseen.size:
            raise BadInput(
                f"the character {text[unseen[0]]!r} is not known; known are {self.size}, among them "
                f"{self.characters.strip()[-20:]!r}; leave it out or train on a text that has it"
            )
        return ids.astype(np.int64)

    def decode(self, ids) -> str:
        """(N,) integers in 0 … V−1 → text.   Raises BadInput for any other number."""
        ids = np.asarray(ids, dtype=np.int64)
        if ids.size and not 0 <= ids.min() <= ids.max() < self.size:
            raise BadInput(
                f"characters are numbered 0 … {self.size - 1}, not {ids.min()} … {ids.max()}; check them"
            )
        return "".join(self.characters[i] for i in ids)

    def __repr__(self) -> str:
        return f"CharacterTokenizer({self.characters!r})"


def _code_points(text: str) -> np.ndarray:
    # surrogatepass: a lone surrogate, as in a file name read from disk, is a character like any other
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
