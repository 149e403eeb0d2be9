"""Data without variance: examples that are all equal, or copies. A score has its value, or says why it has none."""

import math
import warnings

import numpy as np
import pytest

from scratchgen import BadInput, evaluation
from scratchgen.gan.monitor import GANMonitor, mean_distance
from scratchgen.random import Generator
from scratchgen.vae import ppca_log_likelihood

A, B = (np.full((40, 3), value, np.float32) for value in (0.1, 0.7))
VARIED = np.random.default_rng(0).random((40, 3)).astype(np.float32)


@pytest.fixture(autouse=True)
def no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_the_frechet_distance_of_constant_sets_is_that_of_their_points(measured):
    measured(abs(evaluation.frechet_distance(A, B) - 3 * 0.6**2), 1e-6)  # 0.1 and 0.7 in float32
    assert evaluation.frechet_distance(A, A) == 0


def test_constant_sets_overlap_wholly_if_they_are_equal_and_not_at_all_if_not():
    for other, share in ((A, 1), (B, 0)):
        overlap, balls = evaluation.precision_recall(A, other), evaluation.density_coverage(A, other)
        found = overlap.precision, overlap.recall, balls.coverage
        assert [float(mean.mean) for mean in found] == [share] * 3
        assert all(mean.standard_error == 0 for mean in found)


def test_the_discrepancy_of_constant_sets_has_no_error():
    kernel = evaluation.GaussianKernel(1.0)
    same, apart = evaluation.mmd(A, A, kernel), evaluation.mmd(A, B, kernel)
    assert same.mean == pytest.approx(0, abs=1e-15) and apart.mean == pytest.approx(2 - 2 * math.exp(-0.54))
    assert apart.standard_error == pytest.approx(0, abs=1e-15)


REFUSED = {
    "a median distance": (lambda: evaluation.median_distance(A), "half of the examples are equal"),
    "Parzen windows around copies": (
        lambda: evaluation.parzen_log_likelihood(A, A, VARIED),
        "the best window would have width 0",
    ),
    "Parzen windows around some of the examples": (
        lambda: evaluation.parzen_log_likelihood(VARIED, VARIED, VARIED),
        "the best window would have width 0",
    ),
    "the density of equal rows": (
        lambda: evaluation.independent_gaussian_log_prob(A, VARIED),
        "the training rows are all equal, so that the density of a Gaussian is unbounded",
    ),
    "principal components of equal rows": (
        lambda: ppca_log_likelihood(A, 2),
        "vary in at most 2 dimensions",
    ),
    "principal components of a plane": (
        lambda: ppca_log_likelihood(VARIED * [1, 1, 0], 2),
        "vary in at most 2 dimensions",
    ),
    "two centroids of a point": (
        lambda: evaluation.kmeans_centroids(A, 2, Generator(0)),
        "2 centroids need 2 different examples, and there are 1",
    ),
    "silence": (
        lambda: evaluation.LinearPrediction(2).fit([np.zeros(50)]),
        "give sounds that are not silent",
    ),
    "no sound": (lambda: evaluation.LinearPrediction(2).fit([]), "no samples"),
}


@pytest.mark.parametrize(("score", "message"), REFUSED.values(), ids=REFUSED)
def test_a_score_that_needs_a_variance_says_so(score, message):
    with pytest.raises(BadInput, match=message) as refusal:
        score()
    assert "\n" not in str(refusal.value)


def test_a_plane_has_a_likelihood_with_one_latent_where_the_data_vary_in_three_dimensions():
    assert np.isfinite(ppca_log_likelihood(VARIED, 2))


@pytest.mark.parametrize("frequency", [0, 0.05, 0.11], ids=str)
def test_a_sound_that_is_predicted_to_rounding_has_a_finite_likelihood(frequency):
    """A constant, or a sine: what is left of the error is rounding, which may be below 0."""
    x = 1000 * np.cos(frequency * np.arange(200_000))
    prediction = evaluation.LinearPrediction(32).fit([x])
    assert prediction.variance > 0 and np.isfinite(prediction.log_prob(x)).all()


def test_a_text_of_one_symbol_has_no_entropy():
    ids = np.zeros(50, int)
    ngram = evaluation.best_ngram(ids, ids, 1, max_order=3)
    assert evaluation.bits_per_character(ngram.log_prob(ids)) == 0
    assert math.copysign(1, evaluation.bits_per_character(ngram.log_prob(ids))) == 1  # not −0


def test_of_examples_that_are_copies_the_scores_that_are_defined_are_computed():
    half = np.concatenate([VARIED[:20], VARIED[:20]])
    for real, undefined in (
        (A, {"Parzen log-likelihood, nats", "MMD², Gaussian kernel"}),
        (half, set()),
    ):
        held_out = real if real is A else VARIED + 0.01
        scores = evaluation.two_sample_scores(real, held_out, VARIED + 0.02)
        assert {s.name for s in scores if np.isnan(float(s.held_out.mean))} == undefined
        assert all(np.isfinite(float(s.generated.mean)) for s in scores if s.name not in undefined)


# --- diversity ----------------------------------------------------------------------------------------------


IMAGES = np.random.default_rng(1).random((40, 64)).astype(np.float32)
ALL_COPIES = [image[None].repeat(40, axis=0) for image in IMAGES]
COPIES = next(x for x in ALL_COPIES if mean_distance(x) > 0)  # by rounding


def test_where_all_real_examples_are_equal_the_diversity_is_the_distance_of_samples_and_no_collapse():
    monitor = GANMonitor("nonsaturating", COPIES)
    first, _ = monitor.epoch(IMAGES)
    then, warnings_ = monitor.epoch(COPIES)
    assert first == pytest.approx(mean_distance(IMAGES)) and then == pytest.approx(0, abs=1e-6)
    assert warnings_ == []


def test_examples_whose_first_ones_are_equal_have_a_distance():
    """Data that are sorted, for instance."""
    real = np.concatenate([np.repeat(A, 10, axis=0), np.repeat(B, 10, axis=0)])
    diversity, _ = GANMonitor("nonsaturating", real).epoch(real[::2])
    assert diversity == pytest.approx(1, rel=0.01)


def test_the_claims_above_reject_a_distance_that_is_rounding():
    assert 0 < mean_distance(COPIES) < 1e-6 and GANMonitor("nonsaturating", COPIES).distance == 0
