"""A sweep file: TOML that says which settings and seeds to train with, and which score decides.

    train = "vae"                                # as in `scratchgen train vae`
    data = "digits"                              # as --data
    seeds = [0, 1, 2]                            # every setting is trained with each seed
    [settings]                                   # the same in all trainings
    epochs = 20
    [grid]                                       # every combination of these values
    hidden = [64, 256]
    learning_rate = [0.001, 0.003]

In place of [grid], a table [random] draws settings from ranges (`scratchgen.sweeps.draws`).
"""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED
from scratchgen.runs.files import Unreadable, read_bytes

LARGEST_FILE = 2**20  # bytes


class SweepFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a sweep file.

    train, data, task    as in `scratchgen train TRAIN --data DATA --task TASK`
    seeds                the seeds of each setting
    score, goal          the score, or the logged number, that decides which settings are best, and whether to
                         maximize or minimize it; by default the number by which the task stops early, of validation
                         data, or else its first score
    settings             the settings that all trainings share
    grid                 setting → its values; every combination is trained
    random               `trials`, `seed`, and setting → its range
    """

    train: Literal["vae", "gan", "rnn"]
    data: str
    task: str | None = None
    seeds: list[Annotated[int, Meta(ge=0, le=HELD_OUT_SEED - 1)]] = msgspec.field(default_factory=lambda: [0])
    score: str | None = None
    goal: Literal["maximize", "minimize"] | None = None
    settings: dict[str, Any] = {}
    grid: dict[str, Any] | None = None
    random: dict[str, Any] | None = None


def read_sweep_file(path: Path) -> SweepFile:
    """Read a sweep file. Raises BadInput that names the file and the fault."""
    try:
        found = tomllib.loads(read_bytes(path, LARGEST_FILE).decode())
    except Unreadable as problem:
        raise BadInput(str(problem)) from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f'{path} is not TOML ({error}); write lines such as train = "vae"') from None
    _refuse_unknown_keys(found, path)
    try:
        file = msgspec.convert(found, SweepFile)
    except msgspec.ValidationError as error:
        raise BadInput(f"{path}: {_in_words(error, found)}") from None
    _refuse_contradictions(file, path)
    return file


def _refuse_unknown_keys(found: dict[str, Any], path: Path) -> None:
    known = SweepFile.__struct_fields__
    for key in found:
        if key not in known:
            close = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {close[0]}?" if close else "a setting belongs below [settings]"
            raise BadInput(f"{path}: no key is named {key!r}; {hint} There are {', '.join(known)}")


def _in_words(error: msgspec.ValidationError, found: dict[str, Any]) -> str:
    """The message of a wrong value, with what would be right where msgspec does not say it."""
    for key, choices in (("train", "vae, gan, rnn"), ("goal", "maximize, minimize")):
        if f"`$.{key}`" in str(error):
            return f"{key} is one of {choices}, not {found[key]!r}"
    message = str(error).replace("Object missing required field", "there is no").replace("`$.", "`")
    if "there is no" in message:
        return f'{message}; write a line such as train = "vae" or data = "digits"'
    return f"{message[0].lower()}{message[1:]}; correct it"


def _refuse_contradictions(file: SweepFile, path: Path) -> None:
    if file.grid is not None and file.random is not None:
        raise BadInput(f"{path} has both [grid] and [random]; leave one out")
    if (file.score is None) != (file.goal is None):
        raise BadInput(
            f'{path}: score and goal belong together; write both, such as score = "validation_elbo" and '
            'goal = "maximize", or none'
        )
    if not file.seeds:
        raise BadInput(f"{path}: seeds is empty; write seeds = [0], or leave it out")
    if len(set(file.seeds)) < len(file.seeds):
        raise BadInput(f"{path}: seeds holds a seed twice; write each once")
