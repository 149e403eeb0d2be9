"""Readable text for the characters that an encoding lacks: an error handler of Python's codecs.

The symbols that the program prints are spelled in ASCII. Any other character is escaped as Python escapes it.
"""

from __future__ import annotations

import codecs
import unicodedata

READABLE = "scratchgen.readable"  # the name of the handler: "≥".encode("ascii", READABLE) is b">="

# Greek letters are spelled out, and fractions, superscripts and subscripts are written as (1/2), ^2 and _2: these need
# no entry.
TABLE = r"""
− -   – -   — -   · *   × x   ± +-  ∓ -+  ° deg  … ...  ′ '  ″ ''  ‴ '''  ‘ '  ’ '  “ "  ” "
≤ <=  ≥ >=  ≠ !=  ≈ ~   ∝ ~   ∈ in  ∃ exists  ∞ inf  √ sqrt  ∂ d  ∇ grad  ∫ integral  ‖ ||
← <-  → ->  ↔ <->  ⇒ =>  ↦ |->  ⟨ <  ⟩ >  ⌊ floor(  ⌋ )  ⌈ ceil(  ⌉ )  ≪ <<  ⁄ /
⊙ *   ⊕ xor  □ []  ∅ {}  ✓ ok  ✗ x  ␣ _  ↵ \n  ⇥ \t  ¶ \n
♭ b   ♯ #   ℓ l  ı i  � ?  ā a_bar  ū u_bar  ĝ g_hat  ŷ y_hat  Ŝ S_hat
"""  # a symbol, its spelling, and so on
SYMBOLS_AND_SPELLINGS = TABLE.split()
FALLBACKS = {
    **dict(zip(SYMBOLS_AND_SPELLINGS[::2], SYMBOLS_AND_SPELLINGS[1::2], strict=True)),
    "\N{MICRO SIGN}": "u",
    "\N{COMBINING CIRCUMFLEX ACCENT}": "_hat",
    "\N{COMBINING MACRON}": "_bar",
    "\N{COMBINING TILDE}": "_tilde",
}
RAISED = {"<super>": "^", "<sub>": "_"}  # kinds of decompositions in Unicode


def _readable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text, before = "", ""
    for character in error.object[error.start : error.end]:
        mark = RAISED.get(_decomposed(character)[0], "")
        text += mark if mark != before else ""  # once for all digits of an exponent
        text += spelled(character)
        before = mark
    return text, error.end


codecs.register_error(READABLE, _readable)


def spelled(character: str) -> str:
    """One character in ASCII: as the table has it, or by its name or decomposition in Unicode, or escaped."""
    if character in FALLBACKS:
        return FALLBACKS[character]
    kind, base = _decomposed(character)
    if kind == "<fraction>":
        return f"({base})".replace("\N{FRACTION SLASH}", "/")
    if kind in RAISED:
        return base if base.isascii() else spelled(base)
    return _greek(character) or character.encode("ascii", "backslashreplace").decode()


def _decomposed(character: str) -> tuple[str, str]:
    """The kind and the characters of a decomposition: ("<super>", "2") of ²."""
    kind, *codes = unicodedata.decomposition(character).split() or [""]
    return kind, "".join(chr(int(code, 16)) for code in codes) if kind.startswith("<") else ""


def _greek(character: str) -> str:
    """The name of a Greek letter without accents: sigma, Sigma; nothing for other characters."""
    script, size, kind, *letter = [*unicodedata.name(character, "").split(), "", "", ""]
    if script != "GREEK" or kind != "LETTER" or len(letter) != 4:
        return ""
    return letter[0].lower() if size == "SMALL" else letter[0].capitalize()
