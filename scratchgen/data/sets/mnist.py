"""MNIST: 70,000 handwritten digits, 28 × 28."""

from __future__ import annotations

import numpy as np

from scratchgen.data.files.idx import read_idx
from scratchgen.data.remote.fetch import locate
from scratchgen.data.types import RowData
from scratchgen.errors import BadInput

VALIDATION_SIZE = 5000  # the last images of the 60,000


def load() -> RowData:
    """55,000 train, 5,000 validation and 10,000 test digits, grey values k/255.

    Raises BadInput if the files are not available or damaged.

    Source: LeCun, Bottou, Bengio & Haffner (1998), "Gradient-based learning applied to document recognition".
    """
    images, labels = _read("train")
    test, test_labels = _read("t10k")
    cut = len(images) - VALIDATION_SIZE
    parts = images[:cut], images[cut:], test, labels[:cut], labels[cut:], test_labels
    return RowData("mnist", (28, 28), *parts, ink=True)


def _read(part: str) -> tuple[np.ndarray, np.ndarray]:
    images = read_idx(locate("mnist", f"{part}-images-idx3-ubyte.gz"), ndim=3)
    labels = read_idx(locate("mnist", f"{part}-labels-idx1-ubyte.gz"), ndim=1)
    if len(images) != len(labels):
        raise BadInput(
            f"mnist {part} has {len(images)} images and {len(labels)} labels; download the files again"
        )
    return images.reshape(len(images), -1) / np.float32(255), labels.astype(np.int64)
