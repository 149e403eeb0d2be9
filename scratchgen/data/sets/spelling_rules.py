"""Words by formula, whose phones follow exactly from their letters by `data.spelling`."""

from __future__ import annotations

from scratchgen.data.spelling import phones_by_rules, with_stress
from scratchgen.data.types import PairData
from scratchgen.random import Generator

SIZES = (1500, 60, 60)
ONSETS = (
    "",
    "b",
    "ch",
    "d",
    "f",
    "g",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "sh",
    "t",
    "th",
    "v",
    "w",
    "z",
)
NUCLEI = ("a", "e", "i", "o", "u", "ai", "ea", "oa", "oo", "ou", "er")
SYLLABLES = 3  # at most
SEED = 44


def load() -> PairData:
    """1,500 train, 60 validation and 60 test pairs (letters, phones) of words of one to three syllables.

    A syllable is an onset, a vowel or two, and the onset of another syllable or nothing. The first vowel is stressed.
    No word occurs twice.
    """
    rng, words = Generator(SEED), dict[str, None]()
    while len(words) < sum(SIZES):
        words[_word(rng)] = None
    pairs = [(word, phones) for word in words if (phones := with_stress(phones_by_rules(word)))]
    train, validation = SIZES[0], SIZES[0] + SIZES[1]
    return PairData(
        "spelling-rules", ("letters", "phones"), pairs[:train], pairs[train:validation], pairs[validation:]
    )


def _word(rng: Generator) -> str:
    syllables = int(rng.integers(1, SYLLABLES + 1))
    pick = lambda choices: choices[int(rng.integers(len(choices)))]
    return "".join(
        pick(ONSETS) + pick(NUCLEI) + pick(ONSETS[1:]) * int(rng.integers(2)) for _ in range(syllables)
    )
