"""Atomic and durable writing of files: a file appears complete or not at all, also after a power failure."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path in the same folder as `path`, which replaces `path` when the block ends without an error.

    The content is on the disk before the file is renamed, and the new name is on the disk when this returns: a
    process that is killed at any moment leaves the old file or the new one, never a part of either. A file that is
    replaced keeps its permissions; a new one has those of the umask.
    """
    if path.exists() and not path.is_file():
        raise FileExistsError(errno.EEXIST, "it is not a regular file, and would be replaced", str(path))
    temporary = path.parent / f".{path.stem}-{secrets.token_hex(4)}{path.suffix}"
    _create(temporary)
    try:
        yield temporary
        with suppress(FileNotFoundError):
            os.chmod(temporary, stat.S_IMODE(path.stat().st_mode))
        _to_disk(temporary)
        os.replace(temporary, path)
        with suppress(OSError):  # where folders cannot be opened, the system itself stores names safely
            _to_disk(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _create(path: Path) -> None:
    """A new file, which all may read and write but for what the umask takes away."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
