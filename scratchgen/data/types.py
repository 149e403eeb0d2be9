"""The six kinds of data set: rows, text, sequences, sound, pairs of texts, points; each split into three parts.

A data set of your own is one of these classes, made from your arrays. It then works wherever a loaded set does:

    import numpy as np
    from scratchgen.data import RowData, TextData, batches
    from scratchgen.random import Generator

    x = np.random.default_rng(0).random((100, 64), np.float32)         # 100 images of 8 × 8 pixels in [0, 1]
    labels = np.arange(100) % 10
    mine = RowData("mine", (8, 8), x[:80], x[80:90], x[90:], labels[:80], labels[80:90], labels[90:])
    for images, k in batches(mine.train, mine.train_labels, batch_size=16, rng=Generator(0)):
        ...                                                            # one training step
    text = TextData("my text", train="abc" * 100, validation="abc" * 5, test="abc" * 5)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np

from scratchgen.data.report import LoadingReport
from scratchgen.data.rolls import RollFormat
from scratchgen.errors import height_width_channels

Kind = Literal["images", "frames", "points", "table"]


class Rows(Protocol):
    """The interface of examples for `batches`: a length, and the examples of an array of indices.

    NumPy arrays, memory maps, `StoredRows` and `MappedRows` have both. So does a class of your own, for data that
    are too large for the memory:

        class Numbered:
            def __len__(self):
                return 1000

            def __getitem__(self, indices):          # (B,) integers → the examples (B, ...)
                return np.stack([self.read(i) for i in indices])

    A class with an attribute `block` (an integer) is read by blocks of this many neighbouring rows.
    """

    def __len__(self) -> int: ...

    def __getitem__(self, indices: Any, /) -> Any: ...


class PointSource(Protocol):
    """The known density of points in the plane: Gaussians with one `sigma` around `centres` (K, 2)."""

    @property
    def centres(self) -> np.ndarray: ...

    @property
    def sigma(self) -> float: ...

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """log p(x) in nats: (N, 2) → (N,)."""


def size_of(image_shape: Sequence[int]) -> str:
    """The shape in words: "28×28", or "32×32×3" of colours."""
    H, W, C = height_width_channels(image_shape)
    return f"{H}×{W}" + (f"×{C}" if C > 1 else "")


@dataclass(frozen=True)
class Attribute:
    """One of several attributes of examples: its name, and the names of its kinds 0, 1, …"""

    name: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table, and how it becomes numbers.

    kind          "real", "student-t"    x = shift + scale · y
                  "positive"             log x = shift + scale · y
                  "count"                y = x; log(1 + x) has the mean shift and the deviation scale
                  "categorical"          one number 0 or 1 per category
    whole         whether all numbers of the column are whole
    categories    the texts of a column of categories; () for one of numbers
    """

    name: str
    shift: float = 0.0
    scale: float = 1.0
    whole: bool = False
    categories: tuple[str, ...] = ()
    kind: str = "real"

    @property
    def width(self) -> int:
        """The number of entries of a row that the column takes."""
        return len(self.categories) or 1


@dataclass(frozen=True, eq=False, repr=False)
class RowData:
    """Examples as rows: train, validation, test (N, D) float32, and their labels (N,) int64 or None.

    The commands read large data as `StoredRows` (`data.stored`), which stay on disk.

    image_shape    (H, W, C) with H · W · C = D: height, width and channels of a row in a picture; (H, W) means C = 1
    kind           "images": pixels in [0, 1]; "frames": the numbers of one moment, a chord or a spectrum;
                   "points": coordinates in the plane; "table": a row of a table, whose columns have different units
    class_names    the names of the labels 0, 1, …; empty where they are numbers or there are none
    attributes     of examples that have several: the labels are then (N, S), a kind of each of S attributes
    columns        of a table: what its numbers mean (`data.table`)
    ink            whether 1 is ink on white paper, as in handwriting: pictures are then drawn dark on white; else
                   they are drawn as they are, 0 black
    places         where the examples of the three parts are in a file or folder of your own: the index of each
    report         what loading found and changed
    """

    name: str
    image_shape: tuple[int, ...]
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    train_labels: np.ndarray | None = None
    validation_labels: np.ndarray | None = None
    test_labels: np.ndarray | None = None
    kind: Kind = field(default="images", kw_only=True)
    class_names: tuple[str, ...] = field(default=(), kw_only=True)
    attributes: tuple[Attribute, ...] = field(default=(), kw_only=True)
    columns: tuple[Column, ...] = field(default=(), kw_only=True)
    ink: bool = field(default=False, kw_only=True)
    places: tuple[np.ndarray, np.ndarray, np.ndarray] | None = field(default=None, kw_only=True)
    report: LoadingReport = field(default_factory=LoadingReport, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "image_shape", height_width_channels(self.image_shape))

    @property
    def classes(self) -> int:
        """The number of classes K of the labels 0 … K−1; 0 without labels, and where labels are attributes."""
        if self.train_labels is None or self.attributes:
            return 0
        return max(len(self.class_names), int(self.train_labels.max()) + 1)

    @property
    def label_counts(self) -> int | tuple[int, ...]:
        """The number of classes, or of the kinds of each attribute: what a conditional model is built for."""
        return tuple(len(attribute.kinds) for attribute in self.attributes) or self.classes

    def __repr__(self) -> str:
        size = f"{len(self.columns)} columns" if self.columns else size_of(self.image_shape)
        return f"RowData({self.name!r}, {size}, {_sizes(self)} {'rows' if self.columns else self.kind})"


@dataclass(frozen=True, repr=False)
class TextData:
    """A text in three parts that do not overlap: train, validation, test.

    A command reads a large file as `StoredText` parts (`data.stored_text`), which it takes like texts.
    """

    name: str
    train: str
    validation: str
    test: str
    report: LoadingReport = field(default_factory=LoadingReport, kw_only=True)

    def __repr__(self) -> str:
        return f"TextData({self.name!r}, {_sizes(self)} characters)"


@dataclass(frozen=True, eq=False, repr=False)
class SequenceData:
    """Sequences of different lengths: train, validation, test are lists of (T, D) float32.

    unit        duration of one step, "quarter note" for example
    first       the meaning of column 0: column d of a piano roll is the MIDI pitch first + d
    form        whether the columns hold onsets or drums too, and the tempo and velocity of the pieces
    """

    name: str
    unit: str
    first: int
    train: list[np.ndarray]
    validation: list[np.ndarray]
    test: list[np.ndarray]
    form: RollFormat = field(default_factory=RollFormat, kw_only=True)
    report: LoadingReport = field(default_factory=LoadingReport, kw_only=True)

    @property
    def D(self) -> int:
        """The number of dimensions of one step."""
        return self.train[0].shape[1]

    def __repr__(self) -> str:
        return f"SequenceData({self.name!r}, {_sizes(self)} sequences of (T, {self.D}))"


@dataclass(frozen=True, eq=False, repr=False)
class SoundData:
    """Sounds of different lengths: train, validation, test are lists of (N,) float32 in [−1, 1], mono.

    rate          samples per second (Hz)
    classes       the names of the labels 0, 1, …; empty without labels
    labels        (number of sounds,) int64, or None
    attributes    of sounds that have several: the labels are then (number of sounds, S), a kind of each of S attributes
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
    attributes: tuple[Attribute, ...] = field(default=(), kw_only=True)
    report: LoadingReport = field(default_factory=LoadingReport, kw_only=True)

    def __repr__(self) -> str:
        return f"SoundData({self.name!r}, {self.rate} Hz, {_sizes(self)} sounds)"


@dataclass(frozen=True, repr=False)
class PairData:
    """Pairs of texts (source, target), for translation: train, validation, test are lists of pairs.

    sides    the names of source and target, ("English", "French") for example
    """

    name: str
    sides: tuple[str, str]
    train: list[tuple[str, str]]
    validation: list[tuple[str, str]]
    test: list[tuple[str, str]]
    report: LoadingReport = field(default_factory=LoadingReport, kw_only=True)

    def __repr__(self) -> str:
        return f"PairData({self.name!r}, {self.sides[0]} → {self.sides[1]}, {_sizes(self)} pairs)"


@dataclass(frozen=True, eq=False, repr=False)
class PointData:
    """Points in the plane from a known density: train, validation, test (N, 2) float32.

    source    the density: `source.log_density(x)` in nats
    labels    (N,) int64: the mixture component of each point
    """

    name: str
    source: PointSource
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    train_labels: np.ndarray
    validation_labels: np.ndarray
    test_labels: np.ndarray
    report: LoadingReport = field(default_factory=LoadingReport, kw_only=True)

    def __repr__(self) -> str:
        return f"PointData({self.name!r}, {_sizes(self)} points)"


AnyData = RowData | TextData | SequenceData | SoundData | PairData | PointData


def _sizes(data: AnyData) -> str:
    return " + ".join(f"{len(part):,}" for part in (data.train, data.validation, data.test))
