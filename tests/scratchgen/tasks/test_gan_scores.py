"""Scores of a GAN: the baseline is the same score of held-out data."""

import math
from dataclasses import replace

import numpy as np
import pytest

from scratchgen import evaluation
from scratchgen.data import load_images
from scratchgen.data.rows import load_rows
from scratchgen.gan import GAN, ConditionalGAN
from scratchgen.random import Generator
from scratchgen.tasks.gan_scores import SAMPLES, gan_scores, judge_of, random_indices, two_sample_scores

pytest.importorskip("sklearn")
REQUESTED = "samples recognised as the requested class"


class Replay(GAN):
    """A generator whose samples are given rows."""

    def __init__(self, rows):
        super().__init__(rows.shape[1])
        self.rows = rows

    def sample(self, n, rng):
        return self.rows[rng.integers(len(self.rows), size=n)]


class Drawer(ConditionalGAN):
    """A generator that shows a real image of the class that it is asked for, or of another one."""

    def __init__(self, images, labels, off=0):
        super().__init__(images.shape[1], 2, 10)
        self.images, self.labels, self.off = images, labels, off

    def sample(self, n, rng, labels=None):
        asked = np.arange(n) % 10 if labels is None else labels
        return np.stack([self.images[self.labels == (k + self.off) % 10][i % 9] for i, k in enumerate(asked)])


@pytest.fixture(scope="module")
def digits():
    return load_images("digits")


@pytest.fixture(scope="module")
def judge(digits):
    return judge_of(digits)


def named(scores):
    return {score.measure.split(" (")[0]: score for score in scores}


def compared(model, rows, judge, part="test"):
    return named(two_sample_scores(model, rows, part, Generator(3), judge))


def test_samples_that_are_the_held_out_data_score_exactly_as_these_do(digits, judge):
    class Same(GAN):
        def sample(self, n, rng):
            return digits.test[random_indices(n, digits.test)]

    for score in compared(Same(64), digits, judge).values():
        assert score.value == pytest.approx(score.baseline_value)


def test_the_claim_above_rejects_noise(digits, judge):
    scores = compared(Replay(Generator(0).random((500, 64))), digits, judge)
    assert scores["Fréchet distance"].value > 5 * scores["Fréchet distance"].baseline_value
    assert scores["coverage"].value < 0.5 < scores["coverage"].baseline_value
    assert scores["χ² of the classes"].value > 5 * scores["χ² of the classes"].baseline_value


def test_they_are_the_librarys_scores_on_features_of_the_judge(digits, judge):
    scores = compared(Replay(digits.validation), digits, judge)
    samples = Replay(digits.validation).sample(250, Generator(3))
    expected = evaluation.two_sample_scores(
        digits.train[random_indices(250, digits.train)],
        digits.test[random_indices(250, digits.test)],
        samples,
        judge.classifier.features,
    )
    for one in expected:
        assert scores[one.name].value == pytest.approx(one.generated.mean)
        assert scores[one.name].baseline_value == pytest.approx(one.held_out.mean)
        error = scores[one.name].standard_error
        assert error == one.generated.standard_error or math.isnan(one.generated.standard_error)


def test_another_part_is_compared_with_its_own_examples(digits, judge):
    test, validation = (
        compared(Replay(digits.train), digits, judge, part) for part in ("test", "validation")
    )
    assert test["KID"].baseline_value != validation["KID"].baseline_value
    assert test["KID"].value == validation["KID"].value  # of 250 samples both


def test_a_model_that_draws_what_it_is_asked_for_has_the_classes_of_the_real_data(digits, judge):
    kept = digits.train_labels < 3
    kept[np.argmax(digits.train_labels == 9)] = True  # the classes are counted up to the last that occurs
    uneven = replace(digits, train=digits.train[kept], train_labels=digits.train_labels[kept])
    scores = compared(Drawer(digits.train, digits.train_labels), uneven, judge)
    assert scores["share of class 0"].value == pytest.approx(1 / 3, abs=0.1)  # 250 samples: 3 errors
    assert scores["share of class 7"].value < 0.02 < 0.05 < scores["share of class 7"].baseline_value


def test_real_examples_are_chosen_at_random_and_not_at_even_distances():
    x = np.tile([0.0, 1.0], 5000)[:, None]  # every second one is darker
    found = x[random_indices(1000, x)].mean()
    assert abs(found - 0.5) < 5 * 0.5 / math.sqrt(1000) and x[::10].mean() == 0
    assert len({*random_indices(1000, x)}) == 1000


@pytest.mark.parametrize(("off", "least", "most"), [(0, 0.95, 1), (1, 0, 0.05)])
def test_samples_are_of_the_class_asked_for_or_not(off, least, most, digits, judge):
    model = Drawer(digits.train, digits.train_labels, off)
    score = named(gan_scores(model, digits, "test", Generator(0), judge))[REQUESTED]
    assert least <= score.value <= most
    assert score.reached == (off == 0)
    accuracy = np.mean(judge.classes(digits.test) == digits.test_labels)
    assert score.baseline_value == pytest.approx(accuracy) and accuracy > 0.95


def test_half_of_the_ring_is_half_of_its_modes_and_all_of_its_quality():
    ring = load_rows("ring")
    judge = judge_of(ring)
    assert judge.classifier is None and np.mean(judge.classes(ring.test) == ring.test_labels) > 0.99
    modes, quality = gan_scores(Replay(ring.train[ring.train_labels < 4]), ring, "test", Generator(0), judge)
    assert (modes.value, modes.baseline_value) == (4, 8)
    near = 1 - math.exp(-4.5)  # of a plane's Gaussian within 3 σ
    assert quality.value == pytest.approx(near, abs=5 * math.sqrt(near * (1 - near) / SAMPLES))


def test_half_of_the_ring_is_precise_recalls_half_and_has_half_of_the_classes():
    ring = load_rows("ring")
    ring = replace(
        ring, train=ring.train[:1000], train_labels=ring.train_labels[:1000], test=ring.test[:1000]
    )
    scores = compared(Replay(ring.train[ring.train_labels < 4]), ring, judge_of(ring))
    assert scores["precision"].value > 0.95 and scores["coverage"].value < 0.6
    assert sum(scores[f"share of class {k}"].value for k in range(4)) == pytest.approx(1)
    assert scores["χ² of the classes"].value > 100 > scores["χ² of the classes"].baseline_value


def test_rows_without_classes_are_compared_as_they_are_and_have_no_judge(digits):
    none = replace(digits, train_labels=None, validation_labels=None, test_labels=None)
    assert judge_of(none) is None
    model = GAN(64, rng=Generator(0))
    assert gan_scores(model, none, "test", Generator(0), None) == []
    scores = compared(model, none, None)
    expected = evaluation.frechet_distance(
        digits.train[random_indices(250, digits.train)], model.sample(250, Generator(3))
    )
    assert scores["Fréchet distance"].value == pytest.approx(expected)
    assert not any("class" in name for name in scores)
