"""A text that stays in a file: its characters are read where they are needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import numpy as np

from scratchgen.data.stored import ArrayWriter, StoredArray
from scratchgen.errors import BadInput

PIECE = 2**20  # characters that are read at once
WIDTHS = (np.uint8, np.uint16, np.uint32)  # of a character: as Python stores a text


class StoredText:
    """A text of which parts are read: `text[:600]` is a str, `pieces(text)` are all of its characters.

    codes          the code points of the characters of a longer text, (M,)
    start, stop    the part of it that this text is
    """

    def __init__(self, codes: StoredArray, start: int, stop: int):
        self.codes, self.start, self.stop = codes, start, stop

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__(self, places: int | slice) -> str:
        if not isinstance(places, slice):
            places = slice(places, places + 1 or None)
        start, stop, step = places.indices(len(self))
        if step != 1:
            raise BadInput(
                "a stored text is read in the order of its characters; take a slice without a step"
            )
        return text_of(self.codes[self.start + start : self.start + max(start, stop)])

    def part(self, start: int, stop: int) -> StoredText:
        """The characters from start to stop, which stay in the file."""
        return StoredText(self.codes, self.start + start, self.start + stop)

    def __str__(self) -> str:
        return self[:]

    @cached_property
    def characters(self) -> frozenset[str]:
        """The set of characters that the text contains."""
        return frozenset().union(*map(set, pieces(self)))


def pieces(text: str | StoredText) -> Iterator[str]:
    """All characters of a text in their order, at most a million at a time."""
    return (text[start : start + PIECE] for start in range(0, len(text), PIECE))


def characters_in(text: str | StoredText) -> frozenset[str]:
    """The different characters of a text."""
    return text.characters if isinstance(text, StoredText) else frozenset(text)


def store(text: Iterable[str]) -> StoredText:
    """The pieces of a text, one after another, as a text in a temporary file."""
    writer = ArrayWriter((), np.uint8)
    for piece in text:
        codes = code_points(piece)
        dtype = next(width for width in WIDTHS if not codes.size or codes.max() <= np.iinfo(width).max)
        if np.dtype(dtype).itemsize > writer.dtype.itemsize:
            writer = writer.rewritten((), dtype)
        writer.append(codes)
    return StoredText(writer.stored(), 0, writer.n)


def as_utf8(text: str | StoredText) -> np.ndarray | StoredArray:
    """The bytes of a text in UTF-8, (N,) uint8; a lone surrogate counts as a character."""
    encode = lambda piece: np.frombuffer(piece.encode("utf-8", "surrogatepass"), np.uint8)
    if isinstance(text, str):
        return encode(text)
    writer = ArrayWriter((), np.uint8)
    for piece in pieces(text):
        writer.append(encode(piece))
    return writer.stored()


def code_points(text: str) -> np.ndarray:
    """The code point of each character, (N,) uint32; a lone surrogate, as in the name of a damaged file, is one."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def text_of(codes: Any) -> str:
    """The text of the code points (N,)."""
    if codes.dtype == np.uint8:
        return codes.tobytes().decode("latin-1")
    return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
