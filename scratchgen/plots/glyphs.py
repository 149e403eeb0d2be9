"""Visible signs for the tokens of a text, and the fonts that have them."""

from __future__ import annotations

from functools import cache

SIGNS = {"\n": "↵", "\t": "→", " ": "␣"}
LETTERS, MONOSPACED = "DejaVu Sans", "DejaVu Sans Mono"  # fonts that matplotlib includes
CHINESE = (  # fonts for Chinese; those that are installed are used
    *(
        "Noto Sans CJK SC",
        "Noto Sans CJK JP",
        "Source Han Sans SC",
        "WenQuanYi Zen Hei",
        "WenQuanYi Micro Hei",
    ),
    *("PingFang SC", "Hiragino Sans GB", "Heiti SC", "Microsoft YaHei", "SimHei"),
)


def visible(token: str) -> str:
    """A token with visible signs in place of white space, and � in place of other invisible characters."""
    if token in SIGNS:
        return SIGNS[token]
    return "".join(character if character.isprintable() else "�" for character in token) or "∅"


@cache
def families(first: str) -> list[str]:
    """The fonts in which matplotlib searches for a letter, in order."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return [first, *(name for name in CHINESE if name in installed)]


@cache
def is_in(font: str, character: str) -> bool:
    """Whether a font has a glyph for the character."""
    from matplotlib.font_manager import findfont, get_font

    return get_font(findfont(font)).get_char_index(ord(character)) != 0
