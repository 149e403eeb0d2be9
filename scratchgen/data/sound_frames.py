"""Sounds as sequences of frames of real numbers by the MDCT, and back."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.data.load import load_sound
from scratchgen.data.preprocessing.mdct import inverse_mdct, mdct
from scratchgen.data.report import LoadingReport
from scratchgen.data.types import SoundData
from scratchgen.errors import BadInput

FRAME_SECONDS = 0.008  # length of a frame, as fast as speech changes; its window is twice as long
MAX_FRAMES = 128  # per sequence, about a second: the memory of a training step grows with it


@dataclass(frozen=True, eq=False, repr=False)
class SoundFrames:
    """Sounds as frames: train, validation, test are lists of (T, D) float32, T ≤ MAX_FRAMES = 128.

    A frame is D numbers z_d = X_d / s_d, with X the modified discrete cosine transform (`mdct`) of a sound. The
    transform is orthogonal, so −log p(x) = −log p(z) + T Σ_d log s_d for the samples x.

    rate     samples per second (Hz); a frame advances by D samples
    scale    s (D,), the root mean square of X_d in the training part; 1 where that is 0

    Ledger: data.scaling
    """

    name: str
    rate: int
    scale: np.ndarray
    train: list[np.ndarray]
    validation: list[np.ndarray]
    test: list[np.ndarray]
    report: LoadingReport = field(default_factory=LoadingReport, kw_only=True)

    @property
    def D(self) -> int:
        """The number of dimensions of a frame."""
        return len(self.scale)

    def __repr__(self) -> str:
        sizes = " + ".join(f"{len(part):,}" for part in (self.train, self.validation, self.test))
        return f"SoundFrames({self.name!r}, {self.rate} Hz, {sizes} sounds of (T, {self.D}))"


def load_sound_frames(name_or_path: str | os.PathLike, **options: Any) -> SoundFrames:
    """A known set of sounds, or a folder of recordings, as frames.   Errors: as `load_sound` and `as_frames`."""
    return as_frames(load_sound(name_or_path, **options))


def as_frames(data: SoundData) -> SoundFrames:
    """Frames of about 8 ms; the number of samples per frame is a power of two.

    Sounds of more than MAX_FRAMES frames are cut into segments, each transformed separately.
    Raises BadInput if all training sounds are silent.
    """
    D = 2 ** max(0, round(np.log2(FRAME_SECONDS * data.rate)))
    N = MAX_FRAMES * D
    train, *held_out = (
        [mdct(segment, D) for x in part for segment in np.split(x, range(N, len(x), N))]
        for part in (data.train, data.validation, data.test)
    )
    squares = sum(np.square(X, dtype=np.float64).sum(axis=0) for X in train) / sum(map(len, train))
    if not squares.any():
        raise BadInput(f"all training sounds of {data.name} are silent; give recordings that are not")
    scale = np.where(squares > 0, np.sqrt(squares), 1.0)
    parts = ([(X / scale).astype(np.float32) for X in part] for part in (train, *held_out))
    return SoundFrames(data.name, data.rate, scale, *parts, report=data.report)


def as_sound(z: np.ndarray, scale: ArrayLike) -> np.ndarray:
    """From frames to samples: z (T, D), scale (D,) → (T·D,) float64. Samples may be outside [−1, 1]."""
    return inverse_mdct(z * np.asarray(scale))


def as_prompt(x: np.ndarray, scale: ArrayLike) -> np.ndarray:
    """The frames of the beginning of a longer sound: x (N,), scale (D,) → (⌊N/D⌋ − 1, D) float32.

    A frame is computed from its D samples and the next D. The samples after the last frame are
    not known, so that frame is left out.
    Raises BadInput for a sound of fewer than two frames.
    """
    s = np.asarray(scale)
    D = len(s)
    T = len(x) // D
    if T < 2:
        raise BadInput(
            f"a sound of {len(x)} samples is too short to be continued: at least {2 * D} are needed"
        )
    return (mdct(x[: T * D].astype(np.float64), D)[:-1] / s).astype(np.float32)


def continued(x: np.ndarray, before: np.ndarray, after: np.ndarray, scale: ArrayLike) -> np.ndarray:
    """A sound and the frames that continue it: P = len(before) frames of the sound x, then n → ((P + n) · D,).

    before, after    x by `as_prompt`, (P, D), and the frames that follow, (n, D)

    The result begins with P · D samples of x. In the next D samples, the window fades from the frames of x to
    those that follow.
    """
    D = before.shape[1]
    sound = as_sound(np.concatenate((before, after)), scale)
    sound[: len(before) * D] = x[: len(before) * D]
    return sound
