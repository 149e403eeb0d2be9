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

from scratchgen.cli.output import PlainTable, console, print_line, print_text
from scratchgen.data import TextData
from scratchgen.data.rows import load_rows
from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.config import OWN_TASK
from scratchgen.runs.files import writable_file, write_json
from scratchgen.runs.score import Score
from scratchgen.tasks.examples import write_examples
from scratchgen.tasks.load import load_run
from scratchgen.tasks.own import evaluate_own, load_own

PARTS = ("validation", "test")
MOST_SAMPLES = 1_000_000  # importance samples: minutes per example


def evaluate(
    run: Annotated[Path, typer.Argument(help="A run directory written by `train`.")],
    part: Annotated[str, typer.Option(help=f"Part of the data to score: {' or '.join(PARTS)}.")] = "test",
    k: Annotated[
        int | None,
        typer.Option(
            "-k",
            min=1,
            max=MOST_SAMPLES,
            help="VAE: importance samples per example for log p(x) (default: 200).",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=HELD_OUT_SEED - 1,
            help="Seed of the noise (default: the seed of the training's scores).",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="For a run of your own loop: its model, as module:Class; it requires --data."),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(help="The data to score, by name or path (default: the training's data)."),
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write every number to this file.")] = None,
    per_example: Annotated[
        Path | None,
        typer.Option(help="VAE: write the bound of every example to this .csv file, the least likely first."),
    ] = None,
) -> None:
    """Evaluate a trained model on held-out data: final training scores, a VAE's likelihood, an RNN against
    n-grams, a GAN's samples against real data.

    ± is the standard error over examples, or over stretches of a text. log p(x) by importance sampling is a
    lower bound in expectation. Samples of a GAN and held-out examples are both compared with the training
    part, at most 5,000 of each; the score of held-out examples is the best that samples can reach.

    --per-example finds examples unlike the training data: an example with a low bound has a low probability.

    Other data (--data) are loaded and split as in the training; baselines are computed from their training part.
    """
    if part not in PARTS:
        raise BadInput(f"no part is named {part!r}; there are {', '.join(PARTS)}")
    if model is not None and data is not None:
        _refuse_k(run, k)
        _refuse_seed(run, seed)
        if per_example is not None:
            raise BadInput("--per-example is for a run of a VAE of the tasks, not of your own; leave it out")
        title, facts, scores = _of_own_model(run, model, data, part, json)
    elif model is not None:
        raise BadInput("--model is for a run of a model of your own, and needs --data; give both")
    else:
        title, facts, scores = _of_task(run, data, part, k, seed, json, per_example)
    if json is not None:
        _write(json, {"run": str(run), **facts, "seed": seed}, scores)
    screen = console()
    print_text(title)
    screen.print(_table(scores))
    if json is not None:
        print_line(f"Numbers: {json}")
    if per_example is not None:
        print_line(f"Examples: {per_example}")


Evaluation = tuple[str, dict[str, object], list[Score]]  # title, what the numbers are about, the numbers


def _of_task(
    run: Path,
    source: str | None,
    part: str,
    k: int | None,
    seed: int | None,
    json: Path | None,
    per_example: Path | None,
) -> Evaluation:
    loaded = load_run(run)
    if not loaded.task.takes_k:
        _refuse_k(run, k)
    if not loaded.task.takes_seed:
        _refuse_seed(run, seed)
    if per_example is not None and loaded.task.per_example is None:
        raise BadInput(
            f"--per-example is for a VAE, and {run} is a run of the task {loaded.task.name}; leave it out"
        )
    if per_example is not None and per_example.suffix != ".csv":
        raise BadInput(
            f"the bounds of examples are written as CSV: give --per-example FILE.csv, not {per_example}"
        )
    (data, lines), name = loaded.load_data(source), loaded.task.name
    for file in filter(None, (json, per_example)):
        writable_file(file)
    noise = Generator(HELD_OUT_SEED if seed is None else seed)
    scores = loaded.task.evaluate(loaded.model, data, loaded.settings, part, noise, k, _with_progress_bar)
    if per_example is not None and loaded.task.per_example is not None:
        found = loaded.task.per_example(
            loaded.model, data, loaded.settings, part, Generator(HELD_OUT_SEED if seed is None else seed)
        )
        write_examples(found, data, part, per_example)
    n, unit = len(getattr(data, part)), "characters" if isinstance(data, TextData) else "examples"
    facts = {"task": name, "data": data.name, "part": part, "examples": n}
    if source is not None:
        facts |= {"source": source, "trained_on": loaded.config.data, "same_data": not lines}
        lines = lines or ["the data of the training"]
    title = f"{name} on the {part} part of {data.name}, {n:,} {unit}"
    return "\n".join([title, *lines]), facts, scores


def _of_own_model(run: Path, place: str, data: str, part: str, json: Path | None) -> Evaluation:
    model = load_own(run, place, "evaluate")
    rows = getattr(load_rows(data), part)
    scores, n = evaluate_own(model, rows), len(rows)
    if json is not None:
        writable_file(json)
    facts = {"task": OWN_TASK, "data": data, "part": part, "examples": n}
    return f"{place} on the {part} part of {data}, {n:,} examples", facts, scores


def _refuse_k(run: Path, k: int | None) -> None:
    """Raises BadInput for -k where the model has no latents to sample."""
    if k is not None:
        raise BadInput(f"-k counts samples of a VAE's latent, and the model of {run} has none; leave it out")


def _refuse_seed(run: Path, seed: int | None) -> None:
    """Raises BadInput for --seed where no score is drawn."""
    if seed is not None:
        raise BadInput(
            f"--seed chooses the noise of estimated scores, and the scores of {run} are exact; leave it out"
        )


def _with_progress_bar(chunks: Sequence, name: str) -> Iterable:
    """The chunks of long work under a progress bar, on a terminal."""
    screen = Console(stderr=True)
    return track(chunks, name, console=screen, transient=True, disable=not screen.is_terminal)


def _table(scores: list[Score]) -> Table:
    table = PlainTable()
    for heading in ("measure", "this run", "baseline"):
        table.add_column(heading)
    for score in scores:
        table.add_row(score.measure, score.ours, score.baseline)
    return table


def _write(file: Path, what: dict[str, object], scores: list[Score]) -> None:
    numbers = ("measure", "value", "standard_error", "baseline_value", "baseline")
    rows = [{name: asdict(score)[name] for name in numbers} for score in scores]
    write_json(file, {**what, "scores": rows})
