"""The content of a VAE's pictures, before it is drawn."""

import numpy as np
import pytest

from scratchgen.data import RowData
from scratchgen.random import Generator
from scratchgen.tasks.rows import columns_for, held_out
from scratchgen.tasks.vae import interpolations
from scratchgen.vae import VAE, ConditionalVAE
from scratchgen.vae.interpolate import PATHS


@pytest.fixture
def x(rng):
    return rng.random((6, 4)).astype(np.float32)


@pytest.mark.parametrize("way", PATHS)
def test_a_row_leads_from_one_reconstruction_to_another(way, x):
    model = VAE(4, 3, 8, Generator(0))
    rows = interpolations(model, x, np.zeros(6, np.int64), 5, PATHS[way]).reshape(3, 5, 4)
    assert np.allclose(rows[:, 0], model.reconstruct(x[:3]), atol=1e-5)
    assert np.allclose(rows[:, -1], model.reconstruct(x[3:]), atol=1e-5)
    assert not np.allclose(rows[:, 2], rows[:, 0], atol=1e-5)


def test_a_row_of_a_model_that_is_told_classes_is_all_of_the_class_of_its_first(x):
    model = ConditionalVAE(4, 3, 8, 2, Generator(0))
    labels = np.array([0, 1, 0, 1, 0, 1])
    rows = interpolations(model, x, labels, 5, PATHS["straight"]).reshape(3, 5, 4)
    assert np.allclose(rows[:, 0], model.given(labels[:3]).reconstruct(x[:3]), atol=1e-5)
    ends = (
        model.given(labels[3:]).encode(x[3:]).mu
    )  # encoded with their classes, decoded with those of the first
    assert np.allclose(rows[:, -1], model.given(labels[:3]).decode(ends).mean.numpy(), atol=1e-5)


def test_examples_are_taken_from_all_over_a_part_that_is_sorted_by_class():
    labels = np.repeat(np.arange(10), 50)
    images = np.repeat(labels[:, None] / 9, 4, axis=1).astype(np.float32)
    rows = RowData("sorted", (2, 2), images, images, images, labels, labels, labels)
    x, y = held_out(rows, 16)
    assert len({*y}) > 5 and np.allclose(x[:, 0] * 9, y)
    assert len({*labels[:16]}) == 1  # as the first ones would be


@pytest.mark.parametrize("n, classes", [(64, 1), (64, 10), (30, 3), (100, 10), (1, 10), (10, 26)])
def test_classes_that_take_turns_stand_in_columns_of_one_class(n, classes):
    columns = columns_for(n, classes)
    assert columns % classes == 0 and columns < np.sqrt(n) + classes
