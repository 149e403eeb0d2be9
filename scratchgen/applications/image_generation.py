"""Image generation: a VAE, a VQ-VAE and a GAN draw digits and dressed characters, compared with Gaussian models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from scratchgen import plots
from scratchgen.applications.application import Application, Job, Outcome, Result, Shown
from scratchgen.applications.own_images import ON, at_levels, images_of, levels_of, slug
from scratchgen.applications.ranks import some_of_each_rank
from scratchgen.autograd import no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.data import RowData
from scratchgen.data.preprocessing.dequantise import dequantise
from scratchgen.evaluation import (
    best_mixture,
    best_ppca,
    bits_per_dimension,
    frechet_distance,
    importance_sampled_log_likelihood,
    precision_recall,
)
from scratchgen.evaluation.distances import squared_distances
from scratchgen.evaluation.examples import pieces
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.tasks.attribute_scores import attribute_classifier
from scratchgen.tasks.gan_scores import judge_of, random_indices
from scratchgen.vae.vq import IMAGES_AT_ONCE

SAMPLES = 2000  # of each model, and held-out images, in the comparison of two sets
LIKELIHOODS, IMPORTANCE_SAMPLES = 1000, 50  # held-out images, and samples of the latent for each
ROWS_AT_ONCE = 200  # samples whose distances from all training images are in memory: 90 megabytes
SHOWN = 12  # samples of each model in a picture
SCHEDULE: dict[str, Any] = {"learning_rate": 1e-3, "schedule": "half_cosine"}
TASKS = {"VAE": "vae", "VQ-VAE": "vq", "GAN": "gan"}
FULL: dict[tuple[str, str], dict[str, Any]] = {
    ("vae", "mnist"): {
        "hidden": 500, "layers": 2, "latent_dim": 32, "epochs": 15, "batch_size": 128, **SCHEDULE,
    },
    ("vae", "characters"): {"epochs": 20},
    ("vq", "mnist"): {"codes": 64, "epochs": 10, "prior_epochs": 10},
    ("vq", "characters"): {
        # few colours per pixel: their shares are a better start than one wide density
        "likelihood": "categorical", "codes": 128, "hidden": 384, "batch_size": 8, "epochs": 3, "prior_epochs": 5,
    },
}  # fmt: skip
OWN_IMAGES: dict[str, dict[str, Any]] = {
    "vae": {"hidden": 500, "layers": 2, "latent_dim": 32, **SCHEDULE},
    "vq": {"codes": 64},
    "gan": {"model": "conv"},
}
QUICK: dict[str, dict[str, Any]] = {
    "vae": {"hidden": 128, "latent_dim": 8, "epochs": 12, "batch_size": 32},
    "vq": {"epochs": 6, "prior_epochs": 6},
    "gan": {"epochs": 20, "batch_size": 32},
}


def carry_out(job: Job) -> Outcome:
    """Train a VAE, a VQ-VAE and a GAN on each data set; compare likelihoods and samples with Gaussian models."""
    results: list[Result] = []
    shown: list[Shown] = []
    for name in job.data:
        rows, options = images_of(name)
        levels = levels_of(rows)
        likelihood = "logistic" if levels == 256 else "categorical" if levels > 2 else "bernoulli"
        before = "" if len(job.data) == 1 else f"{name}-"
        models = {}
        for label, task in TASKS.items():
            of_pixels = {} if task == "gan" else {"likelihood": likelihood}
            given = of_pixels | (QUICK[task] if job.quick else FULL.get((task, name), OWN_IMAGES[task]))
            models[label], *_ = job.train(task, name, run=f"{before}{task}", **given, **options)
        baselines = fitted(rows, levels)
        results += likelihood_results(models, rows, levels, baselines)
        parts = sample_results(job, rows, levels, models, baselines)
        results += parts[0]
        shown += parts[1]
    return Outcome(results=results, shown=shown)


def fitted(rows: RowData, levels: int) -> dict[str, Any]:
    """The Gaussian models of the dequantised training images, of the sizes that validation images choose."""
    rng = Generator(HELD_OUT_SEED)
    train, validation = (as_density(part, levels, rng) for part in (rows.train, rows.validation))
    D = train.shape[1]
    counts = [k for k in (5, 10, 20, 50, 100, 200, 500, 1000, 2000) if k < D - 1]
    return {
        "probabilistic PCA": best_ppca(train, validation, [*counts, D - 1]),
        # a dequantised pixel has at least the variance of its noise
        "mixture of Gaussians": best_mixture(train, validation, rng, floor=1 / (12 * levels**2)),
    }


def as_density(x: np.ndarray, levels: int, rng: Generator) -> np.ndarray:
    """Pixels k/(V − 1) as (k + u)/V with u uniform on [0, 1).   Ledger: data.dequantisation"""
    return dequantise(np.rint(np.asarray(x) * (levels - 1)).astype(np.int64), levels, rng)


def likelihood_results(
    models: Mapping[str, Any], rows: RowData, levels: int, baselines: Mapping[str, Any]
) -> list[Result]:
    """Bits per pixel value of held-out images: for all models upper bounds of the code length of the 8-bit values.

    The VAE has a probability of the values, estimated by importance samples, and the VQ-VAE has a bound, by the codes
    of each image; a density of the dequantised values bounds their probability (`bits_per_dimension`).
    """
    x = np.asarray(rows.test)[random_indices(LIKELIHOODS, rows.test)]
    D, rng = x.shape[1], Generator(HELD_OUT_SEED)
    with no_grad():
        bounds = [to_numpy(models["VQ-VAE"].elbo(some)) for some in pieces(x, IMAGES_AT_ONCE)]
    nats = {
        "VAE": importance_sampled_log_likelihood(models["VAE"], x, IMPORTANCE_SAMPLES, rng).log_likelihood,
        "VQ-VAE": np.concatenate(bounds),
    }
    jittered = as_density(x, levels, rng)
    of_others = {
        name: float(bits_per_dimension(baseline.log_prob(jittered).mean(), D, levels))
        for name, baseline in baselines.items()
    }
    return [
        Result(
            measure=f"{rows.name}: bits per dimension of {len(x):,} held-out images, {name}",
            ours=float(bits_per_dimension(log_p.mean(dtype=np.float64), D)),
            baselines=of_others,
            target=min(of_others.values()),
            rule="better than both baselines; a GAN has no likelihood",
            higher_is_better=False,
            digits=3,
        )
        for name, log_p in nats.items()
    ]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Sets of samples in the feature space of a judge, against training images."""

    features: Callable[[np.ndarray], np.ndarray]
    real: np.ndarray

    def frechet(self, x: np.ndarray) -> float:
        """The Fréchet distance of the features of samples (n, D) and of training images."""
        return frechet_distance(self.real, self.features(x))

    def overlap(self, x: np.ndarray) -> tuple[float, float]:
        """Precision and recall."""
        found = precision_recall(self.real, self.features(x))
        return float(found.precision.mean), float(found.recall.mean)


def sample_results(
    job: Job, rows: RowData, levels: int, models: Mapping[str, Any], baselines: Mapping[str, Any]
) -> tuple[list[Result], list[Shown]]:
    """Fréchet distance, precision and recall of the samples of every model, and pictures of samples.

    Samples of a model with a likelihood are its means or its draws, whichever have the smaller Fréchet distance.
    """
    n = min(SAMPLES, len(rows.test), len(rows.train))
    train = np.asarray(rows.train)
    features, judged = features_of(rows)
    chosen = train[random_indices(n, train)]
    compared = Comparison(features, features(chosen))
    held_out = np.asarray(rows.test)[random_indices(n, rows.test)]
    ours = {
        name: model.sample(n, Generator(HELD_OUT_SEED)) if name == "GAN" else _better_form(model, n, compared)
        for name, model in models.items()
    }
    theirs = {  # densities of dequantised values
        name: at_levels(_better_form(model, n, compared), levels) for name, model in baselines.items()
    }
    of_others = {name: compared.frechet(x) for name, x in theirs.items()}
    overlaps = {name: compared.overlap(x) for name, x in theirs.items()}
    real = compared.overlap(held_out)
    results = list(judged)
    for name, x in ours.items():
        results.append(
            Result(
                measure=f"{rows.name}: Fréchet distance of {n:,} samples, {name}",
                ours=compared.frechet(x),
                baselines=of_others,
                real=compared.frechet(held_out),
                target=min(of_others.values()),
                rule="better than both baselines",
                higher_is_better=False,
            )
        )
        for place, what in enumerate(("precision", "recall")):
            results.append(
                Result(
                    measure=f"{rows.name}: {what} of samples, {name}",
                    ours=compared.overlap(x)[place],
                    baselines={other: pair[place] for other, pair in overlaps.items()},
                    real=real[place],
                    digits=3,
                )
            )
    path, grid = job.show(
        f"{slug(rows)}-samples.png", f"{rows.name}: the first {SHOWN} samples of each model, not chosen"
    )
    sets = {"held-out": held_out, **ours, **theirs}
    plots.image_rows({name: x[:SHOWN] for name, x in sets.items()}, rows.image_shape, path, (), rows.ink)
    return results, [grid, *(_ranked(job, rows, name, x, train, features) for name, x in ours.items())]


def features_of(rows: RowData) -> tuple[Callable[[np.ndarray], np.ndarray], list[Result]]:
    """The features in which sets are compared, and the accuracy of the judge that they come from.

    A classifier of the classes or attributes, trained on the real training images; without classes the pixels.
    """
    if rows.attributes:
        of_attributes = attribute_classifier(rows)
        right = np.mean(of_attributes.predict(np.asarray(rows.test)) == rows.test_labels)
        features, what = of_attributes.features, "attributes"
    elif (judge := judge_of(rows)) and judge.classifier:
        right = np.mean(judge.classes(np.asarray(rows.test)) == rows.test_labels)
        features, what = judge.classifier.features, "classes"
    else:
        return lambda x: x, []
    measure = f"{rows.name}: accuracy of the judge, whose features are compared, on held-out {what}"
    return features, [Result(measure=measure, ours=float(right), digits=3)]


def _better_form(model: Any, n: int, compared: Comparison) -> np.ndarray:
    """n samples with or without the noise of the pixels, whichever have the smaller Fréchet distance."""
    forms = [model.sample(n, Generator(HELD_OUT_SEED), draw=draw) for draw in (False, True)]
    return min((np.clip(x, 0, 1).astype(np.float32) for x in forms), key=compared.frechet)


def nearest(x: np.ndarray, real: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The place of the nearest row of `real` (N, D), and its distance, for each row of x (B, D).   → (B,), (B,)"""
    places, distances = [], []
    for some in pieces(x, ROWS_AT_ONCE):
        squares = squared_distances(some, real)
        places.append(squares.argmin(axis=1))
        distances.append(np.sqrt(squares.min(axis=1)))
    return np.concatenate(places), np.concatenate(distances)


def _ranked(
    job: Job,
    rows: RowData,
    name: str,
    x: np.ndarray,
    train: np.ndarray,
    features: Callable[[np.ndarray], np.ndarray],
) -> Shown:
    """The best, median and worst samples by the distance to the nearest training image in the feature space."""
    closest, distances = nearest(features(x), features(train))
    places, words = some_of_each_rank(-distances)
    path, shown = job.show(
        f"{slug(rows)}-{name.lower()}.png",
        f"samples of the {name} on {rows.name} by the distance to the nearest training image in the features: {words}",
    )
    titles = [f"{distances[i]:.1f}" for i in places]
    pictures = {"sample": x[places], "nearest": train[closest[places]]}
    plots.image_rows(pictures, rows.image_shape, path, titles, rows.ink, "distance in the feature space")
    return shown


IMAGE_GENERATION = Application(
    name="image-generation",
    title="A VAE, a VQ-VAE and a GAN draw digits and dressed characters",
    about=(
        "A VAE, a VQ-VAE and a convolutional GAN learn MNIST's digits and dressed characters in colour. The "
        "likelihood is a discretised logistic one, but categorical in the VQ-VAE of the characters, whose pixels have "
        "few colours each. Both VAEs are judged by bits per dimension of held-out images; a GAN has no likelihood. "
        "Samples of all are compared with training images by the Fréchet distance, precision and recall "
        "in the feature space of a classifier that was trained here on the real training images. The baselines are "
        "probabilistic PCA and a mixture of Gaussians fitted by expectation-maximisation, whose sizes the validation "
        "images choose."
    ),
    data=("mnist", "characters"),
    quick_data=("digits",),
    on=ON,
    carry_out=carry_out,
)
