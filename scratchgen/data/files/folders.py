"""A person's own folder of files: what is in it by content, classes and parts from subfolders, the split."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from scratchgen.data.files.kinds import ENDINGS, kind_of
from scratchgen.data.preprocessing.splits import Parts, split, split_by_class
from scratchgen.data.report import LoadingReport, by_reason, some
from scratchgen.errors import BadInput

Item = TypeVar("Item")

MIN_FILES = 10  # with fewer, a part of 10 % would be empty
PART_NAMES = {  # of folders, as people name them
    "train": "train", "training": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
    "test": "test", "testing": "test", "eval": "test",
}  # fmt: skip
OF_SYSTEMS = ("__MACOSX", "Thumbs.db", "desktop.ini")  # what file managers leave behind


class BadFile(Exception):
    """One file of a folder cannot be read. The message says why, without its name."""


@dataclass(frozen=True)
class FoundFile:
    """One file of a folder: its path, its name below the folder, and what its subfolders say of it.

    part     "train", "validation" or "test"; None where the folder gives no parts
    label    the name of its class, or None
    """

    path: Path
    name: str
    part: str | None = None
    label: str | None = None


def all_files(folder: str) -> list[Path]:
    """The files below a folder, sorted, without those that are hidden or that a file manager left.

    Raises BadInput for a folder that cannot be read.
    """
    found = []

    def fail(error: OSError) -> None:
        raise BadInput(f"{error.filename} cannot be read ({error.strerror}); change its permissions")

    for where, folders, names in os.walk(folder, onerror=fail):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        found += [Path(where, name) for name in names if not _is_hidden(name)]
    return sorted(path for path in found if path.is_file())


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
    subfolders are the classes. Files beside class folders, and those of another kind, are left out: the report
    names them. A file whose ending alone is of this kind is damaged: reading it fails. Raises BadInput if there are too few files to split.
    """
    files = []
    for path in all_files(folder):
        kind = kind_of(path)
        name = str(path.relative_to(folder))
        if kind.holds == holds or path.suffix.lower() in ENDINGS.get(holds, ()):
            report.find(kind.name)
            files.append(FoundFile(path, name))
        else:
            report.ignore(f"of kind {kind.name}, no {what}", name)
    files = with_parts(files)
    if have_classes:
        files = with_classes(files, report)
    if len(files) < at_least:
        others = f" (and {some(report.ignored)})" if report.ignored else ""
        raise BadInput(
            f"{folder} holds {len(files)} {what}{others}; at least {MIN_FILES} are needed for a split"
        )
    return files


def with_parts(files: list[FoundFile]) -> list[FoundFile]:
    """The files with their parts, where every one of them is in a folder that is named like a part."""
    first = [Path(file.name).parts[0].lower() for file in files if len(Path(file.name).parts) > 1]
    parts = {PART_NAMES.get(name) for name in first}
    if len(first) < len(files) or None in parts or not {"train"} < parts:
        return files
    return [replace(file, part=PART_NAMES[name]) for file, name in zip(files, first, strict=True)]


def with_classes(files: list[FoundFile], report: LoadingReport) -> list[FoundFile]:
    """The files with their classes: the names of the subfolders, where there are at least two.

    Files beside class folders are left out. Raises BadInput for a class of a single file.
    """
    names = []
    for file in files:
        folders = Path(file.name).parts[file.part is not None : -1]
        names.append(folders[0] if folders else None)
    counts = Counter(name for name in names if name is not None)
    if len(counts) < 2:
        return files
    for name, n in counts.items():
        if n == 1:
            raise BadInput(
                f"class {name!r} has a single file, which cannot be in training and in a test; give more, or remove it"
            )
    chosen = []
    for file, name in zip(files, names, strict=True):
        if name is None:
            report.ignore("beside the class folders", file.name)
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

    Raises BadInput that names all files that cannot be read, unless they are to be left out.
    """
    kept, items, bad = [], [], {}
    for file in files:
        try:
            items.append(read(file.path))
            kept.append(file)
        except BadFile as problem:
            bad[file.name] = str(problem)
    if bad and not skip_bad:
        raise BadInput(
            f"{len(bad)} of {len(files)} {what} cannot be read: {by_reason(bad)}; repair or remove them, or go on "
            "without them: --skip-bad"
        )
    report.bad = bad
    if len(kept) < at_least:
        raise BadInput(f"{len(kept)} {what} can be read; at least {MIN_FILES} are needed for a split")
    return kept, items


def parts_of(files: Sequence[FoundFile], report: LoadingReport) -> Parts:
    """The places of the files in (train, validation, test): as the folder gives them, or 80/10/10 at random.

    Each class is split by itself. A part that the folder does not give is a tenth of the training part, at random.
    Raises BadInput if a part would be empty.
    """
    given: dict[str, np.ndarray] = {}
    for part in ("train", "validation", "test"):
        given[part] = np.array([i for i, file in enumerate(files) if file.part == part], np.int64)
    if not len(given["train"]):
        return random_parts(len(files), labels_of(files, report)[1], report)
    words = [f"{part} {len(places):,}" for part, places in given.items() if len(places)]
    report.split = f"given by the folders: {', '.join(words)}"
    for part in ("validation", "test"):
        if not len(given[part]):
            # validation and test are alike: a tenth of what is left for each
            rest, taken, others = split(len(given["train"]), (0.8, 0.1, 0.1))
            given[part] = given["train"][taken]
            given["train"] = given["train"][np.sort(np.concatenate((rest, others)))]
            report.split += f"; {part}: {len(taken):,} of the training part, at random"
    return given["train"], given["validation"], given["test"]


def random_parts(n: int, labels: np.ndarray | None, report: LoadingReport) -> Parts:
    """Random places in the three parts, 80/10/10, of each class by itself.   labels (n,) or None"""
    report.split = "80/10/10 at random" + ("" if labels is None else ", each class by itself")
    return split(n) if labels is None else split_by_class(labels)


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
