"""The simplest of sound files: WAV, 16 bits a sample, one channel. Python's own library reads it."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from scratchgen.errors import BadInput

FULL_SCALE = 2**15


def read_pcm16(path: Path, rate: int) -> np.ndarray:
    """The samples k/2¹⁵, (N,) float32 in [−1, 1).   Raises BadInput for another format or rate (Hz)."""
    try:
        with wave.open(str(path)) as file:
            found = file.getnchannels(), 8 * file.getsampwidth(), file.getframerate()
            content = file.readframes(file.getnframes())
    except (OSError, wave.Error, EOFError) as error:
        raise BadInput(f"{path} is not a WAV file ({error}); get it again") from None
    if found != (1, 16, rate):
        channels, bits, hertz = found
        raise BadInput(f"{path} has {channels} channels of {bits} bits at {hertz} Hz, not 1 of 16 at {rate}")
    return np.frombuffer(content, "<i2").astype(np.float32) / FULL_SCALE
