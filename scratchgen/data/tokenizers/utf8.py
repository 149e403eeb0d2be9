"""A tokenizer with one token per byte of UTF-8."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.errors import BadInput
from scratchgen.nn.saving import saveable


@saveable
class ByteTokenizer:
    """One token per byte of UTF-8: 256 different tokens, and any text can be encoded."""

    vocabulary_size = 256

    def encode(self, text: str) -> np.ndarray:
        """Text → (N,) int64, N the number of bytes."""
        return np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8).astype(np.int64)

    def decode(self, ids: ArrayLike) -> str:
        """(N,) integers in 0 … 255 → text. Invalid UTF-8 becomes �.   Raises BadInput for other integers."""
        ids = np.asarray(ids, np.int64)
        if ids.size and not 0 <= ids.min() <= ids.max() < self.vocabulary_size:
            raise BadInput(f"tokens are numbered 0 … 255, not {ids.min()} … {ids.max()}; check them")
        return ids.astype(np.uint8).tobytes().decode("utf-8", "replace")

    def __repr__(self) -> str:
        return "ByteTokenizer()"
