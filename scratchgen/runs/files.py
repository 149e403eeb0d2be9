"""The text files of a run, and checks of the places that they are written to."""

from __future__ import annotations

import json
import stat
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from scratchgen.errors import BadInput
from scratchgen.files import distinct_names, is_replaceable, replacing


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 file. A byte of a path that is no text is escaped, as it is on a terminal and in JSON."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file of bytes."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_json(path: Path, value: Any) -> None:
    """Write a value as readable JSON."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def write_array(path: Path, array: np.ndarray) -> None:
    """Write an array as .npy; nothing is pickled."""
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.save(file, array, allow_pickle=False)


INITIAL_WEIGHTS = "initial.safetensors"  # of a run that was begun with the weights of another one
RESULT = "result.json"  # the numbers of a run of `scratchgen reproduce`


class Unreadable(ValueError):
    """A file that is missing, too large, or not a regular file. The message names it and says why."""


def read_bytes(path: Path, most: int | None = None) -> bytes:
    """The content of a regular file, not of a symbolic link or a device.

    most    maximum size in bytes; a larger file is refused before it is read
    """
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise Unreadable(f"{path} is not a regular file")
        if most is not None and found.st_size > most:
            raise Unreadable(f"{path} is damaged: {found.st_size:,} bytes are too many")
        return path.read_bytes()
    except OSError as error:
        raise Unreadable(f"{path} cannot be read ({error.strerror})") from None


def decode_json(content: bytes, kind: Any = Any) -> Any:
    """The value of a JSON text, in a declared type.

    Raises ValueError for a text that is not JSON, for a value of another type, and for an object in which a name occurs
    twice.
    """
    try:
        value = msgspec.json.decode(content, type=kind)
        json.loads(content, object_pairs_hook=distinct_names)  # msgspec keeps the last of two values silently
    except RecursionError:
        raise ValueError("its values are nested too deeply") from None
    return value


def writable_directory(path: Path) -> Path:
    """The directory, made if it is not there. Raises BadInput if it is a file or cannot be written."""
    if path.exists() and not path.is_dir():
        raise BadInput(f"{path} is a file; name a directory, which is made if it does not exist")
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise BadInput(f"cannot write in {path} ({error.strerror}); choose another folder") from None
    return path


def writable_file(path: Path) -> Path:
    """The path of a file to be made.

    Raises BadInput for a directory, a device, a pipe, a symbolic link, and a folder that cannot be written.
    """
    if path.is_dir():
        raise BadInput(f"{path} is a directory; name the file to write, such as {path / 'samples.png'}")
    if path.parent.exists() and not path.parent.is_dir():
        raise BadInput(f"{path}: {path.parent} is a file, not a folder; choose another path")
    try:
        if not is_replaceable(path):
            raise BadInput(
                f"{path} is a device, a pipe or a link, which a file would replace; name another file"
            )
    except OSError as error:
        raise BadInput(f"cannot write {path} ({error.strerror}); choose another name") from None
    writable_directory(path.parent)
    return path
