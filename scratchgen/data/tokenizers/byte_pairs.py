"""Byte-pair encoding, by the library `tokenizers`: frequent stretches of text become one piece."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from scratchgen.errors import BadInput, NotInstalled
from scratchgen.files import replacing
from scratchgen.nn.saving import saveable

BYTES = 256  # the smallest vocabulary: every text can be written in single bytes


@saveable
class BytePairTokenizer:
    """Text as numbers 0 … size−1, each a piece of one byte or more. Any text can be encoded, without loss."""

    def __init__(self, tokenizer):
        self._tokenizer = tokenizer

    @classmethod
    def of(cls, texts: Iterable[str], size: int = 2048) -> BytePairTokenizer:
        """The pieces of a training text: from single bytes, the most frequent neighbours are joined until
        there are `size` pieces, or no pair occurs twice.

        Raises BadInput for a size below 256, and NotInstalled without tokenizers.
        Source: Sennrich, Haddow & Birch (2016), algorithm 1, over bytes as in Radford et al. (2019).
        """
        if size < BYTES:
            raise BadInput(f"{size} pieces cannot write every text; choose at least {BYTES}, one a byte")
        library = _library()
        tokenizer = library.Tokenizer(library.models.BPE())
        tokenizer.pre_tokenizer = library.pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = library.decoders.ByteLevel()
        trainer = library.trainers.BpeTrainer(
            vocab_size=size,
            min_frequency=2,
            show_progress=False,
            initial_alphabet=library.pre_tokenizers.ByteLevel.alphabet(),
        )
        tokenizer.train_from_iterator(texts, trainer)
        return cls(tokenizer)

    @classmethod
    def load(cls, path: str | Path) -> BytePairTokenizer:
        """What `save` has written.   Raises BadInput for any other file."""
        try:
            return cls.from_json(Path(path).read_text("utf-8"))
        except (OSError, UnicodeDecodeError, BadInput) as error:
            raise BadInput(f"{path} cannot be used ({error}); save the byte pairs again") from None

    @classmethod
    def from_json(cls, text: str) -> BytePairTokenizer:
        """What `json` was.   Raises BadInput for any other text, and NotInstalled without tokenizers."""
        library = _library()
        try:
            return cls(library.Tokenizer.from_str(text))
        except Exception as error:  # the library raises bare Exceptions
            reason = " ".join(str(error).split())
            raise BadInput(f"this does not hold byte pairs ({reason}); train them again") from None

    from_saved = from_json  # for `sg.load`: the class is built from its JSON, not from the library's object

    def saved_arguments(self) -> dict[str, str]:
        """The arguments of `from_json`, for `sg.save`."""
        return {"text": self.json}

    @property
    def json(self) -> str:
        """All that is needed to have them again."""
        return self._tokenizer.to_str()

    def save(self, path: str | Path) -> None:
        """Write a JSON file; it appears whole or not at all."""
        with replacing(Path(path)) as temporary:
            temporary.write_text(self.json, "utf-8")

    @property
    def size(self) -> int:
        """V, how many pieces there are."""
        return self._tokenizer.get_vocab_size()

    def encode(self, text: str) -> np.ndarray:
        """Text → (N,) int64.   Raises BadInput for a lone surrogate, as in the name of a damaged file."""
        try:
            return np.array(self._tokenizer.encode(text).ids, np.int64)
        except (TypeError, UnicodeEncodeError):
            raise BadInput("the text is no UTF-8, so byte pairs cannot write it; mend it") from None

    def decode(self, ids) -> str:
        """(N,) integers in 0 … V−1 → text. Bytes that are no UTF-8 become �.   Raises BadInput for others."""
        ids = np.asarray(ids, np.int64)
        if ids.size and not 0 <= ids.min() <= ids.max() < self.size:
            raise BadInput(
                f"pieces are numbered 0 … {self.size - 1}, not {ids.min()} … {ids.max()}; check them"
            )
        return self._tokenizer.decode(ids.tolist(), skip_special_tokens=False)

    def __repr__(self) -> str:
        return f"BytePairTokenizer({self.size} pieces)"


def _library():
    try:
        import tokenizers
        from tokenizers import decoders, models, pre_tokenizers, trainers  # noqa: F401
    except ImportError:
        raise NotInstalled(
            "byte pairs are found by tokenizers, which is not installed; `pip install tokenizers`"
        ) from None
    return tokenizers
