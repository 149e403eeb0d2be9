"""The common parts of the tasks on rows of numbers: images, frames of music or sound, points in the plane."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import numpy as np

from scratchgen import plots
from scratchgen.data import RowData
from scratchgen.data.descriptions import parse_description
from scratchgen.data.options import ArrayKind, Channels
from scratchgen.data.preprocessing.one_hot import labels_in_turn
from scratchgen.data.report import some
from scratchgen.data.rows import PARTS
from scratchgen.data.types import Attribute, Kind, size_of
from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.files import writable_file
from scratchgen.runs.schema import Ge, Help
from scratchgen.tasks.pictures import sample_output, write_samples
from scratchgen.tasks.sample_request import SampleRequest
from scratchgen.tasks.task import SkipBad, TaskInfo, TaskSettings

if TYPE_CHECKING:
    from scratchgen.tasks.load import LoadedRun

DEFAULT_COUNT = 64  # samples of `scratchgen sample`
MEANS = "means of p(x|z) for z ~ p(z)"  # what the samples of a VAE show, where pixels are not drawn


class RowSettings(TaskSettings, frozen=True):
    """Settings of the tasks on rows: how a user's own pictures and arrays are loaded."""

    size: Annotated[
        int,
        Ge(0),
        Help("scale your pictures: the shorter side, and the middle is cut out; 0 keeps their size"),
    ] = 0
    channels: Annotated[Channels, Help("colours of your pictures")] = "as stored"
    background: Annotated[str, Help("colour behind transparent pictures: a name or #rrggbb")] = "white"
    image_shape: Annotated[
        str, Help("shape of the images in an array of flat rows, such as 32,32,3; empty finds it")
    ] = ""
    kind: Annotated[
        ArrayKind, Help("whether the flat rows of an array or a CSV file are images or a table")
    ] = "as found"
    skip_bad: SkipBad = False


class RowInfo(TaskInfo, frozen=True, kw_only=True):
    """The facts about rows that building a model, sampling and drawing need.

    kind           what a row is
    image_shape    (H, W, C) that a row is reshaped to for a picture
    data_dim       D, numbers per row
    classes        number of classes of the labels, or of the kinds of each attribute; 0 without labels
    class_names    of the labels 0, 1, …; empty where they are numbers
    attributes     name of each attribute ↦ the names of its kinds; empty where a label is a class
    ink            whether 1 is ink on white paper, and pictures are drawn so
    """

    kind: Kind
    image_shape: tuple[int, ...]
    data_dim: int
    classes: int | tuple[int, ...] = 0
    class_names: tuple[str, ...] = ()
    attributes: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    ink: bool = False

    def __post_init__(self) -> None:
        if math.prod(self.image_shape) != self.data_dim:
            raise ValueError(f"images of {size_of(self.image_shape)} for rows of {self.data_dim} numbers")

    @property
    def example(self) -> str:
        """Samples of a table are written as CSV."""
        return "-n 64 --out samples.csv" if self.kind == "table" else ""

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
        held, learned = ("a table" if kind == "table" else kind for kind in (rows.kind, info.kind))
        raise BadInput(f"{name} holds {held}, and {run.directory} was trained on {learned}")
    if (shape := tuple(rows.image_shape)) != info.image_shape:
        theirs, ours = size_of(shape), size_of(info.image_shape)
        raise BadInput(
            f"{name} holds {rows.kind} of shape {theirs}, and {run.directory} was trained on {ours}"
        )
    lines = []
    if info.kind == "frames" and rows.train.min() < 0:  # decibels of sounds
        lines.append(
            "each band has mean 0 and deviation 1 on the training part of these sounds, not of the run's"
        )
    if getattr(run.model, "classes", 0):
        rows, mapped = with_classes_of(rows, info, f"the model of {run.directory}")
        lines += mapped
    return rows, lines


def with_classes_of(rows: RowData, info: RowInfo, of: str) -> tuple[RowData, list[str]]:
    """Rows whose labels are those of other rows (`info`), classes of one name being one; and lines that say so.

    of    whose classes they are, for messages
    Raises BadInput for rows without classes, and for a class that there is not.
    """
    if not rows.label_counts:
        raise BadInput(f"{rows.name} has no classes, and {of} is conditioned on them; give data with classes")
    ours = {attribute.name: attribute.kinds for attribute in rows.attributes}
    if ours != info.attributes:
        raise BadInput(
            f"{rows.name} has the attributes {some(ours) or 'none'}, and {of} {some(info.attributes)}"
        )
    if not info.attributes and rows.class_names and info.class_names:
        return _by_name(rows, info.class_names, of)
    if isinstance(info.classes, int) and rows.classes > info.classes:
        raise BadInput(
            f"{rows.name} has classes 0 … {rows.classes - 1}, and {of} knows 0 … {info.classes - 1} alone"
        )
    return rows, []


def _by_name(rows: RowData, names: tuple[str, ...], of: str) -> tuple[RowData, list[str]]:
    if others := [name for name in rows.class_names if name not in names]:
        raise BadInput(f"{rows.name} has the classes {some(others)}, and {of} knows {some(names, 12)} alone")
    if rows.class_names == names:
        return rows, []
    places = np.array([names.index(name) for name in rows.class_names])
    labels = {f"{part}_labels": places[getattr(rows, f"{part}_labels")] for part in PARTS}
    line = f"classes by name: {some(f'{name} is {names.index(name)}' for name in rows.class_names)}"
    return replace(rows, class_names=names, **labels), [line]


def of_rows(rows: RowData) -> dict[str, Any]:
    """The fields of a RowInfo."""
    return {
        "kind": rows.kind,
        "image_shape": tuple(rows.image_shape),
        "data_dim": rows.train.shape[1],
        "classes": rows.label_counts,
        "class_names": rows.class_names,
        "attributes": {attribute.name: attribute.kinds for attribute in rows.attributes},
        "ink": rows.ink,
    }


def demand_variance(rows: RowData) -> None:
    """Raise BadInput for training rows that are all equal: there is nothing to learn from them."""
    if not (rows.train.min(axis=0) != rows.train.max(axis=0)).any():
        raise BadInput(
            f"all training rows of {rows.name} are equal, and without variance there is nothing to learn; give data "
            "that vary"
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
    classes = getattr(model, "classes", 0)
    return model.sample(n, rng, labels=labels_in_turn(n, classes)) if classes else model.sample(n, rng)


def columns_for(n: int, classes: int | tuple[int, ...]) -> int:
    """Columns of a grid of n images whose classes take turns: each column has one class."""
    K = classes if isinstance(classes, int) else 1
    return K * max(1, round(math.sqrt(n) / K))


def sample_rows(run: LoadedRun[Any, RowInfo], request: SampleRequest, shown: str = "") -> str:
    """Write samples of a model of rows (`tasks.pictures`); a conditional model may be given classes.

    shown    what the samples are, where they are not draws of the data themselves: `MEANS` of a VAE
    """
    model, n = run.model, request.n or DEFAULT_COUNT
    out, classes = sample_output(request.out, run.info), chosen_classes(run, request.classes)
    rng = request.rng
    title = f"samples of {run.config.data}, {run.task.family.upper()}"
    if isinstance(classes, dict):
        labels = labels_in_turn(n, model.classes)
        labels[:, list(classes)] = list(classes.values())
        x, columns = model.sample(n, rng, labels), columns_for(n, 1)
        title = f"{title}\n{', '.join(request.classes)}"
    elif classes:
        x = model.sample(n, rng, np.resize(classes, n))
        title, columns = f"{title}, {class_names(classes, run.info)}", columns_for(n, len(classes))
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


def chosen_classes(run: LoadedRun[Any, RowInfo], asked: Sequence[str]) -> list[int] | dict[int, int]:
    """The requested classes, by name or number, without repetition; [] leaves the choice to the model.

    Of a model with attributes, "hat=crown" asks for a kind of one: {place of the attribute: place of its kind}; words
    without "=" are a description (`data.descriptions`), which asks for a kind of each.
    Raises BadInput for a model without classes, and for one that there is not.
    """
    if not asked:
        return []
    K = getattr(run.model, "classes", 0)
    if not K:
        raise BadInput(f"the model of {run.directory} is not conditional; --class is for a conditional model")
    if isinstance(K, tuple):
        return dict(chosen for text in asked for chosen in _chosen_kinds(run, text))
    names = run.info.class_names or tuple(map(str, range(K)))
    numbers = {str(k): k for k in range(K)} | {name: k for k, name in enumerate(names)}
    for name in asked:
        if name not in numbers:
            close = difflib.get_close_matches(name, names, 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            there = f"0 … {K - 1}" if not run.info.class_names else some(names, 12)
            raise BadInput(f"--class {name}: the classes of {run.directory} are {there}{hint}")
    return list(dict.fromkeys(numbers[name] for name in asked))


def _chosen_kinds(run: LoadedRun[Any, RowInfo], text: str) -> list[tuple[int, int]]:
    """The places of attributes and of their kinds, from "hat=crown" or from a description."""
    attributes = run.info.attributes
    if "=" not in text:
        return list(enumerate(parse_description(text, [Attribute(*of) for of in attributes.items()])))
    name, _, kind = (part.strip() for part in text.partition("="))
    if name not in attributes:
        raise BadInput(
            f"--class {text}: the attributes of {run.directory} are {', '.join(attributes)}; ask for a kind of one, as "
            f"in {next(iter(attributes))}={next(iter(attributes.values()))[-1]}"
        )
    kinds = attributes[name]
    if kind not in kinds:
        close = difflib.get_close_matches(kind, kinds, 1)
        hint = f"; did you mean {name}={close[0]}?" if close else ""
        raise BadInput(f"--class {text}: the kinds of {name} are {', '.join(kinds)}{hint}")
    return [(list(attributes).index(name), kinds.index(kind))]


def class_names(classes: list[int], info: RowInfo) -> str:
    """Classes in a title: "class 3", "classes cat, dog"."""
    names = [info.class_names[k] if info.class_names else str(k) for k in classes]
    return ("class " if len(names) == 1 else "classes ") + ", ".join(names)
