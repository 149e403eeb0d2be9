"""A tokenizer with one token per frequent word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.errors import BadInput, check_counts
from scratchgen.nn.saving import saveable

UNKNOWN = "<unk>"  # no word of a text: its brackets are words of their own


@saveable
class WordTokenizer:
    """One token per known word: runs of letters, digits and _, and single other characters without white space.

        tokenizer = WordTokenizer.of(["to be or not to be"], vocabulary_size=3)    # <unk>, be, to
        tokenizer.encode("to see")                                                # [2, 0]
        tokenizer.encode("to see", outside=["see"])                               # [2, 4]

    words    the known words; the number of a word is its index. The first is "<unk>", for any other word.

    A model that copies also numbers the words of one source that are not known, its `outside` words: V + 1 + k is
    the k-th of them, k = 0, 1, …, and V stays free for the boundary of a `Seq2Seq`.
    """

    def __init__(self, words: Sequence[str]):
        if not words or words[0] != UNKNOWN or len(set(words)) != len(words):
            raise BadInput(
                f"the words of a tokenizer are {UNKNOWN!r} and then distinct words; use WordTokenizer.of(texts)"
            )
        self.words = list(words)
        self._numbers = {word: i for i, word in enumerate(words)}

    @classmethod
    def of(cls, texts: Iterable[str], vocabulary_size: int = 8192) -> WordTokenizer:
        """The tokenizer of the most frequent words of texts, at most `vocabulary_size` tokens with "<unk>".

        Raises BadInput for a size below 1.
        """
        check_counts(vocabulary_size=vocabulary_size)
        counts = Counter(word for text in texts for word in split_words(text))
        by_frequency = sorted(counts, key=lambda word: (-counts[word], word))
        return cls([UNKNOWN, *sorted(by_frequency[: vocabulary_size - 1])])

    @property
    def vocabulary_size(self) -> int:
        """V, the number of known words, "<unk>" included."""
        return len(self.words)

    def outside(self, text: str) -> list[str]:
        """The distinct words of a text that are not known, in their order."""
        return [word for word in dict.fromkeys(split_words(text)) if word not in self._numbers]

    def encode(self, text: str, outside: Sequence[str] = ()) -> np.ndarray:
        """Text of N words → (N,) int64; a word that is neither known nor in `outside` becomes 0."""
        further = {word: self.vocabulary_size + 1 + k for k, word in enumerate(outside)}
        return np.array([self._numbers.get(w, further.get(w, 0)) for w in split_words(text)], np.int64)

    def decode(self, ids: ArrayLike, outside: Sequence[str] = ()) -> str:
        """(N,) integers → the words, with spaces between them.   Raises BadInput for numbers of no word."""
        names = dict(enumerate(self.words)) | {
            self.vocabulary_size + 1 + k: word for k, word in enumerate(outside)
        }
        numbers: list[int] = np.asarray(ids, np.int64).tolist()
        if wrong := [i for i in numbers if i not in names]:
            raise BadInput(
                f"no word has the number {wrong[0]}; known words are 0 … {self.vocabulary_size - 1}"
            )
        return " ".join(names[i] for i in numbers)

    def __repr__(self) -> str:
        return f"WordTokenizer({self.vocabulary_size} words)"


def split_words(text: str) -> list[str]:
    """The words of a text: runs of letters, digits and _, and single other characters without white space."""
    return re.findall(r"\w+|[^\w\s]", text)
