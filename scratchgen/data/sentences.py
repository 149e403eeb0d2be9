"""Sentences as the words that are spoken: punctuation as pauses, small numbers as words."""

from __future__ import annotations

import re

from scratchgen.data.phones import PAUSE
from scratchgen.errors import BadInput

ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
PAUSES = ",;:.!?"
IGNORED = '"()“”‘'  # quotation marks and brackets, which are not heard
LARGEST_NUMBER = 99


def spoken_words(sentence: str) -> list[str]:
    """The words of a sentence in lower case; PAUSE for punctuation between words, and numbers 0 … 99 as words.

    "It's 42, isn't it?" ↦ it's, forty, two, PAUSE, isn't, it. A hyphen separates words; the punctuation at the end
    is left out. Only the letters a to z and the apostrophe are pronounced.
    Raises BadInput for other characters, for larger numbers, and for a sentence without a word.
    """
    text = sentence.lower().replace("’", "'")
    if unknown := sorted(
        {c for c in text if not re.match(rf"[a-z0-9'\s{re.escape(PAUSES + IGNORED)}–—-]", c)}
    ):
        which = ", ".join(map(repr, unknown))
        raise BadInput(f"nobody has taught this voice {which}; write the sentence with the letters a to z")
    words: list[str] = []
    for token in re.findall(rf"[a-z']+|[0-9]+|[{re.escape(PAUSES)}–—]", text):
        if token.isdigit():
            words += number_in_words(token)
        elif token.strip("'"):
            is_pause = token in PAUSES + "–—"
            if not is_pause or (words and words[-1] != PAUSE):
                words.append(PAUSE if is_pause else token)
    while words and words[-1] == PAUSE:
        words.pop()
    if not words:
        raise BadInput("there is no word to speak; write a sentence")
    return words


def number_in_words(digits: str) -> list[str]:
    """The words of a number 0 … 99: "42" ↦ forty, two.   Raises BadInput for a larger one."""
    n = int(digits)
    if n > LARGEST_NUMBER:
        raise BadInput(f"{digits} is above {LARGEST_NUMBER}; write the number in words")
    if n < len(ONES):
        return [ONES[n]]
    tens, ones = divmod(n, 10)
    return [TENS[tens - 2], *([ONES[ones]] if ones else [])]
