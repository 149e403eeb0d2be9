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


class ReadWhole(Exception):
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
        text = store(_Pieces(path, encoding, found))
    except (ReadWhole, OSError):
        return None
    for what, n in found.changed.items():
        report.change(what, n)
    return text


class _Pieces:
    """The pieces of the text of a file. Raises ReadWhole where it must be read whole."""

    def __init__(self, path: Path, encoding: str, report: LoadingReport):
        self.path, self.encoding, self.report = path, encoding, report

    def __iter__(self) -> Iterator[str]:
        if self.encoding == BYTES:
            self.report.change("taken byte by byte")
            yield from self._decoded(UTF8, "surrogateescape")
            return
        head, controls, returns, is_first, ends_with_return = "", 0, 0, True, False
        for piece in self._decoded(self.encoding, "strict"):
            if "\0" in piece:
                raise ReadWhole
            if is_first:
                if piece.startswith("\ufeff") or self.encoding in MARKS:
                    self.report.change("byte-order mark, left out")
                    piece = piece.removeprefix("\ufeff")
                is_first = False
            controls += len(re.findall("[\x80-\x9f]", piece)) if self.encoding != UTF8 else 0
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
        self.report.change(
            f"control characters beyond ASCII; {self.encoding} may not be the encoding, but cp1252", controls
        )
        self.report.change(r"line ends \r\n or \r, now \n", returns)

    def _decoded(self, encoding: str, errors: str) -> Iterator[str]:
        """The characters as they are in the file; never an empty piece."""
        try:
            decoder = codecs.getincrementaldecoder(encoding)(errors)
        except LookupError:
            raise ReadWhole from None  # of a codec that knows whole texts alone
        check = None if encoding.startswith("utf") else codecs.getincrementaldecoder(UTF8)()
        beyond_ascii = 0
        with open(self.path, "rb") as file:
            head = file.read(LONGEST_MARK)
            if head.startswith(GZIP_MAGIC) or not head.startswith(MARKS.get(encoding, b"")):
                raise ReadWhole
            file.seek(0)
            while True:
                content = file.read(AT_ONCE)
                if check is not None:
                    try:
                        text = check.decode(content, final=not content)
                        beyond_ascii += len(text) - len(text.encode("ascii", "ignore"))
                    except UnicodeDecodeError:
                        check = None  # no UTF-8, as it should be
                try:
                    piece = decoder.decode(content, final=not content)
                except UnicodeDecodeError:
                    raise ReadWhole from None
                if piece:
                    yield piece
                if not content:
                    break
        if check is not None and beyond_ascii >= SURE:
            raise ReadWhole


def _demand_text(head: str) -> None:
    if kind_of_text(head) == JSON_LINES:
        raise ReadWhole
