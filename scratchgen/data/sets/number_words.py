"""Numbers in English and French words, for translation without a download."""

from __future__ import annotations

from scratchgen.data.types import PairData
from scratchgen.random import Generator

NUMBERS = 10_000  # 0 … 9999
SIZES = (2_000, 250, 250)
SEED = 17

ENGLISH = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]  # fmt: skip
ENGLISH_TENS = [
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
]  # fmt: skip
FRENCH = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze",
    "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
]  # fmt: skip
FRENCH_TENS = [
    "vingt", "trente", "quarante", "cinquante", "soixante", "soixante", "quatre-vingt", "quatre-vingt",
]  # fmt: skip


def load() -> PairData:
    """2,000 train, 250 validation and 250 test pairs (English, French) of different numbers below ten thousand."""
    numbers = Generator(SEED).permutation(NUMBERS)[: sum(SIZES)].tolist()
    pairs = [(english(n), french(n)) for n in numbers]
    first, second = SIZES[0], SIZES[0] + SIZES[1]
    return PairData("number-words", ("English", "French"), pairs[:first], pairs[first:second], pairs[second:])


def english(n: int) -> str:
    """The English words of 0 ≤ n < 10,000: "two thousand three hundred and five"."""
    thousands, hundreds, rest = n // 1000, n // 100 % 10, n % 100
    words = [f"{ENGLISH[thousands]} thousand"] if thousands else []
    words += [f"{ENGLISH[hundreds]} hundred"] if hundreds else []
    if rest or not words:
        tens, unit = ENGLISH_TENS[max(rest // 10 - 2, 0)], rest % 10
        below_hundred = ENGLISH[rest] if rest < 20 else f"{tens}-{ENGLISH[unit]}" if unit else tens
        words += ["and"] * bool(words) + [below_hundred]
    return " ".join(words)


def french(n: int) -> str:
    """The French words of 0 ≤ n < 10,000: "deux mille trois cent cinq"."""
    thousands, hundreds, rest = n // 1000, n // 100 % 10, n % 100
    words = [FRENCH[thousands]] if thousands > 1 else []  # 1000 is "mille"
    words += ["mille"] if thousands else []
    words += [FRENCH[hundreds]] if hundreds > 1 else []
    words += ["cents" if hundreds > 1 and not rest else "cent"] if hundreds else []
    if rest or not words:
        words.append(_french_below_hundred(rest))
    return " ".join(words)


def _french_below_hundred(n: int) -> str:
    """70 … 79 are counted from 60, and 90 … 99 from 80."""
    if n < 20:
        return FRENCH[n]
    tens = FRENCH_TENS[n // 10 - 2]
    unit = n % 20 if n >= 60 else n % 10
    if not unit:
        return "quatre-vingts" if n == 80 else tens
    joined = " et " if unit in (1, 11) and n < 80 else "-"
    return f"{tens}{joined}{FRENCH[unit]}"
