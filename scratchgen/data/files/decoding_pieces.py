"""The characters of a large text file, read piece by piece into a stored text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from scratchgen.data.files.decoding import GZIP_MAGIC, MARKS, SURE
from scratchgen.data.files.kinds import HEAD, JSON_LINES, kind_of_text
from scratchgen.data.options import BYTES, UTF8
from scratchgen.data.report import LoadingReport
from scratchgen.data.stored_text import StoredText, store

LARGE = 2**24  # bytes of a file that is not read whole
AT_ONCE = 2**20  # bytes that are decoded at once
LONGEST_MARK = 4  # bytes of a byte-order mark


class _ReadWhole(Exception):
    """A file that must be read whole: to unpack it, to parse it, or to explain why it cannot be read."""


def stored_text(path: Path, encoding: str, report: LoadingReport) -> StoredText | None:
    r"""The text of a large file, as `decoding.characters_of`: without a byte-order mark, and with the line ends \n.

    The report gets both. None for a file of less than 16 MB, a gzip file, JSON lines, and for a file that cannot be
    read: `characters_of` explains it.
    """
    found = LoadingReport()
    try:
        if path.stat().st_size < LARGE:
            return None
        if encoding == BYTES:
            text = store(_decoded(path, UTF8, "surrogateescape"))
            found.change("taken byte by byte")
        else:
            text = store(_normalised(path, encoding, found))
    except (_ReadWhole, OSError):
        return None
    for what, n in found.changed.items():
        report.change(what, n)
    return text


def _normalised(path: Path, encoding: str, report: LoadingReport) -> Iterator[str]:
    r"""The pieces of a text without a byte-order mark, and with the line ends \n."""
    if not encoding.startswith("utf") and _is_clearly_utf8(path):
        raise _ReadWhole
    head, controls, returns, is_first, ends_with_return = "", 0, 0, True, False
    for piece in _decoded(path, encoding, "strict"):
        if "\0" in piece:
            raise _ReadWhole
        if is_first and (piece.startswith("\ufeff") or encoding in MARKS):
            report.change("byte-order mark, left out")
            piece = piece.removeprefix("\ufeff")
        is_first = False
        controls += len(re.findall("[\x80-\x9f]", piece)) if encoding != UTF8 else 0
        returns += piece.count("\r")
        is_cut, ends_with_return = ends_with_return and piece.startswith("\n"), piece.endswith("\r")
        piece = piece[is_cut:]  # the line end \r\n was cut in two
        piece = piece.replace("\r\n", "\n").replace("\r", "\n")
        if len(head) <= HEAD:
            head += piece
            if len(head) > HEAD:
                _demand_text(head)
        yield piece
    _demand_text(head)
    report.change(
        f"control characters beyond ASCII; {encoding} may not be the encoding, but cp1252", controls
    )
    report.change(r"line ends \r\n or \r, now \n", returns)


def _demand_text(head: str) -> None:
    if kind_of_text(head) == JSON_LINES:
        raise _ReadWhole


def _decoded(path: Path, encoding: str, errors: str) -> Iterator[str]:
    """The characters of a file as they are encoded; never an empty piece."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)(errors)
    except LookupError:
        raise _ReadWhole from None  # of a codec that knows whole texts alone
    with open(path, "rb") as file:
        head = file.read(LONGEST_MARK)
        if head.startswith(GZIP_MAGIC) or not head.startswith(MARKS.get(encoding, b"")):
            raise _ReadWhole
        file.seek(0)
        content = head
        while content:
            content = file.read(AT_ONCE)
            try:
                piece = decoder.decode(content, final=not content)
            except UnicodeDecodeError:
                raise _ReadWhole from None
            if piece:
                yield piece


def _is_clearly_utf8(path: Path) -> bool:
    """Whether a file for which an 8-bit encoding was requested is UTF-8, with characters beyond ASCII."""
    try:
        pieces = _decoded(path, UTF8, "strict")
        return sum(len(piece) - len(piece.encode("ascii", "ignore")) for piece in pieces) >= SURE
    except _ReadWhole:
        return False
