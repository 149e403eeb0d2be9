"""Phones, and where each of them ends in a sound."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

PAUSE = "_"  # a phone of silence, in addition to the 39 of ARPAbet
VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW")
CONSONANTS = (
    "B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S", "SH", "T", "TH", "V", "W",
    "Y", "Z", "ZH",
)  # fmt: skip
PHONES = (PAUSE, *CONSONANTS, *(f"{vowel}{stress}" for vowel in VOWELS for stress in "012"))
"""All phones: a pause, 24 consonants, and 15 vowels, each with no, primary or secondary stress."""


class Alignment(NamedTuple):
    """The phones of a sound, and the sample after the last of each.

    phones    names of `PHONES`, P of them
    ends      (P,) int64, increasing; the last is the number of samples
    """

    phones: tuple[str, ...]
    ends: np.ndarray
