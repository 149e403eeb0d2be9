"""Reader of a user's own text file."""

from __future__ import annotations

from scratchgen.data.options import DEFAULT, LoadOptions
from scratchgen.data.types import TextData
from scratchgen.errors import BadInput

MIN_CHARACTERS = 20  # with fewer, a part of 5 % would be empty


def read_text(path: str, options: LoadOptions = DEFAULT) -> TextData:
    """A UTF-8 file, split by `split_text`.   Raises BadInput if it is not text, or too short to split."""
    options.refuse_but("texts", "encoding")
    try:
        with open(path, encoding="utf-8-sig") as file:  # -sig: without a byte-order mark
            text = file.read()
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}); name a text file") from None
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 text (byte {error.start}); convert it to UTF-8") from None
    if "\0" in text:
        raise BadInput(f"{path} contains zero bytes, so it is not text; name a text file")
    return split_text(path, text)


def split_text(name: str, text: str) -> TextData:
    """Split a text in order: the first 90 % for training, then 5 % for validation and 5 % for testing."""
    if len(text) < MIN_CHARACTERS:
        raise BadInput(f"{name} has {len(text)} characters; at least {MIN_CHARACTERS} are needed for a split")
    first, second = len(text) * 90 // 100, len(text) * 95 // 100
    return TextData(name, text[:first], text[first:second], text[second:])
