"""Atomic and durable writing of files: a file appears complete or not at all, also after a power failure."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path in the same folder as `path`, which replaces `path` when the block ends without an error.

    The content is on the disk before the file is renamed, and the new name is on the disk when this returns: a
    process that is killed at any moment leaves the old file or the new one, never a part of either. A file that is
    replaced keeps its permissions; a new one has those of the umask. Raises OSError that names `path` where it cannot
    be written, and FileExistsError where it is no regular file (`is_replaceable`).
    """
    if not is_replaceable(path):
        raise FileExistsError(errno.EEXIST, "it is not a regular file, and would be replaced", str(path))
    temporary = path.parent / f".{path.stem}-{secrets.token_hex(4)}{path.suffix}"
    try:
        _create(temporary)
        yield temporary
        with suppress(FileNotFoundError):
            os.chmod(temporary, stat.S_IMODE(path.stat().st_mode))
        _to_disk(temporary)
        os.replace(temporary, path)
        with suppress(OSError):  # where folders cannot be opened, the system itself stores names safely
            _to_disk(path.parent)
    except OSError as error:
        if error.filename in (None, str(temporary)):  # a full disk names none
            error.filename = str(path)
        raise
    finally:
        with suppress(OSError):  # if it was never made, for instance because its name is too long
            temporary.unlink()


def is_replaceable(path: Path) -> bool:
    """Whether a path is free, or that of a regular file.

    A symbolic link is not replaceable, whatever it leads to: /dev/stdout is one, and the superuser would replace it by
    a file for all programs.
    """
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True


def _create(path: Path) -> None:
    """A new file, which all may read and write but for what the umask takes away."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def distinct_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object with these names and values, for `json.loads(..., object_pairs_hook=distinct_names)`.

    Raises ValueError for a name that occurs twice: the file was altered, and nothing says which value is meant.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        raise ValueError(f"{twice!r} occurs twice in one object")
    return found
