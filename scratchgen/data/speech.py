"""Speech as phones, their durations and log-mel frames: the data of a model that speaks."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from scratchgen.data.load import load_sound
from scratchgen.data.phones import PHONES, Alignment
from scratchgen.data.preprocessing.mel import log_mel, mel_filters
from scratchgen.data.preprocessing.stft import stft
from scratchgen.data.report import LoadingReport
from scratchgen.data.types import SoundData
from scratchgen.errors import BadInput

RATE, LENGTH, HOP, BANDS = 22_050, 1024, 256, 80  # Hz; samples of a frame, and between two: as in Tacotron 2
FLOOR = 1e-4  # power below which a band is silent: 88 dB below a sine of full scale


class Utterance(NamedTuple):
    """What was spoken, and how.

    phones       (P,) int64, indices in `PHONES`
    durations    (P,) int64, frames of each phone; their sum is T
    log_mel      (T, BANDS) float32, decibels
    """

    phones: np.ndarray
    durations: np.ndarray
    log_mel: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class SpeechData:
    """Utterances: train, validation, test. A frame advances by `HOP` samples at `RATE` Hz, 11.6 ms."""

    name: str
    train: list[Utterance]
    validation: list[Utterance]
    test: list[Utterance]
    report: LoadingReport = field(default_factory=LoadingReport, kw_only=True)

    def __repr__(self) -> str:
        sizes = " + ".join(f"{len(part):,}" for part in (self.train, self.validation, self.test))
        return f"SpeechData({self.name!r}, {sizes} utterances)"


def load_speech(name_or_path: str | os.PathLike, **options: Any) -> SpeechData:
    """A known set of speech whose phones are known.   Raises BadInput for any other sounds; as `load_sound`."""
    return as_speech(load_sound(name_or_path, **options))


def as_speech(data: SoundData) -> SpeechData:
    """The frames of aligned sounds. Raises BadInput for sounds without phones, or of another rate than `RATE`."""
    if data.alignments is None:
        raise BadInput(
            f"{data.name} does not say which phones are spoken when; a model that speaks is trained on espeak-sentences"
        )
    if data.rate != RATE:
        raise BadInput(f"{data.name} has {data.rate} samples per second instead of {RATE}; convert it")
    parts = (
        [utterance(x, alignment) for x, alignment in zip(sounds, aligned, strict=True)]
        for sounds, aligned in zip((data.train, data.validation, data.test), data.alignments, strict=True)
    )
    return SpeechData(data.name, *parts, report=data.report)


def utterance(x: np.ndarray, alignment: Alignment) -> Utterance:
    """The utterance of a sound (N,). A frame belongs to the phone in which its centre is."""
    mel = log_mel_of(x)
    centres = np.clip(np.arange(len(mel)) * HOP - LENGTH // 2 + HOP, 0, len(x) - 1)
    of_frames = np.searchsorted(alignment.ends, centres, side="right")
    durations = np.bincount(of_frames, minlength=len(alignment.phones)).astype(np.int64)
    return Utterance(ids_of(alignment.phones), durations, mel)


def log_mel_of(x: np.ndarray) -> np.ndarray:
    """The log-mel frames of a sound (N,) at `RATE` Hz: (M, BANDS) float32, decibels."""
    return log_mel(np.abs(stft(x, LENGTH, HOP)) ** 2, filters(), FLOOR).astype(np.float32)


def filters() -> np.ndarray:
    """The mel filters of the frames, (LENGTH // 2 + 1, BANDS)."""
    return mel_filters(RATE, LENGTH, BANDS)


def ids_of(phones: tuple[str, ...] | list[str]) -> np.ndarray:
    """The indices of phones in `PHONES`, (P,) int64.   Raises BadInput for any other name."""
    if unknown := [phone for phone in phones if phone not in PHONES]:
        raise BadInput(f"there is no phone {unknown[0]!r}; choose from {', '.join(PHONES)}")
    return np.array([PHONES.index(phone) for phone in phones], np.int64)


def samples_of(frames: int) -> int:
    """The number of samples whose transform has this many frames, at most; at least one."""
    return max(1, (frames - (LENGTH // HOP - 1)) * HOP)
