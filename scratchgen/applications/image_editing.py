"""Image editing: attributes of characters, strokes of digits, hidden halves and noise, by variational autoencoders."""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.applications.application import Application, Job, Outcome
from scratchgen.applications.attribute_edits import attribute_edits
from scratchgen.applications.own_images import ON, images_of
from scratchgen.applications.restoration import restorations
from scratchgen.applications.stroke_edits import stroke_edits
from scratchgen.tasks.gan_scores import judge_of

NETWORKS = {"hidden": 500, "layers": 2, "latent_dim": 32}
FULL: dict[str, Any] = {
    **NETWORKS,
    "epochs": 20,
    "batch_size": 128,
    "learning_rate": 1e-3,
    "schedule": "half_cosine",
}
QUICK: dict[str, Any] = {
    "hidden": 200,
    "latent_dim": 16,
    "epochs": 40,
    "batch_size": 64,
    "learning_rate": 2e-3,
}
CONDITIONAL: dict[str, Any] = {"model": "conditional"}
QUICK_CONDITIONAL: dict[str, Any] = {"model": "conditional", "epochs": 1}


def carry_out(job: Job) -> Outcome:
    """Edit held-out images: attributes where the data have some, else restoration, and strokes of handwriting."""
    results, shown = [], []
    for name in job.data:
        rows, options = images_of(name)
        before = "" if len(job.data) == 1 else f"{name}-"
        if rows.attributes:
            of_attributes = QUICK_CONDITIONAL if job.quick else CONDITIONAL
            model, *_ = job.train("vae", name, run=f"{before}conditional", **of_attributes)
            parts = [attribute_edits(job, model, rows)]
        else:
            of_vae = QUICK if job.quick else FULL
            model, *_ = job.train("vae", name, run=f"{before}vae", **options, **of_vae)
            parts = [restorations(job, model, rows)]
            if rows.ink and (judge := judge_of(rows)) and judge.classifier:  # strokes are of handwriting
                accuracy = float(np.mean(judge.classifier.predict(rows.test) == rows.test_labels))
                parts.insert(0, stroke_edits(job, model, rows, judge.classifier, accuracy))
        for more_results, more_shown in parts:
            results += more_results
            shown += more_shown
    return Outcome(results=results, shown=shown)


IMAGE_EDITING = Application(
    name="image-editing",
    title="Variational autoencoders edit pictures",
    about=(
        "A conditional VAE encodes dressed characters with their eight attributes and decodes them with one of these "
        "changed; the edit is judged by a classifier of the attributes and by the character composed anew from its "
        "layers. A VAE of MNIST's digits changes their slant and stroke width along directions of its latent space, "
        "fills in a hidden half and removes noise by a search for the latent; what the decoder does not reproduce is a "
        "Gaussian, whose conditional mean is added. The baselines are the nearest training image, the mean of the "
        "nearest, mean images, a mean filter, and principal components with the best linear estimates. All that is "
        "to be chosen is chosen on validation images."
    ),
    data=("characters", "mnist"),
    quick_data=("digits",),
    on=ON,
    carry_out=carry_out,
    seeds=3,
)
