"""A user's own images, from a folder of pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scratchgen.data.files.folders import files_below, labels_of, split_labels, split_list
from scratchgen.data.types import RowData
from scratchgen.errors import BadInput

SUFFIXES = (".png", ".jpg", ".jpeg")


def read_image_folder(folder: str) -> RowData:
    """The PNG and JPEG files below a folder, as grey values in [0, 1], 0 black; split 80/10/10 at random.

    Colours become grey by ITU-R 601: 0.299 R + 0.587 G + 0.114 B. If every file lies in a subfolder, the
    subfolders are classes, numbered by the alphabet. Read by Pillow, which comes with matplotlib.
    Raises BadInput, which names the file, for one that is damaged or of another size than the first.
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
                f"{first.shape[1]}; cut or scale all to one size"
            )
        rows[i] = grey.ravel() / np.float32(255)
    _, labels = labels_of(folder, paths)
    parts, places = split_list(list(range(len(rows))))
    return RowData(folder, first.shape, *(rows[part] for part in parts), *split_labels(labels, places))


def _read(path: Path) -> np.ndarray:
    """(height, width) uint8."""
    try:
        from PIL import Image
    except ImportError:
        raise BadInput("pictures are read by Pillow, which is not installed; `pip install pillow`") from None
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as picture:
            return np.asarray(picture.convert("L"))
    except MemoryError:
        raise
    except Exception as error:  # a damaged file raises whatever Pillow meets in it
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BadInput(f"{path} is not a picture ({reason}); remove or repair it") from None
