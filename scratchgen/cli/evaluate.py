"""scratchgen evaluate RUN: how good a trained model is, on data that it was not trained on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from scratchgen.cli.output import console, say
from scratchgen.data import TextData
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.files import writable_file, write_json
from scratchgen.tasks.evaluate import PARTS, SAMPLES, check_asked, finished_run, scores_of_run
from scratchgen.tasks.scores import Score


def evaluate(
    run: Annotated[Path, typer.Argument(help="A run directory that `train` has made.")],
    part: Annotated[str, typer.Option(help=f"{' or '.join(PARTS)}: which part of its data.")] = "test",
    k: Annotated[
        int | None,
        typer.Option("-k", min=1, help=f"VAE: importance samples of log p(x), by default {SAMPLES}."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, max=HELD_OUT_SEED - 1, help="The seed of the noise; else that of training's scores."
        ),
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write every number to this file.")] = None,
):
    """Measure a trained model on held-out data: what its training ended with, a VAE's likelihood, n-grams, a
    GAN's samples against real data.

    ± is the standard error over examples, or over stretches of a text. log p(x) by importance sampling is a
    lower bound in expectation. Samples of a GAN and held-out examples are both compared with the training
    part, at most 5,000 of each; what held-out examples reach is as good as it gets.
    """
    finished = finished_run(run)
    check_asked(finished, part, k)
    file = None if json is None else writable_file(json)
    noise = Generator(HELD_OUT_SEED if seed is None else seed)
    scores = scores_of_run(finished, part, noise, k, _shown)
    n = len(getattr(finished.data, part))
    if file is not None:
        _write(file, run, part, n, seed, finished.config, scores)
    screen, unit = console(), "characters" if isinstance(finished.data, TextData) else "examples"
    say(screen, f"{finished.config['kind'].upper()} on the {part} part of {finished.data.name}, {n:,} {unit}")
    screen.print(_table(scores))
    if file is not None:
        say(screen, f"Numbers: {file}")


def _shown(pieces: Sequence, what: str) -> Iterable:
    """The pieces of long work under a progress bar, on a terminal."""
    screen = Console(stderr=True)
    return track(pieces, what, console=screen, transient=True, disable=not screen.is_terminal)


def _table(scores: list[Score]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("measure", "ours", "to compare with"):
        table.add_column(heading, header_style="bold")
    for score in scores:
        table.add_row(score.measure, score.ours, score.baseline)
    return table


def _write(
    file: Path, run: Path, part: str, n: int, seed: int | None, config: dict, scores: list[Score]
) -> None:
    what = {"run": str(run), "kind": config["kind"], "data": config["data"], "part": part}
    numbers = ("measure", "value", "standard_error", "baseline_value", "baseline")
    rows = [{name: asdict(score)[name] for name in numbers} for score in scores]
    write_json(file, {**what, "examples": n, "seed": seed, "scores": rows})
