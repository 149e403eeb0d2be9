"""Dressed characters: the attributes asked for are drawn."""

import hashlib
from importlib import resources

import numpy as np
import pytest

from scratchgen.data import load_images
from scratchgen.data.preprocessing.composite import alpha_composite
from scratchgen.data.sets import characters
from scratchgen.random import Generator

SLOTS = list(characters.SLOTS)


@pytest.fixture(scope="module")
def data():
    return load_images("characters")


def stored():
    with resources.files("scratchgen.data").joinpath("embedded", "characters.npz").open("rb") as file:
        archive = np.load(file, allow_pickle=False)
        return {name: archive[name] for name in archive.files}


def by_hand(kinds):
    """A character laid layer by layer in real numbers, rounded to 8 bits after each layer; not the code under test."""
    archive, x = stored(), np.ones((32, 32, 3))
    for slot in ("cloak", "species", "legs", "robe", "hair", "hat", "weapon", "shield"):
        attribute = characters.attributes()[SLOTS.index(slot)]
        kind = attribute.kinds[kinds[SLOTS.index(slot)]]
        if kind == "none":
            continue
        (place,) = np.flatnonzero((archive["slots"] == slot) & (archive["kinds"] == kind))
        layer = archive["palette"][archive["layers"][place]].astype(float)
        x = np.floor(255 * alpha_composite(layer / 255, x) + 127 / 255 + 1e-9) / 255
    return x.ravel()


def test_every_slot_has_at_most_eight_named_kinds_and_all_but_the_species_may_be_empty():
    named = {a.name: [kind for kind in a.kinds if kind != "none"] for a in characters.attributes()}
    assert list(named) == ["species", "robe", "legs", "hat", "hair", "weapon", "shield", "cloak"]
    assert all(2 <= len(kinds) == len(set(kinds)) <= 8 for kinds in named.values())
    assert [a.name for a in characters.attributes() if "none" not in a.kinds] == ["species"]


def test_the_set_is_14000_pictures_in_colour_and_each_is_composed_from_its_attributes_again(data):
    assert [len(part) for part in (data.train, data.validation, data.test)] == [12_000, 1_000, 1_000]
    assert data.image_shape == (32, 32, 3) and data.train_labels.shape == (12_000, 8)
    assert np.array_equal(characters.compose(data.test_labels), data.test)
    levels = 255 * data.test
    assert np.abs(levels - np.rint(levels)).max() < 1e-4, "all values are k/255"


def test_a_picture_is_the_layers_of_its_attributes_over_white(data):
    for x, kinds in zip(data.test[:40], data.test_labels[:40], strict=True):
        assert np.abs(x - by_hand(kinds)).max() < 1e-6


def test_the_claim_above_rejects_layers_in_another_order(data, monkeypatch):
    reversed_order = dict(reversed(characters.SHARES.items()))
    monkeypatch.setattr(characters, "SHARES", reversed_order)
    x = characters.compose(data.test_labels[:40])
    assert np.abs(x - data.test[:40]).max(axis=1).min() > 0.1


@pytest.mark.parametrize("slot", SLOTS)
def test_any_two_kinds_of_a_slot_differ_in_at_least_eight_pixels_of_a_naked_human(slot):
    s = SLOTS.index(slot)
    n = len(characters.attributes()[s].kinds)
    kinds = np.zeros((n, len(SLOTS)), np.int64)
    kinds[:, s] = np.arange(n)
    x = characters.compose(kinds).reshape(n, -1, 3)
    differ = np.abs(x[:, None] - x[None]).max(axis=-1) > 0.1
    pixels = differ.sum(axis=-1) + 1024 * np.eye(n)
    assert pixels.min() >= 8


def test_attributes_are_independent_and_filled_as_often_as_stated(data):
    labels = data.train_labels
    for s, attribute in enumerate(data.attributes):
        share = np.mean(labels[:, s] > 0) if "none" in attribute.kinds else 1.0
        expected = characters.SHARES[attribute.name]
        assert abs(share - expected) <= 4 * np.sqrt(expected * (1 - expected) / len(labels)) + 1e-12
        named = labels[:, s][labels[:, s] > 0] if "none" in attribute.kinds else labels[:, s]
        counts = np.unique(named, return_counts=True)[1]
        spread = 5 * np.sqrt(counts.mean())
        assert np.abs(counts - counts.mean()).max() < spread, attribute.name
    C = np.corrcoef(labels.T.astype(float)) - np.eye(len(SLOTS))
    assert np.abs(C).max() < 5 / np.sqrt(len(labels))


def test_characters_follow_from_the_seed_and_no_two_are_alike(data):
    assert np.array_equal(characters.draw(50, Generator(3)), characters.draw(50, Generator(3)))
    assert not np.array_equal(characters.draw(50, Generator(3)), characters.draw(50, Generator(4)))
    every = np.concatenate((data.train_labels, data.validation_labels, data.test_labels))
    assert len(np.unique(every, axis=0)) == 14_000


def test_the_embedded_layers_are_those_of_their_source_and_take_less_than_a_megabyte():
    folder = resources.files("scratchgen.data").joinpath("embedded")
    content = folder.joinpath("characters.npz").read_bytes()
    assert len(content) < 1_000_000
    assert hashlib.sha256(content).hexdigest() in folder.joinpath("SOURCE.md").read_text("utf-8")
