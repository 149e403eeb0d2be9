"""What a file is, by its first bytes: names and endings of files are often wrong."""

from __future__ import annotations

import codecs
import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

HEAD = 1 << 16  # bytes that are read: a line of a table of pixels has some ten thousand


@dataclass(frozen=True)
class FileKind:
    """A kind of file: its name for messages, and the kind of data that it holds.

    holds    "images", "sound", "sequences", "text", "array", "table", "compressed", or None: nothing that can be read
    """

    name: str
    holds: str | None


EMPTY, UNKNOWN, UNREADABLE = FileKind("empty", None), FileKind("unknown", None), FileKind("unreadable", None)
TEXT, PAIRS, TABLE = FileKind("text", "text"), FileKind("TSV", "text"), FileKind("CSV", "table")
JSON_LINES = FileKind("JSON lines", "text")
NPY, NPZ, IDX = FileKind("NPY", "array"), FileKind("NPZ", "array"), FileKind("IDX", "array")
GZIP = FileKind("gzip", "compressed")
MISSING = ("", "na", "nan", "null", "none", "?")  # cells of a table that hold no value

# what the ending of a name promises; a file that does not keep the promise is damaged
ENDINGS = {
    "images": (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".ico", ".ppm", ".pgm"),
    "sound": (".wav", ".flac", ".ogg", ".oga", ".mp3", ".aif", ".aiff"),
    "sequences": (".mid", ".midi"),
}

CONTAINERS = (b"RIFF", b"RIFX", b"RF64", b"FORM")  # what a file begins with whose kind stands at byte 8
# the first bytes, and where they stand
SIGNATURES: list[tuple[int, bytes, FileKind]] = [
    (0, b"\x89PNG\r\n\x1a\n", FileKind("PNG", "images")),
    (0, b"\xff\xd8\xff", FileKind("JPEG", "images")),
    (0, b"GIF87a", FileKind("GIF", "images")),
    (0, b"GIF89a", FileKind("GIF", "images")),
    (8, b"WEBP", FileKind("WebP", "images")),
    (0, b"II*\0", FileKind("TIFF", "images")),
    (0, b"MM\0*", FileKind("TIFF", "images")),
    (0, b"II+\0", FileKind("TIFF", "images")),
    (0, b"MM\0+", FileKind("TIFF", "images")),
    (4, b"ftypavif", FileKind("AVIF", "images")),
    (4, b"ftypavis", FileKind("AVIF", "images")),
    (4, b"ftypheic", FileKind("HEIC", None)),
    (0, b"\0\0\1\0", FileKind("ICO", "images")),
    (8, b"WAVE", FileKind("WAV", "sound")),
    (0, b"fLaC", FileKind("FLAC", "sound")),
    (0, b"OggS", FileKind("OGG", "sound")),
    *((0, b"ID3" + bytes([version]), FileKind("MP3", "sound")) for version in (2, 3, 4)),
    (8, b"AIFF", FileKind("AIFF", "sound")),
    (8, b"AIFC", FileKind("AIFF", "sound")),
    (0, b"MThd", FileKind("MIDI", "sequences")),
    (8, b"RMID", FileKind("MIDI", "sequences")),
    (0, b"\x93NUMPY", NPY),
    (0, b"\x1f\x8b", GZIP),
]


def kind_of(path: Path) -> FileKind:
    """The kind of a file, by its content alone."""
    if not path.is_file():  # opening a pipe would wait for ever
        return UNREADABLE
    try:
        with open(path, "rb") as file:
            return kind_of_bytes(file.read(HEAD))
    except OSError:
        return UNREADABLE


def kind_inside(path: Path) -> FileKind:
    """The kind of a file, by its content alone; of a gzip file, the kind of what is packed in it."""
    kind = kind_of(path)
    if kind != GZIP:
        return kind
    try:
        with gzip.open(path) as file:
            return kind_of_bytes(file.read(HEAD))
    except (OSError, EOFError, zlib.error):
        return kind


def kind_of_bytes(head: bytes) -> FileKind:
    """The kind of a file that begins with these bytes."""
    if not head:
        return EMPTY
    for place, signature, kind in SIGNATURES:
        if head[place : place + len(signature)] == signature and (place != 8 or head[:4] in CONTAINERS):
            return kind
    if head[:2] == b"BM" and head[6:10] == bytes(4):  # words begin with BM too
        return FileKind("BMP", "images")
    if head[:2] in (b"P5", b"P6") and head[2:3].isspace() and (head[3:4].isdigit() or head[3:4] == b"#"):
        return FileKind("PPM", "images")
    if head[:4] in (b"PK\3\4", b"PK\5\6"):
        return NPZ  # the only archive that is read; its reader says what else one holds
    if head[:3] in (b"\0\0\x08", b"\0\0\x09", b"\0\0\x0b", b"\0\0\x0c", b"\0\0\x0d", b"\0\0\x0e"):
        return IDX
    if head[0] == 0xFF and len(head) > 1 and head[1] & 0xE6 == 0xE2:  # the frame of MPEG audio, layer 3
        return FileKind("MP3", "sound")
    if head[4:12] == b"ftypmif1":  # a family of formats, which is told apart by what follows
        return FileKind("AVIF", "images") if b"avif" in head[12:64] else FileKind("HEIC", None)
    text = decoded(head)
    return UNKNOWN if text is None else _kind_of_text(text, whole=len(head) < HEAD)


def decoded(head: bytes) -> str | None:
    """The beginning of a text; None for bytes that are no text in UTF-8, UTF-16 or an 8-bit encoding.

    An 8-bit text is told from other bytes by its control characters: it has none but tabs and line ends.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace")
    if any(byte < 32 for byte in head.translate(None, b"\t\n\r\f\x1b")):
        return None
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return head.decode("latin-1")


def _kind_of_text(text: str, whole: bool) -> FileKind:
    lines = [line for line in (text.splitlines() if whole else text.splitlines()[:-1]) if line.strip()]
    if len(lines) < 2:
        return TEXT
    if all(line.lstrip()[:1] == "{" for line in lines):
        return JSON_LINES
    if separator_of(lines):
        return TABLE
    return PAIRS if all(line.count("\t") >= 1 for line in lines) else TEXT


def separator_of(lines: list[str]) -> str | None:
    """The separator of a table of numbers: every line, but for a header, has as many numbers or empty cells."""
    for separator in (",", ";", "\t"):
        cells = [line.split(separator) for line in lines]
        body = cells[1:]
        columns = len(cells[0])
        if columns > 1 and body and all(len(row) == columns and _are_numbers(row) for row in body):
            return separator
    return None


def _are_numbers(cells: list[str]) -> bool:
    found = [cell.strip().strip('"').strip() for cell in cells]
    return any(found) and all(_is_number(cell) for cell in found)


def _is_number(cell: str) -> bool:
    if cell.lower() in MISSING:
        return True
    try:
        float(cell)
    except ValueError:
        return False
    return True
