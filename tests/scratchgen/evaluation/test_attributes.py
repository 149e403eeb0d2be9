"""A classifier of several attributes, and the share of them that it recognises."""

import numpy as np
import pytest

from scratchgen.errors import BadInput
from scratchgen.evaluation.attributes import AttributeClassifier, attributes_recognised
from scratchgen.random import Generator

COUNTS = (2, 3)


def examples(n, seed=0):
    """Pictures of 5 numbers that show two attributes: one place of 2 and one of 3 is 1, all others noise."""
    rng = np.random.default_rng(seed)
    labels = np.stack([rng.integers(K, size=n) for K in COUNTS], axis=1)
    x = 0.1 * rng.standard_normal((n, 5))
    x[np.arange(n), labels[:, 0]] += 1
    x[np.arange(n), 2 + labels[:, 1]] += 1
    return x.astype(np.float32), labels


@pytest.fixture(scope="module")
def classifier():
    return AttributeClassifier(5, COUNTS, Generator(0), hidden=16).fit(
        *examples(600), epochs=30, rng=Generator(1)
    )


def test_attributes_that_can_be_seen_are_recognised_in_new_examples(classifier):
    x, labels = examples(500, seed=1)
    found = attributes_recognised(classifier, x, labels)
    assert found.mean > 0.99 and found.shares.shape == (2,)
    assert classifier.features(x).shape == (500, 16) and classifier.features(x).min() >= 0


def test_the_claim_above_rejects_examples_that_show_another_kind_of_the_second_attribute(classifier):
    x, labels = examples(500, seed=1)
    other = labels.copy()
    other[:, 1] = (other[:, 1] + 1) % 3
    found = attributes_recognised(classifier, x, other)
    assert found.shares[0] > 0.99 and found.shares[1] < 0.01 and found.worst == 1
    assert found.mean == pytest.approx(found.shares.mean())


def test_the_kinds_of_one_attribute_compete_with_one_another_alone(classifier):
    """Shifting the logits of one attribute by a constant changes no prediction of any."""
    x, _ = examples(100, seed=2)
    before = classifier.predict(x)
    classifier.net.layers[-1].b.data[:2] += 5
    assert np.array_equal(classifier.predict(x), before)
    classifier.net.layers[-1].b.data[:2] -= 5


def test_the_probabilities_of_the_kinds_sum_to_one_and_the_predicted_kind_has_the_largest(classifier):
    x, _ = examples(100, seed=2)
    for s, K in enumerate(COUNTS):
        p = classifier.probabilities(x, s)
        assert p.shape == (100, K) and np.allclose(p.sum(axis=1), 1, atol=1e-5)
        assert np.array_equal(p.argmax(axis=1), classifier.predict(x)[:, s])
    with pytest.raises(BadInput, match="attributes are 0 … 1, not 2"):
        classifier.probabilities(x, 2)


@pytest.mark.parametrize("shape", [(10,), (10, 3), (9, 2)])
def test_labels_of_another_shape_are_refused(classifier, shape):
    x, _ = examples(10)
    with pytest.raises(BadInput, match="attribute"):
        attributes_recognised(classifier, x, np.zeros(shape, np.int64))
    with pytest.raises(BadInput, match="attribute"):
        classifier.fit(x, np.zeros(shape, np.int64), epochs=1, rng=Generator(0))
