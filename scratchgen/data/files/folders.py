"""A user's own folder of files: what is in it by content, classes and parts from subfolders, the split."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from scratchgen.data.files.kinds import ENDINGS, kind_of
from scratchgen.data.preprocessing.splits import Parts, split, split_by_class
from scratchgen.data.report import LoadingReport, by_reason, some
from scratchgen.errors import BadInput, printable

Item = TypeVar("Item")

MIN_FILES = 10  # with fewer, a part of 10 % would be empty
PART_NAMES = {  # of folders, as people name them
    "train": "train", "training": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
    "test": "test", "testing": "test", "eval": "test",
}  # fmt: skip
FILLERS = ("set", "data", "images", "imgs", "pictures")  # other words in such a name: test_set, train-images
OF_SYSTEMS = ("__MACOSX", "Thumbs.db", "desktop.ini")  # what file managers leave behind


class BadFile(Exception):
    """One file of a folder cannot be read. The message says why, without its name."""


@dataclass(frozen=True)
class FoundFile:
    """One file of a folder: its path, its name below the folder, and what its subfolders say of it.

    name     for messages: control characters are escaped
    part     "train", "validation" or "test"; None where the folder gives no parts
    label    the name of its class, or None
    """

    path: Path
    name: str
    part: str | None = None
    label: str | None = None


def all_files(folder: str) -> list[Path]:
    """The files below a folder, sorted, without those that are hidden or that a file manager left.

    Links to files and to folders are followed, but for a link to a folder that holds it. A link to nothing and a
    device are among the files: they are of the kind "unreadable".
    Raises BadInput for a folder that cannot be read.
    """
    found = []

    def fail(error: OSError) -> None:
        raise BadInput(f"{error.filename} cannot be read ({error.strerror}); change its permissions")

    for where, folders, names in os.walk(folder, onerror=fail, followlinks=True):
        here = Path(where).resolve()
        folders[:] = [
            name for name in folders if not _is_hidden(name) and not _holds(Path(where, name), here)
        ]
        found += [Path(where, name) for name in names if not _is_hidden(name)]
    return sorted(found)


def _holds(folder: Path, here: Path) -> bool:
    """Whether a folder is a link to one that holds it, without end."""
    return folder.is_symlink() and here.is_relative_to(folder.resolve())


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name in OF_SYSTEMS


def files_of(
    folder: str,
    holds: str,
    what: str,
    report: LoadingReport,
    at_least: int = MIN_FILES,
    have_classes: bool = True,
) -> list[FoundFile]:
    """The files of one kind of data anywhere below the folder, with their classes and their parts.

    holds           the kind of data, as `kinds.FileKind.holds`
    what            what to call the files in messages, "pictures" for example
    at_least        the number of files without which there is nothing to do
    have_classes    whether subfolders are classes of these data; else they have no meaning

    Subfolders named train, validation and test are the parts; below them, or directly below the folder,
    subfolders are the classes. Folders that hold all others have no meaning. Files next to class folders, and files of
    another kind, are left out: the report names them. A file whose ending alone is of this kind is damaged: reading it
    fails. Raises BadInput if there are too few files to split, and if the folder of a part holds none.
    """
    files = []
    for path in all_files(folder):
        kind = kind_of(path)
        name = printable(str(path.relative_to(folder)))
        if not path.is_file():
            report.ignore("neither a file nor a link to one", name)
        elif kind.holds == holds or path.suffix.lower() in ENDINGS.get(holds, ()):
            report.find(kind.name)
            files.append(FoundFile(path, name))
        else:
            report.ignore(f"{kind.name}, no {what}", name)
    _demand_full_parts(folder, files, what)
    files = with_parts(files, report)
    if have_classes:
        files = with_classes(files, report)
    if len(files) < at_least:
        others = "".join(f", and {len(names):,} ({why})" for why, names in report.ignored.items())
        raise BadInput(
            f"{folder} holds {len(files)} {what}{others}; at least {MIN_FILES} are needed for a split"
        )
    return files


def _demand_full_parts(folder: str, files: list[FoundFile], what: str) -> None:
    """Raise BadInput where one folder is named train, and one that is named like a part holds no files.

    Without this, the other parts would be taken for the whole data, and split at random.
    """
    parts = [path.name for path in sorted(Path(folder).iterdir()) if path.is_dir() and _part(path.name)]
    full = {Path(file.name).parts[0] for file in files}
    empty = [name for name in map(printable, parts) if name not in full]
    if empty and "train" in map(_part, parts):
        raise BadInput(
            f"{folder} has the folders of parts {some(parts)}, but there are no {what} in {some(empty)}; fill or "
            f"remove {'it' if len(empty) == 1 else 'them'}"
        )


def with_parts(files: list[FoundFile], report: LoadingReport) -> list[FoundFile]:
    """The files with their parts, where folders are named train and validation or test; others are left out.

    Upper case, and words such as in test_set, make no difference.
    """
    first = [folders[0] if folders else "" for folders in _folders(files)]
    parts = {name: _part(name) for name in first}
    if not {"train"} < set(parts.values()) - {None}:
        return files
    kept = []
    for file, name in zip(files, first, strict=True):
        if parts[name] is None:
            report.ignore("next to the folders of the parts", file.name)
        else:
            kept.append(replace(file, part=parts[name]))
    return kept


def _part(name: str) -> str | None:
    """The part that a folder is named like; None for any other name."""
    words = [word for word in re.split(r"[-_ ]+", name.lower()) if word not in (*FILLERS, "")]
    return PART_NAMES.get(words[0].removesuffix("set")) if len(words) == 1 else None


def _folders(files: Sequence[FoundFile]) -> list[tuple[str, ...]]:
    """The folders of each file below those that hold all files, the outermost first."""
    found = [Path(file.name).parts[:-1] for file in files]
    while found and all(folders and folders[0] == found[0][0] for folders in found):
        found = [folders[1:] for folders in found]
    return found


def with_classes(files: list[FoundFile], report: LoadingReport) -> list[FoundFile]:
    """The files with their classes: the names of the subfolders, where there are at least two.

    Files next to class folders are left out. Raises BadInput for a class of a single file.
    """
    names = []
    for file, folders in zip(files, _folders(files), strict=True):
        folders = folders[file.part is not None :]
        names.append(folders[0] if folders else None)
    counts = Counter(name for name in names if name is not None)
    if len(counts) < 2:
        return files
    for label, n in counts.items():
        if n == 1:
            raise BadInput(
                f"class {label!r} has a single file, which cannot be in training and in a test; give more, or remove it"
            )
    chosen = []
    for file, name in zip(files, names, strict=True):
        if name is None:
            report.ignore("next to the class folders", file.name)
        else:
            chosen.append(replace(file, label=name))
    return chosen


def read_each(
    files: Sequence[FoundFile],
    read: Callable[[Path], Item],
    what: str,
    report: LoadingReport,
    skip_bad: bool,
    at_least: int = MIN_FILES,
) -> tuple[list[FoundFile], list[Item]]:
    """Read every file with `read`, which raises BadFile: the files that could be read, and their contents.

    Raises BadInput that names all files that cannot be read, unless the options leave them out.
    """
    kept, items, bad = [], [], {}
    for file in files:
        try:
            items.append(read(file.path))
            kept.append(file)
        except BadFile as problem:
            bad[file.name] = str(problem)
    if bad and not skip_bad:
        them = "it" if len(bad) == 1 else "them"
        raise BadInput(
            f"{len(bad):,} of {len(files):,} {what} cannot be read: {by_reason(bad)}; repair or remove {them}, or "
            f"continue without {them}: --skip-bad"
        )
    report.bad = bad
    if len(kept) < at_least:
        raise BadInput(f"{len(kept)} {what} can be read; at least {MIN_FILES} are needed for a split")
    return kept, items


def parts_of(files: Sequence[FoundFile], report: LoadingReport) -> Parts:
    """The places of the files in (train, validation, test): as the folder gives them, or 80/10/10 at random.

    Each class is split by itself. A part that the folder does not give is a tenth of the training part, at random.
    Raises BadInput if a part would be empty, and for a class that is not in the training part.
    """
    classes, labels = labels_of(files, report)
    if not any(file.part for file in files):
        return random_parts(len(files), labels, report)
    given = {
        part: np.array([i for i, file in enumerate(files) if file.part == part], np.int64)
        for part in ("train", "validation", "test")
    }
    return given_parts(given, labels, classes, report, "folders")


def random_parts(n: int, labels: np.ndarray | None, report: LoadingReport) -> Parts:
    """Random places in the three parts, 80/10/10, of each class by itself.   labels (n,) or None"""
    report.split = "80/10/10 at random" + ("" if labels is None else ", each class by itself")
    return split(n) if labels is None else split_by_class(labels)


def given_parts(
    given: dict[str, np.ndarray],
    labels: np.ndarray | None,
    classes: Sequence[str],
    report: LoadingReport,
    giver: str,
) -> Parts:
    """The places of the given parts; one without examples becomes a tenth of the training part, at random.

    given     {"train": places, "validation": …, "test": …}
    labels    (n,) or None: each class is then split by itself
    giver     "folders" or "file", for the report

    Raises BadInput if a part would be empty, and for a class that is not in the training part.
    """
    words = [f"{part} {len(places):,}" for part, places in given.items() if len(places)]
    report.split = f"given by the {giver}: {', '.join(words)}"
    for part in ("validation", "test"):
        if not len(given[part]):
            train = given["train"]
            # validation and test are alike: the tenth is the second of the three parts, the rest is training
            _, taken, _ = split(len(train)) if labels is None else split_by_class(labels[train])
            given[part] = train[taken]
            given["train"] = np.delete(train, taken)
            report.split += f"; {part}: {len(taken):,} of the training part, at random"
    if labels is not None and len(missing := np.setdiff1d(labels, labels[given["train"]])):
        raise BadInput(
            f"class {classes[missing[0]]!r} has no example in the training part; add some there, or remove the class"
        )
    return given["train"], given["validation"], given["test"]


def labels_of(files: Sequence[FoundFile], report: LoadingReport) -> tuple[tuple[str, ...], np.ndarray | None]:
    """(classes, labels): the names of the classes in alphabetical order, and their numbers; ((), None) without."""
    if not files or any(file.label is None for file in files):
        return (), None
    names = [str(file.label) for file in files]
    classes = tuple(sorted(set(names)))
    report.classes = classes
    return classes, np.array([classes.index(name) for name in names], np.int64)


def split_labels(labels: np.ndarray | None, parts: Parts) -> list[np.ndarray | None]:
    """The labels of the three parts, or three times None."""
    return [None if labels is None else labels[part] for part in parts]


def split_list(items: Sequence[Item], parts: Parts) -> list[list[Item]]:
    """A list in three parts."""
    return [[items[i] for i in part] for part in parts]
