"""The style of one image for another class: its latent is decoded with another label."""

from __future__ import annotations

from functools import partial

import numpy as np

from scratchgen import plots
from scratchgen.applications.application import Job, Result, Shown
from scratchgen.applications.conditions import nearest_of_class
from scratchgen.autograd import no_grad
from scratchgen.data import RowData
from scratchgen.evaluation import Classifier, correlation_within, slant, stroke_width
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.tasks.rows import held_out
from scratchgen.vae import ConditionalVAE

ACCURACY = 95.0  # %, to reach
STYLES, ROWS = 500, 10  # images whose style is transferred, and rows of the picture
MOST_NUMBERS = 20_000_000  # of all transferred images: 160 MB
MAX_COLUMNS = 10  # classes in the picture
NEAREST = "nearest training image"


def transfer_style(
    job: Job, rows: RowData, model: ConditionalVAE, judge: Classifier
) -> tuple[list[Result], Shown]:
    """Held-out images as all other classes: results, and a picture of images at equal distances of rank.

    Image x of class y is encoded as the mean z of q(z|x, y), and z is decoded with another class y′.
    """
    K = rows.classes
    x, y = held_out(rows, max(ROWS, min(STYLES, MOST_NUMBERS // (K * rows.train.shape[1]))))
    n = len(x)
    wanted = np.repeat(np.arange(K), n)
    with no_grad():
        z = model.given(y).encode(x).mu.numpy()
        made = np.concatenate([model.given(np.full(n, k)).decode(z).mean.numpy() for k in range(K)])
    other = wanted != np.tile(y, K)
    nearest = np.concatenate([nearest_of_class(x, rows, k) for k in range(K)])
    independent = model.sample(n * K, Generator(HELD_OUT_SEED), wanted)
    recognised = lambda images: 100 * float(np.mean(judge.predict(images[other]) == wanted[other]))
    others = {NEAREST: nearest, "a sample with a random z": independent}
    results = [
        Result(
            measure=f"{rows.name}, style transfer: images recognised as the other class, %",
            ours=recognised(made),
            baselines={name: recognised(images) for name, images in others.items()},
            real=100 * float(np.mean(judge.predict(x) == y)),
            target=ACCURACY,
            digits=1,
        )
    ]
    measures = {"brightness": lambda images: images.mean(axis=1)}
    if rows.ink:
        strokes = {"slant": slant, "stroke width": stroke_width}
        measures = {name: partial(of, image_shape=rows.image_shape) for name, of in strokes.items()}
    groups = (wanted * K + np.tile(y, K))[other]
    for name, of in measures.items():
        kept = lambda images, of=of: correlation_within(np.tile(of(x), K)[other], of(images)[other], groups)
        baselines = {name: kept(images) for name, images in others.items()}
        results.append(
            Result(
                measure=f"{rows.name}, style transfer: correlation of the {name} before and after",
                ours=kept(made),
                baselines=baselines,
                target=baselines[NEAREST],
                rule="the nearest training image of the class",
            )
        )
    log_p = judge.log_probability(made, wanted).reshape(K, n).mean(axis=0)
    places = np.argsort(-log_p)[np.linspace(0, n - 1, min(ROWS, n)).astype(int)]
    columns = min(K, MAX_COLUMNS)
    sheet = np.stack([x, *made.reshape(K, n, -1)[:columns]])[:, places].swapaxes(0, 1)
    path, shown = job.show(
        "style.png",
        f"Held-out images (left) and every class in the style of each: {len(places)} of {n} at equal distances of "
        "rank, from best to worst by the mean log-probability of the classes",
    )
    title = "held-out image, then each class in its style"
    plots.sample_grid(sheet.reshape(-1, x.shape[1]), rows.image_shape, path, title, columns + 1, ink=rows.ink)
    return results, shown
