"""From a name or a path to a data set."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from pathlib import Path

from scratchgen.data import digits, mnist, shakespeare, stdlib
from scratchgen.data.image_files import read_images
from scratchgen.data.sets import ImageData, TextData
from scratchgen.data.text_files import read_text
from scratchgen.errors import BadInput

IMAGES: dict[str, Callable[[], ImageData]] = {
    "digits": digits.load,
    "binarized-digits": digits.load_binarized,
    "mnist": mnist.load,
}
TEXTS: dict[str, Callable[[], TextData]] = {"stdlib": stdlib.load, "tinyshakespeare": shakespeare.load}


def names() -> dict[str, tuple[str, ...]]:
    """The known data sets: {"images": names, "text": names}."""
    return {"images": tuple(IMAGES), "text": tuple(TEXTS)}


def load_images(name_or_path: str | os.PathLike) -> ImageData:
    """A known set of images, or an .npy or .npz file of one's own (`image_files.read_images`).

    A name wins over a file of the same name; write ./name for the file.   Raises BadInput for what is
    neither, and for a file that does not hold images.
    """
    name = os.fspath(name_or_path)
    if name in IMAGES:
        return IMAGES[name]()
    _check_exists(name, "images", tuple(IMAGES), tuple(TEXTS))
    return read_images(name)


def load_text(name_or_path: str | os.PathLike) -> TextData:
    """A known text, or a UTF-8 file of one's own (`text_files.read_text`).

    A name wins over a file of the same name; write ./name for the file.   Raises BadInput for what is
    neither, and for a file that does not hold text.
    """
    name = os.fspath(name_or_path)
    if name in TEXTS:
        return TEXTS[name]()
    _check_exists(name, "text", tuple(TEXTS), tuple(IMAGES))
    return read_text(name)


def _check_exists(name: str, kind: str, known: tuple[str, ...], others: tuple[str, ...]) -> None:
    if os.path.isfile(name):
        return
    choices = ", ".join(known)
    if name in others:
        raise BadInput(f"{name} is not {kind}; choose one of {choices}, or give the path of a file")
    if os.path.isdir(name):
        raise BadInput(f"{name} is a folder; give a file in it, or one of {choices}")
    close = difflib.get_close_matches(name, known, 1) or _close_files(Path(name))
    hint = f"; did you mean {close[0]}?" if close else ""
    raise BadInput(f"{name!r} is neither a known set of {kind} ({choices}) nor a file that exists{hint}")


def _close_files(path: Path) -> list[str]:
    try:
        siblings = [file.name for file in path.parent.iterdir() if file.is_file()]
    except (OSError, ValueError):
        return []
    return [str(path.with_name(match)) for match in difflib.get_close_matches(path.name, siblings, 1)]
