"""Reader of WAV files with one channel and 16 bits per sample, by Python's standard library."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from scratchgen.errors import BadInput

FULL_SCALE = 2**15


def read_pcm16(path: Path, rate: int) -> np.ndarray:
    """The samples k/2¹⁵, (N,) float32 in [−1, 1).   Raises BadInput for any other format or rate (Hz)."""
    try:
        with wave.open(str(path)) as file:
            found = file.getnchannels(), 8 * file.getsampwidth(), file.getframerate()
            content = file.readframes(file.getnframes())
    except (OSError, wave.Error, EOFError) as error:
        raise BadInput(f"{path} is not a WAV file ({error}); download it again") from None
    if found != (1, 16, rate):
        channels, bits, hertz = found
        raise BadInput(
            f"{path} has {channels} channels of {bits} bits at {hertz} Hz instead of 1 of 16 bits at {rate} Hz"
        )
    return np.frombuffer(content, "<i2").astype(np.float32) / FULL_SCALE
