"""Reader of a person's own images in a file of numbers: NPY, NPZ, IDX, or a CSV of labels and pixels."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from scratchgen.data.checks import check_unit_interval
from scratchgen.data.files.folders import random_parts
from scratchgen.data.files.idx import read_any_idx
from scratchgen.data.files.kinds import IDX, TABLE, kind_of
from scratchgen.data.options import DEFAULT, LoadOptions
from scratchgen.data.preprocessing.splits import Parts, split
from scratchgen.data.report import LoadingReport
from scratchgen.data.types import RowData
from scratchgen.errors import BadInput

# the names of arrays in an NPZ file, in this order; the first that is there is taken
IMAGES = ("images", "x", "X", "data", "arr_0")
LABELS = ("labels", "label", "y", "Y", "targets", "classes", "arr_1")
OF_TRAINING = (
    ("x_train", "X_train", "train_images", "train_x"),
    ("y_train", "Y_train", "train_labels", "train_y"),
)
OF_TEST = ("x_test", "X_test", "test_images", "test_x"), ("y_test", "Y_test", "test_labels", "test_y")
MIN_IMAGES = 10  # with fewer, a part of 10 % would be empty
COUNTS = (1, 3, 4)  # of channels: grey, colour, colour and transparency

Arrays = dict[str, np.ndarray]  # images and labels of one part or of all


def read_images(path: str, options: LoadOptions = DEFAULT) -> RowData:
    """The images of a file of numbers, split 80/10/10 by a fixed permutation, or as the file splits them.

    The array is (N, H, W), (N, H, W, C) or (N, C, H, W), with C of 1, 3 or 4, or flat rows (N, D), which are
    squares if D is a square number; `image_shape` says what else they are. Its values are floats in [0, 1], or
    integers 0 … 255 or 0 … 65535, which are divided by the largest. Of an NPZ file, `images` (or x, X, data, arr_0)
    and `labels` (or y, targets, arr_1) are taken, or x_train, y_train, x_test, y_test, as Keras names them. A CSV
    has a label and then a square number of pixels 0 … 255 in each line. Nothing is unpickled.
    Raises BadInput for any other content.
    """
    options.refuse_but("an array of images", "channels", "background", "image_shape")
    report = LoadingReport()
    arrays, test = _read(path, report)
    places: Parts | None
    N = len(arrays["images"])
    joined = {name: np.concatenate((arrays[name], test[name])) if test else arrays[name] for name in arrays}
    x = as_images(joined["images"], path, options, report)
    if len(x) < MIN_IMAGES:
        raise BadInput(f"{path} contains {len(x)} images; at least {MIN_IMAGES} are needed for a split")
    if test:
        train, validation, others = split(N)
        places = np.sort(np.concatenate((train, others))), validation, np.arange(N, len(x))
        report.split = (
            f"given by the file: train {N:,}, test {len(x) - N:,}; validation: a tenth of train, at random"
        )
    else:
        places = None
    labels = _labels_of(joined, path, report)
    places = places or random_parts(len(x), labels, report)
    _demand_every_class(labels, places[0], path)
    H, W, C = x.shape[1:]
    report.read = f"{len(x):,} images of {H} × {W}, {'grey' if C == 1 else 'in colour'}"
    rows = x.reshape(len(x), -1)
    by_part = [None if labels is None else labels[part] for part in places]
    return RowData(path, (H, W, C), *(rows[part] for part in places), *by_part, report=report)


def _read(path: str, report: LoadingReport) -> tuple[Arrays, Arrays | None]:
    """The arrays of a file, and those of its test part if it has one."""
    kind = kind_of(Path(path))
    report.find(kind.name)
    if kind == IDX:
        return _with_labels_beside(path, report), None
    if kind == TABLE:
        return _from_csv(path), None
    stored = stored_arrays(path)
    if isinstance(stored, np.ndarray):
        return {"images": stored}, None
    train, test = _named(stored, *OF_TRAINING), _named(stored, *OF_TEST)
    if "images" in train and "images" in test and train.keys() == test.keys():
        used = {*sum(OF_TRAINING, ()), *sum(OF_TEST, ())}
        for name in stored.keys() - used:
            report.ignore("other arrays", name)
        return train, test
    found = train if "images" in train else _named(stored, IMAGES, LABELS)
    if "images" not in found and len(stored) == 1:
        found = {"images": next(iter(stored.values()))}
    if "images" not in found:
        held = ", ".join(stored) or "nothing"
        raise BadInput(f"{path} contains {held}; name the array of images one of {', '.join(IMAGES)}")
    if found.get("labels") is stored.get("arr_1") and _all_differ(found.get("labels")):
        del found["labels"]  # an array without a name that counts the images, and is no class of any
    for name, array in stored.items():
        if not any(array is taken for taken in found.values()):
            report.ignore("other arrays", name)
    return found, None


def _named(stored: Mapping[str, np.ndarray], images: tuple, labels: tuple) -> Arrays:
    """The first array of each list of names that is there, as {"images": …, "labels": …}."""
    found = {}
    for what, names in (("images", images), ("labels", labels)):
        for name in names:
            if name in stored and what not in found:
                found[what] = stored[name]
    if "labels" in found and "images" in found and found["labels"].shape[:1] != found["images"].shape[:1]:
        del found["labels"]  # an array of another length: the report names it as left out
    return found


def _all_differ(x: np.ndarray | None) -> bool:
    return x is not None and len(np.unique(x)) == len(x)


def stored_arrays(path: str) -> np.ndarray | Arrays:
    """The array of an NPY file, or the arrays of an NPZ file by their names.   Raises BadInput for any other file."""
    try:
        with open(path, "rb") as file:  # with a path, np.load would leave a damaged archive open
            stored = np.load(file, allow_pickle=False)
            if isinstance(stored, np.ndarray):
                return stored
            with stored:
                names = stored.files
                if len(set(names)) < len(names):
                    twice = next(name for name in names if names.count(name) > 1)
                    raise BadInput(
                        f"{path} holds two arrays of the name {twice}; save it again with np.savez"
                    )
                arrays = {name: stored[name] for name in names}
    except BadInput:
        raise
    except Exception as error:  # for a damaged file, NumPy, zipfile and zlib raise many kinds of errors
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BadInput(f"{path} is not a NumPy file of numbers ({reason}); save it with np.save") from None
    if not all(isinstance(array, np.ndarray) for array in arrays.values()):  # a zip archive of other files
        raise BadInput(f"{path} is an archive without arrays; save the images with np.save")
    return arrays


def _with_labels_beside(path: str, report: LoadingReport) -> Arrays:
    """The images of an IDX file, and its labels if they are beside it under the name that MNIST gives them."""
    arrays = {"images": read_any_idx(Path(path))}
    name = re.sub(r"images?|imgs?", "labels", Path(path).name).replace("idx3", "idx1")
    beside = Path(path).with_name(name)
    if beside.name != Path(path).name and beside.is_file():
        arrays["labels"] = read_any_idx(beside)
        report.find(f"IDX of labels beside it ({beside.name})")
    return arrays


def _from_csv(path: str) -> Arrays:
    """Labels and pixels of a CSV, as MNIST is often given: the label first, then D pixels, D a square number."""
    from scratchgen.data.files.table import read_numbers

    header, x = read_numbers(path)
    if not looks_like_pixels(header, x):
        raise BadInput(
            f"{path} is a table, and no labels with a square number of pixels 0 … 255; train a vae on it as a table, or "
            "save images with np.save"
        )
    return {"images": x[:, 1:].astype(np.int64), "labels": x[:, 0].astype(np.int64)}


def looks_like_pixels(header: list[str] | None, x: np.ndarray) -> bool:
    """Whether a table has a label first, and then a square number of whole numbers 0 … 255 (at least 16)."""
    D = x.shape[1] - 1
    if D < 16 or math.isqrt(D) ** 2 != D or not np.isfinite(x).all():
        return False
    return bool((x == np.rint(x)).all() and x.min() >= 0 and x[:, 1:].max() <= 255)


def may_be_images(x: np.ndarray) -> bool:
    """Whether rows (N, D) are pixels: floats in [0, 1] or whole numbers 0 … 65535, D a square or three of them."""
    D = x.shape[1]
    square = any(math.isqrt(D // C) ** 2 * C == D for C in (1, 3))
    low, high = float(x.min()), float(x.max())  # NaN if any number is
    return square and low >= 0 and high <= (1 if x.dtype.kind == "f" else 2**16 - 1)


def as_images(x: np.ndarray, path: str, options: LoadOptions, report: LoadingReport) -> np.ndarray:
    """An array as it is stored as images (N, H, W, C) float32 in [0, 1], with C of 1 or 3. Raises BadInput."""
    x = _channels_last(_in_shape(x, path, options), path, report)
    if not x.size:
        raise BadInput(
            f"{path}: images of the shape {x.shape} are empty; give at least one of at least one pixel"
        )
    low, high = x.min(), x.max()
    report.before = float(low), float(high)
    x = _in_unit_interval(x, path, report)
    if x.shape[3] == 4:
        x = _laid_over(x, options.background, report)
    if x.shape[3] == 3 and options.channels == "grey":
        report.change("converted to grey, as asked for (ITU-R BT.601)", len(x))
        x = (x @ np.array([0.299, 0.587, 0.114], np.float32))[..., None]
    if x.shape[3] == 1 and options.channels == "colour":
        report.change("stored in grey, now with three equal channels", len(x))
        x = np.repeat(x, 3, axis=3)
    report.after = float(x.min()), float(x.max())
    return x


def _in_shape(x: np.ndarray, path: str, options: LoadOptions) -> np.ndarray:
    """(N, D) in the shape that the options or a square number of pixels give; other arrays as they are."""
    if x.ndim < 2 or x.ndim > 4:
        raise BadInput(
            f"{path} has the shape {x.shape}; images are (N, height, width), (N, height, width, channels) or (N, D)"
        )
    if options.shape is not None:
        if math.prod(options.shape) != math.prod(x.shape[1:]):
            raise BadInput(
                f"--image-shape {options.image_shape} has {math.prod(options.shape):,} numbers, but a row of {path} has "
                f"{math.prod(x.shape[1:]):,}"
            )
        return x.reshape(len(x), *options.shape)
    if x.ndim > 2:
        return x
    D = x.shape[1]
    side = math.isqrt(D)
    if side * side == D:
        return x.reshape(len(x), side, side)
    side = math.isqrt(D // 3)
    if 3 * side * side == D:
        raise BadInput(
            f"{path} has rows of {D:,} numbers, which may be {side} × {side} in colour: say --image-shape "
            f"{side},{side},3 (or 3,{side},{side} if each colour is stored by itself)"
        )
    return x.reshape(len(x), 1, D)


def _channels_last(x: np.ndarray, path: str, report: LoadingReport) -> np.ndarray:
    """(N, H, W, C) of (N, H, W), (N, H, W, C) or (N, C, H, W). Raises BadInput where two axes may be the channels."""
    if x.ndim == 3:
        return x[..., None]
    first, last = x.shape[1] in COUNTS, x.shape[3] in COUNTS
    if first == last:
        why = "may have its channels first or last" if first else "has no axis of 1, 3 or 4 channels"
        raise BadInput(f"{path} has the shape {x.shape} and {why}; save (N, height, width, channels)")
    if last:
        return x
    report.change("with the channels first, now last", len(x))
    return np.moveaxis(x, 1, 3)


def _in_unit_interval(x: np.ndarray, path: str, report: LoadingReport) -> np.ndarray:
    """Floats as they are, integers divided by the largest value that they can have. Raises BadInput."""
    if x.dtype.kind == "b":
        return x.astype(np.float32)
    if x.dtype.kind in "iu":
        high = int(x.max())
        if int(x.min()) < 0 or high >= 2**16:
            raise BadInput(f"{path} has whole numbers {x.min()} … {high}; pixels are 0 … 255 or 0 … 65535")
        if high <= 1:
            report.change("of 0 and 1 alone, taken as black and white", len(x))
            return x.astype(np.float32)
        full = 255 if x.dtype == np.uint8 or (high < 256 and x.dtype != np.uint16) else 65535
        return x / np.float32(full)
    if x.dtype.kind != "f":
        raise BadInput(f"{path} has {x.dtype} values; save numbers")
    check_unit_interval(x.reshape(len(x), -1), path)
    return x.astype(np.float32)


def _laid_over(x: np.ndarray, background: str, report: LoadingReport) -> np.ndarray:
    """Colours with transparency laid over a background: α x + (1 − α) b."""
    from scratchgen.data.files.pictures import colour_of

    alpha = x[..., 3:]
    report.change(f"transparent, laid on {background}", int((alpha < 1).any(axis=(1, 2, 3)).sum()))
    b = np.array(colour_of(background), np.float32) / 255
    return alpha * x[..., :3] + (1 - alpha) * b


def _labels_of(arrays: Arrays, path: str, report: LoadingReport) -> np.ndarray | None:
    """The labels as 0 … K − 1. Raises BadInput for numbers that are no classes."""
    if "labels" not in arrays:
        return None
    labels = arrays["labels"]
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 2 and bool(((labels == 0) | (labels == 1)).all() and (labels.sum(axis=1) == 1).all()):
        report.change("with a label of zeros and a one, now its place", len(labels))
        labels = labels.argmax(axis=1)
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or labels.min() < 0:
        raise BadInput(
            f"{path}: the labels have the shape {labels.shape} and {labels.dtype} values; labels are whole numbers 0, "
            "1, …, one for each image"
        )
    K = int(labels.max()) + 1
    if len(labels) < K or _all_differ(labels):
        raise BadInput(
            f"{path}: labels up to {K - 1} for {len(labels)} images are no classes, of which each has several images; "
            "number them from 0, or leave the array out"
        )
    report.classes = tuple(map(str, range(K)))
    return labels.astype(np.int64)


def _demand_every_class(labels: np.ndarray | None, train: np.ndarray, path: str) -> None:
    if labels is None:
        return
    if missing := sorted(set(range(int(labels.max()) + 1)) - set(labels[train].tolist())):
        raise BadInput(
            f"{path}: class {missing[0]} has no image in the training part; number the classes from 0"
        )
