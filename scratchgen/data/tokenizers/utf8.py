"""Bytes as numbers."""

from __future__ import annotations

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.nn.saving import saveable


@saveable
class ByteTokenizer:
    """Text as the bytes of its UTF-8: 256 symbols, and no text that cannot be written."""

    size = 256

    def encode(self, text: str) -> np.ndarray:
        """Text → (N,) int64, N the number of bytes."""
        return np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8).astype(np.int64)

    def decode(self, ids) -> str:
        """(N,) integers in 0 … 255 → text. Bytes that are no UTF-8 become �.   Raises BadInput for others."""
        ids = np.asarray(ids, np.int64)
        if ids.size and not 0 <= ids.min() <= ids.max() < self.size:
            raise BadInput(f"bytes are numbered 0 … 255, not {ids.min()} … {ids.max()}; check them")
        return ids.astype(np.uint8).tobytes().decode("utf-8", "replace")

    def __repr__(self) -> str:
        return "ByteTokenizer()"
