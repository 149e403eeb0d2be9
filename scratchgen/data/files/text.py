"""Reader of a user's own text: a text file, gzip of one, or JSON lines."""

from __future__ import annotations

import os
from itertools import pairwise, starmap
from pathlib import Path
from typing import Any

from scratchgen.data.files.decoding import WrongEncoding, characters_of, content_of
from scratchgen.data.files.decoding_pieces import stored_text
from scratchgen.data.files.folders import BadFile, all_files
from scratchgen.data.files.json_lines import text_of_json_lines
from scratchgen.data.files.kinds import JSON_LINES, kind_inside, kind_of_text
from scratchgen.data.options import BYTES, DEFAULT, UTF8, LoadOptions
from scratchgen.data.report import LoadingReport
from scratchgen.data.stored_text import StoredText, characters_in, pieces
from scratchgen.data.tokenizers.utf8 import bytes_of, holds_bytes
from scratchgen.data.types import TextData
from scratchgen.errors import BadInput

MIN_CHARACTERS = 20  # with fewer, a part of 5 % would be empty


def read_text(path: str, options: LoadOptions = DEFAULT) -> TextData:
    r"""A file of text, split by `split_text`: UTF-8, or another encoding that is named; also packed by gzip.

    Of JSON lines the field `text` (or content, body, document) is taken. A byte-order mark is left out, and line
    ends become \n; with the encoding "bytes" any file is taken, byte by byte.
    Raises BadInput if the file is not text, is too short to split, or blank.
    """
    options.check_for("texts")
    report = LoadingReport()
    report.find(kind_inside(Path(path)).name)
    try:
        text: str | StoredText | None = stored_text(Path(path), options.encoding, report)
        text = text_in(Path(path), options, report) if text is None else text
    except BadFile as problem:
        cause = problem.__cause__
        where = f", byte {cause.start}," if isinstance(cause, UnicodeDecodeError) else ""
        hint = ", or train on its bytes with --tokenizer bytes" if isinstance(problem, WrongEncoding) else ""
        raise BadInput(f"{path}{where} cannot be read as a text: {problem}{hint}") from None
    return split_text(path, text, report)


def text_in(path: Path, options: LoadOptions, report: LoadingReport) -> str:
    """The whole text of one file, not split.   Raises BadFile."""
    text = characters_of(content_of(path, report), options.encoding, report)
    if options.encoding != BYTES and kind_of_text(text) == JSON_LINES:
        text = text_of_json_lines(text, report, options.skip_bad)
    return text


def encoding_for_bytes(path: str, skip_bad: bool) -> str:
    """The encoding by which the tokenizer of bytes reads a file or folder: UTF-8 if all is such text, else "bytes"."""
    options, files = LoadOptions(skip_bad=skip_bad), [Path(path)]
    if os.path.isdir(path):
        files = [file for file in all_files(path) if kind_inside(file).holds in ("text", "pairs")]
    try:
        for file in files:
            if stored_text(file, UTF8, LoadingReport()) is None:
                text_in(file, options, LoadingReport())
    except BadFile:
        return BYTES
    return UTF8


def split_text(name: str, text: str | StoredText, report: LoadingReport | None = None) -> TextData:
    """Split a text in order: the first 90 % for training, then 5 % for validation and 5 % for testing.

    Raises BadInput for a text that is too short, or blank.
    """
    check_text(name, text)
    report = LoadingReport() if report is None else report
    if report.found:
        report.read = report.read or in_characters(text)
        report.split = "90/5/5 in order"
    ends = (0, len(text) * 90 // 100, len(text) * 95 // 100, len(text))
    part: Any = text.part if isinstance(text, StoredText) else lambda start, stop: text[start:stop]
    train, validation, test = starmap(part, pairwise(ends))
    return TextData(name, train, validation, test, report=report)


def check_text(name: str, text: str | StoredText) -> None:
    """Raise BadInput for a text that is too short to split, or blank."""
    if len(text) < MIN_CHARACTERS:
        raise BadInput(f"{name} has {len(text)} characters; at least {MIN_CHARACTERS} are needed for a split")
    if not "".join(characters_in(text)).strip():
        raise BadInput(f"{name} holds nothing but blanks and line ends; give a text")


def in_characters(text: str | StoredText) -> str:
    """The size of a text in words, for the report."""
    if holds_bytes(text):
        return f"{sum(len(bytes_of(piece)) for piece in pieces(text)):,} bytes, which are no UTF-8 text"
    return f"{len(text):,} characters, {len(characters_in(text)):,} distinct"
