"""Letters to phones by rules: the longest rule that fits is applied, from the first letter to the last."""

from __future__ import annotations

from scratchgen.data.phones import VOWELS

# American English by its most regular spellings, in ARPAbet; a vowel has no stress here.
RULES: dict[str, str] = {
    "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IH", "j": "JH",
    "k": "K", "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P", "q": "K", "r": "R", "s": "S", "t": "T",
    "u": "AH", "v": "V", "w": "W", "x": "K S", "y": "IY", "z": "Z",
    "ai": "EY", "ar": "AA R", "au": "AO", "aw": "AO", "ay": "EY", "bb": "B", "ce": "S", "ch": "CH", "ci": "S IH",
    "ck": "K", "cy": "S IY", "dd": "D", "ea": "IY", "ee": "IY", "er": "ER", "ew": "UW", "ff": "F", "gg": "G",
    "ge": "JH", "gh": "", "igh": "AY", "ir": "ER", "kn": "N", "ll": "L", "mm": "M", "ng": "NG", "nk": "NG K",
    "nn": "N", "oa": "OW", "oi": "OY", "oo": "UW", "or": "AO R", "ou": "AW", "ow": "OW", "oy": "OY", "ph": "F",
    "pp": "P", "qu": "K W", "rr": "R", "sch": "SH", "sh": "SH", "sion": "SH AH N", "ss": "S", "tch": "CH",
    "th": "TH", "tion": "SH AH N", "tt": "T", "ur": "ER", "wh": "W", "wr": "R",
    "ace": "EY S", "ade": "EY D", "ake": "EY K", "ale": "EY L", "ame": "EY M", "ane": "EY N", "ate": "EY T",
    "ave": "EY V", "ice": "AY S", "ide": "AY D", "ile": "AY L", "ime": "AY M", "ine": "AY N", "ite": "AY T",
    "ive": "IH V", "one": "OW N", "ole": "OW L", "ose": "OW Z", "ote": "OW T", "ure": "Y UH R",
    "'s": "Z", "'": "", "-": "", ".": "",
}  # fmt: skip
LONGEST = max(map(len, RULES))


def phones_by_rules(word: str) -> str:
    """The phones of a word by `RULES`, without stress, separated by spaces: "ship" ↦ "SH IH P".

    A character that no rule begins with is silent.
    """
    phones, i = [], 0
    while i < len(word):
        length = next(
            (n for n in range(LONGEST, 0, -1) if word[i : i + n] in RULES and i + n <= len(word)), 0
        )
        phones += RULES[word[i : i + length]].split() if length else []
        i += max(length, 1)
    return " ".join(phones)


def with_stress(phones: str) -> str:
    """Phones with the stress of most English words, on the first vowel: "B AE N ER" ↦ "B AE1 N ER0"."""
    stressed, digit = [], "1"
    for phone in phones.split():
        is_vowel = phone in VOWELS
        stressed.append(phone + digit if is_vowel else phone)
        digit = "0" if is_vowel else digit
    return " ".join(stressed)


def without_stress(phones: str) -> str:
    """Phones without the digits of stress: "K AE1 T" ↦ "K AE T"."""
    return phones.translate({ord(digit): None for digit in "012"})
