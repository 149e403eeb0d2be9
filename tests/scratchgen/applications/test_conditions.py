"""Labelled images that cannot be used are refused before any training; baselines are of the condition."""

import numpy as np
import pytest

from scratchgen.applications.conditions import (
    labelled_images,
    means,
    nearest_conditions,
    nearest_of_class,
    retrieved,
)
from scratchgen.data import RowData
from scratchgen.errors import BadInput
from scratchgen.random import Generator

N = 240


def written(folder, labels, side=8):
    """An NPZ of random images with these labels, None for none."""
    rng = np.random.default_rng(0)
    arrays = {"images": rng.integers(0, 256, (N, side, side), np.uint8)}
    if labels is not None:
        arrays["labels"] = labels
    np.savez(folder / "mine.npz", **arrays)
    return str(folder / "mine.npz")


@pytest.mark.parametrize(
    "labels, side, words",
    [
        (None, 8, "has no classes, and images are to be made from their class; give a folder with one"),
        (np.zeros(N, int), 8, "has one class alone"),
        (np.r_[np.ones(3, int), np.zeros(N - 3, int)], 8, "images of the class 1 in its test part"),
        (np.arange(N) % 3, 72, "at most 64 a side"),
    ],
)
def test_images_without_enough_of_each_class_are_refused_in_one_line(labels, side, words, tmp_path):
    with pytest.raises(BadInput) as refused:
        labelled_images(written(tmp_path, labels, side))
    assert words in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["fsdd", "tinyshakespeare", "ring"])
def test_a_known_set_that_holds_no_images_is_refused_before_it_is_loaded(name, monkeypatch):
    monkeypatch.setattr("scratchgen.applications.conditions.images_of", None)
    with pytest.raises(BadInput, match=f"{name} is no set of images"):
        labelled_images(name)


def test_labelled_images_are_taken(tmp_path):
    rows, options = labelled_images(written(tmp_path, np.arange(N) % 3))
    assert rows.classes == 3 and options == {}
    assert labelled_images("characters")[0].attributes


def data(labels, rng):
    """Data whose training images are the numbers 0, 1, 2, …, one pixel each."""
    x = np.arange(len(labels), dtype=np.float32)[:, None]
    return RowData("numbers", (1, 1), x, x, x, np.array(labels), np.array(labels), np.array(labels))


def check_nearest(find, rng):
    """By loops: the training labels that differ from the wanted one in the fewest places."""
    for width in (1, 4):
        wanted, there = rng.integers(0, 3, (6, width)), rng.integers(0, 3, (20, width))
        for label, found in zip(wanted, find(wanted, there), strict=True):
            differ = [sum(a != b for a, b in zip(label, other, strict=True)) for other in there]
            assert found.tolist() == [i for i, n in enumerate(differ) if n == min(differ)]


def test_the_nearest_conditions_differ_in_the_fewest_attributes(rng):
    check_nearest(nearest_conditions, rng)


def test_the_claim_above_rejects_the_distance_of_the_numbers_of_kinds(rng):
    def by_numbers(wanted, there):
        distances = [np.abs(there - label).sum(axis=1) for label in wanted]
        return [np.flatnonzero(d == d.min()) for d in distances]

    with pytest.raises(AssertionError):
        check_nearest(by_numbers, rng)


def test_the_baselines_are_images_of_the_class_and_their_mean(rng):
    rows = data([0, 1, 0, 1, 0], rng)
    labels = np.array([1, 0, 1, 0] * 50)
    assert means(rows, labels)[:2].ravel().tolist() == [2.0, 2.0]  # (1 + 3)/2 and (0 + 2 + 4)/3
    found = retrieved(rows, labels, Generator(0)).ravel()
    assert set(found[0::2]) == {1.0, 3.0} and set(found[1::2]) == {0.0, 2.0, 4.0}
    assert nearest_of_class(np.array([[2.2], [9.0]]), rows, 1).ravel().tolist() == [3.0, 3.0]
    assert nearest_of_class(np.array([[2.2], [9.0]]), rows, 0).ravel().tolist() == [2.0, 4.0]
