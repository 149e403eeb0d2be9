"""From a name or a path to a data set."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from scratchgen.data.catalogue import CATALOGUE, KINDS
from scratchgen.data.files import image_folder, midi, sound
from scratchgen.data.files.image_arrays import read_images
from scratchgen.data.files.text import read_text
from scratchgen.data.lines import as_lines
from scratchgen.data.types import AnyData, PairData, PointData, RowData, SequenceData, SoundData, TextData
from scratchgen.errors import BadInput

FILE, FOLDER = "a file", "a folder"
# what of one's own can be of each kind, and what reads it
OWN = {
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
    """A known set of images, an .npy or .npz file (`image_files`), or a folder of pictures (`image_folder`).

    A name wins over a file of the same name; write ./name for the file.   Raises BadInput for what is
    neither, and for a file that does not hold images.
    """
    return _load(os.fspath(name_or_path), "images")


def load_text(name_or_path: str | os.PathLike) -> TextData:
    """A known text, a known set of pairs as a text (`lines`), or a UTF-8 file of one's own (`text_files`).

    Errors: `load_images`.
    """
    name = os.fspath(name_or_path)
    return as_lines(load_pairs(name)) if name in names()["pairs"] else _load(name, "text")


def load_sequences(name_or_path: str | os.PathLike) -> SequenceData:
    """A known set of sequences, or a folder of MIDI files (`midi_files`).   Errors: `load_images`."""
    return _load(os.fspath(name_or_path), "sequences")


def load_sound(name_or_path: str | os.PathLike) -> SoundData:
    """A known set of sounds, or a folder of WAV or FLAC files (`sound_files`).   Errors: `load_images`."""
    return _load(os.fspath(name_or_path), "sound")


def load_pairs(name: str) -> PairData:
    """A known set of pairs of texts.   Raises BadInput for any other name."""
    return _load(name, "pairs")


def load_points(name: str) -> PointData:
    """A known set of points in the plane.   Raises BadInput for any other name."""
    return _load(name, "points")


def load_any(name_or_path: str | os.PathLike) -> AnyData:
    """A known set of any kind; a file or folder of one's own, whose kind the names of the files say.

    .npy and .npz files hold images, any other file text; a folder is of the kind of which it has most files.
    Raises BadInput for what is neither.
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
    """images, sound or sequences: of which it has most files.   Raises BadInput if it has none of any."""
    suffixes = {
        "images": image_folder.SUFFIXES,
        "sound": sound.SUFFIXES,
        "sequences": midi.SUFFIXES,
    }
    found = [path.suffix.lower() for path in Path(folder).rglob("*")]
    counts = {kind: sum(suffix in known for suffix in found) for kind, known in suffixes.items()}
    if not any(counts.values()):
        known = ", ".join(suffix for known in suffixes.values() for suffix in known)
        raise BadInput(f"{folder} holds none of {known}; name a folder that does")
    return max(counts, key=counts.get)


def _load(name: str, kind: str) -> AnyData:
    if name in CATALOGUE and CATALOGUE[name].kind == kind:
        return CATALOGUE[name].load()
    own = OWN[kind]
    found = FOLDER if os.path.isdir(name) else FILE if os.path.isfile(name) else None
    if found in own:
        return own[found](name)
    raise BadInput(_complaint(name, kind, found))


def _complaint(name: str, kind: str, found: str | None) -> str:
    known = names()[kind] + (names()["pairs"] if kind == "text" else ())  # which are read as text too
    choices, possible = ", ".join(known), " or ".join(OWN[kind])
    if name in CATALOGUE:
        path = f", or give the path of {possible}" if possible else ""
        return f"{name} is not {kind} but {CATALOGUE[name].kind}; choose one of {choices}{path}"
    if found:
        wanted = f"{kind} of one's own come as {possible}" if possible else f"{kind} have names"
        return f"{name} is {found}; {wanted}: give that, or one of {choices}"
    close = difflib.get_close_matches(name, known, 1) or _close_files(Path(name))
    hint = f"; did you mean {close[0]}?" if close else ""
    if not possible:
        return f"{name!r} is no known set of {kind} ({choices}){hint}"
    return f"{name!r} is neither a known set of {kind} ({choices}) nor {possible} that exists{hint}"


def _close_files(path: Path) -> list[str]:
    try:
        siblings = [file.name for file in path.parent.iterdir()]
    except (OSError, ValueError):
        return []
    return [str(path.with_name(match)) for match in difflib.get_close_matches(path.name, siblings, 1)]
