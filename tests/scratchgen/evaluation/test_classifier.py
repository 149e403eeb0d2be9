"""The classifier of generated images: shares and accuracy."""

import numpy as np

from scratchgen.data import load_images
from scratchgen.evaluation import Classifier, class_shares
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
