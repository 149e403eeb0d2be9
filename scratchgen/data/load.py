"""Load a data set by its name, or from a user's own file or folder by its path."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scratchgen.data.catalogue import CATALOGUE, KINDS
from scratchgen.data.files import image_folder, midi, sound
from scratchgen.data.files.image_arrays import read_images
from scratchgen.data.files.text import read_text
from scratchgen.data.pairs_as_text import as_lines
from scratchgen.data.types import AnyData, PairData, PointData, RowData, SequenceData, SoundData, TextData
from scratchgen.errors import BadInput

FILE, FOLDER = "a file", "a folder"
# the reader of a user's own file or folder, for each kind of data
Reader = Callable[[str], Any]
OWN_READERS: dict[str, dict[str, Reader]] = {
    "images": {FILE: read_images, FOLDER: image_folder.read_image_folder},
    "text": {FILE: read_text},
    "sound": {FOLDER: sound.read_sound_folder},
    "sequences": {FOLDER: midi.read_midi_folder},
    "pairs": {},
    "points": {},
}


def names() -> dict[str, tuple[str, ...]]:
    """The known data sets: {"images": names, "text": names, …}."""
    return {kind: tuple(n for n, entry in CATALOGUE.items() if entry.kind == kind) for kind in KINDS}


def load_images(name_or_path: str | os.PathLike) -> RowData:
    """A known set of images, an .npy or .npz file (`files.image_arrays`), or a folder of pictures
    (`files.image_folder`).

    A name takes precedence over a file of the same name; write ./name for the file.   Raises BadInput if there
    is neither, and for a file that does not contain images.
    """
    return _load(os.fspath(name_or_path), "images")


def load_text(name_or_path: str | os.PathLike) -> TextData:
    """A known text, a known set of pairs as a text (`pairs_as_text`), or a user's own UTF-8 file (`files.text`).

    Errors: as `load_images`.
    """
    name = os.fspath(name_or_path)
    return as_lines(load_pairs(name)) if name in names()["pairs"] else _load(name, "text")


def load_sequences(name_or_path: str | os.PathLike) -> SequenceData:
    """A known set of sequences, or a folder of MIDI files (`files.midi`).   Errors: as `load_images`."""
    return _load(os.fspath(name_or_path), "sequences")


def load_sound(name_or_path: str | os.PathLike) -> SoundData:
    """A known set of sounds, or a folder of WAV or FLAC files (`files.sound`).   Errors: as `load_images`."""
    return _load(os.fspath(name_or_path), "sound")


def load_pairs(name: str) -> PairData:
    """A known set of pairs of texts.   Raises BadInput for any other name."""
    return _load(name, "pairs")


def load_points(name: str) -> PointData:
    """A known set of points in the plane.   Raises BadInput for any other name."""
    return _load(name, "points")


def load_any(name_or_path: str | os.PathLike) -> AnyData:
    """A known set of any kind, or a user's own file or folder, whose kind is found by the file suffixes.

    .npy and .npz files are images, any other file is text; a folder is of the kind of most of its files.
    Raises BadInput if there is no such name or path.
    """
    name = os.fspath(name_or_path)
    if name in CATALOGUE:
        return CATALOGUE[name].load()
    if os.path.isdir(name):
        return _load(name, kind_of_folder(name))
    if os.path.isfile(name):
        return _load(name, "images" if Path(name).suffix in (".npy", ".npz") else "text")
    close = difflib.get_close_matches(name, CATALOGUE, 1) or _close_files(Path(name))
    hint = f"; did you mean {close[0]}?" if close else "; see `scratchgen data list`"
    raise BadInput(f"{name!r} is neither a data set nor a file or folder that exists{hint}")


def kind_of_folder(folder: str) -> str:
    """The kind of most files in a folder: images, sound or sequences.   Raises BadInput if it has none."""
    suffixes = {
        "images": image_folder.SUFFIXES,
        "sound": sound.SUFFIXES,
        "sequences": midi.SUFFIXES,
    }
    found = [path.suffix.lower() for path in Path(folder).rglob("*")]
    counts = {kind: sum(suffix in known for suffix in found) for kind, known in suffixes.items()}
    if not any(counts.values()):
        known = ", ".join(suffix for known in suffixes.values() for suffix in known)
        raise BadInput(f"{folder} holds none of {known}; name a folder with such files")
    return max(counts, key=lambda kind: counts[kind])


def _load(name: str, kind: str) -> Any:
    """The data set of one kind. Its class follows from `kind`, which a type checker cannot see: hence Any."""
    if name in CATALOGUE and CATALOGUE[name].kind == kind:
        return CATALOGUE[name].load()
    found = FOLDER if os.path.isdir(name) else FILE if os.path.isfile(name) else None
    if found is not None and found in OWN_READERS[kind]:
        return OWN_READERS[kind][found](name)
    raise BadInput(_error_message(name, kind, found))


def _error_message(name: str, kind: str, found: str | None) -> str:
    known = names()[kind] + (names()["pairs"] if kind == "text" else ())  # pairs can be read as text too
    choices, possible = ", ".join(known), " or ".join(OWN_READERS[kind])
    if name in CATALOGUE:
        path = f", or give the path of {possible}" if possible else ""
        return f"{name} is not {kind} but {CATALOGUE[name].kind}; choose one of {choices}{path}"
    if found:
        wanted = f"your own {kind} must be {possible}" if possible else f"{kind} are chosen by name"
        return f"{name} is {found}; {wanted}: give that, or one of {choices}"
    close = difflib.get_close_matches(name, known, 1) or _close_files(Path(name))
    hint = f"; did you mean {close[0]}?" if close else ""
    if not possible:
        return f"{name!r} is not a known set of {kind} ({choices}){hint}"
    return f"{name!r} is neither a known set of {kind} ({choices}) nor {possible} that exists{hint}"


def _close_files(path: Path) -> list[str]:
    try:
        siblings = [file.name for file in path.parent.iterdir()]
    except (OSError, ValueError):
        return []
    return [str(path.with_name(match)) for match in difflib.get_close_matches(path.name, siblings, 1)]
