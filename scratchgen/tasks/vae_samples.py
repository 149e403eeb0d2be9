"""Samples of a VAE: of the prior, and interpolations between images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from scratchgen import plots
from scratchgen.autograd import no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.data import RowData
from scratchgen.data.preprocessing.binarise import bernoulli
from scratchgen.errors import BadInput
from scratchgen.evaluation.examples import slices
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.tasks.pictures import sample_output, write_interpolations
from scratchgen.tasks.rows import MEANS, chosen_classes, labels_of, sample_rows
from scratchgen.tasks.sample_request import SampleRequest
from scratchgen.tasks.vae_scores import Model
from scratchgen.vae.interpolate import PATHS

if TYPE_CHECKING:
    from scratchgen.tasks.load import LoadedRun
    from scratchgen.tasks.vae_settings import DataInfo, Settings

INTERPOLATION_STEPS, ANIMATION_STEPS = 10, 30
EXAMPLES_AT_ONCE = 1000  # of an encoding


def binarised(rows: RowData, settings: Settings) -> RowData:
    """The rows as the model sees them: with `binarise`, one black-and-white sample of every grey image."""
    if not settings.binarise:
        return rows
    noise = Generator(HELD_OUT_SEED)
    train, test, validation = (bernoulli(x, noise) for x in (rows.train, rows.test, rows.validation))
    return replace(rows, train=train, test=test, validation=validation)


def encode(run: LoadedRun[Model, DataInfo], rows: RowData, part: str) -> dict[str, np.ndarray]:
    """The means z (N, Z) of q(z|x) and its standard deviations sigma (N, Z), for every example of a part."""
    x, labels = getattr(binarised(rows, run.settings), part), labels_of(rows, part)
    mu, sigma = [], []
    with no_grad():
        for chunk in slices(len(x), EXAMPLES_AT_ONCE):
            q = run.model.given(labels[chunk]).encode(x[chunk])
            mu.append(to_numpy(q.mu))
            sigma.append(to_numpy(q.sigma))
    return {"z": np.concatenate(mu), "sigma": np.concatenate(sigma)}


def interpolations(
    model: Model,
    x: np.ndarray,
    labels: np.ndarray,
    n: int,
    path: Callable[[np.ndarray, np.ndarray, int], np.ndarray],
) -> np.ndarray:
    """Interpolations of n images, one per row, from each example of the first half of x to one of the second.

    A conditional model decodes all images of a row with the class of its first one.
    """
    half = len(x) // 2
    with no_grad():
        z = model.given(labels).encode(x).mu.numpy()
        points = path(z[:half], z[half : 2 * half], n)  # (n, half, Z)
        between = model.given(labels[:half]).decode(points).mean.numpy()
    return np.moveaxis(between, 0, 1).reshape(half * n, -1)


def sample(run: LoadedRun[Model, DataInfo], request: SampleRequest) -> str:
    """Samples from the prior, or interpolations between test images; both are means of p(x|z)."""
    if request.interpolate is not None:
        return _sample_interpolations(run, request)
    if request.data is not None:
        raise BadInput("--data is for --interpolate, between its test images; samples need no data")
    return sample_rows(run, request, MEANS)


def _sample_interpolations(run: LoadedRun[Model, DataInfo], request: SampleRequest) -> str:
    if request.interpolate not in PATHS:
        raise BadInput(f"--interpolate {request.interpolate}: there are {', '.join(PATHS)}")
    if run.info.kind != "images":
        raise BadInput(f"the data of {run.directory} are {run.info.kind}; --interpolate is for images")
    out = sample_output(request.out, run.info, interpolates=True)
    classes = chosen_classes(run, request.classes)
    data, lines = run.load_data(request.data)
    rows = binarised(data, run.settings)
    x, labels = rows.test, labels_of(rows, "test")
    if isinstance(classes, dict):
        fits = np.all([labels[:, s] == k for s, k in classes.items()], axis=0)
        x, labels = x[fits], labels[fits]
    elif classes:
        x, labels = x[np.isin(labels, classes)], labels[np.isin(labels, classes)]
    n = request.n or max(1, min(INTERPOLATION_STEPS, len(x) // 2))
    if len(x) < 2 * n:
        raise BadInput(f"{n} interpolations need {2 * n} images, and there are {len(x)}; give a smaller -n")
    ends = request.rng.permutation(len(x))[: 2 * n]
    steps = ANIMATION_STEPS if out.suffix == ".gif" else INTERPOLATION_STEPS
    between = interpolations(run.model, x[ends], labels[ends], steps, PATHS[request.interpolate])
    what = f"{n} interpolation{'s' * (n != 1)} of {steps} images, means of p(x|z)"
    if out.suffix != ".png":
        where = write_interpolations(between.reshape(n, steps, -1), run.info, out)
        return "\n".join([*lines, f"{what}: {where}"])
    title = f"{request.interpolate} interpolation between test images of {rows.name}"
    title += f", {', '.join(request.classes)}" if classes else ""
    title += "\nmeans of p(x|z)"
    plots.sample_grid(between, rows.image_shape, Path(out), title, INTERPOLATION_STEPS, ink=rows.ink)
    return "\n".join([*lines, f"{what}: {out}"])
