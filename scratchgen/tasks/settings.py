"""The settings of a training from a file, from --set and from options; the later one wins.

A file is TOML with the names of the task's settings, at the top or in a table [settings], and `data`, `seed`
and `task` next to them:

    data = "mnist"
    [settings]
    epochs = 20

A run directory, or its config.json, takes the place of such a file: its task, data, seed and settings again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED
from scratchgen.runs.config import OWN_TASK, RunConfig, read_config
from scratchgen.runs.files import Unreadable, read_bytes
from scratchgen.runs.schema import Field, check, fields, unknown
from scratchgen.tasks import FAMILIES, get_task, tasks_of
from scratchgen.tasks.other_data import settings_for
from scratchgen.tasks.task import Task

TABLE = "settings"
LARGEST_FILE = 2**20  # bytes; a page of settings is far smaller
LENGTH = ("epochs", "min_steps", "patience")  # settings that a fine-tuned run has by its own data
BESIDES = ("data", "seed", "task")  # may be given next to the settings
SEED = Field("seed", int, 0, "seed of all noise", "", (), {})


@dataclass(frozen=True)
class GivenSettings:
    """The given data, seed and task (None if not given), and the given settings with their place.

    places      where each setting was given, for messages: "--set", or a file
    inherited   the names of those that a run gives, and nobody typed
    """

    data: Any = None
    seed: Any = None
    task: Any = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    inherited: frozenset[str] = frozenset()

    def __or__(self, later: GivenSettings) -> GivenSettings:
        """Both together; where both have a setting, the later one wins."""
        besides = {name: getattr(later, name) for name in BESIDES if getattr(later, name) is not None}
        merged = {**self.settings, **later.settings}
        places = {**self.places, **later.places}
        inherited = (self.inherited - later.settings.keys()) | later.inherited
        return replace(self, **besides, settings=merged, places=places, inherited=inherited)

    def checked(self, found: Task) -> GivenSettings:
        """The settings in their types, if all belong to the task and are in range. Raises BadInput."""
        settings: dict[str, Any] = {}
        for name, value in self.settings.items():
            if name == "model" and value == "vq" and found.name == "vq":
                continue
            _refuse_other_task(name, found, self.places[name])
            _refuse_unknown_model(name, value, found, self.places[name])
            settings |= check(found.settings, {name: value}, self.places[name])
        return replace(self, settings=settings)

    def for_data(self, info: Any = None) -> GivenSettings:
        """The settings with those of another run's load options that have a meaning for these data.

        info    the `data_info` of a run whose model must read them (`tasks.other_data.settings_for`)
        """
        found = settings_for(self.data, self.settings, info)
        return replace(
            self, settings={**self.settings, **{name: found[name] for name in self.inherited & found.keys()}}
        )


def from_file(path: Path, family: str) -> GivenSettings:
    """Read a TOML file, or the configuration of a run from its directory or config.json. Raises BadInput."""
    if path.is_dir() or path.name == "config.json":
        config = _config_of_run(path if path.is_dir() else path.parent, path, family, "--config")
        besides = {"data": config.source or config.data, "seed": config.seed, "task": config.task}
        return _inherited({**besides, **config.settings}, f"--config {path}")
    try:
        found = tomllib.loads(read_bytes(path, LARGEST_FILE).decode())
    except Unreadable as problem:
        raise BadInput(f"--config: {problem}") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"--config: {path} is not TOML ({error}); write lines such as epochs = 20") from None
    return _given(_flat(found, path), f"--config {path}")


def from_run(path: Path, family: str) -> GivenSettings:
    """The task, the data and the settings of a run whose weights another one begins with, but not its length.

    Raises BadInput.
    """
    config = _config_of_run(path, path, family, "--init-from")
    settings = {name: value for name, value in config.settings.items() if name not in LENGTH}
    besides = {"data": config.source or config.data, "task": config.task}
    return _inherited({**besides, **settings}, f"--init-from {path}")


def _config_of_run(directory: Path, path: Path, family: str, option: str) -> RunConfig:
    """The configuration of a run of a family. Raises BadInput, which names the option and the path."""
    config = read_config(directory)
    if config.reproduction:
        raise BadInput(
            f"{option}: {path} belongs to `scratchgen reproduce {config.reproduction}`, whose settings are not "
            "all in its config.json; use that command"
        )
    if config.task == OWN_TASK:
        raise BadInput(f"{option}: {path} is a run of a loop of your own, whose settings no command has")
    if config.family != family:
        raise BadInput(
            f"{option}: {path} is a run of the task {config.task}; use `scratchgen train {config.family or '…'}`"
        )
    return config


def from_assignments(assignments: Iterable[str], family: str) -> GivenSettings:
    """Read assignments `--set name=value`; `settings.name=value` is the same. Raises BadInput."""
    declared = {name: f for t in tasks_of(family) for name, f in fields(t.settings).items()}
    found: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise BadInput(
                f"--set takes name=value, not {assignment!r}; for example --set learning_rate=0.001"
            )
        name, value = name.strip().removeprefix(f"{TABLE}."), value.strip()
        if name == "seed":
            found[name] = SEED.parse(value)
        elif name in BESIDES:
            found[name] = value
        elif name in declared:
            found[name] = declared[name].parse(value)
        else:
            raise BadInput(f"--set: {unknown(name, [*BESIDES, *declared])}")
    return _given(found, "--set")


def from_options(options: Mapping[str, Any]) -> GivenSettings:
    """Settings given as options of the command."""
    given = _given(dict(options), "options")
    return replace(given, places={name: f"--{name.replace('_', '-')}" for name in given.settings})


def _inherited(found: dict[str, Any], place: str) -> GivenSettings:
    given = _given(found, place)
    return replace(given, inherited=frozenset(given.settings))


def _given(found: dict[str, Any], place: str) -> GivenSettings:
    besides = {name: found.pop(name) for name in BESIDES if name in found}
    if "data" in besides and not isinstance(besides["data"], str):
        raise BadInput(f"{place}: data is a text, not {besides['data']!r}")
    if "task" in besides and not isinstance(besides["task"], str):
        raise BadInput(f"{place}: task is a text, not {besides['task']!r}")
    seed = besides.get("seed", 0)
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise BadInput(f"{place}: seed is a whole number, not {seed!r}")
    if not 0 <= seed < HELD_OUT_SEED:
        raise BadInput(f"{place}: seed is at least 0 and at most {HELD_OUT_SEED - 1}, not {seed}")
    return GivenSettings(**besides, settings=found, places=dict.fromkeys(found, place))


def _flat(found: dict, path: Path) -> dict[str, Any]:
    table = found.pop(TABLE, {})
    if not isinstance(table, dict):
        raise BadInput(f"--config {path}: {TABLE} is a table; write [{TABLE}] on a separate line")
    if twice := sorted(found.keys() & table.keys()):
        raise BadInput(f"--config {path}: {twice[0]} is given twice, at the top and in [{TABLE}]; choose one")
    return {**found, **table}


def _refuse_unknown_model(name: str, value: Any, found: Task, place: str) -> None:
    """Raises BadInput for a model that no task of the command has; the message lists all of them."""
    if name != "model":
        return
    models = [model for task in tasks_of(found.family) for model in fields(task.settings)[name].choices]
    if value not in models:
        raise BadInput(f"{place}: model is one of {', '.join(models)}, not {value!r}")


def _refuse_other_task(name: str, found: Task, place: str) -> None:
    """Raises BadInput for a setting of another task; the message names that task."""
    if name in fields(found.settings):
        return
    users = [
        other for names in FAMILIES.values() for other in names if name in fields(get_task(other).settings)
    ]
    if users:
        raise BadInput(
            f"{place}: {name} is a setting of {', '.join(users)}, not of {found.name}; leave it out"
        )
