"""The kind of a file follows from its content: each signature, and files whose names say something else."""

import gzip
import io
import os
import struct
import wave
import zipfile

import numpy as np
import pytest

from scratchgen.data.files.kinds import HEAD, kind_inside, kind_of, kind_of_bytes
from scratchgen.data.load import kind_of_data
from scratchgen.errors import BadInput

Image = pytest.importorskip("PIL.Image")


def picture(kind, **options):
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), (1, 2, 3)).save(buffer, kind, **options)
    return buffer.getvalue()


def wav():
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(8))
    return buffer.getvalue()


def npy(x=()):
    buffer = io.BytesIO()
    np.save(buffer, np.array(x))
    return buffer.getvalue()


def archive(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return buffer.getvalue()


brand = lambda name, *others: struct.pack(">I", 28) + b"ftyp" + name + bytes(4) + b"".join(others)
KINDS = {  # made by other programs' writers where there is one, else by the specification
    "PNG": ("images", picture("PNG")),
    "JPEG": ("images", picture("JPEG")),
    "GIF": ("images", picture("GIF")),
    "WebP": ("images", picture("WEBP")),
    "BMP": ("images", picture("BMP")),
    "TIFF": ("images", picture("TIFF")),
    "TIFF, the other byte order": ("images", b"MM\0*" + bytes(8)),
    "TIFF of more than 4 GB": ("images", b"II+\0" + bytes(8)),
    "PPM": ("images", picture("PPM")),
    "ICO": ("images", picture("ICO", sizes=[(16, 16)])),
    "AVIF": ("images", brand(b"avif")),
    "AVIF, of several frames": ("images", brand(b"avis")),
    "AVIF, by its second brand": ("images", brand(b"mif1", b"mif1", b"avif")),
    "HEIC": (None, brand(b"heic")),
    "HEIC, by its first brand": (None, brand(b"mif1", b"mif1", b"heic")),
    "WAV": ("sound", wav()),
    "FLAC": ("sound", b"fLaC" + bytes(8)),
    "OGG": ("sound", b"OggS" + bytes(8)),
    "MP3": ("sound", b"ID3\3" + bytes(8)),
    "MP3, without a tag": ("sound", b"\xff\xfb\x90\x64" + bytes(8)),
    "AIFF": ("sound", b"FORM" + bytes(4) + b"AIFFCOMM"),
    "MIDI": ("sequences", b"MThd" + bytes(8)),
    "NPY": ("array", npy()),
    "NPZ": ("array", archive(**{"x.npy": npy()})),
    "IDX": ("array", b"\0\0\x08\3" + bytes(12)),
    "IDX, of floats": ("array", b"\0\0\x0d\1" + bytes(4)),
    "gzip": ("compressed", gzip.compress(b"any")),
    "empty": (None, b""),
    "unknown": (None, b"\1\2\3\4"),
    "text": ("text", b"a few words\non two lines"),
    "text, of one byte per letter": ("text", "für alle\nund ewig".encode("latin-1")),
    "CSV": ("table", b"1,2\n3,4\n5,6\n"),
    "CSV, with a header": ("table", b"a,b\n3,4\n5,6\n"),
    "CSV, of semicolons": ("table", b"1;2\n3;4\n5;6\n"),
    "JSON lines": ("text", b'{"a": 1}\n{"a": 2}\n'),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_known_by_its_first_bytes(name):
    holds, content = KINDS[name]
    found = kind_of_bytes(content)
    assert (found.name, found.holds) == (name.split(",")[0].removesuffix(" of more than 4 GB"), holds)


@pytest.mark.parametrize(
    "text",
    ["BMW and other cars", "PK is a name", "GIF89 is no year", "P5 was a processor", "WAVE " * 3, "12345678WAVE goes",
     "12345678WEBP goes", "fLa C", "MM and M's", "II. The second act", "ID3 is a tag"],
)  # fmt: skip
def test_words_that_begin_like_a_signature_are_text(text):
    content = f"{text}\nand a second line".encode()
    assert kind_of_bytes(content).holds == "text"


@pytest.mark.parametrize("ending", [".png", ".wav", ".mid", ".npy", ".txt", ".PNG", ""])
def test_the_name_of_a_file_has_no_part_in_its_kind(ending, tmp_path):
    for name, (_, content) in KINDS.items():
        path = tmp_path / f"planted{ending}"
        path.write_bytes(content)
        assert kind_of(path) == kind_of_bytes(content), name


def test_a_gzip_file_is_of_the_kind_of_its_content_or_stays_one(tmp_path):
    path = tmp_path / "packed"
    path.write_bytes(gzip.compress(KINDS["IDX"][1]))
    assert kind_of(path).name == "gzip" and kind_inside(path).name == "IDX"
    path.write_bytes(gzip.compress(KINDS["IDX"][1])[:12])
    assert kind_inside(path).name == "gzip"
    path.write_bytes(picture("PNG"))
    assert kind_inside(path).name == "PNG"


def test_a_line_longer_than_a_few_thousand_bytes_does_not_hide_a_table():
    lines = [",".join(f"pixel{k}" for k in range(784)), *([",".join(["255"] * 784)] * 40)]
    content = "\n".join(lines).encode()
    assert len(lines[0]) > 4096 and kind_of_bytes(content[:HEAD]).name == "CSV"


def test_what_is_no_file_is_unreadable_and_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")  # opening it would wait for a writer
    assert {kind_of(path).name for path in (tmp_path / "pipe", tmp_path, tmp_path / "gone")} == {"unreadable"}
    for name in (tmp_path / "pipe", "/dev/null"):
        with pytest.raises(BadInput, match=f"^{name} is neither a file nor a folder"):
            kind_of_data(str(name))


def test_no_beginning_of_bytes_raises_anything():
    rng = np.random.default_rng(0)
    for _, content in KINDS.values():
        for length in range(min(len(content), 40)):
            kind_of_bytes(content[:length])
    for _ in range(2000):
        kind_of_bytes(rng.integers(0, 256, rng.integers(1, 60), dtype=np.uint8).tobytes())
