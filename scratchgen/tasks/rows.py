"""The common parts of the tasks on rows of numbers: images, frames of music or sound, points in the plane."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from scratchgen import plots
from scratchgen.data import RowData
from scratchgen.data.options import Channels
from scratchgen.data.report import some
from scratchgen.data.types import size_of
from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.files import writable_file
from scratchgen.runs.schema import Ge, Help
from scratchgen.tasks.task import SampleRequest, SkipBad, TaskInfo, TaskSettings

if TYPE_CHECKING:
    from scratchgen.tasks.load import LoadedRun

DEFAULT_COUNT = 64  # samples of `scratchgen sample`
MEANS = "means of p(x|z) for z ~ p(z)"  # what the samples of a VAE show, where pixels are not drawn


class RowSettings(TaskSettings, frozen=True):
    """Settings of the tasks on rows: how a person's own pictures and arrays are loaded."""

    size: Annotated[
        int, Ge(0), Help("scale your pictures: the shorter side, and the middle is cut out; 0 keeps their size")
    ] = 0
    channels: Annotated[Channels, Help("colours of your pictures")] = "as stored"
    background: Annotated[str, Help("colour behind transparent pictures: a name or #rrggbb")] = "white"
    image_shape: Annotated[
        str, Help("shape of the images in an array of flat rows, such as 32,32,3; empty finds it")
    ] = ""
    skip_bad: SkipBad = False


class RowInfo(TaskInfo, frozen=True, kw_only=True):
    """The facts about rows that building a model, sampling and drawing need.

    kind           what a row is
    image_shape    (H, W, C) that a row is reshaped to for a picture
    data_dim       D, numbers per row
    classes        of the labels; 0 without labels
    class_names    of the labels 0, 1, …; empty where they are numbers
    ink            whether 1 is ink on white paper, and pictures are drawn so
    """

    kind: Literal["images", "frames", "points"]
    image_shape: tuple[int, ...]
    data_dim: int
    classes: int = 0
    class_names: tuple[str, ...] = ()
    ink: bool = False

    def __post_init__(self) -> None:
        if math.prod(self.image_shape) != self.data_dim:
            raise ValueError(f"images of {size_of(self.image_shape)} for rows of {self.data_dim} numbers")

    def check_model(self, arguments: Mapping[str, Any]) -> None:
        """Raises ValueError for a model of rows of another length."""
        data_dim = arguments.get("data_dim") or math.prod(arguments.get("image_shape", ()))
        if data_dim != self.data_dim:
            raise ValueError(f"a model of {data_dim} numbers per row for rows of {self.data_dim}")


def of_rows(rows: RowData) -> dict[str, Any]:
    """The fields of a RowInfo."""
    return {
        "kind": rows.kind,
        "image_shape": tuple(rows.image_shape),
        "data_dim": rows.train.shape[1],
        "classes": rows.classes,
        "class_names": rows.class_names,
        "ink": rows.ink,
    }


def demand_variance(rows: RowData, or_else: str) -> None:
    """Raises BadInput for rows that are all equal, whose Gaussian density is unbounded.

    or_else    another way out, for the message
    """
    if not np.ptp(rows.train, axis=0).any():
        raise BadInput(
            f"all training rows of {rows.name} are equal, so that the density of a Gaussian likelihood is unbounded; "
            f"give data that vary{or_else}"
        )


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
        plots.sample_grid(x, info.image_shape, path, title, columns, ink=info.ink)


def sample_in_turn(model: Any, n: int, rng: Generator) -> np.ndarray:
    """n samples of a model of rows; of a conditional model, of its classes in turn."""
    K = getattr(model, "classes", 0)
    return model.sample(n, rng, labels=np.arange(n) % K) if K else model.sample(n, rng)


def columns_for(n: int, classes: int) -> int:
    """Columns of a grid of n images whose classes take turns: each column has one class."""
    return classes * max(1, round(math.sqrt(n) / classes))


def sample_rows(run: LoadedRun[Any, RowInfo], request: SampleRequest, shown: str = "") -> str:
    """Draw samples of a model of rows into a PNG; a conditional model may be given classes.

    shown    what the samples are, where they are not draws of the data themselves: `MEANS` of a VAE
    """
    model, n = run.model, request.n or DEFAULT_COUNT
    out, classes = png_file(request.out, "images are"), chosen_classes(run, request.classes)
    rng = request.rng
    title = f"samples of {run.config.data}, {run.task.family.upper()}"
    if classes:
        x = model.sample(n, rng, np.resize(classes, n))
        title, columns = f"{title}, {class_names(classes, run.info)}", columns_for(n, len(classes))
    else:
        x, columns = sample_in_turn(model, n, rng), columns_for(n, getattr(model, "classes", 1))
    draw_rows(x, run.info, out, f"{title}\n{shown}" if shown else title, columns)
    what = f"{n} {run.info.kind}" + (f", {shown}" if shown else "")
    return f"{what}: {out}"


def png_file(out: Path | None, what: str) -> Path:
    """The path of a PNG to write. Raises BadInput for another ending, or none."""
    return output_file(out, ".png", f"{what} written as PNG")


def output_file(out: Path | None, suffix: str, written: str) -> Path:
    """The path of a file to write. Raises BadInput for another ending, or none."""
    if out is None or out.suffix != suffix:
        raise BadInput(f"{written}: give --out FILE{suffix}" + (f", not {out}" if out else ""))
    return writable_file(out)


def chosen_classes(run: LoadedRun[Any, RowInfo], asked: Sequence[str]) -> list[int]:
    """The requested classes, by name or number, without repetition; [] leaves the choice to the model.

    Raises BadInput for a model without classes, and for one that there is not.
    """
    if not asked:
        return []
    K = getattr(run.model, "classes", 0)
    if not K:
        raise BadInput(f"the model of {run.directory} is not conditional; --class is for a conditional model")
    names = run.info.class_names or tuple(map(str, range(K)))
    numbers = {str(k): k for k in range(K)} | {name: k for k, name in enumerate(names)}
    for name in asked:
        if name not in numbers:
            close = difflib.get_close_matches(name, names, 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            there = f"0 … {K - 1}" if not run.info.class_names else some(names, 12)
            raise BadInput(f"--class {name}: the classes of {run.directory} are {there}{hint}")
    return list(dict.fromkeys(numbers[name] for name in asked))


def class_names(classes: list[int], info: RowInfo) -> str:
    """Classes in a title: "class 3", "classes cat, dog"."""
    names = [info.class_names[k] if info.class_names else str(k) for k in classes]
    return ("class " if len(names) == 1 else "classes ") + ", ".join(names)
