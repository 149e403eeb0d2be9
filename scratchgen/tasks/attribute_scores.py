"""Scores of a conditional model whose classes are several attributes: do its samples have the requested attributes?"""

from __future__ import annotations

from typing import Any

import numpy as np

from scratchgen.data import RowData
from scratchgen.data.preprocessing.one_hot import labels_in_turn
from scratchgen.evaluation.attributes import AttributeClassifier, attributes_recognised
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs.provenance import fingerprint
from scratchgen.runs.score import Score

SAMPLES = 1000
CLASSIFIER_EXAMPLES = 50_000  # for the training of the classifier
WANTED = 0.9
RECOGNISED, WORST = "attributes recognised in samples", "of these, the worst: {}"


_LAST: dict[
    str, AttributeClassifier
] = {}  # at most one: the end of a training and what follows it have one judge


def attribute_classifier(rows: RowData) -> AttributeClassifier:
    """A classifier of the attributes of rows, trained on their training part; the last one is kept for equal rows."""
    counts = rows.label_counts
    assert rows.train_labels is not None and not isinstance(counts, int)
    N, D = rows.train.shape
    epochs = max(1, CLASSIFIER_EXAMPLES // N)
    of = f"{epochs} epochs of {fingerprint({'images': np.asarray(rows.train), 'labels': rows.train_labels})}"
    if of not in _LAST:
        classifier = AttributeClassifier(D, counts, Generator(0))
        classifier.fit(rows.train, rows.train_labels, epochs=epochs, rng=Generator(HELD_OUT_SEED))
        _LAST.clear()
        _LAST[of] = classifier
    return _LAST[of]


def attribute_scores(model: Any, rows: RowData, part: str) -> list[Score]:
    """How well samples show the requested attributes: the mean share recognised over the attributes, and the worst.

    A classifier that was trained on the real examples recognises them; its own accuracy on the examples of `part`
    is the baseline. [] for data without attributes and a model without classes.
    """
    counts = rows.label_counts
    if isinstance(counts, int) or not getattr(model, "classes", 0):
        return []
    classifier = attribute_classifier(rows)
    labels = labels_in_turn(SAMPLES, counts)
    samples = model.sample(SAMPLES, Generator(HELD_OUT_SEED), labels)
    ours = attributes_recognised(classifier, samples, labels)
    real = attributes_recognised(classifier, getattr(rows, part), getattr(rows, f"{part}_labels"))
    worst = ours.worst
    return [
        Score(
            RECOGNISED,
            f"{ours.mean:.1%}",
            f"{real.mean:.1%} (held-out examples)",
            f"{WANTED:.0%} or more",
            ours.mean >= WANTED,
            value=ours.mean,
            baseline_value=real.mean,
        ),
        Score(
            WORST.format(rows.attributes[worst].name),
            f"{ours.shares[worst]:.1%}",
            f"{real.shares[worst]:.1%} (held-out examples)",
            value=float(ours.shares[worst]),
            baseline_value=float(real.shares[worst]),
        ),
    ]
