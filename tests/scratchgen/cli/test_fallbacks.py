"""Every symbol that the program prints has a spelling for an encoding that lacks it."""

import ast
import unicodedata
from pathlib import Path

import pytest

import scratchgen
from scratchgen.cli.fallbacks import FALLBACKS, READABLE, spelled


def ascii_of(text):
    return text.encode("ascii", READABLE).decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a ≥ b — c", "a >= b - c"),
        ("10⁻¹² σ²", "10^-12 sigma^2"),
        ("Σ a₁₂ xᵀ ½", "Sigma a_12 x^T (1/2)"),
        ("θ̂ m̄ ĝ", "theta_hat m_bar g_hat"),
        ("é 日 👩", "\\xe9 \\u65e5 \\U0001f469"),
        ("\udcff", "\\udcff"),
    ],
)
def test_symbols_are_spelled_and_other_characters_escaped(text, expected):
    assert ascii_of(text) == expected


def test_what_the_encoding_has_stays():
    assert "é ± σ ≥".encode("cp1252", READABLE).decode("cp1252") == "é ± sigma >="
    assert "é ≥".encode("utf-8", READABLE).decode() == "é ≥"


def test_every_symbol_in_the_texts_of_the_library_has_a_spelling():
    """Letters of names, é say, and of other scripts are escaped, as those of data are."""
    used = symbols_of(Path(scratchgen.__file__).parent)
    missing = {c for c in used if c not in FALLBACKS and "\\" in spelled(c)}
    assert not missing, "name them in cli/fallbacks.py"


def test_the_claim_above_sees_a_symbol_without_one(tmp_path):
    (tmp_path / "new.py").write_text('print("a ⊈ b, é")', encoding="utf-8")
    assert symbols_of(tmp_path) == {"⊈"} and "\\" in spelled("⊈")


def symbols_of(folder):
    texts = (
        node.value
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {c for c in set().union(*texts) if not c.isascii() and not is_letter_of_data(c)}


def is_letter_of_data(character):
    """A letter with an accent, of a name; or a character that no text prints: a control or a lone surrogate."""
    latin = unicodedata.name(character, "").startswith("LATIN") and not unicodedata.decomposition(
        character
    ).startswith("<")
    return latin or unicodedata.category(character) in ("Cc", "Cf", "Cs")
