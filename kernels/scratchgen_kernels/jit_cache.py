"""The folder in which Numba caches compiled functions, checked before Numba reads it.

Numba unpickles these files and executes the machine code in them. It does not notice a file that is damaged, and it
stops with an error if it cannot write one. So the folder is checked once per process:

- A file whose content differs from its recorded SHA-256 is removed, and so is one that ends in its middle. Numba then
  compiles the function again and writes a new file.
- Where there is no room for the files, nothing is cached on disk.

Both are reported by one warning. The hashes are recorded when the process ends.
"""

import atexit
import hashlib
import io
import json
import os
import pickletools
import tempfile
import warnings
from pathlib import Path

RECORD = "hashes.json"  # file → [its SHA-256, its inode]
SUFFIXES = (".nbi", ".nbc")  # an index of the compiled versions of a function, and one of these versions
ROOM = 2**24  # bytes: the files of all kernels

_usable: dict[Path, bool] = {}  # the folders that were checked


def is_usable(folder: Path) -> bool:
    """Whether Numba can use the folder. The first call removes damaged files from it."""
    if folder not in _usable:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            damaged = remove_damaged(folder)
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(bytes(ROOM))
        except OSError as error:
            _usable[folder] = False
            _warn(
                f"compiled kernels are not cached, since {folder} cannot be written ({error.strerror}): every process "
                "compiles them again. Make room there, or name another folder in NUMBA_CACHE_DIR"
            )
        else:
            _usable[folder] = True
            atexit.register(record, folder)
            if damaged:
                _warn(
                    f"{len(damaged)} damaged files of compiled kernels were removed from {folder}, {damaged[0].name} "
                    "for instance; these kernels are compiled again"
                )
    return _usable[folder]


def remove_damaged(folder: Path) -> list[Path]:
    """Remove the files that Numba must not read, and return those that are damaged.

    Numba never changes a file in place. So if the inode is a new one too, another process has written the file and has
    not recorded it yet: it is removed all the same, but it is not damaged.
    """
    recorded, damaged = _recorded(folder), []
    for path in _files(folder):
        known = recorded.get(_name(path, folder))
        try:
            found = _state(path)
            if known and known[0] == found[0]:
                continue
            whole = _is_whole(path.read_bytes())
            if known is None and whole:
                continue
            if not whole or (known and known[1] == found[1]):
                damaged.append(path)
            path.unlink()
        except FileNotFoundError:  # replaced by another process in this moment
            continue
    return damaged


def record(folder: Path) -> None:
    """Record the hashes of all files, for the next process."""
    try:
        states = {_name(path, folder): _state(path) for path in _files(folder)}
        if states == _recorded(folder):
            return
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as file:
            json.dump(states, file)
        os.replace(file.name, folder / RECORD)
    except OSError:  # files without a hash are still checked for their end
        return


def _recorded(folder: Path) -> dict[str, list]:
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return {name: [str(digest), int(inode)] for name, (digest, inode) in found.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return {}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _state(path: Path) -> list:
    return [hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_ino]


def _is_whole(content: bytes) -> bool:
    """Whether the content is one pickle or several, complete ones. Nothing is unpickled."""
    stream = io.BytesIO(content)
    try:
        while stream.tell() < len(content):
            for _ in pickletools.genops(stream):
                pass
    except Exception:  # of bytes that are no pickle: ValueError, UnicodeDecodeError, MemoryError and others
        return False
    return bool(content)


def _warn(message: str) -> None:
    warnings.warn(message, RuntimeWarning, stacklevel=3)
