"""Dressed characters in colour, composed from layers: as many as wanted, each with its attributes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from importlib import resources
from itertools import accumulate

import numpy as np

from scratchgen.data.types import Attribute, RowData
from scratchgen.random import Generator

SIZES = (12_000, 1_000, 1_000)  # characters: train, validation, test
SEED = 5
IMAGE_SHAPE = (32, 32, 3)
AT_ONCE = 250  # characters that are composed at once: they fit into the cache of a processor
NONE = "none"  # the kind of a slot that is empty
# from back to front; the share of characters whose slot is filled
SHARES = {
    "cloak": 0.4, "species": 1.0, "legs": 0.6, "robe": 0.9, "hair": 0.5, "hat": 0.5, "weapon": 0.7, "shield": 0.5,
}  # fmt: skip
SLOTS = ("species", "robe", "legs", "hat", "hair", "weapon", "shield", "cloak")  # the order of the labels


@cache
def attributes() -> tuple[Attribute, ...]:
    """The slots of a character, and their kinds: "none" first, where a slot can be empty."""
    slots, kinds, _ = _layers()
    found = {slot: tuple(kind for s, kind in zip(slots, kinds, strict=True) if s == slot) for slot in SLOTS}
    return tuple(
        Attribute(slot, found[slot] if SHARES[slot] == 1 else (NONE, *found[slot])) for slot in SLOTS
    )


def draw(n: int, rng: Generator) -> np.ndarray:
    """The attributes of n characters, (n, 8) int64 in the order of `SLOTS`: independent, all kinds equally likely."""
    columns = []
    for attribute in attributes():
        K = len(attribute.kinds)
        if attribute.kinds[0] != NONE:
            columns.append(rng.integers(K, size=n))
            continue
        filled = rng.random(n, np.float64) < SHARES[attribute.name]
        columns.append(np.where(filled, 1 + rng.integers(K - 1, size=n), 0))
    return np.stack(columns, axis=1)


def compose(kinds: Sequence[Sequence[int]] | np.ndarray) -> np.ndarray:
    """The pictures of characters with these attributes.   (n, 8) integers → (n, 32·32·3) float32, values k/255

    The layers are laid over white from back to front (`preprocessing.composite`), each rounded to 8 bits.
    Ledger: data.compositing
    """
    kinds = np.asarray(kinds)
    x = np.empty((len(kinds), math.prod(IMAGE_SHAPE)), np.float32)
    for start in range(0, len(kinds), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        np.divide(_pixels(kinds[part]).reshape(-1, x.shape[1]), np.float32(255), out=x[part])
    return x


def _pixels(kinds: np.ndarray) -> np.ndarray:
    """The pictures in whole numbers 0 … 255.   (n, 8) → (n, 32, 32, 3) uint16"""
    x = np.full((len(kinds), *IMAGE_SHAPE), 255, np.uint16)
    for slot in SHARES:
        coloured, clear = _bank(slot)
        k = kinds[:, SLOTS.index(slot)]
        x *= clear[k]
        x += coloured[k]
        x += (x >> 8) + np.uint16(
            1
        )  # with the shift by 8, the division by 255 of any x < 65,535, rounded down
        x >>= 8
    return x


@cache
def _bank(slot: str) -> tuple[np.ndarray, np.ndarray]:
    """255 (α l + ½), (K, 32, 32, 3), and 255 (1 − α), (K, 32, 32, 1), uint16, for the K kinds of a slot."""
    slots, _, layers = _layers()
    bank = layers[[i for i, s in enumerate(slots) if s == slot]].astype(np.uint16)
    if SHARES[slot] < 1:
        bank = np.concatenate((np.zeros_like(bank[:1]), bank))
    alpha = bank[..., 3:]
    return alpha * bank[..., :3] + np.uint16(127), 255 - alpha


def load() -> RowData:
    """14,000 characters of 32 × 32 pixels in colour: 12,000 to train, 1,000 for validation, 1,000 to test.

    A label is a row of eight attributes (`attributes`), from which `compose` makes the picture again. No two
    characters are alike.
    Source: Dungeon Crawl Stone Soup's tiles, CC0; see embedded/SOURCE.md.
    """
    labels = _unequal(draw(2 * sum(SIZES), Generator(SEED)))
    first, second, end = accumulate(SIZES)
    train, validation, test = labels[:first], labels[first:second], labels[second:end]
    return RowData(
        "characters",
        IMAGE_SHAPE,
        compose(train),
        compose(validation),
        compose(test),
        train,
        validation,
        test,
        attributes=attributes(),
    )


def _unequal(kinds: np.ndarray) -> np.ndarray:
    """The characters without those that occurred before, in their order."""
    _, first = np.unique(kinds, axis=0, return_index=True)
    return kinds[np.sort(first)]


@cache
def _layers() -> tuple[list[str], list[str], np.ndarray]:
    """The slot and the kind of every layer, and the layers (61, 32, 32, 4) uint8: red, green, blue, opacity."""
    with resources.files("scratchgen.data").joinpath("embedded", "characters.npz").open("rb") as file:
        stored = np.load(file, allow_pickle=False)
        layers = stored["palette"][stored["layers"]]
        return stored["slots"].tolist(), stored["kinds"].tolist(), layers
