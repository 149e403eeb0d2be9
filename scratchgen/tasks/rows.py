"""The common parts of the tasks on rows of numbers: images, frames of music or sound, points in the plane."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from scratchgen import plots
from scratchgen.data import RowData
from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.files import writable_file
from scratchgen.tasks.pictures import sample_output, write_samples
from scratchgen.tasks.task import SampleRequest, TaskInfo

if TYPE_CHECKING:
    from scratchgen.tasks.load import LoadedRun

DEFAULT_COUNT = 64  # samples of `scratchgen sample`
MEANS = "means of p(x|z) for z ~ p(z)"  # what the samples of a VAE show, where pixels are not drawn


class RowInfo(TaskInfo, frozen=True, kw_only=True):
    """The facts about rows that building a model, sampling and drawing need.

    kind           what a row is
    image_shape    (height, width) that a row is reshaped to for a picture
    data_dim       D, numbers per row
    classes        of the labels; 0 without labels
    """

    kind: Literal["images", "frames", "points"]
    image_shape: tuple[int, int]
    data_dim: int
    classes: int = 0

    def __post_init__(self) -> None:
        if math.prod(self.image_shape) != self.data_dim:
            height, width = self.image_shape
            raise ValueError(f"images of {height} × {width} pixels for rows of {self.data_dim} numbers")

    def check_model(self, arguments: Mapping[str, Any]) -> None:
        """Raises ValueError for a model of rows of another length."""
        data_dim = arguments.get("data_dim") or math.prod(arguments.get("image_shape", ()))
        if data_dim != self.data_dim:
            raise ValueError(f"a model of {data_dim} numbers per row for rows of {self.data_dim}")


def adapt_rows(run: LoadedRun[Any, RowInfo], rows: RowData) -> tuple[RowData, list[str]]:
    """Other rows for the model of a run, as they are.

    Raises BadInput for rows of another kind or shape, and for classes that a conditional model does not have.
    """
    info, name = run.info, rows.name
    if rows.kind != info.kind:
        raise BadInput(f"{name} holds {rows.kind}, and {run.directory} was trained on {info.kind}")
    if (shape := tuple(rows.image_shape)) != info.image_shape:
        theirs, ours = ("×".join(map(str, lengths)) for lengths in (shape, info.image_shape))
        raise BadInput(
            f"{name} holds {rows.kind} of shape {theirs}, and {run.directory} was trained on {ours}"
        )
    if K := getattr(run.model, "classes", 0):
        check_classes(rows, K, f"the model of {run.directory}")
    return rows, []


def check_classes(rows: RowData, K: int, of: str) -> None:
    """Raises BadInput for rows without classes, or with others than 0 … K − 1."""
    if not rows.classes:
        raise BadInput(f"{rows.name} has no classes, and {of} is conditioned on {K}; give data with classes")
    if rows.classes > K:
        raise BadInput(f"{rows.name} has the class {rows.classes - 1}, and {of} knows 0 … {K - 1} alone")


def of_rows(rows: RowData) -> dict[str, Any]:
    """The fields of a RowInfo."""
    return {
        "kind": rows.kind,
        "image_shape": tuple(rows.image_shape),
        "data_dim": rows.train.shape[1],
        "classes": rows.classes,
    }


def labels_of(rows: RowData, part: str) -> np.ndarray:
    """The classes of a part, (N,); all 0 without labels."""
    labels = getattr(rows, f"{part}_labels")
    return np.zeros(len(getattr(rows, part)), np.int64) if labels is None else labels


def held_out(rows: RowData, most: int) -> tuple[np.ndarray, np.ndarray]:
    """At most this many examples of the test part and their classes, at random: the set may be sorted by class."""
    chosen = Generator(HELD_OUT_SEED).permutation(len(rows.test))[:most]
    return rows.test[chosen], labels_of(rows, "test")[chosen]


def draw_rows(x: np.ndarray, info: RowInfo | RowData, path: Path, title: str, columns: int) -> None:
    """Draw rows: a grid of images, points in the plane, or frames."""
    if info.kind == "points":
        plots.scatter(x, None, path, title)
    elif info.kind == "frames":
        plots.frames(x, path, title)
    else:
        plots.sample_grid(x, info.image_shape, path, title, columns)


def sample_in_turn(model: Any, n: int, rng: Generator) -> np.ndarray:
    """n samples of a model of rows; of a conditional model, of its classes in turn."""
    K = getattr(model, "classes", 0)
    return model.sample(n, rng, labels=np.arange(n) % K) if K else model.sample(n, rng)


def columns_for(n: int, classes: int) -> int:
    """Columns of a grid of n images whose classes take turns: each column has one class."""
    return classes * max(1, round(math.sqrt(n) / classes))


def sample_rows(run: LoadedRun[Any, RowInfo], request: SampleRequest, shown: str = "") -> str:
    """Write samples of a model of rows (`tasks.pictures`); a conditional model may be given classes.

    shown    what the samples are, where they are not draws of the data themselves: `MEANS` of a VAE
    """
    model, n = run.model, request.n or DEFAULT_COUNT
    out = sample_output(request.out, run.info)
    classes = chosen_classes(run.directory, model, request.classes)
    rng = request.rng
    title = f"samples of {run.config.data}, {run.task.family.upper()}"
    if classes:
        x = model.sample(n, rng, np.resize(classes, n))
        title, columns = f"{title}, {class_names(classes)}", columns_for(n, len(classes))
    else:
        x, columns = sample_in_turn(model, n, rng), columns_for(n, getattr(model, "classes", 1))
    what = f"{n} {run.info.kind}" + (f", {shown}" if shown else "")
    if out.suffix != ".png":
        return f"{what}: {write_samples(x, run.info, out)}"
    draw_rows(x, run.info, out, f"{title}\n{shown}" if shown else title, columns)
    return f"{what}: {out}"


def output_file(out: Path | None, written: str, *suffixes: str) -> Path:
    """The path of a file to write. Raises BadInput for another ending than these, or none."""
    if out is None or out.suffix not in suffixes:
        forms = " or ".join(f"FILE{suffix}" for suffix in suffixes)
        raise BadInput(f"{written}: give --out {forms}" + (f", not {out}" if out else ""))
    return writable_file(out)


def chosen_classes(directory: Path, model: Module, asked: Sequence[int]) -> list[int]:
    """The requested classes without repetition; [] leaves the choice to the model. Raises BadInput."""
    if not asked:
        return []
    K = getattr(model, "classes", 0)
    if not K:
        raise BadInput(f"the model of {directory} is not conditional; --class is for a conditional model")
    if wrong := [k for k in asked if not 0 <= k < K]:
        raise BadInput(f"--class {wrong[0]}: the classes of {directory} are 0 … {K - 1}")
    return list(dict.fromkeys(asked))


def class_names(classes: list[int]) -> str:
    """Classes in a title: "class 3", "classes 1, 2"."""
    return ("class " if len(classes) == 1 else "classes ") + ", ".join(map(str, classes))
