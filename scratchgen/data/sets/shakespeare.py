"""Tiny Shakespeare: a million characters of Shakespeare's plays."""

from __future__ import annotations

from scratchgen.data.files.text import split_text
from scratchgen.data.remote.fetch import locate
from scratchgen.data.types import TextData


def load() -> TextData:
    """1,115,394 characters, 65 distinct: the first 90 % for training, then 5 % validation, then 5 % test.

    Source: A. Karpathy, char-rnn (2015).   Raises BadInput if the file is not available or damaged.
    """
    return split_text("tinyshakespeare", locate("tinyshakespeare", "input.txt").read_text(encoding="utf-8"))
