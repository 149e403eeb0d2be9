"""The classifier of attributes is trained once for equal rows, and again for any others."""

from dataclasses import replace

import numpy as np
import pytest

from scratchgen.data import RowData
from scratchgen.data.types import Attribute
from scratchgen.tasks import attribute_scores
from scratchgen.tasks.attribute_scores import attribute_classifier

ATTRIBUTES = (Attribute("a", ("x", "y")), Attribute("b", ("u", "v", "w")))


@pytest.fixture
def rows(monkeypatch):
    monkeypatch.setattr(attribute_scores, "CLASSIFIER_EXAMPLES", 60)
    rng = np.random.default_rng(0)
    x = rng.random((30, 4), np.float32)
    labels = np.stack([rng.integers(0, 2, 30), rng.integers(0, 3, 30)], axis=1)
    return RowData("mine", (2, 2), x, x, x, labels, labels, labels, attributes=ATTRIBUTES)


def test_equal_rows_have_one_judge_and_others_have_another(rows, monkeypatch):
    judge = attribute_classifier(rows)
    again = replace(rows, train=rows.train.copy(), train_labels=rows.train_labels.copy())
    assert attribute_classifier(again) is judge
    for changed in (
        replace(rows, train=rows.train + 0.5),
        replace(rows, train_labels=rows.train_labels[::-1]),
    ):
        assert attribute_classifier(changed) is not attribute_classifier(rows)
    judge = attribute_classifier(rows)
    monkeypatch.setattr(attribute_scores, "CLASSIFIER_EXAMPLES", 90)
    assert attribute_classifier(rows) is not judge


def test_a_judge_that_was_kept_is_equal_to_one_that_is_trained_again(rows):
    judge = attribute_classifier(rows)
    attribute_classifier(replace(rows, train=rows.train + 0.5))  # it takes the place of the first one
    again = attribute_classifier(rows)
    assert again is not judge and np.array_equal(again.predict(rows.train), judge.predict(rows.train))
