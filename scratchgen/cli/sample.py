"""scratchgen sample RUN: samples of a trained model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED
from scratchgen.tasks.load import load_run
from scratchgen.tasks.own import load_own, sample_own
from scratchgen.tasks.task import SampleRequest
from scratchgen.vae.interpolate import PATHS

OPTION_NAMES = {"classes": "--class"}  # where an option is not named like its field


def sample(
    run: Annotated[Path, typer.Argument(help="A run directory that `train` has made.")],
    n: Annotated[
        int | None,
        typer.Option(
            "-n",
            min=1,
            help="Number of images, tokens, steps of music, frames of sound (default: 64) or interpolations (10).",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="File: .png for images and attention, .txt for text, .mid for music, .wav for sound, .npy for arrays, "
            ".gif for interpolations; or a folder for single images."
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=HELD_OUT_SEED - 1, help="Seed of the noise (default: 0).")
    ] = None,
    prompt: Annotated[
        str | None,
        typer.Option(
            help="Text to continue or to translate; of music and sound, the file to continue (MIDI; WAV, FLAC, …)."
        ),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(
            help="Text: 1 samples as learned, lower is more cautious, 0 takes the most likely token."
        ),
    ] = None,
    top_k: Annotated[
        int | None, typer.Option(help="Text: sample only from the k most likely tokens.")
    ] = None,
    top_p: Annotated[
        float | None,
        typer.Option(help="Text: sample only from the fewest tokens whose probabilities add up to p."),
    ] = None,
    beam: Annotated[
        int | None,
        typer.Option(
            help="Text: beam search with this width instead of sampling (default for translation: 4)."
        ),
    ] = None,
    class_: Annotated[
        list[str] | None,
        typer.Option(
            "--class", help="Conditional model: sample this class only, by name or number; may be repeated."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Run of your own: its model, as module:Class; samples are written as .npy or .png."
        ),
    ] = None,
    complete: Annotated[
        str | None,
        typer.Option(help="VAE of a table: fill in the missing cells of this table, written as .csv."),
    ] = None,
    interpolate: Annotated[
        str | None,
        typer.Option(help=f"VAE: interpolations between test images, {' or '.join(PATHS)}; one per row."),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(help="Interpolations: name or path of the images (default: those of the training)."),
    ] = None,
) -> None:
    """Sample images, text, music or sound from a trained model, or translate. Text without --out is printed.

    Images of a VAE are means of p(x|z) for z from the prior, no draws; in Python, model.sample(n, draw=True) draws.

    Music is written as MIDI, with its sound (.wav) and its picture (.png) next to it. Sound is written as WAV,
    with its picture next to it. With --prompt FILE, the piece or the sound begins with that file and continues it.
    """
    request = SampleRequest(
        out=out,
        n=n,
        seed=seed,
        prompt=prompt,
        temperature=temperature,
        top_k=top_k,
        top_p=top_p,
        beam=beam,
        classes=tuple(class_ or ()),
        interpolate=interpolate,
        complete=complete,
        data=data,
    )
    if model is not None:
        _refuse_options(request, f"{run} is a run of a model of your own")
        print(sample_own(load_own(run, model, "sample"), n, seed or 0, out))
        return
    loaded = load_run(run)
    _refuse_options(
        request, f"{run} is a run of the task {loaded.task.name}", but_for=loaded.task.sample_options
    )
    print(loaded.task.sample(loaded, request))


def _refuse_options(request: SampleRequest, what: str, but_for: Sequence[str] = ()) -> None:
    """Raises BadInput for options that this kind of run does not have."""
    other = [name for name in request.given() if name not in but_for]
    if other:
        options = " and ".join(OPTION_NAMES.get(name, f"--{name.replace('_', '-')}") for name in other)
        raise BadInput(f"{what}, which has no {options}; leave it out")
