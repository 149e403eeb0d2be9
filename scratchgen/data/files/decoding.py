"""The characters of a file of text: gzip, encodings, byte-order marks and line ends."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from pathlib import Path

from scratchgen.data.files.folders import BadFile
from scratchgen.data.files.kinds import utf16_without_mark
from scratchgen.data.options import BYTES, UTF8
from scratchgen.data.report import LoadingReport

GZIP_MAGIC = b"\x1f\x8b"
MARKS = {  # byte-order marks; the mark of UTF-32 begins with the mark of UTF-16
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}
NOT_WESTERN = ("gb18030", "shift_jis", "euc-kr", "big5", "cp1251", "koi8-r")
NOT_LATIN = 0.5  # share of bytes beyond ASCII, above which a text is not in Latin letters
SURE = 8  # characters beyond ASCII that are no valid UTF-8 by chance


class WrongEncoding(BadFile):
    """The bytes of a file are no text in the requested encoding."""


def content_of(path: Path, report: LoadingReport) -> bytes:
    """The bytes of a file; a gzip file is unpacked, which the report says.

    Raises BadFile for a file that cannot be read, and for a damaged gzip file.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadFile(f"the system refuses it: {error.strerror}") from None
    if not content.startswith(GZIP_MAGIC):
        return content
    try:
        content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise BadFile(f"the gzip file is damaged: {error}") from None
    report.change("unpacked from gzip")
    return content


def characters_of(content: bytes, encoding: str, report: LoadingReport) -> str:
    r"""The text that the bytes encode, without a byte-order mark and with the line ends \n; the report says both.

    encoding    the name of a codec, or "bytes": every byte is kept, as the tokenizer of bytes reads it; what is no
                UTF-8 is a lone surrogate (PEP 383), and neither marks nor line ends are changed

    Raises BadFile, which names another encoding, for bytes that are not in this one, and for zero bytes.
    """
    if encoding == BYTES:
        report.change("taken byte by byte")
        return content.decode("utf-8", "surrogateescape")
    check_encoding(content, encoding)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise WrongEncoding(_not_in(content, encoding)) from error
    if "\0" in text:
        raise WrongEncoding(f"it contains zero bytes, so it is no {encoding.upper()} text; {_other(content)}")
    if text.startswith("\ufeff") or (encoding in MARKS and text):
        report.change("byte-order mark, left out")
        text = text.removeprefix("\ufeff")
    if encoding != UTF8 and (controls := len(re.findall("[\x80-\x9f]", text))):
        report.change(
            f"control characters beyond ASCII; {encoding} may not be the encoding, but cp1252", controls
        )
    if returns := text.count("\r"):
        report.change(r"line ends \r\n or \r, now \n", returns)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def check_encoding(content: bytes, encoding: str) -> None:
    """Raise BadFile for bytes that the codec accepts although they are clearly in another encoding."""
    if encoding in MARKS and content and not content.startswith(MARKS[encoding]):
        raise BadFile(f"it has no byte-order mark; choose --encoding {encoding}-le or {encoding}-be")
    if encoding == UTF8 or encoding.startswith("utf"):
        return
    try:
        beyond_ascii = sum(character > "\x7f" for character in content.decode(UTF8))
    except UnicodeDecodeError:
        return
    if beyond_ascii >= SURE:
        raise BadFile(f"it is UTF-8, not {encoding}; leave out --encoding")


def likely_encodings(content: bytes) -> tuple[str, ...]:
    """Encodings that these bytes, which are no text in UTF-8, may be in; the most likely one first."""
    for encoding, marks in MARKS.items():
        if content.startswith(marks):
            return (encoding,)
    if without_mark := utf16_without_mark(content[:4096]):
        return (without_mark,)
    if 0 in content:
        return ()
    if sum(byte > 0x7F for byte in content) > NOT_LATIN * len(content):
        return tuple(name for name in NOT_WESTERN if _is_in(content, name))[:3]
    if any(0x80 <= byte < 0xA0 for byte in content):
        return "cp1252", "latin-1"
    return "latin-1", "cp1252"


def _is_in(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _not_in(content: bytes, encoding: str) -> str:
    if encoding == UTF8:
        return f"it is not UTF-8 text; {_other(content)}"
    return f"it is not text in {encoding}; name another --encoding"


def _other(content: bytes) -> str:
    names = " or ".join(f"--encoding {name}" for name in likely_encodings(content))
    return f"name its encoding, such as {names}" if names else "name a text"
