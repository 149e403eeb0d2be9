"""scratchgen demo --colour: train a conditional VAE on dressed characters, and dress one."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from rich.console import Console

from scratchgen.cli.output import print_line, scores_table
from scratchgen.data import load_images
from scratchgen.plots.images import sample_grids
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.files import writable_directory
from scratchgen.runs.run import Run
from scratchgen.tasks import get_task
from scratchgen.tasks.task import train_task

COLUMNS, ROWS = 8, 6


def demo_colour(screen: Console, out: Path, seed: int, started: float) -> None:
    """Train, show the scores, and draw held-out characters, the model's with the same attributes, and one redressed."""
    writable_directory(out)
    task = get_task("vae")
    settings = task.complete("characters", {"model": "conditional"})
    open_run = lambda config: Run(out / "characters", config, replace=True)
    model, scores = train_task(task, "characters", settings, seed, open_run)
    data = load_images("characters")
    shown = slice(COLUMNS * ROWS)
    kinds = np.asarray(data.test_labels)
    labels = kinds[shown]
    dressed = redressed(kinds[np.flatnonzero(kinds[:, 0] == 0)[0]], np.array(data.label_counts))  # a human
    noise = Generator(HELD_OUT_SEED)
    sheets = {
        "held-out characters": data.test[shown],
        "means of p(x|z, y) with their attributes, z ~ p(z)": model.sample(len(labels), noise, labels),
        "one character: a row per attribute, all its kinds": model.sample(len(dressed), noise, dressed),
    }
    picture = sample_grids(sheets, data.image_shape, out / "characters.png", COLUMNS)
    screen.print(scores_table([("VAE", score) for score in scores]))
    seconds = time.perf_counter() - started
    print_line(f"{seconds:.0f} seconds. Look at {picture}; more: {out}/characters/report.html")
    print_line(f"Next: scratchgen sample {out}/characters --class hat=crown --out crowned.png")


def redressed(labels: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """A character (S,) with one attribute after another in its first kinds: COLUMNS rows of labels for each attribute.

    labels of COLUMNS kinds of each of the first ROWS attributes   → (ROWS · COLUMNS, S)
    """
    rows = np.repeat(labels[None], ROWS * COLUMNS, axis=0)
    for row in range(ROWS):
        places = slice(row * COLUMNS, (row + 1) * COLUMNS)
        rows[places, row] = np.arange(COLUMNS) % counts[row]
    return rows
