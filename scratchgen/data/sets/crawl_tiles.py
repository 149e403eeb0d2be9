"""Colour pictures of monsters and things, 32 × 32, in the public domain (CC0)."""

from __future__ import annotations

import hashlib

import numpy as np

from scratchgen.data.preprocessing.composite import alpha_composite
from scratchgen.data.remote.fetch import locate
from scratchgen.data.types import RowData

CLASSES = {"mon": "monster", "item": "thing"}  # the folder of a picture ↦ its class


def load() -> RowData:
    """1,319 pictures laid over white: monsters and things. The hash of its path decides which part a picture is in.

    Raises BadInput if the file is not available or damaged.
    Source: Dungeon Crawl Stone Soup's tiles, releases/Nov-2015.
    """
    with np.load(locate("crawl-tiles", "crawl_tiles.npz"), allow_pickle=False) as stored:
        paths = stored["paths"]
        tops = np.array([path.split("/")[0] for path in paths])
        chosen = np.isin(tops, list(CLASSES))
        layers, paths, tops = stored["images"][chosen], paths[chosen], tops[chosen]
    x = alpha_composite(layers / np.float32(255), np.ones(3, np.float32))
    x = np.rint(255 * x).reshape(len(x), -1) / np.float32(255)
    labels = np.array([list(CLASSES).index(top) for top in tops], np.int64)
    place = np.array([int(hashlib.sha256(path.encode()).hexdigest(), 16) % 100 for path in paths])
    parts = place >= 20, (place >= 10) & (place < 20), place < 10
    images = [x[part].astype(np.float32) for part in parts]
    return RowData(
        "crawl-tiles",
        (32, 32, 3),
        *images,
        *(labels[part] for part in parts),
        class_names=tuple(CLASSES.values()),
    )
