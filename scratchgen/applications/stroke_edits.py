"""Edits of the strokes of a handwritten digit: more or less slant, thicker or thinner lines, and the same digit."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from scratchgen import plots
from scratchgen.applications.application import Job, Result, Shown
from scratchgen.applications.own_images import slug
from scratchgen.applications.ranks import some_of_each_rank
from scratchgen.autograd import no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.data import RowData
from scratchgen.evaluation import Classifier, principal_axes, slant, stroke_width
from scratchgen.evaluation.examples import pieces
from scratchgen.vae import VAE, latent_direction

SUCCESS = 0.85  # share of edits that reach the requested change, and of digits that stay what they are
EDITS, EXAMPLES = 500, 5000  # edited images; training images that the direction is found on
TOLERANCE = 0.5  # an edit has succeeded if its change is within this share of the requested one
HALVINGS, FURTHEST = 12, 6.0  # of the bisection for the step; the longest step, in requested changes
INK = 0.1  # least sum of an image's pixels: the measures need ink


def stroke_edits(
    job: Job, model: VAE, rows: RowData, judge: Classifier, accuracy: float
) -> tuple[list[Result], list[Shown]]:
    """Change the slant, then the stroke width, of each held-out digit by a standard deviation, up and down in turn.

    The direction is the regression of the latent on the measure over training images. The change of the decoded image
    along it is added to the image, by a step that is found by bisection, so that the sum has the requested measure. The
    baseline does the same along the direction of as many principal components.
    """
    results, shown = [], []
    x, train = np.asarray(rows.test[:EDITS]), np.asarray(rows.train[:EXAMPLES])
    mean, _, V = principal_axes(train)
    V = V[:, : min(model.latent_dim, V.shape[1])]
    coders: dict[str, tuple[Callable, Callable]] = {
        "ours": (partial(_encode, model), partial(_decode, model)),
        "principal components": (lambda x: (x - mean) @ V, lambda z: np.clip(mean + z @ V.T, 0, 1)),
    }
    for what, measure_of, unit in (
        ("slant", slant, "pixels per pixel"),
        ("stroke width", stroke_width, "pixels"),
    ):
        measure = partial(measured, measure_of, rows.image_shape)
        a = measure(train)
        known = np.isfinite(a)
        delta = float(a[known].std()) * np.where(np.arange(len(x)) % 2, -1, 1)
        wanted = measure(x) + delta
        edited = {}
        for name, (encode, decode) in coders.items():
            v = latent_direction(encode(train[known]), a[known])
            z = encode(x)
            rest = x - decode(z)  # the details that the latent does not have stay
            kept_rest = lambda z, decode=decode, rest=rest: np.clip(decode(z) + rest, 0, 1)
            edited[name] = move_to(z, delta[:, None] * v, kept_rest, measure, wanted)
        changes = {name: (measure(images) - measure(x)) / delta for name, images in edited.items()}
        before = judge.predict(x)
        moved = {name: float(np.mean(np.abs(change - 1) <= TOLERANCE)) for name, change in changes.items()}
        kept = {
            name: float(np.mean(judge.predict(images.astype(np.float32)) == before))
            for name, images in edited.items()
        }
        name = f"{rows.name}: {what} changed by {abs(delta[0]):.2f} {unit}"
        results += [
            Result(
                measure=f"{name}, share of edits within {TOLERANCE:.0%} of it",
                ours=moved.pop("ours"),
                baselines=moved,
                target=SUCCESS,
                digits=3,
            ),
            Result(
                measure=f"{name}, share recognised as the same class",
                ours=kept.pop("ours"),
                baselines=kept,
                real=accuracy,
                target=SUCCESS,
                rule="real: accuracy of the judge on held-out images",
                digits=3,
            ),
        ]
        shown.append(_picture(job, rows, judge, what, x, edited, before, delta))
    return results, shown


def measured(measure: Callable, image_shape: tuple[int, ...], images: np.ndarray) -> np.ndarray:
    """A measure of strokes of images in [0, 1]; NaN for an image without ink."""
    images = np.clip(images, 0, 1)
    inked = images.sum(axis=1) > INK
    found = np.full(len(images), np.nan)
    if inked.any():
        found[inked] = measure(images[inked], image_shape)
    return found


def move_to(
    z: np.ndarray, step: np.ndarray, decode: Callable, measure: Callable, wanted: np.ndarray
) -> np.ndarray:
    """Decode z + t step for the t in [−FURTHEST, FURTHEST] at which the measure is the wanted one, by bisection.

    The measure should rise in the direction of `step` where it has to rise, and fall where it has to fall; where it
    does not reach the wanted number, the result is at the end of the interval.   z, step (N, Z), wanted (N,) → (N, D)
    """
    low, high = np.full(len(z), -FURTHEST), np.full(len(z), FURTHEST)
    rises = np.sign(measure(decode(z + FURTHEST * step)) - measure(decode(z - FURTHEST * step)))
    for _ in range(HALVINGS):
        t = (low + high) / 2
        short = (wanted - measure(decode(z + t[:, None] * step))) * rises > 0
        low, high = np.where(short, t, low), np.where(short, high, t)
    return decode(z + ((low + high) / 2)[:, None] * step)


def _encode(model: VAE, x: np.ndarray) -> np.ndarray:
    with no_grad():
        return np.concatenate([to_numpy(model.encode(some).mu) for some in pieces(x)])


def _decode(model: VAE, z: np.ndarray) -> np.ndarray:
    with no_grad():
        return to_numpy(model.decode(z.astype(np.float32)).mean)


def _picture(
    job: Job, rows: RowData, judge: Classifier, what: str, x: np.ndarray, edited: dict[str, np.ndarray],
    before: np.ndarray, delta: np.ndarray,
) -> Shown:  # fmt: skip
    """The best, median and worst edits, by the probability that the judge gives to the class of the original."""
    p = judge.probabilities(edited["ours"].astype(np.float32))[np.arange(len(x)), before]
    places, names = some_of_each_rank(p)
    signs = [f"{delta[i]:+.2f}" for i in places]
    path, shown = job.show(
        f"{slug(rows)}-{what.replace(' ', '-')}.png",
        f"{what} of {rows.name} changed, by the probability of the original's class: {names}",
    )
    pictures = {"held-out": x, "edited": edited["ours"], "components": edited["principal components"]}
    plots.image_rows(
        {n: images[places] for n, images in pictures.items()}, rows.image_shape, path, signs, rows.ink
    )
    return shown
