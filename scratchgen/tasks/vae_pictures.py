"""What a VAE is looked at by."""

from __future__ import annotations

import math

import numpy as np

from scratchgen import plots
from scratchgen.autograd import no_grad
from scratchgen.data import RowData
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.run import Run
from scratchgen.tasks.scores import Score
from scratchgen.tasks.scores.vae import labels_of
from scratchgen.vae.interpolate import WAYS

STEPS = 10  # of an interpolation
MOST = 2000  # examples in the latent plane


def draw(model, rows: RowData, run: Run, scores: list[Score]) -> None:
    """Samples, curves, and for images reconstructions, the latent plane and ways between examples."""
    x = model.sample(100, Generator(HELD_OUT_SEED))
    columns = in_turns(len(x), getattr(model, "classes", 1))
    samples(x, rows.image_shape, run.picture("samples"), "drawn by the VAE", columns)
    _curves(run, *scores)
    if min(rows.image_shape) > 1:
        x, y = held_out(rows, MOST)
        x_hat = model.given(y[:16]).reconstruct(x[:16])
        plots.reconstructions(x[:16], x_hat, rows.image_shape, run.picture("reconstructions"))
        if model.latent_dim > 1 and len(x) > 1:  # a plane has two directions
            _latent(model, x, y, rows, run)


def held_out(rows: RowData, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Some of the test part and their classes, from all over it: it may be sorted by class."""
    some = Generator(HELD_OUT_SEED).permutation(len(rows.test))[:most]
    return rows.test[some], labels_of(rows, "test")[some]


def samples(x: np.ndarray, image_shape, path, title: str, columns: int) -> None:
    """Rows as what they are: images, points in the plane, or moments."""
    if tuple(image_shape) == (1, 2):
        plots.scatter(x, None, path, title)
    elif min(image_shape) == 1:
        plots.frames(x, path, title)
    else:
        plots.sample_grid(x, image_shape, path, title, columns)


def in_turns(n: int, classes: int) -> int:
    """Columns of a sheet of n images whose classes take turns: each column is of one class."""
    return classes * max(1, round(math.sqrt(n) / classes))


def interpolations(model, x: np.ndarray, labels, n: int, way) -> np.ndarray:
    """n decoded images from each example of the first half of x to one of the second, row after row.

    Under a model that is told classes, all of a row are of the class of its first.
    """
    half = len(x) // 2
    with no_grad():
        z = model.given(labels).encode(x).mu.numpy()
        path = way(z[:half], z[half : 2 * half], n)  # (n, half, Z)
        between = model.given(labels[:half]).decode(path).mean.numpy()
    return np.moveaxis(between, 0, 1).reshape(half * n, -1)


def _curves(run: Run, elbo: Score, _, distortion: Score) -> None:
    history = run.history
    name = "elbo" if "elbo" in history else "bound"
    series = {"training": history[name], "validation": history["validation_elbo"]}
    independent = {"independent dimensions": elbo.baseline_value}
    plots.curves(series, run.picture("curves"), "ELBO, nats an example", independent)
    if "rate" in history:
        terms = {"distortion": history["distortion"], "rate": history["rate"]}
        asked = {} if distortion.baseline_value is None else {"distortion asked": distortion.baseline_value}
        plots.curves(terms, run.picture("terms"), "nats an example", asked)


def _latent(model, x: np.ndarray, y: np.ndarray, rows: RowData, run: Run) -> None:
    labels = y if rows.classes else None
    with no_grad():
        q = model.given(y).encode(x)
        z = q.rsample(Generator(HELD_OUT_SEED)).numpy()
    plots.aggregated_posterior(z, labels, run.picture("aggregated_posterior"))
    if model.given(y) is model:  # what is decoded depends on z alone, so that there is a plane of it
        decode_mean = lambda z: model.decode(z).mean.numpy()
        plots.latent_plane(q.mu.numpy(), labels, decode_mean, rows.image_shape, run.picture("latent_plane"))
    between = {
        f"from image to image, {name}": interpolations(model, x[:20], y[:20], STEPS, way)
        for name, way in WAYS.items()
    }
    plots.sample_grids(between, rows.image_shape, run.picture("interpolation"), STEPS)
