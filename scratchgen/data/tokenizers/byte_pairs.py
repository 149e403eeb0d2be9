"""Byte-pair encoding (BPE) by the library `tokenizers`: frequent sequences of bytes become one token."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.errors import BadInput, NotInstalled
from scratchgen.files import replacing
from scratchgen.nn.saving import saveable

SINGLE_BYTES = 256  # the smallest vocabulary: any text can be encoded in single bytes


@saveable
class BytePairTokenizer:
    """Byte-pair encoding: text as integers 0 … V−1, each token one byte or more. Any text can be encoded.

    tokenizer    a `tokenizers.Tokenizer`; `BytePairTokenizer.of(texts)` trains one
    """

    def __init__(self, tokenizer: Any):
        self._tokenizer = tokenizer

    @classmethod
    def of(cls, texts: Iterable[str], vocabulary_size: int = 2048) -> BytePairTokenizer:
        """Learn byte pairs from training texts: starting from single bytes, the most frequent pair of neighbours
        is merged until there are `vocabulary_size` tokens, or no pair occurs twice.

        Raises BadInput for a size below 256, and NotInstalled without tokenizers.
        Source: Sennrich, Haddow & Birch (2016), algorithm 1, over bytes as in Radford et al. (2019).
        """
        if vocabulary_size < SINGLE_BYTES:
            raise BadInput(
                f"{vocabulary_size} tokens are too few for every text; choose at least {SINGLE_BYTES}, one per byte"
            )
        library = _library()
        tokenizer = library.Tokenizer(library.models.BPE())
        tokenizer.pre_tokenizer = library.pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = library.decoders.ByteLevel()
        trainer = library.trainers.BpeTrainer(
            vocab_size=vocabulary_size,
            min_frequency=2,
            show_progress=False,
            initial_alphabet=library.pre_tokenizers.ByteLevel.alphabet(),
        )
        tokenizer.train_from_iterator(texts, trainer)
        return cls(tokenizer)

    @classmethod
    def load(cls, path: str | Path) -> BytePairTokenizer:
        """Read a file written by `save`.   Raises BadInput for any other file."""
        try:
            return cls.from_json(Path(path).read_text("utf-8"))
        except (OSError, UnicodeDecodeError, BadInput) as error:
            raise BadInput(f"{path} cannot be used ({error}); save the tokenizer again") from None

    @classmethod
    def from_json(cls, text: str) -> BytePairTokenizer:
        """The tokenizer of a text made by `json`.   Raises BadInput for any other text, and NotInstalled without
        tokenizers."""
        library = _library()
        try:
            return cls(library.Tokenizer.from_str(text))
        except Exception as error:  # the library raises bare Exceptions
            reason = " ".join(str(error).split())
            raise BadInput(f"this text is not a tokenizer of byte pairs ({reason}); train it again") from None

    from_saved = from_json  # for `sg.load`: the class is built from its JSON, not from the library's object

    def saved_arguments(self) -> dict[str, str]:
        """The arguments of `from_json`, for `sg.save`."""
        return {"text": self.json}

    @property
    def json(self) -> str:
        """The complete tokenizer as JSON, for `from_json`."""
        return self._tokenizer.to_str()

    def save(self, path: str | Path) -> None:
        """Write a JSON file; it appears whole or not at all."""
        with replacing(Path(path)) as temporary:
            temporary.write_text(self.json, "utf-8")

    @property
    def vocabulary_size(self) -> int:
        """V, the number of tokens."""
        return self._tokenizer.get_vocab_size()

    def encode(self, text: str) -> np.ndarray:
        """Text → (N,) int64.   Raises BadInput for a lone surrogate, as in the name of a damaged file."""
        try:
            return np.array(self._tokenizer.encode(text).ids, np.int64)
        except (TypeError, UnicodeEncodeError):
            raise BadInput(
                "the text is not valid Unicode, so it cannot be encoded; remove lone surrogates"
            ) from None

    def decode(self, ids: ArrayLike) -> str:
        """(N,) integers in 0 … V−1 → text. Invalid UTF-8 becomes �.   Raises BadInput for other integers."""
        ids = np.asarray(ids, np.int64)
        if ids.size and not 0 <= ids.min() <= ids.max() < self.vocabulary_size:
            raise BadInput(
                f"tokens are numbered 0 … {self.vocabulary_size - 1}, not {ids.min()} … {ids.max()}; check them"
            )
        return self._tokenizer.decode(ids.tolist(), skip_special_tokens=False)

    def __repr__(self) -> str:
        return f"BytePairTokenizer({self.vocabulary_size} tokens)"


def _library() -> Any:
    try:
        import tokenizers
        from tokenizers import decoders, models, pre_tokenizers, trainers  # noqa: F401
    except ImportError:
        raise NotInstalled(
            "byte-pair encoding needs tokenizers, which is not installed; `pip install tokenizers`"
        ) from None
    return tokenizers
