"""Reader of one sound file: WAV, FLAC, OGG, MP3, AIFF and other formats that libsndfile reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scratchgen.data.files.folders import BadFile
from scratchgen.data.files.native_stderr import caught_stderr
from scratchgen.errors import BadInput

FAR = 2.0  # twice the full scale: no overshoot of a mix or a codec, but another scale
OF_FLOATS = ("FLOAT", "DOUBLE")  # encodings of samples that may be on any scale
BLOCK = 4096  # frames that are read in one call: the blocks before a damaged place are kept
UNKNOWN_LENGTH = 2**31 - 4096  # a longer one belongs to a stream, whose header was written before its end
# libsndfile's note of a length in a header that is not that of the file: "data : 8000 (should be 3978)"
LENGTHS = re.compile(r"^\s*(?:data|SSND|BODY|Data Size|riff|Riff size)\s*:\s*(\d+) \(should be (\d+)\)", re.M)
OGG_TAIL, OGG_LAST = 2**17, 4  # bytes that hold the last page; the flag of the last page of a stream
# what libmpg123, which decodes MP3 for libsndfile, writes to the standard error stream: on damage, and on a length in
# the header that is not that of the file, which matters to seeking alone
OF_DAMAGE = ("Note: ", "[src/libmpg123/")
OF_SEEKING = ("Warning: ",)


@dataclass
class Recording:
    """One sound: its samples (N,) float32 with the channels averaged, and the changes that were made to it.

    rate       samples per second (Hz)
    stored     the smallest and the largest value of all channels
    channels   how many there were
    is_cut     whether the file ends before its header says
    damaged    whether the decoder of MP3 met damage, and left out what it could not read; is_cut is False then
    """

    samples: np.ndarray
    rate: int
    stored: tuple[float, float]
    channels: int
    is_cut: bool
    damaged: bool = False

    @property
    def seconds(self) -> float:
        """The duration of the recording in seconds."""
        return len(self.samples) / self.rate


def read_recording(path: Path) -> Recording:
    """The sound in a file, whose format follows from its content.

    A file that ends before its header says, and a damaged MP3 file, are read as far as they can be. Slight
    overshoots of ±1 are left. Nothing that the decoder writes is printed.
    Raises BadFile for a file that is damaged or empty, for NaN, and for floating-point samples far beyond ±1;
    BadInput if soundfile, the library that reads the formats, is not installed.
    """
    try:
        import soundfile
    except (ImportError, OSError):  # OSError: soundfile is installed, but the C library that it wraps is not
        raise BadInput(
            "reading sounds needs soundfile, which is not installed; `pip install soundfile`"
        ) from None
    try:
        if not path.stat().st_size:
            raise BadFile("empty")
        with caught_stderr(OF_DAMAGE + OF_SEEKING) as remarks, _in_order(path) as file:
            x, is_cut = _frames_of(file)
            rate, subtype = file.samplerate, file.subtype
            is_cut = is_cut or _promises_more(file.extra_info) or _lacks_last_page(path)
    except soundfile.SoundFileError as error:
        raise BadFile(getattr(error, "error_string", str(error)).strip(" .") or "damaged") from None
    except OSError as error:
        raise BadFile(error.strerror or "not readable") from None
    if not len(x):
        raise BadFile("no samples")
    if not np.isfinite(x).all():
        raise BadFile("NaN or infinity")
    damaged = any(remark.startswith(OF_DAMAGE) for remark in remarks)
    low, high = float(x.min()), float(x.max())
    if max(-low, high) > FAR and subtype not in OF_FLOATS:
        raise BadFile("damaged: its samples would be far beyond ±1")
    if max(-low, high) > FAR:
        raise BadFile(
            "floating-point samples far beyond ±1, as on the scale of 16-bit integers; divide them by the full "
            "scale, which is 32,768 for 16 bits"
        )
    return Recording(x.mean(axis=1), rate, (low, high), x.shape[1], is_cut and not damaged, damaged)


def _in_order(path: Path) -> Any:
    """The open file, read from its beginning to its end without a seek.

    soundfile seeks after each read of a file that allows it. A frame of MP3 may need the bits of frames before it,
    which a seek forgets: the frame after each block would then be missing.
    """
    from soundfile import SoundFile

    class InOrder(SoundFile):
        def seekable(self) -> bool:
            return False

    return InOrder(path)


def _frames_of(file: Any) -> tuple[np.ndarray, bool]:
    """(frames (N, channels) float32, whether there are fewer than the header says)."""
    from soundfile import SoundFileError

    blocks = []
    try:
        while len(block := file.read(BLOCK, dtype="float32", always_2d=True)):
            blocks.append(block)
    except SoundFileError:  # the rest is damaged or missing
        if not blocks:
            raise
        return np.concatenate(blocks), True
    x = np.concatenate(blocks) if blocks else np.zeros((0, file.channels), np.float32)
    return x, len(x) < file.frames


def _promises_more(log: str) -> bool:
    """Whether a header gives more bytes of sound than the file has, by the log of libsndfile."""
    return any(int(there) < int(promised) < UNKNOWN_LENGTH for promised, there in LENGTHS.findall(log))


def _lacks_last_page(path: Path) -> bool:
    """Whether an OGG file, which has no length in its header, ends without the page that is marked as its last."""
    with open(path, "rb") as file:
        if file.read(4) != b"OggS":
            return False
        file.seek(max(0, path.stat().st_size - OGG_TAIL))
        tail = file.read()
    page = tail[tail.rfind(b"OggS") :]
    segments = page[27 : 27 + page[26]] if len(page) > 26 else b""
    whole = len(page) > 26 and len(page) >= 27 + page[26] + sum(segments)
    return not (whole and page[5] & OGG_LAST)
