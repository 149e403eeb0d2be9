"""scratchgen train {vae,gan,rnn}: train a model on a data set, score it, draw it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from scratchgen.cli.output import console, say, scores_table
from scratchgen.random import HELD_OUT_SEED
from scratchgen.training.experiments import train_gan, train_rnn, train_vae
from scratchgen.training.recipes import recipe
from scratchgen.training.run import Run

app = typer.Typer(help="Train a model: vae, gan or rnn.", no_args_is_help=True)

Data = Annotated[str, typer.Option(help="The name of a data set, or the path of a file.")]
Epochs = Annotated[int | None, typer.Option(min=1, help="Passes over the data; by default as the data asks.")]
BatchSize = Annotated[int | None, typer.Option(min=1, help="Examples a step.")]
Seed = Annotated[int, typer.Option(min=0, max=HELD_OUT_SEED - 1, help="The seed of all noise.")]
Out = Annotated[
    Path | None, typer.Option(help="The run directory to make; by default runs/<model>-<data>-<n>.")
]
Latent = Annotated[int | None, typer.Option(min=1, help="Dimensions of the latent z.")]
Hidden = Annotated[int | None, typer.Option(min=1, help="Units of the hidden layer.")]


@app.command()
def vae(
    data: Data = "binarized-digits",
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    seed: Seed = 0,
    out: Out = None,
    latent_dim: Latent = None,
    hidden: Hidden = None,
):
    """Train a variational autoencoder on images."""
    settings = recipe("vae", data, epochs=epochs, batch_size=batch_size, latent_dim=latent_dim, hidden=hidden)
    _train(train_vae, "vae", data, settings, seed, out)


@app.command()
def gan(
    data: Data = "digits",
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    seed: Seed = 0,
    out: Out = None,
    latent_dim: Latent = None,
):
    """Train a generative adversarial network on images."""
    settings = recipe("gan", data, epochs=epochs, batch_size=batch_size, latent_dim=latent_dim)
    _train(train_gan, "gan", data, settings, seed, out)


@app.command()
def rnn(
    data: Data = "stdlib",
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    seed: Seed = 0,
    out: Out = None,
    hidden: Hidden = None,
):
    """Train a recurrent network on text, as a language model over characters."""
    settings = recipe("rnn", data, epochs=epochs, batch_size=batch_size, hidden=hidden)
    _train(train_rnn, "rnn", data, settings, seed, out)


def _train(experiment, kind: str, data: str, settings, seed: int, out: Path | None) -> None:
    directory = out or _next_directory(f"{kind}-{Path(data).stem}")
    model, scores = experiment(data, settings, seed, lambda config: Run(directory, config))
    screen = console()
    screen.print(repr(model), highlight=False, markup=False)
    screen.print(scores_table([(kind.upper(), score) for score in scores]))
    say(screen, f"Pictures: {directory / 'samples'}    Weights: {directory / 'model.safetensors'}")
    say(screen, f"Next: scratchgen sample {shlex.quote(str(directory))} -n 64 --out {_example_file(kind)}")


def _next_directory(name: str) -> Path:
    n = 1
    while (Path("runs") / f"{name}-{n}").exists():
        n += 1
    return Path("runs") / f"{name}-{n}"


def _example_file(kind: str) -> str:
    return "sample.txt" if kind == "rnn" else "samples.png"
