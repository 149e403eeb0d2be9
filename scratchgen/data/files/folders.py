"""A user's own folder of files: search by suffix, classes from subfolders, split."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import numpy as np

from scratchgen.data.preprocessing.splits import Parts, split
from scratchgen.errors import BadInput

Item = TypeVar("Item")

MIN_FILES = 10  # with fewer, a part of 10 % would be empty


def files_below(folder: str, suffixes: tuple[str, ...], what: str) -> list[Path]:
    """The files with one of the suffixes anywhere below the folder, sorted, without hidden files.

    what    what to call them in messages, "pictures" for example
    Raises BadInput if there are too few files to split.
    """
    found = sorted(
        path
        for path in Path(folder).rglob("*")
        if path.suffix.lower() in suffixes and path.is_file() and not path.name.startswith(".")
    )
    if len(found) < MIN_FILES:
        kinds = ", ".join(suffixes)
        raise BadInput(
            f"{folder} holds {len(found)} {what} ({kinds}); at least {MIN_FILES} are needed for a split"
        )
    return found


def labels_of(folder: str, files: list[Path]) -> tuple[tuple[str, ...], np.ndarray | None]:
    """(classes, labels): the class of a file is the name of its subfolder. Without subfolders ((), None)."""
    names = [path.relative_to(folder).parts[0] for path in files if len(path.relative_to(folder).parts) > 1]
    if len(names) < len(files):
        return (), None
    classes = tuple(sorted(set(names)))
    return classes, np.array([classes.index(name) for name in names], np.int64)


def split_labels(labels: np.ndarray | None, parts: Parts) -> list[np.ndarray | None]:
    """The labels of the three parts, or three times None."""
    return [None if labels is None else labels[part] for part in parts]


def split_list(items: list[Item]) -> tuple[list[list[Item]], Parts]:
    """A list in three parts, 80/10/10 at random, and the indices of each part."""
    parts = split(len(items))
    return [[items[i] for i in part] for part in parts], parts
