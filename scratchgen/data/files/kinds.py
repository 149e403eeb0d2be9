"""The kind of a file, recognised by its first bytes: names and endings of files are often wrong."""

from __future__ import annotations

import codecs
import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HEAD = 1 << 16  # bytes that are read: a line of a table of pixels has some ten thousand


@dataclass(frozen=True)
class FileKind:
    """A kind of file: its name for messages, and the kind of data that it holds.

    holds    "images", "sound", "sequences", "text", "pairs", "array", "table", "compressed", or None: nothing that can
             be read
    """

    name: str
    holds: str | None


EMPTY, UNKNOWN, UNREADABLE = FileKind("empty", None), FileKind("unknown", None), FileKind("unreadable", None)
TEXT, PAIRS, TABLE = FileKind("text", "text"), FileKind("TSV of pairs", "pairs"), FileKind("CSV", "table")
JSON_LINES = FileKind("JSON lines", "text")
NPY, NPZ, IDX = FileKind("NPY", "array"), FileKind("NPZ", "array"), FileKind("IDX", "array")
GZIP = FileKind("gzip", "compressed")
SHARE = 0.9  # of the lines, that makes a file one of pairs, of JSON or a table: its reader names the others
SEPARATORS = (",", ";", "\t", " ")  # of the cells of a table; " " is any number of blanks
MISSING = ("", "na", "nan", "null", "none", "?")  # cells of a table that hold no value

# what people write at the head of two columns of texts; any other first line is a pair
HEADINGS = {
    "source", "target", "src", "tgt", "trg", "input", "output", "text", "translation", "question", "answer", "prompt",
    "response", "document", "summary", "original", "from", "to", "in", "out", "x", "y", "a", "b", "left", "right",
    "sentence", "sentence1", "sentence2", "english", "french", "german", "spanish", "italian", "portuguese", "dutch",
    "russian", "chinese", "japanese", "korean", "arabic", "turkish", "polish", "swedish", "danish", "norwegian",
    "finnish", "czech", "hungarian", "greek", "hebrew", "hindi", "latin", "ukrainian", "vietnamese", "deutsch",
    "français", "español", "italiano", "português", "en", "fr", "de", "es", "it", "pt", "nl", "ru", "zh", "ja", "ko",
    "ar", "tr", "pl", "sv", "da", "no", "fi", "cs", "hu", "el", "he", "hi", "la", "uk", "vi",
}  # fmt: skip

# what the ending of a name promises; a file that does not keep the promise is damaged
ENDINGS = {
    "images": (
        ".png",
        ".jpg",
        ".jpeg",
        ".webp",
        ".gif",
        ".bmp",
        ".tif",
        ".tiff",
        ".avif",
        ".ico",
        ".ppm",
        ".pgm",
    ),
    "sound": (
        ".wav",
        ".flac",
        ".ogg",
        ".oga",
        ".opus",
        ".mp3",
        ".aif",
        ".aiff",
        ".aifc",
        ".au",
        ".caf",
        ".w64",
    ),
    "sequences": (".mid", ".midi"),
}

CONTAINERS = (b"RIFF", b"RIFX", b"RF64", b"FORM")  # the beginning of a file whose kind is named at byte 8
# the first bytes, and their place
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
    (8, b"8SVX", FileKind("SVX", "sound")),
    (8, b"16SV", FileKind("SVX", "sound")),
    (0, b".snd", FileKind("AU", "sound")),
    (0, b"caff", FileKind("CAF", "sound")),
    (0, b"riff\x2e\x91\xcf\x11", FileKind("W64", "sound")),
    (0, b"Creative Voice File", FileKind("VOC", "sound")),
    (0, b"NIST_1A", FileKind("NIST", "sound")),
    (0, b"2BIT", FileKind("AVR", "sound")),
    (4, b"ftypM4A", FileKind("M4A", None)),  # AAC, which libsndfile does not read
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
    """The kind of a file, by its content alone; of a gzip file, the kind of the packed content."""
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
        return NPZ  # the only archive that is read; its reader names the content of others
    if head[:3] in (b"\0\0\x08", b"\0\0\x09", b"\0\0\x0b", b"\0\0\x0c", b"\0\0\x0d", b"\0\0\x0e"):
        return IDX
    if head[0] == 0xFF and len(head) > 1 and head[1] & 0xE6 == 0xE2:  # the frame of MPEG audio, layer 3
        return FileKind("MP3", "sound")
    if head[4:12] == b"ftypmif1":  # a family of formats, which is told apart by what follows
        return FileKind("AVIF", "images") if b"avif" in head[12:64] else FileKind("HEIC", None)
    text = decoded(head)
    return UNKNOWN if text is None else kind_of_text(text, whole=len(head) < HEAD)


def decoded(head: bytes) -> str | None:
    """The beginning of a text; None for bytes that are no text in UTF-8, UTF-16 or an 8-bit encoding.

    An 8-bit text is told from other bytes by its control characters: it has none but tabs and line ends.
    """
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return head.decode("utf-32", "replace")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "replace")
    if encoding := utf16_without_mark(head):
        return head.decode(encoding, "replace")
    if any(byte < 32 for byte in head.translate(None, b"\t\n\r\f\x1b")):
        return None
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return head.decode("latin-1")


def utf16_without_mark(head: bytes) -> str | None:
    """The encoding, -le or -be, of a text of mostly Latin letters, of whose bytes every second is zero; else None."""
    pairs = len(head) // 2
    zeros = [head[k : 2 * pairs : 2].count(0) for k in (0, 1)]
    if pairs < 8 or max(zeros) < 0.4 * pairs or min(zeros) > 0.02 * pairs:
        return None
    encoding = "utf-16-le" if zeros[1] else "utf-16-be"
    text = head[: 2 * pairs].decode(encoding, "replace")
    return None if any(c < " " and c not in "\t\n\r\f" for c in text) or "\ufffd" in text[:-1] else encoding


def kind_of_text(text: str, whole: bool = True) -> FileKind:
    """The kind of a text by its first lines: JSON lines, a table, pairs, or plain text.

    whole    whether this is all of the text; else its last line is not complete
    """
    lines = text[:HEAD].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    complete = lines if whole and len(text) <= HEAD else lines[:-1]
    lines = [line for line in complete if line.strip()]
    if len(lines) == 1 and whole and lines[0].startswith('{"') and lines[0].rstrip().endswith("}"):
        return JSON_LINES
    if len(lines) < 2:
        return TEXT
    most = SHARE * len(lines)
    if sum(line.lstrip()[:1] == "{" for line in lines) >= most:
        return JSON_LINES
    if separator_of(lines):
        return TABLE
    return PAIRS if sum(map(_is_pair, lines)) >= most or _is_csv_of_pairs(lines) else TEXT


def _is_pair(line: str) -> bool:
    source, _, target = line.partition("\t")
    return bool(source.strip() and target.strip())


def _is_csv_of_pairs(lines: list[str]) -> bool:
    """Whether lines have two cells, and the first has known headings: commas alone are in any text."""
    for separator in (",", ";"):
        rows = cells_of(lines, separator)
        if rows and all(cell.lower() in HEADINGS for cell in rows[0]):
            return len(rows[0]) == 2 and sum(len(row) == 2 for row in rows) >= SHARE * len(rows)
    return False


def separator_of(lines: list[str]) -> str | None:
    """The separator of a table: lines have equally many cells, and all columns are numbers but for a header.

    Columns of texts may be among those of numbers if there is a header and, at tabs, if they are the fewer: pairs of
    texts may have a number next to them. A tenth of the lines, and of the cells of a column, may be damaged. Of several
    separators, the one with the most columns of numbers; "," for a single column.
    """
    best, most = None, 0
    for separator in SEPARATORS:
        rows = cells_of(lines, separator)
        columns = width_of(rows)
        whole = [row for row in rows if len(row) == columns]
        if len(whole) < max(2, SHARE * len(rows)) or (columns == 1 and separator != ","):
            continue
        numeric = sum(_are_numbers(column) for column in zip(*whole[1:], strict=True))
        needed = {" ": columns, "\t": columns // 2 + 1}.get(separator, 1 if _is_header(whole[0]) else columns)
        if numeric >= max(needed, most + 1):
            best, most = separator, numeric
    return best


def width_of(rows: list[list[str]]) -> int:
    """The number of cells that most rows have."""
    return Counter(map(len, rows)).most_common(1)[0][0] if rows else 0


def _is_header(cells: list[str]) -> bool:
    return not any(is_number(cell) for cell in cells)


def cells_of(lines: list[str], separator: str) -> list[list[str]]:
    """The cells of each line, without blanks around them; cells may be quoted. [] for quotes that do not match."""
    if separator == " ":
        return [line.split() for line in lines]
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=separator) if row]
    except csv.Error:
        return []


def _are_numbers(cells: Sequence[str]) -> bool:
    """Whether nearly all cells that are not missing are numbers, and one at least."""
    found = [cell for cell in cells if cell.lower() not in MISSING]
    return bool(found) and sum(map(is_number, found)) >= SHARE * len(found)


def is_number(cell: str) -> bool:
    """Whether a cell is a number, with a decimal point or comma."""
    try:
        float(cell.replace(",", ".", 1))
    except ValueError:
        return False
    return "_" not in cell
