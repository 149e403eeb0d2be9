"""The classifier of generated images: shares and accuracy."""

import numpy as np
import pytest

from scratchgen.data import load_images
from scratchgen.evaluation import AttributeClassifier, Classifier, class_shares
from scratchgen.random import Generator


class Sure:
    """A stand-in for a classifier, with given probabilities."""

    def __init__(self, p):
        self.p = np.array(p)

    def probabilities(self, images):
        return self.p


def test_shares_count_images_recognised_above_one_half_among_all_images():
    judge = Sure([[0.9, 0.05, 0.05], [0.6, 0.2, 0.2], [0.1, 0.1, 0.8], [0.4, 0.3, 0.3]])
    np.testing.assert_allclose(class_shares(judge, np.zeros((4, 1)), 3), [0.5, 0, 0.25])


def test_the_classifier_learns_the_digits():
    digits = load_images("digits")
    judge = Classifier(64, 10).fit(digits.train, digits.train_labels, epochs=15, rng=Generator(0))
    assert np.mean(judge.predict(digits.test) == digits.test_labels) > 0.95


def test_the_claim_above_rejects_a_classifier_of_shuffled_labels():
    digits = load_images("digits")
    labels = digits.train_labels[Generator(1).permutation(len(digits.train_labels))]
    judge = Classifier(64, 10).fit(digits.train, labels, epochs=15, rng=Generator(0))
    assert np.mean(judge.predict(digits.test) == digits.test_labels) < 0.4


def check_log_probability(measure, rng):
    """It is the logarithm of the probability of the label, and the sum of those of several attributes."""
    x, labels = rng.random((7, 4)), rng.integers(0, 3, (7, 2))
    one, several = Classifier(4, 3, Generator(1)), AttributeClassifier(4, (3, 3), Generator(2))
    p = one.probabilities(x)[np.arange(7), labels[:, 0]]
    np.testing.assert_allclose(measure(one, x, labels[:, 0]), np.log(p), rtol=1e-6)
    logits = several.net(x).numpy()
    softmax = [np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) for z in (logits[:, :3], logits[:, 3:])]
    p = [of[np.arange(7), labels[:, s]] for s, of in enumerate(softmax)]
    np.testing.assert_allclose(measure(several, x, labels), np.log(p[0]) + np.log(p[1]), rtol=1e-6)


def test_the_log_probability_of_labels_is_that_of_the_softmax(rng):
    check_log_probability(lambda judge, x, labels: judge.log_probability(x, labels), rng)


def test_the_claim_above_rejects_the_loss_with_its_sign(rng):
    with pytest.raises(AssertionError):
        check_log_probability(lambda judge, x, labels: -judge.log_probability(x, labels), rng)
