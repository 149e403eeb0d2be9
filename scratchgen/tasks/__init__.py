"""Tasks: one file per kind of training. A task is loaded when it is first asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scratchgen.errors import BadInput

if TYPE_CHECKING:
    from scratchgen.tasks.task import Task

FAMILIES = {  # the commands `scratchgen train vae|gan|rnn`, and their tasks
    "vae": ("vae", "vq"),
    "gan": ("gan",),
    "rnn": ("text", "translation", "music", "sound"),
}
NAMES = tuple(name for names in FAMILIES.values() for name in names)

# the task of a recurrent network, by the kind of its data
TASK_FOR_KIND = {"text": "text", "pairs": "text", "sequences": "music", "sound": "sound"}


def get_task(name: str) -> Task:
    """The task with this name. Raises BadInput for a name that no task has."""
    if name not in NAMES:
        raise BadInput(f"no task is named {name!r}; there are {', '.join(NAMES)}")
    return import_module(f"scratchgen.tasks.{name}").TASK


def tasks_of(family: str) -> list[Task]:
    """The tasks of a family: of the command `scratchgen train vae`, `gan` or `rnn`."""
    return [get_task(name) for name in FAMILIES[family]]


def choose(family: str, data: str, given: Mapping[str, Any], name: str | None = None) -> Task:
    """Choose the task that trains on these data with these settings.

    family    vae, gan or rnn
    given     the settings; `model = vq` means the task vq
    name      of the task, if the user chose one
    Raises BadInput for the name of a task of another family.
    """
    if name is None:
        if family == "vae" and given.get("model") == "vq":
            name = "vq"
        else:
            name = _for_data(data) if family == "rnn" else family
    if name not in FAMILIES[family]:
        raise BadInput(f"the tasks of {family} are {', '.join(FAMILIES[family])}, not {name!r}")
    return get_task(name)


def _for_data(data: str) -> str:
    from scratchgen.data import CATALOGUE
    from scratchgen.data.files.kinds import kind_of
    from scratchgen.data.load import kind_of_folder

    if data in CATALOGUE:
        return TASK_FOR_KIND.get(CATALOGUE[data].kind, "text")
    if os.path.isdir(data):
        return "sound" if kind_of_folder(data) == "sound" else "music"
    if os.path.isfile(data):
        return TASK_FOR_KIND.get(kind_of(Path(data)).holds or "", "text")
    return "text"
