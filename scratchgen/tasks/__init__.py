"""Tasks: one file per kind of training. A task is loaded when it is first needed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from scratchgen.errors import BadInput

if TYPE_CHECKING:
    from scratchgen.tasks.task import Task

FAMILIES = {  # the commands `scratchgen train vae|gan|rnn`, and their tasks
    "vae": ("vae", "vq"),
    "gan": ("gan",),
    "rnn": ("text", "translation", "summarisation", "music", "sound", "speech", "series"),
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
            name = _for_data(data, given) if family == "rnn" else family
    if name in ("vq", "gan"):
        _refuse_table(name, data, given)
    if name not in FAMILIES[family]:
        raise BadInput(f"the tasks of {family} are {', '.join(FAMILIES[family])}, not {name!r}")
    return get_task(name)


def _refuse_table(name: str, data: str, given: Mapping[str, Any]) -> None:
    from scratchgen.data.load import is_own, kind_of_data

    kind = given.get("kind", "as found")
    if is_own(data) and (kind_of_data(data) if kind == "as found" else kind) == "table":
        raise BadInput(
            f"{data} is a table, which the task {name} is not for; `train vae` is, with --model mlp or linear"
        )


def _for_data(data: str, given: Mapping[str, Any]) -> str:
    from scratchgen.data.load import is_own, kind_of_data

    if given.get("tokenizer") == "bytes" and is_own(data) and os.path.isfile(data):
        return "text"  # whatever it holds
    kind = kind_of_data(data)
    if kind not in TASK_FOR_KIND and is_own(data):
        held = "a table" if kind == "table" else kind
        raise BadInput(
            f"{data} holds {held}, whose rows have no order that a recurrent network could learn; train a vae"
            + ("" if kind == "table" else " or a gan")
            + (", or choose --task series if each row is a step in time" if os.path.isfile(data) else "")
        )
    return TASK_FOR_KIND.get(kind, "text")
