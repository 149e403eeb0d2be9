"""Load a data set by its name, or from a user's own file or folder by its path."""

from __future__ import annotations

import difflib
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from scratchgen.data.catalogue import CATALOGUE, KINDS
from scratchgen.data.files import image_folder, midi, sound
from scratchgen.data.files.flat_rows import check_kind_is_told
from scratchgen.data.files.folders import all_files
from scratchgen.data.files.image_arrays import read_images, reads_shape
from scratchgen.data.files.kinds import EMPTY, GZIP, IDX, NPY, NPZ, TABLE, UNREADABLE, kind_inside, kind_of
from scratchgen.data.files.pairs import can_be_lines, read_pairs
from scratchgen.data.files.pixel_tables import looks_like_pixels
from scratchgen.data.files.table import is_table, read_numbers, read_table
from scratchgen.data.files.text import read_text
from scratchgen.data.files.text_folder import read_text_folder
from scratchgen.data.options import DEFAULT, LoadOptions
from scratchgen.data.pairs_as_text import as_lines
from scratchgen.data.report import some
from scratchgen.data.stored import Stored
from scratchgen.data.stored_text import StoredText
from scratchgen.data.types import AnyData, PairData, PointData, RowData, SequenceData, SoundData, TextData
from scratchgen.errors import BadInput

FILE, FOLDER = "a file", "a folder"
# the reader of a user's own file or folder, for each kind of data
Reader = Callable[[str, LoadOptions], Any]
OWN_READERS: dict[str, dict[str, Reader]] = {
    "images": {FILE: read_images, FOLDER: image_folder.read_image_folder},
    "text": {FILE: read_text, FOLDER: read_text_folder},
    "sound": {FILE: sound.read_sound_file, FOLDER: sound.read_sound_folder},
    "sequences": {FOLDER: midi.read_midi_folder},
    "pairs": {FILE: read_pairs},
    "points": {},
    "table": {FILE: read_table},
}
# the same data in the words of `options.OPTIONS_OF`
IN_WORDS: dict[str, dict[str, str]] = {
    "images": {FILE: "an array of images", FOLDER: "pictures"},
    "text": {FILE: "texts", FOLDER: "texts"},
    "sound": {FILE: "a recording", FOLDER: "recordings"},
    "sequences": {FOLDER: "MIDI files"},
    "pairs": {FILE: "pairs of texts"},
    "table": {FILE: "tables"},
}
KIND_OF_CONTENT = {"array": "images"}  # what a file holds ↦ the kind of data that it is loaded as, if another

BY_BYTES = "`train rnn --tokenizer bytes` takes any file"
KIND_IN_FOLDER = {"pairs": "text"}


def names() -> dict[str, tuple[str, ...]]:
    """The known data sets: {"images": names, "text": names, …}."""
    return {kind: tuple(n for n, entry in CATALOGUE.items() if entry.kind == kind) for kind in KINDS}


def is_own(source: str) -> bool:
    """Whether this is a user's own file or folder: no name of a known data set, and it exists."""
    return source not in CATALOGUE and os.path.exists(source)


def load_images(name_or_path: str | os.PathLike, **options: Any) -> RowData:
    """A known set of images, an array in a file (`files.image_arrays`), or a folder of pictures (`files.image_folder`).

    options    for your own data, as `LoadOptions`: load_images("icons", size=32)

    The `report` of the result names the content of the file and every change. A name takes precedence over a file
    of the same name; write ./name for the file.   Raises BadInput if there is neither, and for a file that
    does not contain images.
    """
    return in_memory(_load(os.fspath(name_or_path), "images", LoadOptions(**options)))


def load_text(name_or_path: str | os.PathLike, *, streamed: bool = False, **options: Any) -> TextData:
    """A known text, a user's own file (`files.text`) or folder (`files.text_folder`), or pairs as a text.

    Pairs, from a known set or a file, become lines (`pairs_as_text`).
    streamed    as `load_any`: the parts of a large file are then `StoredText`
    Options and errors: as `load_images`.
    """
    name, chosen = os.fspath(name_or_path), LoadOptions(**options)
    if name in names()["pairs"]:
        return as_lines(load_pairs(name, **options))
    if is_own(name) and os.path.isfile(name) and can_be_lines(name, chosen):
        return as_lines(load_pairs(name, **options))
    data = _load(name, "text", chosen)
    return data if streamed else in_memory(data)


def load_sequences(name_or_path: str | os.PathLike, **options: Any) -> SequenceData:
    """A known set of sequences, or a folder of MIDI files (`files.midi`).   Options, errors: as `load_images`."""
    return _load(os.fspath(name_or_path), "sequences", LoadOptions(**options))


def load_sound(name_or_path: str | os.PathLike, **options: Any) -> SoundData:
    """A known set of sounds, a folder of recordings, or one long recording (`files.sound`).

    Options and errors: as `load_images`.
    """
    return _load(os.fspath(name_or_path), "sound", LoadOptions(**options))


def load_pairs(name_or_path: str | os.PathLike, **options: Any) -> PairData:
    """A known set of pairs of texts, or a user's own file (`files.pairs`).   Options, errors: as `load_images`."""
    return _load(os.fspath(name_or_path), "pairs", LoadOptions(**options))


def load_points(name: str) -> PointData:
    """A known set of points in the plane.   Raises BadInput for any other name."""
    return _load(name, "points", DEFAULT)


def load_table(path: str | os.PathLike, **options: Any) -> RowData:
    """A user's own table (`files.table`).   Options, errors: as `load_images`."""
    name = os.fspath(path)
    return _load(name, "table", LoadOptions(**options))


def load_any(name_or_path: str | os.PathLike, *, streamed: bool = False, **options: Any) -> AnyData:
    """A known set of any kind, or a user's own file or folder, whose kind follows from its content (`kind_of_data`).

    streamed    leave the numbers of a large NPY file, of a large folder of pictures and of a large text on disk: the
                parts are then `StoredRows` or `StoredText`, of which a few are read when they are needed
    Options and errors: as `load_images`.
    """
    name, chosen = os.fspath(name_or_path), LoadOptions(**options)
    data = _load(name, _kind_by_options(name, chosen), chosen)
    return data if streamed else in_memory(data)


def options_for(name_or_path: str | os.PathLike, options: LoadOptions) -> LoadOptions:
    """The options with those that have no meaning for these data reset to their defaults.

    It is for options that other data were loaded with. Data of no kind that can be read keep all of them: loading
    says what is wrong.
    """
    name = os.fspath(name_or_path)
    try:
        if name in CATALOGUE:
            return DEFAULT
        kind, found = _kind_by_options(name, options), FOLDER if os.path.isdir(name) else FILE
        kept = options.only_for(IN_WORDS[kind][found])
        is_array = (kind, found) == ("images", FILE)
        if is_array and kept.shape is not None and not reads_shape(name, kept.shape):
            kept = replace(kept, image_shape="")
        return kept
    except BadInput:
        return options


def _kind_by_options(name: str, options: LoadOptions) -> str:
    """The kind of these data (`kind_of_data`), where the options do not say that rows are images, or that they are not.

    Raises BadInput as `kind_of_data`, and where neither the options nor the numbers tell.
    """
    kind = kind_of_data(name)
    found = kind_inside(Path(name)) if kind in ("images", "table") and os.path.isfile(name) else None
    if found not in (NPY, NPZ, TABLE):
        return kind
    if options.kind != "as found":
        return options.kind
    if options.shape is not None:
        return "images"  # whoever gives the shape of an image says that the rows are images
    if options.columns:
        return "table"  # and whoever gives the kinds of columns, that they are no images
    if kind == "images" and found != TABLE:
        check_kind_is_told(name)
    return kind


def kind_of_data(name: str) -> str:
    """The kind of a known set, of a file by its content, or of most files of a folder.

    Raises BadInput if there is no such name or path, and for a file or folder of no kind that can be read.
    """
    if name in CATALOGUE:
        return CATALOGUE[name].kind
    if os.path.isdir(name):
        return kind_of_folder(name)
    if os.path.isfile(name):
        return _kind_of_file(Path(name))
    if os.path.lexists(name):
        raise BadInput(f"{name} is neither a file nor a folder; name one of these")
    close = difflib.get_close_matches(name, CATALOGUE, 1) or _close_files(Path(name))
    hint = f"; did you mean {close[0]}?" if close else "; see `scratchgen data list`"
    raise BadInput(f"{name!r} is neither a data set nor a file or folder that exists{hint}")


def kind_of_folder(folder: str) -> str:
    """The kind of data of most files in a folder, by their content.   Raises BadInput if it has none."""
    found = [kind_inside(path) for path in all_files(folder)]
    kinds = (KIND_IN_FOLDER.get(kind.holds or "", kind.holds) for kind in found)
    counts = Counter(kind for kind in kinds if kind and FOLDER in OWN_READERS.get(kind, {}))
    if counts:
        # pictures and recordings may come with one describing text each
        return max(counts, key=lambda kind: (counts[kind], kind != "text"))
    what = some(sorted({kind.name for kind in found})) or "no files"
    raise BadInput(
        f"{folder} holds {what}; name a folder of pictures, recordings, MIDI files or texts, or a single file"
    )


def _kind_of_file(path: Path) -> str:
    found = kind_inside(path)
    is_pixels = found == TABLE and _holds_pixels(path)
    if (
        kind_of(path) == GZIP
        and found != IDX
        and (is_pixels or found.holds not in ("text", "pairs", "table"))
    ):
        what = "pixels" if is_pixels else f"of kind {found.name}"
        reason = "that is damaged" if found == GZIP else f"{what}, which is not read from gzip"
        raise BadInput(f"{path} is a gzip file {reason}; unpack it, or name another")
    kind = KIND_OF_CONTENT.get(found.holds or "", found.holds)
    if is_pixels:
        kind = "images"
    if found in (NPY, NPZ) and is_table(str(path)):
        kind = "table"
    if kind is None:
        reason = {
            EMPTY: "is empty; name a file with content",
            UNREADABLE: "cannot be read; change its permissions, or name another",
        }.get(
            found, f"is of no kind that can be read: no picture, sound, MIDI file, array or text; {BY_BYTES}"
        )
        raise BadInput(f"{path} {reason}")
    if FILE not in OWN_READERS[kind]:
        raise BadInput(f"{path} is a single {found.name} file; name a folder of such files")
    return kind


def _holds_pixels(path: Path) -> bool:
    try:
        return looks_like_pixels(*read_numbers(str(path)))
    except BadInput:
        return False  # the reader of tables explains it


def in_memory(data: Any) -> Any:
    """A data set whose parts are arrays and texts: those that are stored are read."""
    if not isinstance(data, RowData | TextData):
        return data
    parts: dict[str, Any] = {name: getattr(data, name) for name in ("train", "validation", "test")}
    for name, part in parts.items():
        if isinstance(part, Stored):
            parts[name] = np.asarray(part)
        if isinstance(part, StoredText):
            parts[name] = str(part)
    return replace(data, **parts)


def _load(name: str, kind: str, options: LoadOptions) -> Any:
    """The data set of one kind. Its class follows from `kind`, which a type checker cannot see: hence Any."""
    if name in CATALOGUE and CATALOGUE[name].kind == kind:
        options.check_for(f"the known data set {name}")
        return CATALOGUE[name].load()
    found = FOLDER if os.path.isdir(name) else FILE if os.path.isfile(name) else None
    if {kind, options.kind} == {"images", "table"}:
        raise BadInput(f"{name} is read as {kind} here, not as {options.kind}; leave out --kind")
    if found is not None and found in OWN_READERS[kind]:
        return OWN_READERS[kind][found](name, options)
    raise BadInput(_error_message(name, kind, found))


def _error_message(name: str, kind: str, found: str | None) -> str:
    if kind == "table":
        return f"{name!r} is not a file that exists; name a table, as CSV for instance"
    known = names()[kind] + (names()["pairs"] if kind == "text" else ())  # pairs can be read as text too
    choices, possible = ", ".join(known), " or ".join(OWN_READERS[kind])
    if name in CATALOGUE:
        path = f", or give the path of {possible}" if possible else ""
        return f"{name} is not {kind} but {CATALOGUE[name].kind}; choose one of {choices}{path}"
    if found:
        wanted = f"your own {kind} must be {possible}" if possible else f"{kind} are chosen by name"
        return f"{name} is {found}; {wanted}: give that, or one of {choices}"
    if os.path.lexists(name):
        return f"{name} is neither a file nor a folder; name one of these"
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
