"""The script in which texts are written: LATIN, CYRILLIC, CJK, …"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence


def script_of(text: str) -> str | None:
    """The script of most letters of a text: the first word of their Unicode names. None without letters.

    LATIN, CYRILLIC, GREEK, ARABIC, CJK for Chinese characters, HIRAGANA, …
    """
    counts = Counter(unicodedata.name(c, "").split(" ")[0] for c in text if c.isalpha())
    return counts.most_common(1)[0][0] if counts else None


def common_script(texts: Iterable[str]) -> str | None:
    """The script of most texts that have letters. None if there are none."""
    counts = Counter(script for text in texts if (script := script_of(text)))
    return counts.most_common(1)[0][0] if counts else None


def swapped_pairs(pairs: Sequence[tuple[str, str]]) -> list[int]:
    """The pairs whose source is in the script of most targets, and whose target is in that of most sources.

    Empty where both sides are in one script: the letters do not tell French from English.
    """
    scripts = common_script(x for x, _ in pairs), common_script(y for _, y in pairs)
    if scripts[0] == scripts[1]:
        return []
    return [i for i, (x, y) in enumerate(pairs) if (script_of(y), script_of(x)) == scripts]
