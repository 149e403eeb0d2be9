"""The tokens of a whole text, in the smallest type that can hold their numbers, and on disk if they are many."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.data.stored import IN_MEMORY, ArrayWriter, StoredArray
from scratchgen.data.stored_text import StoredText, pieces
from scratchgen.data.tokenizers.characters import CharacterTokenizer
from scratchgen.data.tokenizers.utf8 import ByteTokenizer, bytes_of


def token_count(tokenizer: Any, text: str | StoredText) -> int:
    """The number of the tokens of a text."""
    if isinstance(tokenizer, CharacterTokenizer):
        return len(text)
    return len(encode_text(tokenizer, text))


def encode_text(tokenizer: Any, text: str | StoredText) -> np.ndarray | StoredArray:
    """The numbers of the tokens of a text, those of `tokenizer.encode`, as (N,) uint8, uint16 or uint32.

    Characters and bytes are encoded piece by piece, and more than 32 MB of them stay in a temporary file; byte pairs
    depend on what follows, so their text is read whole. Errors: as `tokenizer.encode`.
    """
    dtype = np.min_scalar_type(max(tokenizer.vocabulary_size - 1, 0))
    if isinstance(tokenizer, ByteTokenizer) and isinstance(text, str):
        return np.frombuffer(bytes_of(text), np.uint8)
    if not isinstance(tokenizer, CharacterTokenizer | ByteTokenizer):
        return tokenizer.encode(str(text)).astype(dtype)
    writer = ArrayWriter((), dtype)
    for piece in pieces(text):
        writer.append(tokenizer.encode(piece))
    ids = writer.stored()
    return ids if ids.size * ids.dtype.itemsize > IN_MEMORY else np.asarray(ids)
