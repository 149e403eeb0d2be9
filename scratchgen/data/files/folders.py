"""A folder of files of one's own: which there are, and what their subfolders say about them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scratchgen.data.preprocessing.splits import Parts, split
from scratchgen.errors import BadInput

FEWEST = 10  # files: 10 % of fewer is nothing


def files_below(folder: str, suffixes: tuple[str, ...], what: str) -> list[Path]:
    """The files with one of the suffixes anywhere below the folder, sorted; hidden ones are left out.

    what    names them in messages, "pictures" for instance
    Raises BadInput if there are fewer than can be split.
    """
    found = sorted(
        path
        for path in Path(folder).rglob("*")
        if path.suffix.lower() in suffixes and path.is_file() and not path.name.startswith(".")
    )
    if len(found) < FEWEST:
        kinds = ", ".join(suffixes)
        raise BadInput(
            f"{folder} holds {len(found)} {what} ({kinds}); to split them at least {FEWEST} are needed"
        )
    return found


def labels_of(folder: str, files: list[Path]) -> tuple[tuple[str, ...], np.ndarray | None]:
    """(classes, labels): the subfolder that a file lies in names its class. Without subfolders ((), None)."""
    names = [path.relative_to(folder).parts[0] for path in files if len(path.relative_to(folder).parts) > 1]
    if len(names) < len(files):
        return (), None
    classes = tuple(sorted(set(names)))
    return classes, np.array([classes.index(name) for name in names], np.int64)


def split_labels(labels: np.ndarray | None, parts: Parts) -> list[np.ndarray | None]:
    """The labels of each part."""
    return [None if labels is None else labels[part] for part in parts]


def split_list(items: list) -> tuple[list[list], Parts]:
    """A list in three parts, 80/10/10 at random, and which went where."""
    parts = split(len(items))
    return [[items[i] for i in part] for part in parts], parts
