"""scratchgen sample RUN: draw from a trained model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.plots import sample_grid
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.training import load_run
from scratchgen.training.experiments.vae_pictures import STEPS, in_turns, interpolations, samples
from scratchgen.training.files import writable_file, write_text
from scratchgen.training.scores.of_run import Finished, finished_run
from scratchgen.training.scores.vae import labels_of
from scratchgen.vae import ConditionalVAE
from scratchgen.vae.interpolate import WAYS
from scratchgen.vae.latent_model import LatentModel

DRAWN = 64


def sample(
    run: Annotated[Path, typer.Argument(help="A run directory that `train` has made.")],
    n: Annotated[
        int | None,
        typer.Option(
            "-n",
            min=1,
            help=f"How many images, or characters of text ({DRAWN}); or ways between images (10).",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="A .png file for images, a text file for text.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=HELD_OUT_SEED - 1, help="The seed of the noise.")] = 0,
    prompt: Annotated[str | None, typer.Option(help="Text: what to continue.")] = None,
    temperature: Annotated[
        float | None, typer.Option(help="Text: 1 as learned, lower is more cautious.")
    ] = None,
    class_: Annotated[
        list[int] | None,
        typer.Option("--class", help="Conditional VAE: draw this class alone; can be given several times."),
    ] = None,
    interpolate: Annotated[
        str | None,
        typer.Option(help=f"VAE: ways between images of the test part, {' or '.join(WAYS)}; a row is a way."),
    ] = None,
):
    """Draw images or text from a trained model. Text without --out is printed."""
    model, config = load_run(run)
    is_text = config["kind"] == "rnn"
    if not is_text and (prompt is not None or temperature is not None):
        raise BadInput(f"{run} draws images; --prompt and --temperature are for text")
    classes = _classes(run, model, class_)
    if interpolate is not None:
        _check_way(run, config, model, interpolate)
    if is_text:
        _text(model, n or DRAWN, out, seed, prompt, temperature)
        return
    if out is None or out.suffix != ".png":
        raise BadInput(f"images are written as PNG: give --out FILE.png, not {out or 'nothing'}")
    if interpolate is not None:
        _ways(finished_run(run), interpolate, n, out, seed, classes)
    else:
        _images(model, config, n or DRAWN, out, seed, classes)


def _text(model: Module, n: int, out: Path | None, seed: int, prompt: str | None, temperature: float | None):
    if prompt is None:  # a new line, if the text had lines
        known = model.vocabulary.characters
        prompt = "\n" if "\n" in known else known[0]
    text = model.generate(prompt, n, 1.0 if temperature is None else temperature, Generator(seed))
    if out is None:
        print(text)
    else:
        write_text(writable_file(out), text)
        print(f"{n} characters: {out}")


def _images(model: Module, config: dict, n: int, out: Path, seed: int, classes: list[int]) -> None:
    writable_file(out)
    title, noise = f"drawn by the {config['kind'].upper()} from {config['data']}", Generator(seed)
    if classes:
        x = model.sample(n, noise, np.resize(classes, n))
        title, columns = f"{title}: {_named(classes)}", in_turns(n, len(classes))
    else:
        x, columns = model.sample(n, noise), in_turns(n, getattr(model, "classes", 1))
    samples(x, config["image_shape"], out, title, columns)
    print(f"{n} images: {out}")


def _ways(run: Finished, way: str, n: int | None, out: Path, seed: int, classes: list[int]) -> None:
    """n ways between images of the test part that the seed chooses, those of some classes where asked."""
    x, labels = run.data.test, labels_of(run.data, "test")
    if classes:
        x, labels = x[np.isin(labels, classes)], labels[np.isin(labels, classes)]
    n = n or max(1, min(STEPS, len(x) // 2))
    if len(x) < 2 * n:
        raise BadInput(
            f"{n} ways join {2 * n} images, and there are {len(x)} to choose from; give a smaller -n"
        )
    ends = Generator(seed).permutation(len(x))[: 2 * n]
    writable_file(out)
    between = interpolations(run.model, x[ends], labels[ends], STEPS, WAYS[way])
    title = f"ways between images of {run.data.name}, {way}" + (f": {_named(classes)}" if classes else "")
    sample_grid(between, run.data.image_shape, out, title, STEPS)
    print(f"{n} ways of {STEPS} images: {out}")


def _classes(run: Path, model: Module, asked: list[int] | None) -> list[int]:
    """The classes to draw, each once; none stands for what the model does by itself."""
    if not asked:
        return []
    if not isinstance(model, ConditionalVAE):
        raise BadInput(f"{run} is told no classes, so it cannot draw one; --class is for a conditional VAE")
    if wrong := [k for k in asked if not 0 <= k < model.classes]:
        raise BadInput(f"--class {wrong[0]}: the classes of {run} are 0 … {model.classes - 1}")
    return list(dict.fromkeys(asked))


def _check_way(run: Path, config: dict, model: Module, way: str) -> None:
    """Raises BadInput for an unknown way, and where a model or its data know none."""
    if way not in WAYS:
        raise BadInput(f"--interpolate {way}: no way is named so; there are {', '.join(WAYS)}")
    if not isinstance(model, LatentModel):
        raise BadInput(f"{run} has no latent space that images are encoded in; --interpolate is for a VAE")
    if min(config["image_shape"]) == 1:
        raise BadInput(f"{run} draws no images, between which --interpolate could lead; leave it out")


def _named(classes: list[int]) -> str:
    return ("class " if len(classes) == 1 else "classes ") + ", ".join(map(str, classes))
