"""One picture of a data set."""

from __future__ import annotations

from pathlib import Path

from scratchgen.data.types import AnyData, PointData, RowData, SequenceData, SoundData
from scratchgen.errors import BadInput
from scratchgen.plots.images import sample_grid
from scratchgen.plots.music import piano_rolls, sounds
from scratchgen.plots.points import scatter

IMAGES, SEQUENCES, SOUNDS = 100, 3, 4


def draw(data: AnyData, path) -> Path:
    """The first images, piano rolls, sounds (of different classes) or points of the training part.

    Raises BadInput for text, which is read and not looked at.
    """
    title = f"{data.name}: " + " + ".join(f"{len(p):,}" for p in (data.train, data.validation, data.test))
    match data:
        case RowData():
            return sample_grid(data.train[:IMAGES], data.image_shape, path, f"{title} images")
        case SequenceData():
            return piano_rolls(data.train[:SEQUENCES], data.first, data.unit, path, f"{title} sequences")
        case SoundData():
            some = _different_classes(data)
            names = [_class_name(data, i) for i in some]
            return sounds([data.train[i] for i in some], names, data.rate, path, f"{title} sounds")
        case PointData():
            return scatter(data.train, data.train_labels, path, f"{title} points")
    raise BadInput(f"{data.name} is text, which has no picture; read from it instead")


def _different_classes(data: SoundData) -> list[int]:
    """The first sounds that show as many classes as there is room for."""
    if data.train_labels is None:
        return list(range(min(SOUNDS, len(data.train))))
    labels = data.train_labels.tolist()
    present = sorted(set(labels))
    chosen = present[:: max(1, len(present) // SOUNDS)][:SOUNDS]
    return [labels.index(k) for k in chosen]


def _class_name(data: SoundData, i: int) -> str:
    return data.classes[data.train_labels[i]] if data.classes else f"sound {i}"
