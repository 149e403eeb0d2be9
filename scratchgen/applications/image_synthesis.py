"""Image synthesis from a condition: digits from their labels, dressed characters from descriptions in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from scratchgen import plots
from scratchgen.applications.application import Application, Job, Outcome, Result, Shown
from scratchgen.applications.conditions import labelled_images, means, retrieved
from scratchgen.applications.ranks import best_median_worst
from scratchgen.applications.style_transfer import ACCURACY as CLASS_ACCURACY
from scratchgen.applications.style_transfer import ROWS, transfer_style
from scratchgen.data import RowData
from scratchgen.data.descriptions import describe, parse_description
from scratchgen.data.preprocessing.one_hot import labels_in_turn
from scratchgen.evaluation import attributes_recognised, diversity_within, squared_errors
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.tasks.attribute_scores import attribute_classifier
from scratchgen.tasks.gan_scores import judge_of

ATTRIBUTE_ACCURACY = 90.0  # %, to reach
SAMPLES = 2000  # per model of classes
MAX_COLUMNS = 12  # classes in a picture
QUICK: dict[str, dict[str, Any]] = {
    "class-vae": {"epochs": 8},
    "class-gan": {"epochs": 10, "learning_rate": 1e-3, "r1": 1.0, "latent_dim": 16},
    "description-vae": {"epochs": 1, "hidden": 256, "layers": 1},
}
RANDOM, MEAN = "a training image of the condition", "mean image of the condition"


def carry_out(job: Job) -> Outcome:
    """Train a conditional model of each data set, and compare its samples with training images of the condition."""
    sets = [labelled_images(source) for source in job.data]
    results: list[Result] = []
    shown: list[Shown] = []
    for rows, options in sets:
        found = (_from_descriptions if rows.attributes else _from_classes)(job, rows, options)
        results += found.results
        shown += found.shown
    return Outcome(results=results, shown=shown)


def _train(job: Job, rows: RowData, run: str, options: dict[str, Any]) -> Any:
    task, quick = run.rpartition("-")[2], QUICK[run] if job.quick else {}
    model, *_ = job.train(task, rows.name, run=run, model="conditional", **options, **quick)
    return model


def _from_classes(job: Job, rows: RowData, options: dict[str, Any]) -> Outcome:
    """A conditional VAE and a conditional GAN of the classes, and the transfer of a style by the VAE."""
    models = {name: _train(job, rows, f"class-{name.lower()}", options) for name in ("VAE", "GAN")}
    judge = judge_of(rows).classifier  # type: ignore[union-attr]
    assert judge is not None
    n, rng = max(SAMPLES, ROWS * rows.classes), Generator(HELD_OUT_SEED)
    labels = labels_in_turn(n, rows.classes)
    images = {name: model.sample(n, rng, labels) for name, model in models.items()}
    others = {RANDOM: retrieved(rows, labels, rng), MEAN: means(rows, labels)}
    recognised = lambda x, y: 100 * float(np.mean(judge.predict(x) == y))
    diversity = lambda x, y: diversity_within(judge.features(x), y)
    results, shown = [], []
    for name, x in images.items():
        results += [
            Result(
                measure=f"{rows.name}, conditional {name}: samples recognised as their class, %",
                ours=recognised(x, labels),
                baselines={other: recognised(x, labels) for other, x in others.items()},
                real=recognised(rows.test, rows.test_labels),
                target=CLASS_ACCURACY,
                digits=1,
            ),
            Result(
                measure=f"{rows.name}, conditional {name}: diversity within a class",
                ours=diversity(x, labels),
                baselines={other: diversity(x, labels) for other, x in others.items()},
                real=diversity(rows.test, rows.test_labels),
            ),
        ]
        shown += _draw_classes(job, rows, name, x, judge.log_probability(x, labels))
    styled, drawn = transfer_style(job, rows, models["VAE"], judge)
    return Outcome(results=[*results, *styled], shown=[*shown, drawn])


def _draw_classes(job: Job, rows: RowData, name: str, x: np.ndarray, log_p: np.ndarray) -> list[Shown]:
    """Random samples of each class in a row, and the best, the median and the worst of each by the judge."""
    K, shape = rows.classes, rows.image_shape
    columns = min(K, MAX_COLUMNS)
    by_class = [np.arange(k, len(x), K) for k in range(columns)]
    path, some = job.show(
        f"{name.lower()}-classes.png", f"Conditional {name}: the first samples, one class per row"
    )
    first = np.concatenate([x[of[:ROWS]] for of in by_class])
    plots.sample_grid(first, shape, path, f"conditional {name}, {rows.name}", ROWS, ink=rows.ink)
    order = [of[np.argsort(-log_p[of])] for of in by_class]
    n = len(x) // K
    ranks = {"best": 0, "median": n // 2, "worst": -1}
    caption = f"Conditional {name}: {', '.join(ranks)} (rows) of {n} samples of each class, by the probability of it"
    path, ranked = job.show(f"{name.lower()}-ranked.png", caption)
    ordered = np.concatenate([x[[of[i] for of in order]] for i in ranks.values()])
    title = f"conditional {name}: {', '.join(ranks)}"
    plots.sample_grid(ordered, shape, path, title, columns, ink=rows.ink)
    return [some, ranked]


def _from_descriptions(job: Job, rows: RowData, options: dict[str, Any]) -> Outcome:
    """A conditional VAE of the attributes, which are given in words: descriptions that no training image has."""
    model, judge = _train(job, rows, "description-vae", options), attribute_classifier(rows)
    rng = Generator(HELD_OUT_SEED)
    texts = [describe(labels, rows.attributes) for labels in rows.test_labels]  # type: ignore[union-attr]
    labels = np.array([parse_description(text, rows.attributes) for text in texts])
    x = model.sample(len(labels), rng, labels)
    nearest = retrieved(rows, labels, rng)
    others = {RANDOM: nearest, MEAN: means(rows, labels)}
    first, of = rows.attributes[0].name, f"{rows.name}, conditional VAE:"
    measures: dict[str, Callable[[np.ndarray], float]] = {
        "recognised": lambda x: 100 * attributes_recognised(judge, x, labels).mean,
        "diversity": lambda x: diversity_within(judge.features(x), labels[:, 0]),
        "error": lambda x: float(np.sqrt(squared_errors(rows.test, x).mean())),
    }
    ours = {name: measure(x) for name, measure in measures.items()}
    baselines = {
        name: {other: measure(images) for other, images in others.items()}
        for name, measure in measures.items()
    }
    results = [
        Result(
            measure=f"{of} attributes recognised as described, %",
            ours=ours["recognised"],
            baselines=baselines["recognised"],
            real=measures["recognised"](rows.test),
            target=ATTRIBUTE_ACCURACY,
            digits=1,
        ),
        Result(
            measure=f"{of} diversity within a {first}",
            ours=ours["diversity"],
            baselines=baselines["diversity"],
            real=measures["diversity"](rows.test),
        ),
        Result(
            measure=f"{of} root mean squared error of a pixel, to the held-out picture",
            ours=ours["error"],
            baselines=baselines["error"],
            target=min(baselines["error"].values()),
            rule="the better baseline",
            higher_is_better=False,
            digits=3,
        ),
    ]
    shown = []
    for rank, i in best_median_worst(judge.log_probability(x, labels)):
        caption = f"{rank} of {len(x):,} by the probability of the description: {texts[i]}"
        path, entry = job.show(f"description-{rank}.png", caption)
        title = "sample, held-out picture, nearest training picture"
        plots.sample_grid(np.stack([x[i], rows.test[i], nearest[i]]), rows.image_shape, path, title, 3)
        shown.append(entry)
    return Outcome(results=results, shown=shown)


IMAGE_SYNTHESIS = Application(
    name="image-synthesis",
    title="Images from a class or from a description in words",
    about=(
        "A conditional VAE and a conditional GAN make MNIST digits from their labels, and a conditional VAE makes "
        "dressed characters from descriptions in words that no training picture has. A classifier that was trained on "
        "real training images recognises the condition in the samples; its accuracy on held-out images is given "
        "next to it. The diversity is the mean distance of two samples of a condition in the features of the "
        "classifier. The VAE also writes every digit in the style of a held-out one: its latent is decoded with "
        "another label. Baselines are a training image of the condition and the mean of its training images; for a "
        "description, of the training pictures that differ in the fewest attributes."
    ),
    data=("mnist", "characters"),
    quick_data=("digits", "characters"),
    on="a folder with one folder of pictures per class, or an .npz with images and labels",
    carry_out=carry_out,
    seeds=3,
)
