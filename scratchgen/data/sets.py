"""What a data set is: named arrays or texts, already split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False, repr=False)
class ImageData:
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
        return f"ImageData({self.name!r}, {height}×{width}, {_sizes(self)} images)"


@dataclass(frozen=True, repr=False)
class TextData:
    """A text in three parts that do not overlap: train, validation, test."""

    name: str
    train: str
    validation: str
    test: str

    def __repr__(self) -> str:
        return f"TextData({self.name!r}, {_sizes(self)} characters)"


def _sizes(data: ImageData | TextData) -> str:
    return " + ".join(f"{len(part):,}" for part in (data.train, data.validation, data.test))
