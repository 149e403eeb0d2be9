"""scratchgen sample RUN: draw from a trained model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.plots import sample_grid
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.training import load_run
from scratchgen.training.files import writable_file, write_text


def sample(
    run: Annotated[Path, typer.Argument(help="A run directory that `train` has made.")],
    n: Annotated[int, typer.Option("-n", min=1, help="How many images, or characters of text.")] = 64,
    out: Annotated[Path | None, typer.Option(help="A .png file for images, a text file for text.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=HELD_OUT_SEED - 1, help="The seed of the noise.")] = 0,
    prompt: Annotated[str | None, typer.Option(help="Text: what to continue.")] = None,
    temperature: Annotated[
        float | None, typer.Option(help="Text: 1 as learned, lower is more cautious.")
    ] = None,
):
    """Draw images or text from a trained model. Text without --out is printed."""
    model, config = load_run(run)
    if config["kind"] == "rnn":
        _text(model, n, out, seed, prompt, temperature)
    elif prompt is not None or temperature is not None:
        raise BadInput(f"{run} draws images; --prompt and --temperature are for text")
    else:
        _images(model, config, n, out, seed)


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


def _images(model: Module, config: dict, n: int, out: Path | None, seed: int) -> None:
    if out is None or out.suffix != ".png":
        raise BadInput(f"images are written as PNG: give --out FILE.png, not {out or 'nothing'}")
    writable_file(out)
    title = f"drawn by the {config['kind'].upper()} from {config['data']}"
    sample_grid(model.sample(n, Generator(seed)), config["image_shape"], out, title)
    print(f"{n} images: {out}")
