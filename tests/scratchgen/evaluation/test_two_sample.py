"""The table of all scores: equal sizes, one kernel, and held-out data next to generated data."""

import math
import tracemalloc

import numpy as np
import pytest

from scratchgen.data import load_images
from scratchgen.data.sets.gaussians import ring
from scratchgen.errors import BadInput
from scratchgen.evaluation import (
    Classifier,
    GaussianKernel,
    density_coverage,
    frechet_distance,
    median_distance,
    mmd,
    modes_captured,
    parzen_log_likelihood,
    precision_recall,
    two_sample_scores,
)
from scratchgen.random import Generator

pytest.importorskip("sklearn")


def table(*sets, **options):
    return {score.name: score for score in two_sample_scores(*sets, **options)}


def sign(score):
    return 1 if score.better == "higher" else -1


@pytest.fixture(scope="module")
def digits():
    return load_images("digits")


@pytest.fixture(scope="module")
def classifier(digits):
    return Classifier(64, 10).fit(digits.train, digits.train_labels, epochs=15, rng=Generator(0))


def test_features_are_the_input_of_the_last_layer(digits, classifier):
    x = digits.test[:7]
    h = classifier.features(x)
    assert h.shape == (7, 128) and h.dtype == np.float32 and h.min() == 0
    np.testing.assert_allclose(
        h @ classifier.net[2].W.data + classifier.net[2].b.data, classifier(x).numpy(), rtol=1e-5
    )


@pytest.mark.parametrize("seen", ["pixels", "features"])
def test_noise_on_images_makes_all_scores_except_recall_worse(seen, digits, classifier):
    held_out = np.concatenate([digits.validation, digits.test])
    noise = 0.4 * Generator(1).standard_normal(held_out.shape)
    features = classifier.features if seen == "features" else None
    scores = table(digits.train, held_out, held_out + noise, features=features)
    assert len(scores) == 8
    for name, score in scores.items():
        if name in ("Fréchet distance", "recall") or (name == "KID" and seen == "pixels"):
            continue  # of pixels KID sees little but their mean, which is the same
        difference = sign(score) * (score.held_out.mean - score.generated.mean)
        assert difference > 2 * math.hypot(score.held_out.standard_error, score.generated.standard_error), (
            name
        )
    assert scores["Fréchet distance"].generated.mean > 2 * scores["Fréchet distance"].held_out.mean
    assert (
        scores["recall"].generated.mean > scores["recall"].held_out.mean
    )  # fooled by balls as wide as noise


def test_the_claim_above_rejects_other_real_images(digits):
    held_out = np.concatenate([digits.validation, digits.test])
    for score in table(digits.train[::2], held_out, digits.train[1::2]).values():
        difference = score.held_out.mean - score.generated.mean
        error = math.hypot(score.held_out.standard_error, score.generated.standard_error)
        assert math.isnan(error) or abs(difference) < 5 * error, score.name


def test_each_entry_is_the_score_of_sets_cut_to_the_same_size(rng):
    real, held_out, generated = (rng.standard_normal((n, 3)) for n in (90, 60, 180))
    scores = table(real, held_out, generated, max_examples=30)
    real, generated = real[::3], generated[::6]
    assert scores["Fréchet distance"].generated.mean == frechet_distance(real, generated)
    assert scores["Fréchet distance"].held_out.mean == frechet_distance(real, held_out[::2])
    a, b = precision_recall(real, generated), density_coverage(real, generated)
    for name, expected in (
        ("precision", a.precision),
        ("recall", a.recall),
        ("density", b.density),
        ("coverage", b.coverage),
        (
            "Parzen log-likelihood, nats",
            parzen_log_likelihood(generated, real[::2], real[1::2]).log_likelihood,
        ),
    ):
        assert scores[name].generated == expected
    bandwidth = np.median([math.dist(real[i], real[j]) for i in range(30) for j in range(i)])
    np.testing.assert_allclose(
        scores["MMD², Gaussian kernel"].generated, mmd(real, generated, GaussianKernel(bandwidth))
    )


def test_bad_input_names_the_set(rng):
    x = rng.standard_normal((40, 3))
    for sets, words in [
        ((x, x, x * np.nan), "generated holds NaN"),
        ((x, x[:9], x), "held_out has 9 examples; this score needs at least 20"),
        ((x, x, x[:, :2]), "real has 3 numbers per example and generated has 2"),
    ]:
        with pytest.raises(BadInput, match=words):
            two_sample_scores(*sets)


def test_memory_stays_under_the_stated_bound():
    """32 MB plus the sets; all pairs of 3,000 examples at once would need 72 MB."""
    mixture = ring()
    x, y = (mixture.sample(3000, Generator(seed))[0] for seed in (1, 2))
    for score in (
        lambda: parzen_log_likelihood(x, y, y, sigmas=[0.1]),
        lambda: mmd(x, y, GaussianKernel(1.0), blocks=2),
        lambda: median_distance(x),
        lambda: precision_recall(x, y),
        lambda: density_coverage(x, y),
        lambda: modes_captured(x, np.tile(mixture.centres, (375, 1)), 0.1),
    ):
        tracemalloc.start()
        try:
            score()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 32e6 + 10 * x.size * 8
