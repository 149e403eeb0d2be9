"""A tokenizer with one token per byte of UTF-8."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.data.stored_text import StoredText, characters_in
from scratchgen.errors import BadInput
from scratchgen.nn.saving import saveable


@saveable
class ByteTokenizer:
    """One token per byte of UTF-8: 256 different tokens, and any text can be encoded.

    A file that is no text, loaded with encoding="bytes", has a token per byte of the file: a lone surrogate
    U+DC80 … U+DCFF stands for a byte 0x80 … 0xFF that is no UTF-8 (PEP 383).
    """

    vocabulary_size = 256

    def encode(self, text: str) -> np.ndarray:
        """Text → (N,) int64, N the number of bytes."""
        return np.frombuffer(bytes_of(text), np.uint8).astype(np.int64)

    def decode(self, ids: ArrayLike) -> str:
        """(N,) integers in 0 … 255 → text. Invalid UTF-8 becomes �.   Raises BadInput for other integers."""
        return self._bytes(ids).decode("utf-8", "replace")

    def _bytes(self, ids: ArrayLike) -> bytes:
        ids = np.asarray(ids, np.int64)
        if ids.size and not 0 <= ids.min() <= ids.max() < self.vocabulary_size:
            raise BadInput(f"tokens are numbered 0 … 255, not {ids.min()} … {ids.max()}; check them")
        return ids.astype(np.uint8).tobytes()

    def __repr__(self) -> str:
        return "ByteTokenizer()"


class ExactByteTokenizer(ByteTokenizer):
    """A `ByteTokenizer` that decodes every sequence of bytes without a loss: `bytes_of` gives the bytes back."""

    def decode(self, ids: ArrayLike) -> str:
        """(N,) integers in 0 … 255 → text, in which a lone surrogate stands for a byte that is no UTF-8."""
        return self._bytes(ids).decode("utf-8", "surrogateescape")


def bytes_of(text: str) -> bytes:
    """The bytes of a text in UTF-8; a lone surrogate U+DC80 … U+DCFF is the byte 0x80 … 0xFF (PEP 383).

    A text with other lone surrogates, which stand for no byte, is encoded as if these were characters.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def holds_bytes(text: str | StoredText) -> bool:
    """Whether a text holds bytes that are no UTF-8, as lone surrogates."""
    return any("\udc80" <= character <= "\udcff" for character in characters_in(text))
