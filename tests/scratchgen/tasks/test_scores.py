"""Scores agree with one another and with their definitions, for every model."""

from dataclasses import replace

import numpy as np
import pytest

from scratchgen import vae
from scratchgen.data import load_images
from scratchgen.evaluation import Mean
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.runs import History
from scratchgen.runs.score import mean_score
from scratchgen.tasks import vae_scores
from scratchgen.tasks import vq as vq_task
from scratchgen.tasks.vae_scores import ELBO, bound_scores, likelihood_scores
from scratchgen.tasks.vq import CODE_LENGTH, PERPLEXITY
from scratchgen.vae import vq_training


@pytest.fixture(scope="module")
def rows():
    """Few of the black-and-white digits."""
    digits = load_images("binarized-digits")
    parts = {"test": 60, "validation": 40}
    small = {part: getattr(digits, part)[:n] for part, n in parts.items()}
    return replace(
        digits,
        **small,
        **{f"{part}_labels": getattr(digits, f"{part}_labels")[:n] for part, n in parts.items()},
    )


def trained(model, rows, epochs=10):
    vae.train(
        model,
        rows.train,
        rows.validation,
        History(),
        epochs=epochs,
        batch_size=64,
        optimizer=Adam(model.parameters(), 3e-3),
        rng=Generator(1),
        labels=rows.train_labels,
        validation_labels=rows.validation_labels,
    )
    return model


@pytest.fixture(scope="module")
def models(rows):
    return {
        "plain": trained(vae.VAE(64, 4, 32, Generator(0)), rows),
        "conditional": trained(vae.ConditionalVAE(64, 4, 32, 10, Generator(0)), rows),
        "linear": trained(vae.LinearVAE(64, 4, Generator(0)), rows),
    }


def named(scores):
    return {score.measure: score for score in scores}


@pytest.mark.parametrize("name", ["plain", "conditional", "linear"])
def test_the_bound_is_minus_distortion_and_rate_and_lies_below_the_likelihood(name, models, rows):
    elbo, rate, distortion = bound_scores(models[name], rows, "test", Generator(7))
    likelihood = likelihood_scores(models[name], rows, "test", 50, Generator(7))[0]
    assert elbo.value == pytest.approx(-(distortion.value + rate.value))
    assert elbo.value < likelihood.value < elbo.value + 5
    assert all(score.standard_error > 0 for score in (elbo, distortion, rate, likelihood))


def test_the_bound_is_that_of_the_training_but_for_noise(models, rows):
    elbo, *_ = bound_scores(models["plain"], rows, "test", Generator(7))
    other = vae.evaluate(models["plain"], rows.test, Generator(8), samples=10)
    # the spread over 10 draws of each of 60 images is far below that over images, the standard error
    assert abs(elbo.value - other) < elbo.standard_error


def test_a_part_is_measured_on_its_own_examples(models, rows):
    on = {
        part: named(bound_scores(models["plain"], rows, part, Generator(7)))[ELBO]
        for part in ("validation", "test")
    }
    assert on["validation"].value != on["test"].value
    assert on["validation"].baseline_value != on["test"].baseline_value


def test_a_model_that_is_told_other_classes_than_the_right_ones_scores_worse(models, rows):
    wrong = replace(rows, test_labels=(rows.test_labels + 1) % 10)
    right, worse = (
        bound_scores(models["conditional"], data, "test", Generator(7))[0] for data in (rows, wrong)
    )
    assert worse.value < right.value - 1


@pytest.mark.parametrize("name", ["plain", "conditional"])
def test_how_many_are_decoded_at_once_changes_nothing_but_rounding(name, models, rows, monkeypatch):
    of_all = (
        bound_scores(models[name], rows, "test", Generator(7)),
        likelihood_scores(models[name], rows, "test", 5, Generator(7)),
    )
    monkeypatch.setattr(vae_scores, "ROWS", 12)
    in_pieces = (
        bound_scores(models[name], rows, "test", Generator(7)),
        likelihood_scores(models[name], rows, "test", 5, Generator(7)),
    )
    likelihoods = [found[1][0].value for found in (of_all, in_pieces)]
    assert likelihoods[0] == pytest.approx(likelihoods[1], rel=1e-6)
    rates = [found[0][1].value for found in (of_all, in_pieces)]
    assert rates[0] == pytest.approx(rates[1], rel=1e-6)


def test_the_estimate_for_a_linear_model_is_its_exact_evidence(models, rows):
    scores = named(likelihood_scores(models["linear"], rows, "test", 200, Generator(7)))
    (exact,) = (score for name, score in scores.items() if "exact" in name)
    (estimate,) = (score for name, score in scores.items() if "importance" in name)
    assert estimate.value == pytest.approx(exact.value, abs=0.05)  # nats, with 200 samples of 4 dimensions
    assert exact.value == pytest.approx(models["linear"].exact_log_likelihood(rows.test).mean())


def test_bits_are_told_of_black_and_white_pixels_and_not_of_grey_ones_or_of_densities(models, rows):
    grey = replace(rows, test=0.5 * rows.test + 0.25)
    has_bits = lambda model, data: (
        "bits per dimension" in named(likelihood_scores(models[model], data, "test", 2, Generator(0)))
    )
    assert has_bits("plain", rows) and not has_bits("plain", grey) and not has_bits("linear", rows)


def test_the_bits_are_the_nats_by_log_two_and_by_the_pixels(models, rows):
    scores = likelihood_scores(models["plain"], rows, "test", 3, Generator(0))
    bits = named(scores)["bits per dimension"]
    assert bits.value == pytest.approx(-scores[0].value / np.log(2) / 64)
    assert bits.standard_error == pytest.approx(scores[0].standard_error / np.log(2) / 64)


def test_one_example_has_a_mean_and_no_standard_error(models, rows):
    one = replace(rows, test=rows.test[:1], test_labels=rows.test_labels[:1])
    elbo, *_ = bound_scores(models["plain"], one, "test", Generator(7))
    assert elbo.standard_error is None and "±" not in elbo.ours and np.isfinite(elbo.value)


def test_a_vq_model_is_scored_by_its_own_bound_and_by_its_codes(rows):
    model = vae.VQVAE((8, 8), 8, 4, (8, 8), 8, Generator(0))
    optimizer = Adam([*model.encoder.parameters(), *model.decoder.parameters()], 2e-3)
    training = {"epochs": 2, "prior_epochs": 1, "batch_size": 64, "optimizer": optimizer}
    training["prior_optimizer"] = Adam(model.prior.parameters(), 4e-3)
    vae.train_vq(model, rows.train, rows.validation, History(), **training, rng=Generator(0))
    scores = named(vq_task.score(model, rows, vq_task.Settings(), "test"))
    assert scores[ELBO].value == pytest.approx(vq_training.evaluate(model.elbo, rows.test), rel=1e-5)
    assert scores[ELBO].value == pytest.approx(
        -scores["held-out distortion, nats per example"].value - scores[CODE_LENGTH].value
    )
    assert scores[CODE_LENGTH].baseline_value == pytest.approx(4 * np.log(8))  # a grid of 2 × 2 codes of 8
    assert 1 <= scores[PERPLEXITY].value <= 8


def test_a_mean_in_words_shows_its_error_and_what_it_is_compared_with():
    score = mean_score("x", Mean(1.234, 0.056), 2.0, "something")
    assert (score.ours, score.baseline) == ("1.23 ± 0.06", "2.00 (something)")
