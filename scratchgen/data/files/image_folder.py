"""Reader of a user's own folder of pictures, PNG and JPEG."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scratchgen.data.files.folders import files_below, labels_of, split_labels
from scratchgen.data.preprocessing.splits import split
from scratchgen.data.types import RowData
from scratchgen.errors import BadInput

SUFFIXES = (".png", ".jpg", ".jpeg")


def read_image_folder(folder: str) -> RowData:
    """The PNG and JPEG files below a folder, as grey values in [0, 1], 0 black; split 80/10/10 at random.

    Colours are converted to grey by ITU-R 601: 0.299 R + 0.587 G + 0.114 B. If every file is in a subfolder, the
    subfolders are the classes, numbered in alphabetical order. Pillow, which comes with matplotlib, reads them.
    Raises BadInput with the name of the file if it is damaged or differs in size from the first.
    """
    paths = files_below(folder, SUFFIXES, "pictures")
    first = _read(paths[0])
    rows = np.empty((len(paths), first.size), np.float32)
    for i, path in enumerate(paths):
        grey = _read(path)
        if grey.shape != first.shape:
            height, width = grey.shape
            raise BadInput(
                f"{path} is {height} × {width} pixels, but {paths[0].name} is {first.shape[0]} × "
                f"{first.shape[1]}; crop or scale all pictures to one size"
            )
        rows[i] = grey.ravel() / np.float32(255)
    _, labels = labels_of(folder, paths)
    places = split(len(rows))
    height, width = first.shape
    parts = (rows[part] for part in places)
    return RowData(folder, (height, width), *parts, *split_labels(labels, places), places=places)


def _read(path: Path) -> np.ndarray:
    """The grey values of one picture, (height, width) uint8."""
    try:
        from PIL import Image
    except ImportError:
        raise BadInput(
            "reading pictures needs Pillow, which is not installed; `pip install pillow`"
        ) from None
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as picture:
            return np.asarray(picture.convert("L"))
    except MemoryError:
        raise
    except Exception as error:  # for a damaged file, Pillow raises many kinds of errors
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BadInput(f"{path} is not a picture ({reason}); remove or repair it") from None
