"""What a VAE is looked at by."""

from __future__ import annotations

import numpy as np

from scratchgen import plots
from scratchgen.autograd import no_grad
from scratchgen.data import ImageData
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.training.run import Run
from scratchgen.vae.interpolate import spherical

STEPS = 10  # of an interpolation
MOST = 2000  # examples in the latent plane


def draw(model, rows: ImageData, run: Run, baseline: float) -> None:
    """Samples, curves, and for images reconstructions, the latent plane and ways between examples."""
    samples(model.sample(100, Generator(HELD_OUT_SEED)), rows.image_shape, run.picture("samples"), "the VAE")
    _curves(run, baseline)
    if min(rows.image_shape) > 1:
        x, y = rows.test[:MOST], labels_of(rows, "test")[:MOST]
        x_hat = model.given(y[:16]).reconstruct(x[:16])
        plots.reconstructions(x[:16], x_hat, rows.image_shape, run.picture("reconstructions"))
        if model.latent_dim > 1 and len(x) > 1:  # a plane has two directions
            _latent(model, x, y, rows, run)


def labels_of(rows: ImageData, part: str) -> np.ndarray:
    """The classes of a part, all 0 where there are none."""
    labels = getattr(rows, f"{part}_labels")
    return np.zeros(len(getattr(rows, part)), np.int64) if labels is None else labels


def samples(x: np.ndarray, image_shape, path, drawn_by: str) -> None:
    """Rows as what they are: images, points in the plane, or moments."""
    title = f"drawn by {drawn_by}"
    if tuple(image_shape) == (1, 2):
        plots.scatter(x, None, path, title)
    elif min(image_shape) == 1:
        plots.frames(x, path, title)
    else:
        plots.sample_grid(x, image_shape, path, title)


def interpolations(model, x: np.ndarray, labels, n: int, way=spherical) -> np.ndarray:
    """n decoded images from each example of the first half of x to one of the second, row after row.

    Under a model that is told classes, all of a row are of the class of its first.
    """
    half = len(x) // 2
    with no_grad():
        z = model.given(labels).encode(x).mu.numpy()
        path = way(z[:half], z[half : 2 * half], n)  # (n, half, Z)
        between = model.given(labels[:half]).decode(path).mean.numpy()
    return np.moveaxis(between, 0, 1).reshape(half * n, -1)


def _curves(run: Run, baseline: float) -> None:
    history = run.history
    name = "elbo" if "elbo" in history else "bound"
    series = {"training": history[name], "validation": history["validation_elbo"]}
    plots.curves(series, run.picture("curves"), "ELBO, nats an example", {"independent": baseline})
    if "rate" in history:
        terms = {"distortion": history["distortion"], "rate": history["rate"]}
        plots.curves(terms, run.picture("terms"), "nats an example")


def _latent(model, x: np.ndarray, y: np.ndarray, rows: ImageData, run: Run) -> None:
    if model.given(y) is model:  # what is decoded depends on z alone, so that there is a plane of it
        with no_grad():
            mu = model.encode(x).mu.numpy()
        labels = y if rows.classes else None
        decode_mean = lambda z: model.decode(z).mean.numpy()
        plots.latent_plane(mu, labels, decode_mean, rows.image_shape, run.picture("latent_plane"))
    images = interpolations(model, x[:20], y[:20], STEPS)
    title = "from one held-out image to another"
    plots.sample_grid(images, rows.image_shape, run.picture("interpolation"), title)
