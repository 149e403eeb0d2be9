"""scratchgen evaluate RUN: scores of a trained model on held-out data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from scratchgen.cli.output import console, print_line
from scratchgen.data import TextData
from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.files import writable_file, write_json
from scratchgen.runs.score import Score
from scratchgen.tasks.load import LoadedRun, load_run

PARTS = ("validation", "test")


def evaluate(
    run: Annotated[Path, typer.Argument(help="A run directory that `train` has made.")],
    part: Annotated[str, typer.Option(help=f"Part of the data to score: {' or '.join(PARTS)}.")] = "test",
    k: Annotated[
        int | None,
        typer.Option("-k", min=1, help="VAE: importance samples per example for log p(x) (default: 200)."),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, max=HELD_OUT_SEED - 1, help="Seed of the noise (default: that of the training's scores)."
        ),
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write every number to this file.")] = None,
) -> None:
    """Evaluate a trained model on held-out data: final training scores, a VAE's likelihood, an RNN against
    n-grams, a GAN's samples against real data.

    ± is the standard error over examples, or over stretches of a text. log p(x) by importance sampling is a
    lower bound in expectation. Samples of a GAN and held-out examples are both compared with the training
    part, at most 5,000 of each; the score of held-out examples is the best that samples can reach.
    """
    loaded = load_run(run)
    _check(loaded, part, k)
    data = loaded.load_data()
    file = None if json is None else writable_file(json)
    noise = Generator(HELD_OUT_SEED if seed is None else seed)
    scores = loaded.task.evaluate(loaded.model, data, loaded.settings, part, noise, k, _with_progress_bar)
    n, unit = len(getattr(data, part)), "characters" if isinstance(data, TextData) else "examples"
    if file is not None:
        _write(file, loaded, part, n, seed, scores)
    screen = console()
    print_line(screen, f"{loaded.task.name} on the {part} part of {data.name}, {n:,} {unit}")
    screen.print(_table(scores))
    if file is not None:
        print_line(screen, f"Numbers: {file}")


def _check(run: LoadedRun, part: str, k: int | None) -> None:
    """Raises BadInput for an unknown part, and for k where the task has no latents to sample."""
    if part not in PARTS:
        raise BadInput(f"no part is named {part!r}; there are {', '.join(PARTS)}")
    if k is not None and not run.task.takes_k:
        raise BadInput(
            f"-k counts samples of a VAE's latent, and the model of {run.directory} has none; leave it out"
        )


def _with_progress_bar(chunks: Sequence, name: str) -> Iterable:
    """The chunks of long work under a progress bar, on a terminal."""
    screen = Console(stderr=True)
    return track(chunks, name, console=screen, transient=True, disable=not screen.is_terminal)


def _table(scores: list[Score]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("measure", "this run", "baseline"):
        table.add_column(heading, header_style="bold")
    for score in scores:
        table.add_row(score.measure, score.ours, score.baseline)
    return table


def _write(file: Path, run: LoadedRun, part: str, n: int, seed: int | None, scores: list[Score]) -> None:
    what = {"run": str(run.directory), "task": run.task.name, "data": run.config.data, "part": part}
    numbers = ("measure", "value", "standard_error", "baseline_value", "baseline")
    rows = [{name: asdict(score)[name] for name in numbers} for score in scores]
    write_json(file, {**what, "examples": n, "seed": seed, "scores": rows})
