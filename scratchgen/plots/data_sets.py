"""A picture of any data set that is not text."""

from __future__ import annotations

import os

from scratchgen.data.table import as_table
from scratchgen.data.types import AnyData, PointData, RowData, SequenceData, SoundData
from scratchgen.errors import BadInput
from scratchgen.plots.figure import Picture
from scratchgen.plots.frames import frames
from scratchgen.plots.images import sample_grid
from scratchgen.plots.marginals import marginals
from scratchgen.plots.music import piano_rolls, sounds
from scratchgen.plots.points import scatter

IMAGES, FRAMES, SEQUENCES, SOUNDS = 100, 200, 3, 4  # examples in a picture


def data_set(data: AnyData, path: str | os.PathLike) -> Picture:
    """The first images, frames, piano rolls, sounds (of different classes) or points of the training part.

    Raises BadInput for text, which has no picture.
    """
    title = f"{data.name}: " + " + ".join(f"{len(p):,}" for p in (data.train, data.validation, data.test))
    match data:
        case RowData(kind="points"):
            return scatter(data.train, data.train_labels, path, f"{title} points")
        case RowData(kind="frames"):
            return frames(data.train[:FRAMES], path, f"{title} frames")
        case RowData(kind="table"):
            return marginals(as_table(data.columns, data.train), None, path)
        case RowData():
            return sample_grid(data.train[:IMAGES], data.image_shape, path, f"{title} images", ink=data.ink)
        case SequenceData():
            rolls, title = data.train[:SEQUENCES], f"{title} sequences"
            return piano_rolls(rolls, data.first, data.unit, path, title, data.form)
        case SoundData():
            chosen = _different_classes(data)
            names = [_class_name(data, i) for i in chosen]
            return sounds([data.train[i] for i in chosen], names, data.rate, path, f"{title} sounds")
        case PointData():
            return scatter(data.train, data.train_labels, path, f"{title} points")
    raise BadInput(f"{data.name} is text, which has no picture; print an excerpt instead")


def _different_classes(data: SoundData) -> list[int]:
    """The indices of the first sounds of up to four different classes."""
    if data.train_labels is None:
        return list(range(min(SOUNDS, len(data.train))))
    labels = data.train_labels.tolist()
    present = sorted(set(labels))
    chosen = present[:: max(1, len(present) // SOUNDS)][:SOUNDS]
    return [labels.index(k) for k in chosen]


def _class_name(data: SoundData, i: int) -> str:
    if data.train_labels is None or not data.classes:
        return f"sound {i}"
    return data.classes[data.train_labels[i]]
