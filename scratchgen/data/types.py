"""What a data set is: named arrays, texts, sequences, sounds or pairs, already split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scratchgen.data.sets.gaussians import Mixture


@dataclass(frozen=True, eq=False, repr=False)
class RowData:
    """Images as rows: train, validation, test (N, D) float32 in [0, 1], and their labels (N,) int64 or None.

    image_shape    (height, width) with height · width = D: what a row is reshaped to for a picture
    """

    name: str
    image_shape: tuple[int, int]
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    train_labels: np.ndarray | None = None
    validation_labels: np.ndarray | None = None
    test_labels: np.ndarray | None = None

    @property
    def classes(self) -> int:
        """How many classes the labels 0, 1, … tell apart; 0 without labels."""
        return 0 if self.train_labels is None else int(self.train_labels.max()) + 1

    def __repr__(self) -> str:
        height, width = self.image_shape
        return f"RowData({self.name!r}, {height}×{width}, {_sizes(self)} images)"


@dataclass(frozen=True, repr=False)
class TextData:
    """A text in three parts that do not overlap: train, validation, test."""

    name: str
    train: str
    validation: str
    test: str

    def __repr__(self) -> str:
        return f"TextData({self.name!r}, {_sizes(self)} characters)"


@dataclass(frozen=True, eq=False, repr=False)
class SequenceData:
    """Sequences of different lengths: train, validation, test are lists of (T, D) float32.

    unit        what one step lasts, "quarter note" for instance
    first       what column 0 stands for: column d of a piano roll is the MIDI pitch first + d
    """

    name: str
    unit: str
    first: int
    train: list[np.ndarray]
    validation: list[np.ndarray]
    test: list[np.ndarray]

    @property
    def D(self) -> int:
        """The dimensions of one step."""
        return self.train[0].shape[1]

    def __repr__(self) -> str:
        return f"SequenceData({self.name!r}, {_sizes(self)} sequences of (T, {self.D}))"


@dataclass(frozen=True, eq=False, repr=False)
class SoundData:
    """Sounds of different lengths: train, validation, test are lists of (N,) float32 in [−1, 1], mono.

    rate       samples a second (Hz)
    classes    the names of the labels 0, 1, …; empty without labels
    labels     (number of sounds,) int64, or None
    """

    name: str
    rate: int
    train: list[np.ndarray]
    validation: list[np.ndarray]
    test: list[np.ndarray]
    classes: tuple[str, ...] = ()
    train_labels: np.ndarray | None = None
    validation_labels: np.ndarray | None = None
    test_labels: np.ndarray | None = None

    def __repr__(self) -> str:
        return f"SoundData({self.name!r}, {self.rate} Hz, {_sizes(self)} sounds)"


@dataclass(frozen=True, repr=False)
class PairData:
    """Pairs of texts, what is read and what is to be written: train, validation, test are lists of pairs.

    sides    what the two are, ("English", "French") for instance
    """

    name: str
    sides: tuple[str, str]
    train: list[tuple[str, str]]
    validation: list[tuple[str, str]]
    test: list[tuple[str, str]]

    def __repr__(self) -> str:
        return f"PairData({self.name!r}, {self.sides[0]} → {self.sides[1]}, {_sizes(self)} pairs)"


@dataclass(frozen=True, eq=False, repr=False)
class PointData:
    """Points in the plane from a density that is known: train, validation, test (N, 2) float32.

    source    the density: `source.log_density(x)` in nats
    labels    (N,) int64: the component that a point was drawn from
    """

    name: str
    source: Mixture
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    train_labels: np.ndarray
    validation_labels: np.ndarray
    test_labels: np.ndarray

    def __repr__(self) -> str:
        return f"PointData({self.name!r}, {_sizes(self)} points)"


AnyData = RowData | TextData | SequenceData | SoundData | PairData | PointData


def _sizes(data: AnyData) -> str:
    return " + ".join(f"{len(part):,}" for part in (data.train, data.validation, data.test))
