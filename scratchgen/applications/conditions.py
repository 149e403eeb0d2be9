"""The training images of a condition, a class or a description: baselines, and checks before a training."""

from __future__ import annotations

import numpy as np

from scratchgen.data import RowData
from scratchgen.data.types import size_of
from scratchgen.errors import BadInput
from scratchgen.evaluation.distances import squared_distances
from scratchgen.random import Generator

MIN_EXAMPLES = 2  # of each class, in the training part and in the test part: a diversity needs a pair
MAX_NUMBERS = 64 * 64 * 3  # of an image: the networks are fully connected
LABELLED = "give a folder with one folder of pictures per class, or an .npz with images and labels"


def check_conditions(rows: RowData) -> RowData:
    """The rows. Raises BadInput unless they are images with classes or attributes, few numbers and enough examples."""
    if rows.kind != "images":
        raise BadInput(f"{rows.name} holds {rows.kind} and no images; {LABELLED}")
    if not rows.label_counts or rows.test_labels is None:
        raise BadInput(f"{rows.name} has no classes, and images are to be made from their class; {LABELLED}")
    if rows.train.shape[1] > MAX_NUMBERS:
        raise BadInput(
            f"{rows.name} holds images of {size_of(rows.image_shape)}, and at most 64×64×3 are learned here; give "
            "smaller pictures"
        )
    if rows.attributes:
        return rows
    if rows.classes < 2:
        raise BadInput(f"{rows.name} has one class alone, and a condition needs two; {LABELLED}")
    for part in ("train", "test"):
        counts = np.bincount(getattr(rows, f"{part}_labels"), minlength=rows.classes)
        if counts.min() < MIN_EXAMPLES:
            k = int(np.argmin(counts))
            name = rows.class_names[k] if rows.class_names else k
            raise BadInput(
                f"the {part} part of {rows.name} has {counts[k]} images of the class {name}, and at least "
                f"{MIN_EXAMPLES} are needed; give about 20 images or more per class"
            )
    return rows


def nearest_conditions(labels: np.ndarray, train_labels: np.ndarray) -> list[np.ndarray]:
    """The training examples whose condition is nearest to each label: of a class, all of this class.

    labels, train_labels    (n,) and (N,) classes, or (n, S) and (N, S) attributes, whose distance is the number of
                            attributes that differ → n arrays of places
    """
    wanted, there = (np.reshape(x, (len(x), -1)) for x in (labels, train_labels))
    unique, place = np.unique(wanted, axis=0, return_inverse=True)
    found = []
    for label in unique:
        distance = np.sum(there != label, axis=1)
        found.append(np.flatnonzero(distance == distance.min()))
    return [found[i] for i in place.ravel()]


def retrieved(rows: RowData, labels: np.ndarray, rng: Generator) -> np.ndarray:
    """For each label a random training image of the nearest condition.   (n,) or (n, S) → (n, D)"""
    places = nearest_conditions(labels, rows.train_labels)  # type: ignore[arg-type]
    return rows.train[np.array([found[int(rng.integers(len(found)))] for found in places])]


def means(rows: RowData, labels: np.ndarray) -> np.ndarray:
    """For each label the mean training image of the nearest condition.   (n,) or (n, S) → (n, D)"""
    of: dict[bytes, np.ndarray] = {}
    for label, found in zip(labels, nearest_conditions(labels, rows.train_labels), strict=True):  # type: ignore[arg-type]
        key = np.asarray(label).tobytes()
        if key not in of:
            of[key] = rows.train[found].mean(axis=0)
    return np.stack([of[np.asarray(label).tobytes()] for label in labels])


def nearest_of_class(x: np.ndarray, rows: RowData, k: int) -> np.ndarray:
    """For each image the training image of class k with the smallest distance of pixels.   (n, D) → (n, D)"""
    of_class = rows.train[rows.train_labels == k]
    return of_class[np.argmin(squared_distances(x, of_class), axis=1)]
