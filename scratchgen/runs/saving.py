"""`sg.save` and `sg.load`: a model in one file, with its weights, its class and its arguments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.nn.saving import build, describe
from scratchgen.runs.config import read_config
from scratchgen.runs.files import writable_file
from scratchgen.runs.weights import read_with_facts, write_weights

MODEL = "model"  # key of the description of the model in the file's metadata


def save(model: Module, path: str | Path) -> None:
    """Write a model to one safetensors file: its weights, its class and the arguments that it was made with.

        sg.save(model, "vae.safetensors")
        model = sg.load("vae.safetensors")

    Every model of this library can be saved; a class of your own is decorated with `@sg.nn.saveable`.
    Raises BadInput for a model that cannot be built again, and where the file cannot be written.
    """
    described = describe(model)
    write_weights(writable_file(Path(path)), model.state_dict(), **{MODEL: described})


def load(path: str | Path, *, into: Module | None = None, strict: bool = True) -> Any:
    """The model in a file that `save` has written, or in the directory of a finished run, in evaluation mode.

    into      a model that takes the weights, in place of one that is built anew; it is returned
    strict    False loads by name the weights that fit, and returns a report of loaded, missing, unexpected and
              mismatched names; `into` is needed then

    Raises BadInput that names the file, for one that is missing, damaged, or does not fit the model.
    """
    if into is None and not strict:
        raise BadInput("load(path, strict=False) returns a report; give the model too, as into=model")
    path = Path(path)
    is_run = path.is_dir()
    if not is_run and not path.is_file():
        raise BadInput(f"{path} is missing; name a file that sg.save has written, or the directory of a run")
    weights, facts = read_with_facts(path / "model.safetensors" if is_run else path)
    if into is None:
        described = read_config(path).model if is_run and MODEL not in facts else facts.get(MODEL)
        if not described:
            raise BadInput(f"{path} does not say how to build its model; give one as load(path, into=model)")
        into = build(described)
    try:
        report = into.load_state_dict(weights, strict=strict)
    except ValueError as error:
        raise BadInput(f"{path} does not fit the model: {error}") from None
    return into.eval() if strict else report


def facts_of(model: Module) -> dict[str, Any]:
    """The facts from which a model can be rebuilt, as stored with its weights; empty if the model has none."""
    try:
        return {MODEL: describe(model)}
    except BadInput:
        return {}
