"""Sounds of one length as mel spectrograms with values in [0, 1], and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scratchgen.data.preprocessing.mel import log_mel, mel_filters
from scratchgen.data.preprocessing.mel_inversion import sound_of_log_mel
from scratchgen.data.preprocessing.stft import frames, stft
from scratchgen.errors import BadInput, check_counts
from scratchgen.random import Generator

FRAME_SECONDS = 0.023  # drums begin within a few milliseconds, so that frames are short
BANDS = 40
RANGE = 80.0  # decibels from 1 down to 0


@dataclass(frozen=True)
class MelPictures:
    """Sounds of N samples ↔ pictures (M, BANDS) in [0, 1]: their levels in decibels, of M moments and 40 mel bands.

        y = clip((10 log₁₀ B − loudest) / 80 + 1, 0, 1),     B the power in a mel band

    Levels of more than 80 dB below the loudest are not kept, nor are the phases: `sound` finds phases by Griffin-Lim.

    rate       samples per second, Hz
    N          samples of a sound: longer ones are cut, shorter ones get zeros after them
    loudest    the level that becomes 1, in decibels

    Ledger: data.decibels, data.mel
    """

    rate: int
    N: int
    loudest: float

    @classmethod
    def fit(cls, sounds: Sequence[np.ndarray], rate: int, N: int) -> MelPictures:
        """The pictures whose loudest level is that of these sounds.   Raises BadInput for silent sounds, and none."""
        check_counts(rate=rate, N=N)
        unscaled = cls(rate, N, 0.0)
        loudest = max((float(unscaled._levels(x).max()) for x in sounds if np.any(x[:N])), default=None)
        if loudest is None:
            raise BadInput("all sounds are silent; give recordings that are not")
        return cls(rate, N, loudest)

    @property
    def length(self) -> int:
        """Samples per frame of the Fourier transform: a power of two, about FRAME_SECONDS."""
        return 2 ** round(np.log2(FRAME_SECONDS * self.rate))

    @property
    def hop(self) -> int:
        """Samples from one frame to the next."""
        return self.length // 4

    @property
    def shape(self) -> tuple[int, int]:
        """(M, BANDS), the shape of a picture."""
        return frames(self.N, self.length, self.hop), BANDS

    @property
    def filters(self) -> np.ndarray:
        """The mel filters, (length//2 + 1, BANDS)."""
        return mel_filters(self.rate, self.length, BANDS)

    def of(self, sounds: Sequence[np.ndarray]) -> np.ndarray:
        """The pictures of sounds, (N_i,) each: (n, M, BANDS) float32 in [0, 1]."""
        levels = np.array([self._levels(x) for x in sounds]).reshape(-1, *self.shape)
        return np.clip((levels - self.loudest) / RANGE + 1, 0, 1).astype(np.float32)

    def decibels(self, picture: np.ndarray) -> np.ndarray:
        """The levels of a picture, in decibels: (..., M, BANDS) → the same shape."""
        return (picture.astype(np.float64) - 1) * RANGE + self.loudest

    def sound(self, picture: np.ndarray, rng: Generator | None = None) -> np.ndarray:
        """A sound with the levels of a picture, and phases by Griffin-Lim: (M, BANDS) → (N,) float32 in [−1, 1].

        Where the levels ask for samples beyond ±1, the whole sound is made quieter instead of clipped.
        rng    draws the phases to begin with (None: the default stream)
        """
        x = sound_of_log_mel(
            self.decibels(np.clip(picture, 0, 1)), self.filters, self.N, self.length, self.hop, rng=rng
        )
        return (x / max(1.0, np.abs(x).max())).astype(np.float32)

    def _levels(self, x: np.ndarray) -> np.ndarray:
        whole = np.zeros(self.N, np.float32)
        whole[: len(x)] = x[: self.N]
        return log_mel(np.abs(stft(whole, self.length, self.hop)) ** 2, self.filters)
