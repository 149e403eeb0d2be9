"""Sounds as sequences of frames of real numbers, and back."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from scratchgen.data.load import load_sound
from scratchgen.data.preprocessing.mdct import inverse_mdct, mdct
from scratchgen.data.types import SoundData
from scratchgen.errors import BadInput

SECONDS = 0.008  # of a frame: as fine in time as speech changes; its window is twice as long
LONGEST = 128  # frames of a sequence, a second: what a step of training keeps in memory grows with it


@dataclass(frozen=True, eq=False, repr=False)
class SoundFrames:
    """Sounds, or seconds of them: train, validation, test are lists of (T, D) float32, T ≤ LONGEST.

    A frame is D numbers z_d = X_d / s_d, with X the modified cosine transform (`mdct`) of a sound. It is an
    orthogonal one, so −log p(x) = −log p(z) + T Σ_d log s_d of the samples x.

    rate     samples a second (Hz); a frame is D of them
    scale    s (D,), the root mean square of X_d in the training part; 1 where that is 0

    Ledger: data.scaling
    """

    name: str
    rate: int
    scale: np.ndarray
    train: list[np.ndarray]
    validation: list[np.ndarray]
    test: list[np.ndarray]

    @property
    def D(self) -> int:
        """The numbers of a frame."""
        return len(self.scale)

    def __repr__(self) -> str:
        sizes = " + ".join(f"{len(part):,}" for part in (self.train, self.validation, self.test))
        return f"SoundFrames({self.name!r}, {self.rate} Hz, {sizes} sounds of (T, {self.D}))"


def load_sound_frames(name_or_path: str | os.PathLike) -> SoundFrames:
    """A known set of sounds, or a folder of them, as frames.   Errors: `load_sound`, `as_frames`."""
    return as_frames(load_sound(name_or_path))


def as_frames(data: SoundData) -> SoundFrames:
    """Frames of about 8 ms, a power of two of samples.

    Longer sounds than LONGEST frames are cut into pieces, each a sound by itself.
    Raises BadInput if all training sounds are silent.
    """
    D = 2 ** max(0, round(np.log2(SECONDS * data.rate)))
    train, *held_out = (
        [mdct(piece, D) for x in part for piece in np.split(x, range(LONGEST * D, len(x), LONGEST * D))]
        for part in (data.train, data.validation, data.test)
    )
    squares = sum(np.square(X, dtype=np.float64).sum(axis=0) for X in train) / sum(map(len, train))
    if not squares.any():
        raise BadInput(f"the training sounds of {data.name} are silent; give some that can be heard")
    scale = np.where(squares > 0, np.sqrt(squares), 1.0)
    parts = ([(X / scale).astype(np.float32) for X in part] for part in (train, *held_out))
    return SoundFrames(data.name, data.rate, scale, *parts)


def as_sound(z: np.ndarray, scale) -> np.ndarray:
    """The samples of frames: z (T, D), scale (D,) → (T·D,), float64 as scale. They may be louder than 1."""
    return inverse_mdct(z * np.asarray(scale))
