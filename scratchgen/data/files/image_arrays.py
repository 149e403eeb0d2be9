"""Reader of a user's own images in a file of numbers: NPY, NPZ, IDX, or a CSV of labels and pixels."""

from __future__ import annotations

import math
import re
from functools import partial
from pathlib import Path

import numpy as np

from scratchgen.data.checks import check_values
from scratchgen.data.files.folders import given_parts, random_parts
from scratchgen.data.files.idx import read_any_idx
from scratchgen.data.files.kinds import IDX, TABLE, kind_inside
from scratchgen.data.files.named_arrays import Arrays, read_arrays
from scratchgen.data.files.pixel_tables import looks_like_pixels, pixels_and_labels
from scratchgen.data.files.table import read_numbers
from scratchgen.data.options import DEFAULT, LoadOptions
from scratchgen.data.preprocessing.composite import alpha_composite
from scratchgen.data.report import LoadingReport
from scratchgen.data.stored import Convert, StoredArray, chunks, range_of, rows_of_parts
from scratchgen.data.types import RowData
from scratchgen.errors import BadInput, printable

MIN_IMAGES = 10  # with fewer, a part of 10 % would be empty
COUNTS = (1, 3, 4)  # of channels: grey, colour, colour and transparency
MIN_SIDE = 8  # of a square in colour that flat rows may be


def read_images(path: str, options: LoadOptions = DEFAULT) -> RowData:
    """The images of a file of numbers, split 80/10/10 by a fixed permutation, or as the file splits them.

    The array is (N, H, W), (N, H, W, C) or (N, C, H, W), with C of 1, 3 or 4, or flat rows (N, D), which are
    squares if D is a square number; `image_shape` gives any other shape. The report says that flat rows were taken
    for images. Its values are floats in [0, 1], or integers 0 … 255 or 0 … 65535, which are divided by the largest. Of
    an NPZ file, `images` (or x, X, data, arr_0) and `labels` (or y, targets, arr_1) are taken, or x_train, y_train,
    x_val, y_val, x_test and y_test, as Keras names them. A table (CSV) has a class and a square number of pixels
    0 … 255 in each line, or pixels alone. Classes are whole numbers, zeros with a one, or texts; their names are kept.
    Nothing is unpickled.
    Raises BadInput for any other content.
    """
    options.check_for("an array of images")
    report = LoadingReport()
    parts = _read(path, report)
    joined = _joined(parts, path)
    stored = joined["images"]
    (H, W, C), as_images = find_images(stored, path, options, report)
    if len(stored) < MIN_IMAGES:
        raise BadInput(f"{path} contains {len(stored)} images; at least {MIN_IMAGES} are needed for a split")
    classes, labels = _classes_of(joined, path, report)
    if len(parts) == 1:
        places = random_parts(len(stored), labels, report)
    else:
        ends = np.cumsum([0] + [len(arrays["images"]) for arrays in parts.values()])
        given = {part: np.arange(ends[k], ends[k + 1]) for k, part in enumerate(parts)}
        nothing = np.arange(0)
        given = {part: given.get(part, nothing) for part in ("train", "validation", "test")}
        places = given_parts(given, labels, classes, report, "file")
    report.read = f"{len(stored):,} images of {H} × {W}, {'grey' if C == 1 else 'in colour'}"
    if stored.ndim == 2 and options.shape is None and options.kind != "images":
        report.read += f", from flat rows of {stored.shape[1]:,} numbers; --kind table if they are no images"
    rows = rows_of_parts(stored, places, H * W * C, as_images)
    report.after = range_of(rows)
    by_part = [None if labels is None else labels[part] for part in places]
    names = () if classes == tuple(map(str, range(len(classes)))) else classes
    return RowData(
        path,
        (H, W, C),
        *rows,
        *by_part,
        class_names=names,
        places=places,
        report=report,
    )


def _read(path: str, report: LoadingReport) -> dict[str, Arrays]:
    """The arrays of a file, {"all": …}, or those of its parts."""
    kind = kind_inside(Path(path))
    report.find(kind.name)
    if kind == IDX:
        return {"all": _with_labels_beside(path, report)}
    if kind == TABLE:
        header, x = read_numbers(path)
        if not looks_like_pixels(header, x):
            raise BadInput(
                f"{path} is a table, but its lines are no images: a class and a square number of pixels 0 … 255"
            )
        return {"all": pixels_and_labels(header, x)}
    if kind.holds == "images":
        raise BadInput(f"{path} is a single {kind.name} picture; name a folder of at least {MIN_IMAGES}")
    if kind.holds not in ("array", None):  # of no known kind is an array that is damaged
        raise BadInput(f"{path} is a {kind.name} file, which holds no images; save them with np.save")
    return read_arrays(path, report)


def _joined(parts: dict[str, Arrays], path: str) -> Arrays:
    """The arrays of all parts in one. Raises BadInput for parts of different shapes or types."""
    first, *others = parts.values()
    if not others:
        return first
    for arrays in others:
        for what in first:
            a, b = first[what], arrays[what]
            if a.shape[1:] != b.shape[1:] or a.dtype != b.dtype:
                raise BadInput(
                    f"{path}: the {what} of its parts have the shapes {a.shape} and {b.shape} and {a.dtype} and "
                    f"{b.dtype} values; save them alike"
                )
    return {what: np.concatenate([arrays[what] for arrays in parts.values()]) for what in first}


def _with_labels_beside(path: str, report: LoadingReport) -> Arrays:
    """The images of an IDX file, and its labels if they are next to it under the name that MNIST gives them."""
    arrays = {"images": read_any_idx(Path(path))}
    name = re.sub(r"images?|imgs?", "labels", Path(path).name).replace("idx3", "idx1")
    beside = Path(path).with_name(name)
    if beside.name != Path(path).name and beside.is_file():
        arrays["labels"] = read_any_idx(beside)
        report.find(f"IDX of labels next to it ({beside.name})")
    return arrays


def reads_shape(path: str, shape: tuple[int, ...]) -> bool:
    """Whether `image_shape` has a meaning for the images of a file: its rows are flat, or have this shape.

    Raises BadInput for a file that cannot be read.
    """
    images, *_ = (arrays["images"] for arrays in _read(path, LoadingReport()).values())
    return _may_have_shape(images.shape, shape)


def _may_have_shape(stored: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    return len(stored) == 2 or (*stored[1:], 1)[:3] == (*shape, 1)[:3]


def find_images(
    x: np.ndarray | StoredArray, path: str, options: LoadOptions, report: LoadingReport
) -> tuple[tuple[int, int, int], Convert]:
    """The layout of the images in an array: their (H, W, C), and the function that makes images of its stored rows.

    The images are (n, H, W, C) float32 in [0, 1], with C of 1 or 3. The report gets the changes.
    Raises BadInput for an array that does not hold images.
    """
    if x.dtype.kind not in "biuf":
        raise BadInput(f"{path} has {x.dtype} values; save numbers")
    shape = _in_shape(x.shape, path, options)
    channels_first = _has_channels_first(shape, path, options)
    N, H, W, C = (shape[0], *shape[2:], shape[1]) if channels_first else (*shape, 1)[:4]
    if channels_first:
        report.change("with the channels first, now last", N)
    if not x.size:
        raise BadInput(
            f"{path}: images of the shape {(N, H, W, C)} are empty; give at least one of at least one pixel"
        )
    report.before = x.min().item(), x.max().item()
    scale = _scale_of(x, path, report)

    def stored_images(rows: np.ndarray) -> np.ndarray:
        rows = rows.reshape(len(rows), *shape[1:])
        rows = np.moveaxis(rows, 1, 3) if channels_first else rows[..., None] if len(shape) == 3 else rows
        return rows.astype(np.float32) / scale if scale != 1 else rows.astype(np.float32)

    steps: list[Convert] = [stored_images]
    if C == 4:
        steps.append(partial(alpha_composite, below=_paper(options.background)))
        transparent = ((stored_images(rows)[..., 3] < 1).any(axis=(1, 2)).sum() for rows in chunks(x))
        report.change(f"transparent, laid on {options.background}", int(sum(transparent)))
        C = 3
    if C == 3 and options.channels == "grey":
        report.change("converted to grey, as requested (ITU-R BT.601)", N)
        steps.append(lambda x: (x @ np.array([0.299, 0.587, 0.114], np.float32))[..., None])
        C = 1
    elif C == 1 and options.channels == "colour":
        report.change("stored in grey, now with three equal channels", N)
        steps.append(lambda x: np.repeat(x, 3, axis=3))
        C = 3

    def images(rows: np.ndarray) -> np.ndarray:
        for step in steps:
            rows = step(rows)
        return rows

    return (H, W, C), images


def _in_shape(stored: tuple[int, ...], path: str, options: LoadOptions) -> tuple[int, ...]:
    """For (N, D) the shape that the options or a square number of pixels give; any other shape as it is."""
    if len(stored) < 2 or len(stored) > 4:
        raise BadInput(
            f"{path} has the shape {stored}; images are (N, height, width), (N, height, width, channels) or (N, D)"
        )
    if options.shape is not None:
        if not _may_have_shape(stored, options.shape):
            raise BadInput(
                f"--image-shape {options.image_shape} is for flat rows, and the images of {path} have the shape "
                f"{stored[1:]}; leave it out"
            )
        if math.prod(options.shape) != math.prod(stored[1:]):
            raise BadInput(
                f"--image-shape {options.image_shape} has {math.prod(options.shape):,} numbers, but a row of {path} "
                f"has {math.prod(stored[1:]):,}"
            )
        return (stored[0], *options.shape)
    if len(stored) > 2:
        return stored
    N, D = stored
    side = math.isqrt(D)
    if side * side == D:
        return N, side, side
    side = math.isqrt(D // 3)
    if 3 * side * side == D and side >= MIN_SIDE:
        raise BadInput(
            f"{path} has rows of {D:,} numbers, which may be {side} × {side} in colour: say --image-shape "
            f"{side},{side},3 (or 3,{side},{side} if each colour is stored by itself), or --kind table if they are no "
            "images, or save (N, height, width, channels)"
        )
    return N, 1, D


def _has_channels_first(shape: tuple[int, ...], path: str, options: LoadOptions) -> bool:
    """Whether images are (N, C, H, W), and not (N, H, W) or (N, H, W, C).

    Raises BadInput where two axes may be the channels, unless `image_shape` is given: the last are then taken.
    """
    if len(shape) == 3:
        return False
    first, last = shape[1] in COUNTS, shape[3] in COUNTS
    if not first and not last:
        raise BadInput(
            f"{path} has the shape {shape}, without an axis of 1, 3 or 4 channels; save (N, height, width, channels)"
        )
    if first and last and options.shape is None:
        one = ",".join(map(str, shape[1:]))
        raise BadInput(
            f"{path} has the shape {shape} and may have its channels first or last; say --image-shape {one} if "
            "they are last, else save (N, height, width, channels)"
        )
    return not last


def _scale_of(x: np.ndarray | StoredArray, path: str, report: LoadingReport) -> int:
    """The divisor of the values: 1 for floats, else the largest value that they can have. Raises BadInput."""
    if x.dtype.kind == "b":
        return 1
    if x.dtype.kind == "f":
        check_values(x, path)
        return 1
    low, high = map(int, report.before or (x.min(), x.max()))
    if low < 0 or high >= 2**16:
        raise BadInput(f"{path} has whole numbers {low} … {high}; pixels are 0 … 255 or 0 … 65535")
    if high <= 1:
        report.change("of 0 and 1 alone, taken as black and white", len(x))
        return 1
    return 255 if high < 256 else 65535


def _paper(background: str) -> np.ndarray:
    """The colour of this name as (red, green, blue) float32 in [0, 1]."""
    from scratchgen.data.files.pictures import colour_of

    return np.array(colour_of(background), np.float32) / 255


def _classes_of(
    arrays: Arrays, path: str, report: LoadingReport
) -> tuple[tuple[str, ...], np.ndarray | None]:
    """(the names of the classes in order, the class of each image 0 … K − 1); ((), None) without labels.

    Raises BadInput for labels that are no classes, of which each has at least two images.
    """
    if "labels" not in arrays:
        return (), None
    labels = arrays["labels"]
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 2 and labels.dtype.kind in "biuf" and _have_one_one(labels):
        report.change("with a label of zeros and a one, now its place", len(labels))
        labels = labels.argmax(axis=1)
    if len(labels) != len(arrays["images"]):
        raise BadInput(
            f"{path}: {len(labels):,} labels for {len(arrays['images']):,} images; give one for each"
        )
    if labels.dtype.kind == "f" and np.isfinite(labels).all() and (labels == np.rint(labels)).all():
        labels = labels.astype(np.int64)
    if (
        labels.ndim != 1
        or labels.dtype.kind not in "biuUS"
        or (labels.dtype.kind == "i" and labels.min() < 0)
    ):
        raise BadInput(
            f"{path}: the labels have the shape {labels.shape} and {labels.dtype} values; labels are whole numbers 0, "
            "1, … or texts, one for each image"
        )
    found, numbers, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if 2 * len(found) > len(labels):
        raise BadInput(
            f"{path}: {len(found):,} labels for {len(labels):,} images are no classes, of which each has several "
            "images; leave the labels out"
        )
    if counts.min() < 2:
        raise BadInput(
            f"{path}: class {_name(found[counts.argmin()])!r} has a single image, which cannot be in training and in a "
            "test; give more, or remove it"
        )
    report.classes = tuple(map(_name, found))
    return report.classes, numbers.astype(np.int64)


def _have_one_one(labels: np.ndarray) -> bool:
    return bool(((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all())


def _name(label: np.generic) -> str:
    """The name of a class: the number as text, or the text."""
    value = label.item()
    return printable(
        value.decode("utf-8", "replace")
        if isinstance(value, bytes)
        else str(int(value) if isinstance(value, bool) else value)
    )
