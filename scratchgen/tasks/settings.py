"""The settings of a run from where they are given: recipe, file, --set, options; the later wins.

A file is TOML with the names of the recipe's fields, at the top or in a table [training], and `kind`, `data`
and `seed` beside them:

    data = "mnist"
    [training]
    epochs = 20

A run directory, or its config.json, is taken in place of such a file: its data, seed and settings again.
"""

from __future__ import annotations

import difflib
import sys
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED
from scratchgen.runs.config import read_config
from scratchgen.runs.files import Unreadable, read_bytes
from scratchgen.tasks.recipes import DEFAULT, Recipe, recipe

TABLE = "training"
LARGEST_FILE = 2**20  # bytes; a page of settings is far smaller
WORDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}
MAY_BE_ZERO = (
    *("seed", "patience", "warm_up", "free_bits", "distortion"),
    *("gradient_penalty", "r1", "beta1", "dropout", "nade", "components", "weight_noise"),
    *("sampling", "longest"),
)
MAY_BE_NEGATIVE = ("distortion",)


def known(kind: str) -> dict[str, type]:
    """The names that can be set for a model, and their types."""
    return {"data": str, "seed": int, **get_type_hints(type(DEFAULT[kind]))}


def from_file(path: Path, kind: str) -> dict[str, Any]:
    """What a TOML file says, or the run whose directory or config.json it is. Raises BadInput."""
    if path.is_dir() or path.name == "config.json":
        config = read_config(path if path.is_dir() else path.parent)
        found = {"kind": config["kind"], "data": config.get("source", config["data"])}
        found |= {name: config[name] for name in ("seed", TABLE) if name in config}
    else:
        try:
            found = tomllib.loads(read_bytes(path, LARGEST_FILE).decode())
        except Unreadable as problem:
            raise BadInput(f"--config: {problem}") from None
        except (ValueError, RecursionError) as error:
            raise BadInput(
                f"--config: {path} is not TOML ({error}); write lines such as epochs = 20"
            ) from None
    own = found.pop("kind", kind)
    if own != kind:
        raise BadInput(f"--config: {path} is for {own!r}, not for {kind}; say `scratchgen train {own}`")
    return checked(kind, _flat(found, path), f"--config {path}")


def from_assignments(assignments: Iterable[str], kind: str) -> dict[str, Any]:
    """What `--set name=value` says, several times; `training.name=value` is the same. Raises BadInput."""
    found = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise BadInput(f"--set takes name=value, not {assignment!r}; for example --set alpha=0.001")
        name = name.strip().removeprefix(f"{TABLE}.")
        found |= checked(kind, {name: _parsed(value.strip(), known(kind).get(name, str))}, "--set")
    return found


def checked(kind: str, given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The settings, if all are known, of their types and in range. Raises BadInput."""
    types = known(kind)
    for name, value in given.items():
        if name not in types:
            raise BadInput(f"{where}: {_unknown(name, kind)}")
        if problem := _problem(name, value, types[name]):
            raise BadInput(f"{where}: {name} {problem}")
    return {name: _plain(types[name])(value) for name, value in given.items()}


def complete(kind: str, defaults: Mapping[str, Any], *layers: Mapping[str, Any]) -> tuple[str, int, Recipe]:
    """The data, the seed and every setting: of several layers the later wins, the recipe says the rest."""
    found = dict(defaults)
    for layer in layers:
        found |= layer
    data, seed = found.pop("data"), found.pop("seed")
    return data, seed, recipe(kind, data, **found)


def of_run(config: dict, directory: Path) -> dict[str, Any]:
    """Data, seed and settings of a run's configuration, checked: a person may have written into it."""
    path = directory / "config.json"
    if missing := [name for name in ("source", "seed", TABLE, "backend") if name not in config]:
        raise BadInput(f"{path} says nothing of its {missing[0]}, which is needed here; train again")
    given = {"data": config["source"], "seed": config["seed"]}
    if not isinstance(config[TABLE], dict) or not isinstance(config["backend"], str):
        raise BadInput(f"{path} is damaged: its training or its backend is of another type; train again")
    return checked(config["kind"], {**given, **config[TABLE]}, str(path))


def _flat(found: dict, path: Path) -> dict[str, Any]:
    table = found.pop(TABLE, {})
    if not isinstance(table, dict):
        raise BadInput(f"--config {path}: {TABLE} is a table; write [{TABLE}] on a line of its own")
    if twice := sorted(found.keys() & table.keys()):
        raise BadInput(f"--config {path}: {twice[0]} is there twice, at the top and in [{TABLE}]; choose one")
    return {**found, **table}


def _parsed(text: str, kind: type) -> Any:
    """The text as a value of that type, or as it is: then it is the wrong type, and `checked` says so."""
    if kind is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    try:
        return _plain(kind)(text)
    except ValueError:
        return text


def _plain(kind: type) -> type:
    """The type of a value: that of a choice is a text."""
    return str if get_origin(kind) is Literal else kind


def _unknown(name: str, kind: str) -> str:
    if name == "patience":
        return f"patience waits for a better validation number, and a {kind} has none; leave it out"
    names = known(kind)
    close = difflib.get_close_matches(name, names, 1, cutoff=0)
    return f"no setting is named {name!r}; did you mean {close[0]}? There are {', '.join(names)}"


def _problem(name: str, value: Any, kind: type) -> str | None:
    if get_origin(kind) is Literal:
        choices = get_args(kind)
        return None if value in choices else f"is one of {', '.join(choices)}, not {value!r}"
    fits = isinstance(value, (int, float) if kind is float else kind)
    if not fits or isinstance(value, bool) is not (kind is bool):
        return f"is {WORDS[kind]}, not {value!r}"
    if kind is float:
        finite = abs(value) <= sys.float_info.max
        if name in MAY_BE_NEGATIVE:
            return None if finite else f"is finite, not {value}"
        if not finite or value < 0 or (value == 0 and name not in MAY_BE_ZERO):
            return f"is {'not negative' if name in MAY_BE_ZERO else 'positive'} and finite, not {value}"
    if name == "sampling" and value > 1:
        return f"is a probability, at most 1, not {value}"
    if name == "dropout" and value >= 1:
        return f"is a probability below 1, not {value}"
    least = 0 if name in MAY_BE_ZERO else 1
    if kind is int and value < least:
        return f"is at least {least}, not {value}"
    if name == "seed" and value >= HELD_OUT_SEED:
        return f"is at most {HELD_OUT_SEED - 1}, not {value}"
    return None
