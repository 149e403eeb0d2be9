"""Symbols of a text as they can be seen."""

from __future__ import annotations

from functools import cache

SEEN = {"\n": "↵", "\t": "→", " ": "␣"}
LETTERS, MONOSPACED = "DejaVu Sans", "DejaVu Sans Mono"  # matplotlib brings both
CHINESE = (  # where one of them is installed
    *(
        "Noto Sans CJK SC",
        "Noto Sans CJK JP",
        "Source Han Sans SC",
        "WenQuanYi Zen Hei",
        "WenQuanYi Micro Hei",
    ),
    *("PingFang SC", "Hiragino Sans GB", "Heiti SC", "Microsoft YaHei", "SimHei"),
)


def seen(symbol: str) -> str:
    """The symbol, or a sign that stands for one without ink; � where there is no such sign."""
    if symbol in SEEN:
        return SEEN[symbol]
    return "".join(character if character.isprintable() else "�" for character in symbol) or "∅"


@cache
def families(first: str) -> list[str]:
    """The fonts to look for a letter in, one after the other."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return [first, *(name for name in CHINESE if name in installed)]


@cache
def is_in(font: str, character: str) -> bool:
    """Whether a font has the character."""
    from matplotlib.font_manager import findfont, get_font

    return get_font(findfont(font)).get_char_index(ord(character)) != 0
