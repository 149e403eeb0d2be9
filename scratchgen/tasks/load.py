"""Load the task, the model and the data of a run directory. Nothing is ever unpickled."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from scratchgen.data import CATALOGUE
from scratchgen.errors import BadInput, NotInstalled
from scratchgen.nn import Module
from scratchgen.nn.saving import build
from scratchgen.runs.config import OWN_TASK, RunConfig, read_config
from scratchgen.runs.files import RESULT
from scratchgen.runs.provenance import fingerprint_of_data
from scratchgen.runs.schema import as_dict, check, replace
from scratchgen.runs.weights import read_weights
from scratchgen.tasks import get_task
from scratchgen.tasks.other_data import settings_for
from scratchgen.tasks.task import Task

CHANGES = (
    "changed",
    "ignored",
    "left out",
)  # labels of a loading report that say how data differ from their file

M_co = TypeVar("M_co", bound=Module, covariant=True)
I_co = TypeVar("I_co", bound=msgspec.Struct, covariant=True)


@dataclass(frozen=True)
class LoadedRun(Generic[M_co, I_co]):
    """A finished run: its task, its model with the trained weights in evaluation mode, and its configuration.

    info    what sampling needs to know of the data (the task's `data_info`)
    """

    directory: Path
    task: Task
    config: RunConfig
    model: M_co
    info: I_co

    @property
    def settings(self) -> Any:
        """The settings of the training, checked. Raises BadInput."""
        return settings_of(self.task, self.config, self.directory)

    def load_data(self, source: str | None = None) -> tuple[Any, list[str]]:
        """The data that the model was trained on, and nothing to say of them; or with a source, other data.

        source    a name or a path. The data are loaded with the settings of the run that have a meaning for them
                  (`tasks.other_data`); where they differ from the training data, the lines say so, and how loading
                  and the task (`Task.adapt`) fit them to the model
        Raises BadInput for data that are gone, that have changed since the training, or that do not fit the model.
        """
        if (self.directory / RESULT).exists():
            raise BadInput(
                f"{self.directory} was trained by `scratchgen reproduce`, with other data and settings than its task; "
                f"its result is in {self.directory / RESULT}"
            )
        settings = self.settings
        if source is not None:
            settings = replace(settings, **settings_for(source, as_dict(settings), self.info))
        data = self.as_trained(self.task.load(source or self._source(), settings))
        if fingerprint_of_data(data) == self.config.data_sha256:
            return data, []
        if source is None:
            raise BadInput(
                f"the data of {self.directory}, {self._source()}, have changed since its training; restore them, or "
                "give the data to use with --data"
            )
        data, lines = self.task.adapt(self, data)
        changes = [f"{label}: {text}" for label, text in data.report.lines() if label in CHANGES]
        return data, [f"{data!r}: not the data of the training, {self.config.data}", *changes, *lines]

    def as_trained(self, data: Any) -> Any:
        """The data with the columns and the classes that a run has from the one whose weights it was begun with."""
        if not self.config.init_from or self.task.vocabularies(self.model):
            return data
        return self.task.adapt(self, data)[0]

    def _source(self) -> str:
        return present_source(source_of(self.config, self.directory), self.directory)


def load_run(directory: str | Path) -> LoadedRun[Any, Any]:
    """Load a finished run. Raises BadInput, which names the file, for a missing or damaged one."""
    directory = Path(directory)
    config = read_config(directory)
    if config.task == OWN_TASK and config.reproduction:
        raise BadInput(
            f"{directory} belongs to `scratchgen reproduce {config.reproduction}`, whose data come from a formula, so "
            f"that the run has no task; its result is in {directory / RESULT}"
        )
    if config.task == OWN_TASK:
        raise BadInput(
            f"{directory} is a run of a model of your own; name its class with --model module:Class"
        )
    found = task_of(config, directory)
    weights = read_weights(directory / "model.safetensors")
    run = without_weights(directory, found, config)
    try:
        run.model.load_state_dict(weights)
    except ValueError as error:
        raise BadInput(
            f"{directory / 'model.safetensors'} does not fit config.json: {error}; train again, or load it with "
            "the version that saved it"
        ) from None
    run.model.eval()
    return run


def without_weights(directory: Path, found: Task, config: RunConfig) -> LoadedRun[Any, Any]:
    """A run that need not be finished, with a model of fresh weights. Raises BadInput for a damaged configuration."""
    try:
        info = msgspec.convert(config.data_info, found.data_info)
        model = build(config.model)
        info.check_model(config.model["arguments"])
    except NotInstalled:
        raise
    except (msgspec.ValidationError, ValueError) as error:
        raise BadInput(
            f"{directory / 'config.json'} does not describe a run of the task {found.name}: {error}; "
            f"{_way_out(config)}"
        ) from None
    return LoadedRun(directory, found, config, model, info)


def task_of(config: RunConfig, directory: Path) -> Task:
    """The task of a run that has one. Raises BadInput for a name that no task has."""
    try:
        return get_task(config.task)
    except BadInput as problem:
        damage = "" if _is_of_python(config) else " is damaged"
        raise BadInput(f"{directory / 'config.json'}{damage}: {problem}; {_way_out(config)}") from None


def _is_of_python(config: RunConfig) -> bool:
    """Whether a program made the run: `scratchgen train` always names the source of the data."""
    return config.source is None


def _way_out(config: RunConfig) -> str:
    if _is_of_python(config):
        return (
            "it was made in Python, where a run of your own takes its settings as a dictionary, not a RunConfig; its "
            "model is sg.load(directory)"
        )
    return "train again"


def settings_of(found: Task, config: RunConfig, directory: Path) -> Any:
    """The checked settings of a configuration, as the file may have been edited. Raises BadInput."""
    return found.settings(**check(found.settings, config.settings, str(directory / "config.json")))


def present_source(source: str, directory: Path) -> str:
    """The source of the data of a run. Raises BadInput for a path at which there is nothing any more."""
    if source not in CATALOGUE and not os.path.exists(source):
        raise BadInput(
            f"the data of {directory}, {source}, are no longer there; give --data PATH, where they are now"
        )
    return source


def source_of(config: RunConfig, directory: Path) -> str:
    """The name or path of the data of a run. Raises BadInput if the configuration has none."""
    if config.source is None:
        raise BadInput(
            f"{directory / 'config.json'} does not name the source of its data: it was made in Python, and no command "
            "can load them; use the model there, sg.load(directory)"
        )
    return config.source
