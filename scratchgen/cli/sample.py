"""scratchgen sample RUN: samples of a trained model.

The options are the fields of a `SampleRequest`.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from scratchgen.cli.declared import sentence, with_parameters
from scratchgen.cli.output import print_text
from scratchgen.errors import BadInput
from scratchgen.runs.schema import Field, fields
from scratchgen.tasks.load import load_run
from scratchgen.tasks.own import load_own, sample_own
from scratchgen.tasks.sample_request import SampleRequest

OPTION_NAMES = {"n": "-n", "classes": "--class"}  # where an option is not named like its field
RUN = Annotated[Path, typer.Argument(help="A run directory written by `train`.")]
OWN_MODEL = Annotated[
    str | None,
    typer.Option(
        help="For a run of your own loop: its model, as module:Class; samples are written as .npy or .png."
    ),
]


def sample(run: Path, model: str | None, **options: Any) -> None:
    """Sample images, text, music or sound from a trained model, or translate. Text without --out is printed.

    Images of a VAE are means of p(x|z) for z from the prior, no draws; in Python, model.sample(n, draw=True) draws.

    Music is written as MIDI, with its sound (.wav) and its picture (.png) next to it. Sound is written as WAV,
    with its picture next to it. With --prompt FILE, the piece or the sound begins with that file and continues it.

    Speech is written as WAV, with its picture next to it: --prompt is the sentence, or phones in [brackets].
    """
    request = SampleRequest(**options)
    if model is not None:
        _refuse_options(request, f"{run} is a run of a model of your own")
        print_text(sample_own(load_own(run, model, "sample"), request.n, request.seed or 0, request.out))
        return
    loaded = load_run(run)
    _refuse_options(
        request, f"{run} is a run of the task {loaded.task.name}", but_for=loaded.task.sample_options
    )
    print_text(loaded.task.sample(loaded, request))


def _parameters() -> Iterator[tuple[str, Any, Any]]:
    yield "run", RUN, inspect.Parameter.empty
    for name, field in fields(SampleRequest).items():
        yield name, Annotated[field.kind, _option(field)], field.default
    yield "model", OWN_MODEL, None


def _option(field: Field) -> Any:
    least, most = field.limits.get("ge"), field.limits.get("le")
    return typer.Option(_name(field.name), min=least, max=most, help=sentence(field), show_default=False)


def _name(field: str) -> str:
    """The option of a field."""
    return OPTION_NAMES.get(field, f"--{field.replace('_', '-')}")


def _refuse_options(request: SampleRequest, what: str, but_for: Sequence[str] = ()) -> None:
    """Raises BadInput for options that this kind of run does not have."""
    other = [name for name in request.given() if name not in but_for]
    if other:
        raise BadInput(f"{what}, which has no {' and '.join(map(_name, other))}; leave it out")


sample = with_parameters(sample, _parameters())
