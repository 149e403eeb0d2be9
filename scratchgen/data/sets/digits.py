"""The 8 × 8 handwritten digits that are embedded in the package."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources

import numpy as np

from scratchgen.data.preprocessing.binarise import threshold
from scratchgen.data.types import RowData

MAX_VALUE = 16  # each value counts the white pixels of a 4 × 4 block
TRAIN, VALIDATION, TEST = 0, 1, 2  # the codes in the file's `split`


def load() -> RowData:
    """1,797 handwritten digits, 8 × 8 grey values k/16: 1,297 train, 250 validation, 250 test.

    Source: Alpaydin & Kaynak (1998), UCI Machine Learning Repository; see embedded/SOURCE.md.
    """
    with resources.files("scratchgen.data").joinpath("embedded", "digits.npz").open("rb") as file:
        stored = np.load(file, allow_pickle=False)
        images = (stored["images"].reshape(-1, 64) / MAX_VALUE).astype(np.float32)
        labels = stored["labels"].astype(np.int64)
        split = stored["split"]
    parts = [split == part for part in (TRAIN, VALIDATION, TEST)]
    return RowData(
        "digits", (8, 8), *(images[part] for part in parts), *(labels[part] for part in parts), ink=True
    )


def load_binarized() -> RowData:
    """The 8 × 8 digits in black and white: 1 where at least half of a block is white, else 0.

    A Bernoulli likelihood is exact for these pixels; for grey pixels it only matches their mean.
    """
    grey = load()
    train, validation, test = (threshold(part) for part in (grey.train, grey.validation, grey.test))
    return replace(grey, name="binarized-digits", train=train, validation=validation, test=test)
