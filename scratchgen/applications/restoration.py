"""Restoration of pictures: a hidden half is filled in, and noise is removed, by search for the latent of a VAE."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from scratchgen import plots
from scratchgen.applications.application import Job, Result, Shown
from scratchgen.applications.own_images import slug
from scratchgen.applications.ranks import some_of_each_rank
from scratchgen.autograd import no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.data import RowData
from scratchgen.errors import height_width_channels
from scratchgen.evaluation import ProbabilisticPCA, principal_axes, psnr
from scratchgen.evaluation.distances import squared_distances
from scratchgen.evaluation.examples import pieces
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.vae import VAE, restore

MARGIN = 2.0  # dB above the best baseline
NOISE = (0.5, 1.0)  # standard deviations of the noise; the range of a pixel is 1
COMPONENTS = (10, 20, 50, 100, 200, 400)  # of the principal components, chosen on validation images
NEIGHBOURS = (1, 3, 10, 30, 100)  # training images whose mean is a baseline, chosen on validation images
# Deviations of an observed value without noise from the decoder's mean, chosen on validation images: in the search of
# the latent, which may trust single values less, as errors are alike in neighbouring pixels, and for the residual.
IN_THE_SEARCH, OF_THE_RESIDUAL = (0.2, 0.35, 0.5, 0.7), (0.05, 0.1, 0.2, 0.4)
RESIDUAL_COMPONENTS = 200
SEARCHES = {"starts": 8, "steps": 60}
QUICK_SEARCHES = {"starts": 4, "steps": 40}
IMAGES, VALIDATION_IMAGES, TRAINING_IMAGES = 300, 200, 20_000
SEARCHED = 50  # of the validation images, for the choice of the deviations


class Restorer:
    """Estimates of images from a part of their values, or from noisy ones: x̂(z) of a VAE and a Gaussian residual.

    x = x̂(z) + r: z is searched, and r, which the decoder does not reproduce, is a Gaussian whose covariance is that of
    the residuals of training images. Its conditional mean is added.

    train       images (N, D), whose latents are the candidates of the search
    searches    `starts` and `steps` of `vae.restore`
    """

    def __init__(self, model: VAE, train: np.ndarray, searches: dict[str, int]):
        self.model, self.searches = model, searches
        residuals, latents, rng = [], [], Generator(HELD_OUT_SEED)
        with no_grad():
            for x in pieces(train):
                q = model.encode(x)
                residuals.append(x - to_numpy(model.decode(q.mu).mean))
                latents.append(to_numpy(q.rsample(rng.standard_normal(q.mu.shape))))
        self.candidates = np.concatenate(latents)
        axes = principal_axes(np.concatenate(residuals))
        self.residual = ProbabilisticPCA(*axes, min(RESIDUAL_COMPONENTS, _dimensions(axes[1]) // 2))

    def searched(self, y: np.ndarray, observed: np.ndarray | None, sigma: float) -> np.ndarray:
        """E[x̂(z) | y_o] for values with errors of the deviation sigma.   (B, D) → (B, D)"""
        rng, candidates = Generator(HELD_OUT_SEED), self.candidates
        return restore(self.model, y, observed, sigma=sigma, candidates=candidates, rng=rng, **self.searches)

    def completed(
        self, x_hat: np.ndarray, y: np.ndarray, observed: np.ndarray | None, sigma: float
    ) -> np.ndarray:
        """x̂ + E[r | y_o − x̂_o] for values with noise of the deviation sigma.   (B, D) → (B, D)"""
        return x_hat + self.residual.conditional_mean(y - x_hat, observed, sigma)

    def choose(
        self, x: np.ndarray, y: np.ndarray, observed: np.ndarray | None, noise: float
    ) -> tuple[float, float]:
        """The deviations, in the search and for the residual, that estimate validation images x best from y."""
        counted = None if observed is None else ~observed
        quality = {}
        for s in IN_THE_SEARCH:
            x_hat = self.searched(y, observed, math.hypot(noise, s))
            for r in OF_THE_RESIDUAL:
                estimate = self.completed(x_hat, y, observed, math.hypot(noise, r))
                quality[math.hypot(noise, s), math.hypot(noise, r)] = psnr(x, estimate, counted).mean()
        return max(quality, key=lambda pair: quality[pair])


def restorations(job: Job, model: VAE, rows: RowData) -> tuple[list[Result], list[Shown]]:
    """Hide the lower half of each held-out image, then add noise to whole ones, and compare estimates in decibels."""
    x, validation = np.asarray(rows.test[:IMAGES]), np.asarray(rows.validation[:VALIDATION_IMAGES])
    train = np.asarray(rows.train[:TRAINING_IMAGES])
    components = _principal_components(train)
    restorer = Restorer(model, train, QUICK_SEARCHES if job.quick else SEARCHES)

    def estimates(
        y: np.ndarray, y_validation: np.ndarray, o: np.ndarray | None, noise: float
    ) -> dict[str, np.ndarray]:
        """Estimates of x by us, by the nearest training images, and by principal components."""
        sigmas = restorer.choose(validation[:SEARCHED], y_validation[:SEARCHED], o, noise)
        completion = lambda p, y: p.conditional_mean(y, o, noise)
        of_neighbours = lambda k, y: mean_of_nearest(y, train, o, k)
        best = partial(_best, x=validation, y=y_validation, counted=None if o is None else ~o)
        return {
            "ours": restorer.completed(restorer.searched(y, o, sigmas[0]), y, o, sigmas[1]),
            "nearest training image": mean_of_nearest(y, train, o, 1),
            "mean of the nearest": of_neighbours(best(NEIGHBOURS, estimate=of_neighbours), y),
            "principal components": completion(best(components, estimate=completion), y),
        }

    o = lower_half_hidden(rows.image_shape)
    filled = {"mean image": np.tile(train.mean(axis=0), (len(x), 1)), **estimates(x, validation, o, 0.0)}
    filled = {name: np.where(o, x, images) for name, images in filled.items()}
    shown_y = np.where(o, x, 0.5)
    parts = [_compared(job, rows, "lower half hidden", "inpainting", x, shown_y, filled, ~o)]

    for sigma in NOISE:
        rng = Generator(HELD_OUT_SEED)
        y, y_validation = (
            (images + sigma * rng.standard_normal(images.shape)).astype(np.float32)
            for images in (x, validation)
        )
        denoised = {
            "mean of 3 × 3 pixels": smoothed(y, rows.image_shape),
            **estimates(y, y_validation, None, sigma),
        }
        what = f"noise of deviation {sigma:g}"
        parts.append(_compared(job, rows, what, f"noise-{sigma:g}", x, y, denoised, None))
    return [result for result, _ in parts], [shown for _, shown in parts]


def lower_half_hidden(image_shape: tuple[int, ...]) -> np.ndarray:
    """The mask (D,) of the observed values: those of the upper half of the image."""
    H, W, C = height_width_channels(image_shape)
    observed = np.zeros((H, W, C), bool)
    observed[: H // 2] = True
    return observed.ravel()


def mean_of_nearest(y: np.ndarray, train: np.ndarray, observed: np.ndarray | None, k: int) -> np.ndarray:
    """The mean of the k training images nearest to each row in the observed values; of all, if these are fewer.

    (B, D), (N, D) → (B, D)
    """
    o = np.ones(y.shape[1], bool) if observed is None else observed
    k = min(k, len(train))
    places = np.argpartition(squared_distances(y[:, o], train[:, o]), k - 1, axis=1)[:, :k]
    return np.stack([train[some].mean(axis=0) for some in places])


def smoothed(y: np.ndarray, image_shape: tuple[int, ...]) -> np.ndarray:
    """The mean of each pixel and its eight neighbours, fewer at the border.   (B, D) → (B, D)"""
    H, W, C = height_width_channels(image_shape)
    padded = np.pad(y.reshape(-1, H, W, C), ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (1, 2))
    return np.nanmean(windows, axis=(-2, -1)).reshape(y.shape)


def _principal_components(train: np.ndarray) -> list[ProbabilisticPCA]:
    axes = principal_axes(train)
    most = _dimensions(axes[1])
    return [ProbabilisticPCA(*axes, k) for k in COMPONENTS if k < most] or [ProbabilisticPCA(*axes, 1)]


def _dimensions(eigenvalues: np.ndarray) -> int:
    """The number of dimensions in which data vary."""
    return int(np.sum(eigenvalues > 1e-6 * eigenvalues[0]))


def _best(
    choices: Sequence[Any], *, estimate: Callable, x: np.ndarray, y: np.ndarray, counted: np.ndarray | None
) -> Any:
    """The choice c with which estimate(c, y) is nearest to the validation images x."""
    return max(choices, key=lambda c: float(psnr(x, estimate(c, y), counted).mean()))


def _compared(
    job: Job, rows: RowData, what: str, file: str, x: np.ndarray, y: np.ndarray,
    estimates: dict[str, np.ndarray], counted: np.ndarray | None,
) -> tuple[Result, Shown]:  # fmt: skip
    """The PSNR of all estimates, and a picture of our best, median and worst."""
    decibels = {name: psnr(x, images, counted) for name, images in estimates.items()}
    means = {name: float(values.mean()) for name, values in decibels.items()}
    ours = means.pop("ours")
    where = "of the hidden half" if counted is not None else "of the whole image"
    result = Result(
        measure=f"{rows.name}, {what}: PSNR {where}, dB",
        ours=ours,
        baselines=means,
        target=max(means.values()) + MARGIN,
        rule=f"{MARGIN:g} dB above the best baseline",
    )
    places, names = some_of_each_rank(decibels["ours"])
    path, shown = job.show(
        f"{slug(rows)}-{file}.png", f"{rows.name}, {what}, by the PSNR of our estimate: {names}"
    )
    pictures = {
        "held-out": x,
        "given": y,
        "estimated": estimates["ours"],
        "components": estimates["principal components"],
    }
    titles = [f"{decibels['ours'][i]:.1f} dB" for i in places]
    plots.image_rows(
        {n: images[places] for n, images in pictures.items()},
        rows.image_shape,
        path,
        titles,
        rows.ink,
        "PSNR",
    )
    return result, shown
