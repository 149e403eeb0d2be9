"""IBM model 1: a dictionary learned from pairs of sentences by expectation maximisation, as a baseline of translation.

Source: Brown et al. (1993), The mathematics of statistical machine translation, section 4.1.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from scratchgen.errors import BadInput, check_counts

NULL = ""  # the empty source word, from which words without a source word are translated
WORD_PATTERN = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+(?:['’-][^\W\u3400-\u9fff]+)*|[^\w\s]")


def alignment_words(text: str) -> list[str]:
    """The words of a sentence: each Chinese character, runs of other letters and digits, each other character.

    An apostrophe or a hyphen between letters is a part of the word.
    """
    return WORD_PATTERN.findall(text)


class WordTranslations:
    """t(y|x): the probability that a source word x is translated as y, by IBM model 1.

        p(y | x) ∝ Π_j (1/(l + 1)) Σ_{i=0}^{l} t(y_j | x_i)

    x_0 is the empty word, x_1 … x_l are the words of the source, y_j those of the target. t is learned by
    expectation maximisation from equal probabilities.

        dictionary = WordTranslations([("le chat", "the cat"), ("le chien", "the dog")])
        dictionary.translate("le chat")

    pairs         pairs of sentences, source and target
    iterations    of expectation maximisation
    Raises BadInput for pairs without words on both sides, and for iterations < 1.
    Source: Brown et al. (1993), eq. 5 and 14.   Ledger: evaluation.ibm_model_1
    """

    def __init__(self, pairs: Sequence[tuple[str, str]], iterations: int = 10):
        check_counts(iterations=iterations)
        sources = [[NULL, *alignment_words(x)] for x, _ in pairs]
        targets = [alignment_words(y) for _, y in pairs]
        if not any(targets) or not any(len(words) > 1 for words in sources):
            raise BadInput(
                "a dictionary needs pairs of sentences with words on both sides; give at least one"
            )
        self._sources, x = _numbered(sources)
        self._targets, y = _numbered(targets)
        keys, place, words_before = [], [], 0
        for source, target in zip(x, y, strict=True):
            keys.append((source * len(self._targets) + target[:, None]).ravel())
            place.append(np.repeat(np.arange(len(target)) + words_before, len(source)))
            words_before += len(target)
        distinct, self._pair = np.unique(np.concatenate(keys), return_inverse=True)
        self._place = np.concatenate(place)
        self._x, self._y = np.divmod(distinct, len(self._targets))
        self._log_lengths = np.log(np.repeat([*map(len, x)], [*map(len, y)]))
        self._t = np.full(len(distinct), 1 / len(self._targets))
        for _ in range(iterations):
            self._t = em_step(self._t, self._pair, self._place, self._x)
        self._best = self._most_probable()

    def _most_probable(self) -> dict[str, str]:
        order = np.lexsort((self._y, -self._t, self._x))  # by source word, the most probable target first
        first = order[np.unique(self._x[order], return_index=True)[1]]
        sources, targets = list(self._sources), list(self._targets)
        return {sources[self._x[k]]: targets[self._y[k]] for k in first}

    def probability(self, target: str, source: str) -> float:
        """t(target | source) of two words; 0 for words that are together in no pair. `NULL` is the empty word."""
        x, y = self._sources.get(source, -1), self._targets.get(target, -1)
        return float(self._t[(self._x == x) & (self._y == y)].sum())

    def nats_per_word(self) -> float:
        """−log p(target | source) / words of the targets, over the pairs of the training, without the constant."""
        p = np.bincount(self._place, self._t[self._pair])
        return float(np.mean(self._log_lengths - np.log(p)))

    def translate(self, text: str) -> str:
        """The most probable translation of each word, in the order of the source, with spaces between the words.

        A word that is in no pair is kept.
        """
        return " ".join(self._best.get(word, word) for word in alignment_words(text))


def em_step(t: np.ndarray, pair: np.ndarray, place: np.ndarray, x: np.ndarray) -> np.ndarray:
    """One step of expectation maximisation: the next t of each pair of words (x, y).

        t(y|x) ← c(x, y) / Σ_y′ c(x, y′),   c(x, y) = Σ over all places i, j with x_i = x, y_j = y of
                                                      t(y_j|x_i) / Σ_i′ t(y_j|x_i′)

    t        of K pairs of words, (K,)
    pair     the pair of words (x_i, y_j) of each pair of places i, j of one sentence, (N,) integers below K
    place    the place j of each pair of places, numbered through all sentences, (N,) integers
    x        the source word of each pair of words, (K,) integers
    → (K,)
    Source: Brown et al. (1993), eq. 13 and 14.   Ledger: evaluation.ibm_model_1
    """
    pair, place, x = (np.asarray(indices, np.intp) for indices in (pair, place, x))  # as bincount takes them
    p = t[pair]
    c = np.bincount(pair, p / np.bincount(place, p)[place], minlength=len(t))
    return c / np.bincount(x, c)[x]


def _numbered(sentences: Sequence[Sequence[str]]) -> tuple[dict[str, int], list[np.ndarray]]:
    """The number of each distinct word, and the sentences as the numbers of their words."""
    numbers: dict[str, int] = {}
    ids = [
        np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int64) for words in sentences
    ]
    return numbers, ids
