"""The arrays of a NumPy file by their names: which are images, which are labels, and of which part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from scratchgen.data.report import LoadingReport, some
from scratchgen.data.stored import StoredArray, open_array
from scratchgen.errors import BadInput, printable

# the names of arrays in an NPZ file, in this order; the first that is there is taken
IMAGES = ("images", "x", "X", "data", "arr_0")
LABELS = ("labels", "label", "y", "Y", "targets", "classes", "arr_1")
PART_WORDS = {"train": ("train",), "validation": ("val", "valid", "validation"), "test": ("test",)}
IMAGES_OF_PART = ("x_{}", "X_{}", "{}_images", "images_{}", "{}_x")  # as Keras and others name them
LABELS_OF_PART = ("y_{}", "Y_{}", "{}_labels", "labels_{}", "{}_y")

Arrays = dict[
    str, Any
]  # "images" and perhaps "labels" of one part or of all: NumPy arrays, or a `StoredArray`


def read_arrays(path: str, report: LoadingReport) -> dict[str, Arrays]:
    """The arrays of an NPY or NPZ file: {"train": …, "test": …} if its names say so, else {"all": …}.

    The report names the arrays that are left out. Raises BadInput for a file without an array of images.
    """
    stored, objects = stored_arrays(path)
    if not isinstance(stored, dict):
        return {"all": {"images": stored}}
    parts = {part: _of_part(stored, part) for part in PART_WORDS}
    parts = {part: found for part, found in parts.items() if found}
    if "train" not in parts or len(parts) == 1:
        found = parts.get("train") or _named(stored, IMAGES, LABELS)
        if not found and len(stored) == 1:
            found = {"images": next(iter(stored.values()))}
        parts = {"all": found}
    elif not all("labels" in found for found in parts.values()):
        parts = {part: {"images": found["images"]} for part, found in parts.items()}
    for found in parts.values():
        if not found:
            raise BadInput(_without_images(path, stored, objects))
    taken = [id(array) for found in parts.values() for array in found.values()]
    for name, array in stored.items():
        if id(array) not in taken:
            report.ignore("an array that is not read", printable(name))
    everything = parts.get("all", {})
    if _count_the_images(everything, stored):
        del everything["labels"]
        report.ignore("an array with another value for each image, no classes", "arr_1")
    for name in objects:
        report.ignore("an array of objects, which is never unpickled", printable(name))
    return parts


def _of_part(stored: Mapping[str, np.ndarray], part: str) -> Arrays:
    """The images and the labels of a part, by the names that people give them; {} if it has no images."""
    words = PART_WORDS[part]
    names = lambda patterns: [pattern.format(word) for pattern in patterns for word in words]
    return _named(stored, names(IMAGES_OF_PART), names(LABELS_OF_PART))


def _named(stored: Mapping[str, np.ndarray], images: Sequence[str], labels: Sequence[str]) -> Arrays:
    """The first array of each list of names that is there; {} without images. Labels are as many as the images."""
    found = {}
    for what, names in (("images", images), ("labels", labels)):
        for name in names:
            if name in stored and what not in found and stored[name].ndim:
                found[what] = stored[name]
    if "images" not in found or found["images"].ndim < 2:
        return {}
    if "labels" in found and len(found["labels"]) != len(found["images"]):
        del found["labels"]  # the report names it among the arrays that are not read
    return found


def _count_the_images(found: Arrays, stored: Mapping[str, np.ndarray]) -> bool:
    """Whether the second array without a name has another number for each image: it is no class of any."""
    labels, second = found.get("labels"), cast(Any, stored.get("arr_1"))
    return labels is not None and labels is second and len(np.unique(labels)) == len(labels)


def _without_images(path: str, stored: Arrays, objects: list[str]) -> str:
    if objects:
        return (
            f"{path} holds objects ({some(map(printable, objects))}), which are never unpickled; save the images as "
            "one array of numbers, np.stack(images)"
        )
    held = some(map(printable, stored), 12) or "nothing"
    return (
        f"{path} contains {held}, and no images (N, height, width) under a known name; name their array one of "
        f"{', '.join(IMAGES)}, or x_train, x_val and x_test"
    )


def stored_arrays(path: str) -> tuple[np.ndarray | StoredArray | Arrays, list[str]]:
    """(the array or the arrays by name, the names of arrays of objects). A large NPY file stays on disk."""
    objects = []
    try:
        if (large := open_array(path)) is not None:
            return large, []
        with open(path, "rb") as file:  # with a path, np.load would leave a damaged archive open
            stored = np.load(file, allow_pickle=False)
            if isinstance(stored, np.ndarray):
                return stored, []
            with stored:
                names = stored.files
                if len(set(names)) < len(names):
                    twice = next(name for name in names if names.count(name) > 1)
                    raise BadInput(
                        f"{path} holds two arrays of the name {printable(twice)}; save it again with np.savez"
                    )
                arrays = {}
                for name in names:
                    try:
                        arrays[name] = stored[name]
                    except ValueError as error:
                        if "Object arrays" not in str(error):
                            raise
                        objects.append(name)
    except BadInput:
        raise
    except Exception as error:  # for a damaged file, NumPy, zipfile and zlib raise many kinds of errors
        if "Object arrays" in str(error):
            raise BadInput(_without_images(path, {}, ["an array"])) from None
        reason = " ".join(str(error).split()) or type(error).__name__
        if "pickle" in reason:  # NumPy's guess of any other file, with advice that is no good
            reason = "it does not begin like one"
        raise BadInput(f"{path} is not a NumPy file of numbers ({reason}); save it with np.save") from None
    if not all(isinstance(array, np.ndarray) for array in arrays.values()):  # a zip archive of other files
        raise BadInput(
            f"{path} is an archive without arrays; unpack it and name the folder, or save arrays with np.savez"
        )
    return arrays, objects
