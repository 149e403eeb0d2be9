"""Ways in which a file is damaged or altered. All randomness comes from the generator of the caller."""

import json
import pickle
import re
import struct
from pathlib import Path


class Trap:
    """A pickle that makes a file when it is loaded."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


# --- bytes: (content, generator, path of a trap) ↦ the damaged content -------------------------------------


def truncated(data, rng, _):
    return data[: rng.integers(len(data))]


def flipped(data, rng, _):
    changed = bytearray(data)
    changed[rng.integers(len(data))] ^= 1 << rng.integers(8)
    return bytes(changed)


def overwritten(data, rng, _):
    """A stretch of other bytes, such as a bad sector leaves."""
    start, length = rng.integers(len(data)), rng.integers(1, 64)
    return data[:start] + rng.bytes(length) + data[start + length :]


def pickled(data, rng, trap):
    return pickle.dumps(Trap(trap))


def of_huge_declared_size(data, rng, _):
    """A safetensors header that claims 2⁶² bytes, or a header of that length."""
    header = json.dumps({"W": {"dtype": "F32", "shape": [2**30, 2**30], "data_offsets": [0, 2**62]}}).encode()
    return struct.pack("<Q", len(header)) + header if rng.random() < 0.5 else struct.pack("<Q", 2**62) + data


def of_another_kind(data, rng, _):
    other = [b"", b"\0" * 100, b"{}", b"[" * 100_000, b"null", b"<html>Not found</html>", b"PK\3\4" + data]
    return other[rng.integers(len(other))]


DAMAGES = [truncated, flipped, overwritten, pickled, of_huge_declared_size, of_another_kind]

# --- JSON ---------------------------------------------------------------------------------------------------

VALUES = [
    *(None, True, False, 0, 1, -1, 3, 2**31, 2**63, 10**26, 0.5, -1e308, float("nan"), float("inf")),
    *("", "vae", "\x1b[31mred\x1b[0m", "../../etc/passwd", "x" * 5000, "\ud800"),
    *([], [1], [[]], ["a", None], {}, {"a": 1}, {"class": "VAE", "arguments": {}}),
]


def json_altered(value, rng):
    """A JSON value in which one part is replaced, removed, added, doubled or renamed."""
    places = list(_places(value))
    if not places:
        return VALUES[rng.integers(len(VALUES))]
    parent, key = places[rng.integers(len(places))]
    other, kind = VALUES[rng.integers(len(VALUES))], rng.random()
    if kind < 0.6:
        parent[key] = other
    elif kind < 0.75:
        del parent[key]
    elif isinstance(parent, dict):
        parent[f"{key}2"] = parent.pop(key) if kind < 0.9 else other
    else:
        parent.insert(key, other)
    return value


def _places(value):
    """(container, key or index) of every part of a JSON value."""
    for key in (
        list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    ):
        yield value, key
        yield from _places(value[key])


def json_file_altered(data, rng):
    """The content of a JSON file, or of one with a value per line, with one part altered or one name repeated."""
    lines = data.splitlines() if data.count(b"\n{") else [data]
    if not lines:
        return b"[]"
    place = rng.integers(len(lines))
    if rng.random() < 0.1:
        altered = name_twice(lines[place].decode(), rng)
    else:
        altered = json.dumps(json_altered(json.loads(lines[place]), rng))
    return b"\n".join([*lines[:place], altered.encode(), *lines[place + 1 :], b""])


def name_twice(text, rng):
    """A JSON text in which the first name of one object occurs twice; the last of the two values is the old one."""
    places = list(re.finditer(r'\{\s*("[^"]*":)', text))
    if not places:
        return text
    name = places[rng.integers(len(places))]
    return f"{text[: name.end()]} 0, {name[1]}{text[name.end() :]}"


# --- directories --------------------------------------------------------------------------------------------


def contents(folder: Path) -> dict[Path, bytes]:
    """The content of every file below a folder."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def restore(folder: Path, files: dict[Path, bytes]) -> None:
    """Make the files below a folder those of `contents`."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(folder) not in files:
            path.unlink()
    for name, content in files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def alter_run(folder: Path, others: list[Path], rng, trap: Path) -> str:
    """Damage or alter one file of a run; returns a description.

    others    directories of other runs, with which a file may be swapped
    """
    files = sorted(
        path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".png", ".lock")
    )
    path = files[rng.integers(len(files))]
    name, content, kind = path.relative_to(folder), path.read_bytes(), rng.random()
    if path.suffix in (".json", ".jsonl") and kind < 0.5 and content:
        path.write_bytes(json_file_altered(content, rng))
        return f"{name}: a JSON value altered"
    if kind < 0.6:
        path.unlink()
        return f"{name}: removed"
    if kind < 0.7:
        path.unlink()
        path.mkdir()
        return f"{name}: a folder"
    other = others[rng.integers(len(others))]
    candidates = sorted(file for file in other.rglob(f"*{path.suffix}") if file.is_file())
    if kind < 0.8 and candidates:
        path.write_bytes(candidates[rng.integers(len(candidates))].read_bytes())
        return f"{name}: a file of {other.name}"
    damage = DAMAGES[rng.integers(len(DAMAGES))]
    path.write_bytes(damage(content, rng, trap) if content else b"\0")
    return f"{name}: {damage.__name__}"
