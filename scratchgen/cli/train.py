"""scratchgen train {vae,gan,rnn}: train a model on a data set, score it, draw it."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from scratchgen.cli.output import console, say, scores_table
from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.random import HELD_OUT_SEED
from scratchgen.rnn import FrameModel, LanguageModel, Translator
from scratchgen.runs.run import SAVE_SECONDS, Run
from scratchgen.runs.tensorboard import check_tensorboard
from scratchgen.tasks import EXPERIMENTS, settings
from scratchgen.tasks.recipes import Recipe
from scratchgen.tasks.resume import resume as go_on

app = typer.Typer(help="Train a model: vae, gan or rnn.", no_args_is_help=True)

Data = Annotated[str, typer.Option(help="The name of a data set, or the path of a file.")]
Epochs = Annotated[int | None, typer.Option(min=1, help="Passes over the data; by default as the data asks.")]
PatienceOption = Annotated[
    int | None, typer.Option(min=0, help="Stop after as many epochs without a better validation number.")
]
BatchSize = Annotated[int | None, typer.Option(min=1, help="Examples a step.")]
Seed = Annotated[int, typer.Option(min=0, max=HELD_OUT_SEED - 1, help="The seed of all noise.")]
Out = Annotated[
    Path | None, typer.Option(help="The run directory to make; by default runs/<model>-<data>-<n>.")
]
Config = Annotated[
    Path | None, typer.Option(help="Settings from a TOML file, or those of a run directory again.")
]
Set = Annotated[
    list[str] | None, typer.Option("--set", help="One setting as name=value; can be given several times.")
]
Resume = Annotated[
    Path | None, typer.Option(help="A run directory: go on where it was stopped, with its own settings.")
]
SaveEvery = Annotated[float, typer.Option(min=0, help="Seconds between checkpoints.")]
MaxMinutes = Annotated[float | None, typer.Option(min=0, help="Save and stop after as many.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print nothing but where the run is.")]
TensorBoard = Annotated[
    bool, typer.Option("--tensorboard", help="Write event files too, into tensorboard/ of the run.")
]
Model = Annotated[str | None, typer.Option(help="mlp, conv, conditional, vq or linear.")]
Likelihood = Annotated[str | None, typer.Option(help="bernoulli, gaussian or categorical.")]
Objective = Annotated[str | None, typer.Option(help="elbo, iwae, beta or geco.")]
GANModel = Annotated[str | None, typer.Option("--model", help="dense, conv, conditional or packed.")]
GANObjective = Annotated[
    str | None,
    typer.Option("--objective", help="minimax, nonsaturating, least_squares, hinge or wasserstein."),
]
Samples = Annotated[int | None, typer.Option("--k", "-k", help="Samples of the bound (iwae).")]
Beta = Annotated[float | None, typer.Option(help="Weight of the rate (beta).")]
Distortion = Annotated[float | None, typer.Option(help="Nats that it is to keep below (geco).")]
WarmUp = Annotated[int | None, typer.Option(help="Steps in which the weight of the rate grows.")]
FreeBits = Annotated[float | None, typer.Option(help="Nats that a latent dimension may say for nothing.")]
Binarise = Annotated[
    bool | None, typer.Option("--binarise", help="Draw black or white whenever a grey image is shown.")
]
Latent = Annotated[int | None, typer.Option(min=1, help="Dimensions of the latent z.")]
Hidden = Annotated[int | None, typer.Option(min=1, help="Units of a hidden layer.")]
Task = Annotated[
    str | None,
    typer.Option(help="What the data are read as: text, music, sound or pairs; by default pairs are text."),
]
Cell = Annotated[str | None, typer.Option(help="tanh, lstm or gru.")]
Layers = Annotated[int | None, typer.Option(min=1, help="Recurrent layers above one another.")]
DropoutOption = Annotated[
    float | None, typer.Option("--dropout", help="Probability of dropping a unit on its way up; below 1.")
]
Nade = Annotated[
    int | None, typer.Option(min=0, help="Music: hidden units of a NADE over the notes of a step; 0: none.")
]
Components = Annotated[
    int | None, typer.Option(min=1, help="Sound: Gaussians of the mixture that a frame is drawn from.")
]
Symbols = Annotated[str | None, typer.Option("--vocabulary", help="characters, bytes or pieces (of words).")]

OF_THIS_SITTING = ("save_every", "max_minutes", "quiet", "tensorboard")  # may differ when a run goes on


@app.command()
def vae(
    context: typer.Context,
    data: Data = "binarized-digits",
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    patience: PatienceOption = None,
    model: Model = None,
    likelihood: Likelihood = None,
    objective: Objective = None,
    k: Samples = None,
    beta: Beta = None,
    distortion: Distortion = None,
    warm_up: WarmUp = None,
    free_bits: FreeBits = None,
    binarise: Binarise = None,
    latent_dim: Latent = None,
    hidden: Hidden = None,
    seed: Seed = 0,
    out: Out = None,
    config: Config = None,
    set_: Set = None,
    resume: Resume = None,
    save_every: SaveEvery = SAVE_SECONDS,
    max_minutes: MaxMinutes = None,
    quiet: Quiet = False,
    tensorboard: TensorBoard = False,
):
    """Train a variational autoencoder on images, frames of music or sound, or points."""
    _train(context, "vae")


@app.command()
def gan(
    context: typer.Context,
    data: Data = "digits",
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    patience: PatienceOption = None,
    model: GANModel = None,
    objective: GANObjective = None,
    latent_dim: Latent = None,
    seed: Seed = 0,
    out: Out = None,
    config: Config = None,
    set_: Set = None,
    resume: Resume = None,
    save_every: SaveEvery = SAVE_SECONDS,
    max_minutes: MaxMinutes = None,
    quiet: Quiet = False,
    tensorboard: TensorBoard = False,
):
    """Train a generative adversarial network on images, frames of music or sound, or points."""
    _train(context, "gan")


@app.command()
def rnn(
    context: typer.Context,
    data: Data = "stdlib",
    task: Task = None,
    epochs: Epochs = None,
    batch_size: BatchSize = None,
    patience: PatienceOption = None,
    cell: Cell = None,
    layers: Layers = None,
    hidden: Hidden = None,
    dropout: DropoutOption = None,
    vocabulary: Symbols = None,
    nade: Nade = None,
    components: Components = None,
    seed: Seed = 0,
    out: Out = None,
    config: Config = None,
    set_: Set = None,
    resume: Resume = None,
    save_every: SaveEvery = SAVE_SECONDS,
    max_minutes: MaxMinutes = None,
    quiet: Quiet = False,
    tensorboard: TensorBoard = False,
):
    """Train a recurrent network on text, as a language model over characters, bytes or pieces of words, on
    music or on sound.

    A set of pairs is a text too, a line a pair: what is read, a tab, what is to be written. With --task
    pairs an encoder reads the one and a decoder with attention writes the other.
    A set of sequences, or a folder of MIDI files, is music: its piano rolls are predicted step by step.
    A set of sounds, or a folder of WAV or FLAC files, is predicted frame by frame, as real numbers.
    """
    _train(context, "rnn")


def _train(context: typer.Context, kind: str) -> None:
    given = context.params
    sitting = {name: given[name] for name in OF_THIS_SITTING}
    if given["tensorboard"]:
        check_tensorboard()
    if (directory := given["resume"]) is not None:
        _refuse_other_options(context)
        model, scores = go_on(directory, kind, **sitting)
    else:
        data, seed, recipe = _settings(context, kind)
        directory = given["out"] or _next_directory(f"{kind}-{Path(data).stem}")
        open_run = lambda config: Run(directory, config, **sitting)
        model, scores = EXPERIMENTS[kind](data, recipe, seed, open_run)
    if given["quiet"]:
        print(directory)
        return
    screen = console()
    screen.print(repr(model), highlight=False, markup=False)
    screen.print(scores_table([(kind.upper(), score) for score in scores]))
    say(screen, f"Report: {directory / 'report.html'}    Pictures: {directory / 'samples'}")
    say(screen, f"Next: scratchgen sample {shlex.quote(str(directory))} {_example(model)}")


def _settings(context: typer.Context, kind: str) -> tuple[str, int, Recipe]:
    """Data, seed and recipe: a file wins over the recipe, --set over the file, an option over all."""
    given = context.params
    names = {*settings.known(kind), "patience"}  # offered to all, so that a model without it can say why
    options = {name: given[name] for name in names if _typed(context, name)}
    file = settings.from_file(given["config"], kind) if given["config"] else {}
    assigned = settings.from_assignments(given["set_"] or (), kind)
    defaults = {"data": given["data"], "seed": given["seed"]}
    return settings.complete(kind, defaults, file, assigned, settings.checked(kind, options, "options"))


def _typed(context: typer.Context, name: str) -> bool:
    """Whether an option stands on the command line."""
    return name in context.params and context.get_parameter_source(name).name == "COMMANDLINE"


def _refuse_other_options(context: typer.Context) -> None:
    """A run that goes on has its settings already."""
    for name in context.params.keys() - {"resume", *OF_THIS_SITTING}:
        if _typed(context, name):
            option = "--" + name.strip("_").replace("_", "-")
            raise BadInput(f"{option} does not go with --resume: the run has its own settings; leave it out")


def _next_directory(name: str) -> Path:
    n = 1
    while (Path("runs") / f"{name}-{n}").exists():
        n += 1
    return Path("runs") / f"{name}-{n}"


def _example(model: Module) -> str:
    """Options of `sample` that go with the model."""
    if isinstance(model, Translator):
        return "--prompt TEXT --out attention.png"
    if isinstance(model, FrameModel):
        return "-n 200 --out sample.wav" if model.is_real else "-n 64 --out sample.mid"
    return "-n 500 --out sample.txt" if isinstance(model, LanguageModel) else "-n 64 --out samples.png"
