"""A user's own text."""

from __future__ import annotations

from scratchgen.data.types import TextData
from scratchgen.errors import BadInput

SHORTEST = 20  # characters: 5 % of fewer is nothing


def read_text(path: str) -> TextData:
    """A UTF-8 file, split by `split_text`.   Raises BadInput if it is not text, or too short to split."""
    try:
        with open(path, encoding="utf-8-sig") as file:  # -sig: a byte-order mark is no character of the text
            text = file.read()
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}); name a text file") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 text (byte {error.start}); convert it to UTF-8") from None
    if "\0" in text:
        raise BadInput(f"{path} holds zero bytes, so it is not text; name a text file")
    return split_text(path, text)


def split_text(name: str, text: str) -> TextData:
    """In the order of the text: the first 90 % for training, then 5 % for validation and 5 % for testing."""
    if len(text) < SHORTEST:
        raise BadInput(f"{name} has {len(text)} characters; a text to split needs at least {SHORTEST}")
    first, second = len(text) * 90 // 100, len(text) * 95 // 100
    return TextData(name, text[:first], text[first:second], text[second:])
