"""Fine-tuning: a training that begins with the weights of a finished run, on other data.

Arrays are loaded by name and shape. Arrays with one row per token are loaded token by token, so that the two texts
may have different characters or byte pairs.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.nn.load_report import compare
from scratchgen.runs.config import RunConfig
from scratchgen.runs.files import INITIAL_WEIGHTS
from scratchgen.runs.weights import read_weights

if TYPE_CHECKING:
    from scratchgen.tasks.load import LoadedRun

SHOWN = 8  # names in a message


@dataclass(frozen=True)
class Vocabulary:
    """The tokens along one axis of an array: token i belongs to index i."""

    axis: int
    tokens: Sequence[Hashable]


@dataclass(frozen=True)
class InitialWeights:
    """The weights of a finished run, for a model of the same task on other data."""

    run: LoadedRun[Any, Any]

    @property
    def name(self) -> str:
        """The directory of the run, for config.json."""
        return str(self.run.directory.resolve())

    def adapted(self, data: Any) -> tuple[Any, list[str]]:
        """The data with the classes of the run, which are found by name; and lines that say so.

        Raises BadInput for data that the model cannot be fine-tuned on: of another shape, or with other classes. A
        text of other characters can be learned.
        """
        model, directory = self.run.model, self.run.directory
        if self.run.task.vocabularies(model):
            return data, []
        data, lines = self.run.task.adapt(self.run, data)
        K = getattr(model, "classes", 0)
        if K and data.label_counts != K:
            raise BadInput(
                f"{data.name} has {data.label_counts} classes, and {directory} was trained on {K}; a "
                "conditional model is fine-tuned on the same classes"
            )
        return data, lines

    def load(self, model: Module) -> list[str]:
        """Load the arrays that fit into the model; the returned lines name them. Raises BadInput if nothing does."""
        task, theirs = self.run.task, self.run.model
        vocabularies, known = task.vocabularies(model), task.vocabularies(theirs)
        own, given = model.state_dict(), theirs.state_dict()
        lines = []
        for name in vocabularies.keys() & known.keys() & given.keys():
            _check_kind(vocabularies[name], known[name], self.run.directory)
            given[name] = by_token(own[name], vocabularies[name], given[name], known[name])
        report = compare(own, given)
        if not report.loaded:
            raise BadInput(
                f"nothing of {self.run.directory} fits this model: other settings need other weights"
            )
        model.load_state_dict(given, strict=False)
        lines.append(
            f"begins with the weights of {self.run.directory}: {len(report.loaded)} of {len(own)} arrays"
        )
        if missing := [*report.missing, *report.mismatched]:
            lines[0] += f"; new: {_some(missing)}"
        return lines + _about_tokens(vocabularies, known, self.run.directory)


def saved_weights(directory: Path, config: RunConfig, model: Module) -> list[str]:
    """Load the weights that a fine-tuned run began with, when it is resumed. Raises BadInput if they are not there."""
    path = directory / INITIAL_WEIGHTS
    if not path.exists():
        raise BadInput(
            f"{directory} was stopped before its first weights were written; train again with --init-from "
            f"{config.init_from}"
        )
    try:
        model.load_state_dict(read_weights(path))
    except ValueError as error:
        raise BadInput(f"{path} does not fit config.json: {error}; train again") from None
    return []


def by_token(own: np.ndarray, ours: Vocabulary, given: np.ndarray, theirs: Vocabulary) -> np.ndarray:
    """The array of a model with the entries of the same tokens in another model's array, where the rest fits."""
    mine, found = np.moveaxis(own.copy(), ours.axis, 0), np.moveaxis(given, theirs.axis, 0)
    if mine.shape[1:] != found.shape[1:] or mine.dtype != found.dtype:
        return given  # does not fit, and is reported
    place = {token: i for i, token in enumerate(theirs.tokens)}
    for i, token in enumerate(ours.tokens):
        if token in place:
            mine[i] = found[place[token]]
    return np.ascontiguousarray(np.moveaxis(mine, 0, ours.axis))


def _check_kind(ours: Vocabulary, theirs: Vocabulary, directory: Path) -> None:
    if not set(ours.tokens) & set(theirs.tokens):
        raise BadInput(f"no token of these data is one of {directory}; choose the tokenizer of that run")


def _about_tokens(
    ours: Mapping[str, Vocabulary], theirs: Mapping[str, Vocabulary], directory: Path
) -> list[str]:
    lines = []
    for name, vocabulary in ours.items():
        known, wanted = set(theirs[name].tokens) if name in theirs else set(), set(vocabulary.tokens)
        new, dropped = [t for t in vocabulary.tokens if t not in known], known - wanted
        if new or dropped:
            new_ones = f", {len(new)} new ({_some(map(repr, new))})" if new else ""
            gone = f", {len(dropped)} of {directory} not in these data" if dropped else ""
            lines.append(f"tokens: {len(wanted) - len(new)} known{new_ones}{gone}")
    return list(dict.fromkeys(lines))


def _some(names: Any) -> str:
    names = list(names)
    return ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")
