"""Sounds as rows of numbers: each a mel spectrogram of one size, and its way back to a sound."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scratchgen.data.mel_pictures import MelPictures
from scratchgen.data.preprocessing.silence import trimmed
from scratchgen.data.rows import PARTS
from scratchgen.data.types import Attribute, RowData, SoundData
from scratchgen.random import Generator

LONG_ENOUGH = 0.95  # share of the training sounds that are not cut
MAX_SECONDS = 1.0  # of a picture: the time of a training step grows with it


@dataclass(frozen=True)
class MelRows:
    """Sounds ↔ rows (D,) in [0, 1]: `MelPictures` with frequency upwards and time to the right, as they are looked at.

    A sound is first freed of the silence around it and scaled to one peak (`silence.trimmed`).

    rate        samples per second, Hz
    pictures    levels in decibels of M moments and 40 mel bands, D = 40 · M
    """

    rate: int
    pictures: MelPictures

    @property
    def shape(self) -> tuple[int, int]:
        """(BANDS, M), the shape of a row as an image."""
        return self.pictures.shape[::-1]

    @property
    def seconds_per_frame(self) -> float:
        """The time from one moment to the next."""
        return self.pictures.hop / self.rate

    def rows(self, sounds: Iterable[np.ndarray]) -> np.ndarray:
        """The rows of sounds (N_i,): (n, D) float32."""
        return self.as_rows(self.pictures.of([trimmed(x, self.rate) for x in sounds]))

    def as_rows(self, pictures: np.ndarray) -> np.ndarray:
        """Pictures (n, M, BANDS) as rows (n, D): the highest band first, as the top of an image."""
        return pictures.transpose(0, 2, 1)[:, ::-1].reshape(len(pictures), -1)

    def as_pictures(self, rows: np.ndarray) -> np.ndarray:
        """Rows (n, D) as pictures (n, M, BANDS): the inverse of `as_rows`."""
        return rows.reshape(-1, *self.shape)[:, ::-1].transpose(0, 2, 1)

    def decibels(self, rows: np.ndarray) -> np.ndarray:
        """The levels of rows (n, D), in decibels: (n, M, BANDS)."""
        return self.pictures.decibels(np.clip(self.as_pictures(rows), 0, 1))

    def sounds(self, rows: np.ndarray, rng: Generator) -> list[np.ndarray]:
        """Sounds with the levels of rows (n, D), and phases by Griffin-Lim; each without silence around it."""
        return [trimmed(self.pictures.sound(picture, rng), self.rate) for picture in self.as_pictures(rows)]


def mel_rows(data: SoundData) -> tuple[RowData, MelRows]:
    """Sounds as rows with their labels, and the way back. Labels of classes become one attribute, "class".

    The rows are as long as 95 % of the trimmed training sounds, at most a second; of longer sounds the end is cut off,
    shorter ones are followed by silence. What was cut is in the `report`.
    Raises BadInput if all training sounds are silent.
    """
    parts = {part: [trimmed(x, data.rate) for x in getattr(data, part)] for part in PARTS}
    lengths = np.array([len(x) for x in parts["train"]])
    N = int(min(np.quantile(lengths, LONG_ENOUGH), MAX_SECONDS * data.rate))
    mel = MelRows(data.rate, MelPictures.fit(parts["train"], data.rate, N))
    attributes = data.attributes
    labels: dict[str, Any] = {f"{part}_labels": getattr(data, f"{part}_labels") for part in PARTS}
    if data.classes:
        attributes = (Attribute("class", data.classes),)
        labels = {name: y[:, None] for name, y in labels.items()}
    report = replace(data.report, changed=dict(data.report.changed))
    report.change(f"longer than {N / data.rate:.2f} s, cut at the end", int((lengths > N).sum()))
    rows: dict[str, Any] = {part: mel.as_rows(mel.pictures.of(sounds)) for part, sounds in parts.items()}
    return RowData(data.name, mel.shape, **rows, **labels, attributes=attributes, report=report), mel
