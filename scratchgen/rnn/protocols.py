"""The methods that generation, scoring and frame models ask of a model, a tokenizer or an output of your own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.random import Generator

Decoder = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""(ids (B,), state (L, S, B, H)) ↦ logits of the next symbol (B, V), and the state after these symbols."""


@runtime_checkable
class Tokenizer(Protocol):
    """Text to integers and back: `CharacterTokenizer`, `ByteTokenizer`, `BytePairTokenizer`, or your own.

    class Ascii:
        @property
        def vocabulary_size(self):
            return 128

        def encode(self, text):
            return np.frombuffer(text.encode("ascii"), np.uint8)

        def decode(self, ids):
            return bytes(list(ids)).decode("ascii")
    """

    @property
    def vocabulary_size(self) -> int:
        """V, the number of symbols."""

    def encode(self, text: str) -> np.ndarray:
        """The text as integers in 0 … V−1, (N,)."""

    def decode(self, ids: ArrayLike) -> str:
        """The text of these integers (N,)."""


@runtime_checkable
class TextModel(Protocol):
    """A model that `generate` and `beam_search` take: `LanguageModel`, or your own `nn.Module` with these.

    The state is one array whose third axis is the batch.
    """

    tokenizer: Tokenizer

    def forward(self, ids: np.ndarray, state: Any = None) -> tuple[Any, Any]:
        """ids (T, B) int → logits (T, B, V), and the state after the last symbol."""

    def incremental_decoder(self) -> Decoder:
        """A function that reads one more symbol of each text."""

    def eval_mode(self) -> AbstractContextManager[Any]:
        """The context in which dropout is off; every `nn.Module` has it."""


@runtime_checkable
class FrameOutput(Protocol):
    """The distribution p(x | h) of one frame of a `FrameModel`, given the state h before it.

    `IndependentNotes`, `NADE` and `MixtureDensity` are three; set `model.output` to use your own `nn.Module`.
    """

    def log_prob(self, h: Any, x: Any) -> Any:
        """log p(x | h) in nats: h (..., H), x (..., D) → (...)."""

    def sample(self, h: Any, rng: Generator) -> np.ndarray:
        """One x for each h: (..., H) → (..., D)."""

    def check(self, x: np.ndarray) -> None:
        """Raise BadInput where x holds values that no frame can have."""
