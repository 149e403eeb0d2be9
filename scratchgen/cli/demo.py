"""scratchgen demo: train all three models on embedded data and look at the results."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.panel import Panel
from rich.text import Text

from scratchgen.cli.output import console, print_line, scores_table
from scratchgen.data import load_images
from scratchgen.errors import printable
from scratchgen.plots.overview import overview
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.files import writable_directory, write_text
from scratchgen.runs.run import Run
from scratchgen.tasks import get_task
from scratchgen.tasks.task import train_task

PROMPT = "def "
CHARACTERS = 2000
TEMPERATURE = 0.7


def demo(
    out: Annotated[
        Path, typer.Option(help="Output directory; an existing demo there is overwritten.")
    ] = Path("demo"),
    seed: Annotated[int, typer.Option(min=0, max=HELD_OUT_SEED - 1, help="Seed of all noise.")] = 0,
    colour: Annotated[
        bool,
        typer.Option(
            "--colour",
            "--color",
            help="Draw dressed characters in colour instead, with the requested attributes.",
        ),
    ] = False,
) -> None:
    """Train a VAE and a GAN on handwritten digits and an RNN on source code; show samples and scores.

    With --colour, train a conditional VAE on dressed characters: it draws a character with any species, robe, legs,
    hat, hair, weapon, shield and cloak.
    """
    screen, started = console(), time.perf_counter()
    if colour:
        from scratchgen.cli.demo_colour import demo_colour

        demo_colour(screen, out, seed, started)
        return
    writable_directory(out)
    models: dict[str, Any] = {}
    scores = []
    for kind, name, data in (
        ("vae", "vae", "binarized-digits"),
        ("gan", "gan", "digits"),
        ("rnn", "text", "stdlib"),
    ):
        settings = get_task(name).complete(data, {})
        open_run = lambda config, kind=kind: Run(out / kind, config, replace=True)
        models[kind], found = train_task(get_task(name), data, settings, seed, open_run)
        scores += [(kind.upper(), score) for score in found]

    text = models["rnn"].generate(PROMPT, CHARACTERS, TEMPERATURE, Generator(HELD_OUT_SEED))
    text = text.expandtabs(2)
    write_text(out / "rnn" / "samples" / "text.txt", text)
    digits = load_images("digits")
    noise = [Generator(HELD_OUT_SEED) for _ in range(2)]
    picture = overview(
        digits.test,
        models["vae"].sample(64, noise[0]),
        models["gan"].sample(64, noise[1]),
        digits.image_shape,
        text,
        out / "overview.png",
    )
    screen.print(
        Panel(Text(printable(text[:600], allowed="\n")), title="text sampled from the RNN", width=100)
    )
    screen.print(scores_table(scores))
    seconds = time.perf_counter() - started
    print_line(f"{seconds:.0f} seconds. Look at {picture}; more of each model: {out}/*/report.html")
