"""`scratchgen sample` and `scratchgen evaluate` for a model of your own: methods that it has, and no task.

A module `mine.py`, trained by a loop of your own and saved by `run.save(model)`:

    @sg.nn.saveable
    class Memory(sg.nn.Module):
        def __init__(self, size: int, rng=None):
            self.W = sg.nn.Parameter(np.zeros(size, np.float32))

        def sample(self, n, rng):                       # (n, D), or (n, H, W) within [0, 1] for a picture
            return self.W.data + rng.standard_normal((n, len(self.W.data)))

        def evaluate(self, rows):                       # rows: (N, D)
            return {"mean squared error": float(np.mean((rows - self.W.data) ** 2))}

    scratchgen sample runs/mine --model mine:Memory -n 8 --out samples.npy
    scratchgen evaluate runs/mine --model mine:Memory --data digits

The module is the one that the command names. No file of a run names a module to import.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from numbers import Real
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.plots.images import sample_grid
from scratchgen.random import Generator
from scratchgen.runs.config import OWN_TASK, read_config
from scratchgen.runs.files import writable_file, write_array
from scratchgen.runs.saving import load
from scratchgen.runs.score import Score
from scratchgen.tasks.rows import DEFAULT_COUNT


class SampleModel(Protocol):
    """A model that `scratchgen sample --model` can use."""

    def sample(self, n: int, rng: Generator) -> np.ndarray | Tensor:
        """n samples, (n, …); a PNG needs (n, H, W) with values within [0, 1]."""


class EvaluatedModel(Protocol):
    """A model that `scratchgen evaluate --model` can use."""

    def evaluate(self, rows: np.ndarray) -> Mapping[str, float]:
        """The name and the value of each score; rows: (N, D)."""


def load_own(directory: Path, place: str, *methods: str) -> Any:
    """The trained model of a run of your own, in evaluation mode.

    place      "module:Class", which is imported
    methods    that the model must have
    Raises BadInput for a run of a task, for a place where there is no class, for weights of another class, and
    for a model that lacks a method.
    """
    config = read_config(directory)
    if config.task != OWN_TASK:
        raise BadInput(
            f"{directory} is a run of the task {config.task}, whose model is known; leave out --model"
        )
    cls = _import_class(place)
    model = load(directory)
    if type(model) is not cls:
        raise BadInput(
            f"{directory} holds a model of the class {type(model).__name__}, not {cls.__name__}; name it"
        )
    if missing := [name for name in methods if not callable(getattr(model, name, None))]:
        raise BadInput(
            f"the class {cls.__name__} lacks the method {', '.join(missing)}; see help(scratchgen.tasks.own)"
        )
    return model


def _import_class(place: str) -> type[Module]:
    module_name, colon, name = place.partition(":")
    if not (module_name and colon and name):
        raise BadInput(f"--model takes module:Class, mine:Memory for instance, not {place!r}")
    folder = os.getcwd()  # a command does not look for modules here by itself, as python -m does
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        cls = getattr(import_module(module_name), name)
    except (ImportError, AttributeError) as error:
        raise BadInput(f"--model {place}: {error}; name a class of a module in this folder") from None
    if not (isinstance(cls, type) and issubclass(cls, Module)):
        raise BadInput(f"--model {place}: {name} is not a class derived from scratchgen.nn.Module")
    return cls


def sample_own(model: SampleModel, n: int | None, seed: int, out: Path | None) -> str:
    """Write n samples to a .npy file, or images (n, H, W) to a .png. → the line to print. Raises BadInput."""
    if out is None or out.suffix not in (".npy", ".png"):
        raise BadInput("samples are written as an array or a picture: give --out FILE.npy or --out FILE.png")
    found = model.sample(n or DEFAULT_COUNT, Generator(seed))
    x = found.numpy() if isinstance(found, Tensor) else np.asarray(found)
    if out.suffix == ".png" and not (x.ndim == 3 and x.size and x.min() >= 0 and x.max() <= 1):
        raise BadInput(
            f"a picture needs samples (n, H, W) within [0, 1], not of shape {x.shape}; give --out FILE.npy"
        )
    writable_file(out)
    if out.suffix == ".png":
        sample_grid(x.reshape(len(x), -1), x.shape[1:], out, f"samples of {type(model).__name__}")
    else:
        write_array(out, x)
    return f"{len(x)} samples of shape {x.shape[1:]}: {out}"


def evaluate_own(model: EvaluatedModel, rows: np.ndarray) -> list[Score]:
    """The scores of rows of numbers (N, D). Raises BadInput for a result that is not {name: number}."""
    found = model.evaluate(rows)
    if not isinstance(found, Mapping) or not all(isinstance(value, Real) for value in found.values()):
        raise BadInput(f"{type(model).__name__}.evaluate returns {{name: number}}, not {found!r}")
    return [Score(str(name), f"{value:.4g}", value=float(value)) for name, value in found.items()]
