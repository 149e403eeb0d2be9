"""The training images of a condition, a class or a description: baselines, and checks before a training."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.applications.own_images import images_of
from scratchgen.data import CATALOGUE, RowData
from scratchgen.errors import BadInput
from scratchgen.evaluation.distances import squared_distances
from scratchgen.random import Generator

MIN_EXAMPLES = 2  # of each class, in the training part and in the test part: a diversity needs a pair
LABELLED = "give a folder with one folder of pictures per class, or an .npz with images and labels"


def labelled_images(name: str) -> tuple[RowData, dict[str, Any]]:
    """Images with classes or attributes, and the options that a task loads them with.

    Raises BadInput as `images_of` does, for images without classes, and for too few of a class: before any training.
    """
    if name in CATALOGUE and CATALOGUE[name].kind != "images":
        raise BadInput(f"{name} is no set of images; {LABELLED}")
    rows, options = images_of(name)
    if not rows.label_counts or rows.test_labels is None:
        raise BadInput(f"{name} has no classes, and images are to be made from their class; {LABELLED}")
    if rows.attributes:
        return rows, options
    if rows.classes < 2:
        raise BadInput(f"{name} has one class alone, and a condition needs two; {LABELLED}")
    for part in ("train", "test"):
        counts = np.bincount(getattr(rows, f"{part}_labels").astype(np.intp), minlength=rows.classes)
        k = int(np.argmin(counts))
        if counts[k] < MIN_EXAMPLES:
            named = rows.class_names[k] if rows.class_names else k
            raise BadInput(
                f"{name} has {counts[k]} images of the class {named} in its {part} part, and at least {MIN_EXAMPLES} "
                "are needed; give at least 20 images per class"
            )
    return rows, options


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
