"""scratchgen train {vae,gan,rnn}: train a model on a data set, score it, draw it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from scratchgen.cli.output import console, say, scores_table
from scratchgen.errors import BadInput
from scratchgen.random import HELD_OUT_SEED
from scratchgen.training.experiments import EXPERIMENTS
from scratchgen.training.recipes import recipe
from scratchgen.training.resume import resume as go_on
from scratchgen.training.run import SAVE_SECONDS, Run

app = typer.Typer(help="Train a model: vae, gan or rnn.", no_args_is_help=True)

Data = Annotated[str, typer.Option(help="The name of a data set, or the path of a file.")]
Epochs = Annotated[int | None, typer.Option(min=1, help="Passes over the data; by default as the data asks.")]
BatchSize = Annotated[int | None, typer.Option(min=1, help="Examples a step.")]
Seed = Annotated[int, typer.Option(min=0, max=HELD_OUT_SEED - 1, help="The seed of all noise.")]
Out = Annotated[
    Path | None, typer.Option(help="The run directory to make; by default runs/<model>-<data>-<n>.")
]
Resume = Annotated[
    Path | None, typer.Option(help="A run directory: go on where it was stopped, with its own settings.")
]
SaveEvery = Annotated[float, typer.Option(min=0, help="Seconds between checkpoints.")]
MaxMinutes = Annotated[float | None, typer.Option(min=0, help="Save and stop after as many.")]
Latent = Annotated[int | None, typer.Option(min=1, help="Dimensions of the latent z.")]
Hidden = Annotated[int | None, typer.Option(min=1, help="Units of the hidden layer.")]


@app.command()
def vae(
    context: typer.Context,
    data: Data = "binarized-digits",
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    seed: Seed = 0,
    out: Out = None,
    resume: Resume = None,
    save_every: SaveEvery = SAVE_SECONDS,
    max_minutes: MaxMinutes = None,
    latent_dim: Latent = None,
    hidden: Hidden = None,
):
    """Train a variational autoencoder on images."""
    settings = recipe("vae", data, epochs=epochs, batch_size=batch_size, latent_dim=latent_dim, hidden=hidden)
    _train(context, "vae", data, settings, seed, out)


@app.command()
def gan(
    context: typer.Context,
    data: Data = "digits",
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    seed: Seed = 0,
    out: Out = None,
    resume: Resume = None,
    save_every: SaveEvery = SAVE_SECONDS,
    max_minutes: MaxMinutes = None,
    latent_dim: Latent = None,
):
    """Train a generative adversarial network on images."""
    settings = recipe("gan", data, epochs=epochs, batch_size=batch_size, latent_dim=latent_dim)
    _train(context, "gan", data, settings, seed, out)


@app.command()
def rnn(
    context: typer.Context,
    data: Data = "stdlib",
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    seed: Seed = 0,
    out: Out = None,
    resume: Resume = None,
    save_every: SaveEvery = SAVE_SECONDS,
    max_minutes: MaxMinutes = None,
    hidden: Hidden = None,
):
    """Train a recurrent network on text, as a language model over characters."""
    settings = recipe("rnn", data, epochs=epochs, batch_size=batch_size, hidden=hidden)
    _train(context, "rnn", data, settings, seed, out)


def _train(context: typer.Context, kind: str, data: str, settings, seed: int, out: Path | None) -> None:
    given = context.params
    limits = {"save_every": given["save_every"], "max_minutes": given["max_minutes"]}
    if (directory := given["resume"]) is not None:
        _refuse_other_options(context)
        model, scores = go_on(directory, kind, **limits)
    else:
        directory = out or _next_directory(f"{kind}-{Path(data).stem}")
        open_run = lambda config: Run(directory, config, **limits)
        model, scores = EXPERIMENTS[kind](data, settings, seed, open_run)
    screen = console()
    screen.print(repr(model), highlight=False, markup=False)
    screen.print(scores_table([(kind.upper(), score) for score in scores]))
    say(screen, f"Pictures: {directory / 'samples'}    Weights: {directory / 'model.safetensors'}")
    say(screen, f"Next: scratchgen sample {shlex.quote(str(directory))} -n 64 --out {_example_file(kind)}")


def _refuse_other_options(context: typer.Context) -> None:
    """A run that goes on has its settings already."""
    allowed = {"resume", "save_every", "max_minutes"}
    for name in context.params.keys() - allowed:
        if context.get_parameter_source(name).name == "COMMANDLINE":
            option = "--" + name.replace("_", "-")
            raise BadInput(f"{option} does not go with --resume: the run has its own settings; leave it out")


def _next_directory(name: str) -> Path:
    n = 1
    while (Path("runs") / f"{name}-{n}").exists():
        n += 1
    return Path("runs") / f"{name}-{n}"


def _example_file(kind: str) -> str:
    return "sample.txt" if kind == "rnn" else "samples.png"
