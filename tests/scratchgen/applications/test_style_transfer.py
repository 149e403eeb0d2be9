"""The style of a digit: what a model keeps is measured, and what it ignores too."""

import numpy as np
import pytest

from scratchgen.applications.application import Job
from scratchgen.applications.style_transfer import transfer_style
from scratchgen.data import load_images
from scratchgen.evaluation import Classifier
from scratchgen.random import Generator


@pytest.fixture(scope="module")
def digits():
    return load_images("digits")


@pytest.fixture(scope="module")
def judge(digits):
    return Classifier(64, 10).fit(digits.train, digits.train_labels, epochs=10, rng=Generator(0))


class Latent:
    def __init__(self, x):
        self.mu = Array(x)


class Array:
    def __init__(self, x):
        self.x = x

    def numpy(self):
        return self.x


class Copier:
    """A stand-in for a conditional VAE that returns the image it is given, whatever the class."""

    def given(self, labels):
        return self

    def encode(self, x):
        return Latent(x)

    def decode(self, z):
        return type("Likelihood", (), {"mean": Array(z)})

    def sample(self, n, rng, labels):
        return rng.random((n, 64), np.float64)


class Forgetter(Copier):
    """A stand-in that returns the same image of each class."""

    def __init__(self, digits):
        self.digits = digits

    def given(self, labels):
        self.k = labels
        return self

    def decode(self, z):
        means = np.stack([self.digits.train[self.digits.train_labels == k].mean(axis=0) for k in range(10)])
        return type("Likelihood", (), {"mean": Array(means[self.k])})


def results_of(model, digits, judge, folder):
    results, shown = transfer_style(Job(("digits",), folder, 0, True), digits, model, judge)
    assert (folder / shown.file).is_file()
    recognised, *kept = results
    return recognised, kept


def test_a_model_that_copies_keeps_all_style_and_no_class(digits, judge, tmp_path):
    recognised, kept = results_of(Copier(), digits, judge, tmp_path)
    assert recognised.ours < 5 and not recognised.reached
    assert [result.ours for result in kept] == pytest.approx([1, 1])


def test_a_model_that_ignores_its_latent_has_the_class_and_keeps_no_style(digits, judge, tmp_path):
    recognised, kept = results_of(Forgetter(digits), digits, judge, tmp_path)
    assert recognised.ours > 95 and recognised.reached
    assert [result.ours for result in kept] == pytest.approx([0, 0], abs=1e-6)
    assert not any(result.reached for result in kept)


def test_a_baseline_that_is_independent_of_the_image_keeps_no_style(digits, judge, tmp_path):
    _, kept = results_of(Copier(), digits, judge, tmp_path)
    assert all(abs(result.baselines["a sample with a random z"]) < 0.1 for result in kept)
    assert all(result.baselines["nearest training image"] > 0.2 for result in kept)
