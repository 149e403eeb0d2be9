"""A VQ-VAE of grey levels: its likelihood is a probability of them, so that its bound can be stated in bits."""

import itertools

import numpy as np
import pytest

from scratchgen.errors import BadInput
from scratchgen.random import Generator
from scratchgen.runs import History
from scratchgen.tasks import get_task
from scratchgen.tasks.vae_scores import baseline
from scratchgen.vae.vq import VQVAE

LEVELS = 3


def small(likelihood, levels, seed=0):
    """Images of 2 × 2 pixels, each of which is one of five codes."""
    return VQVAE((2, 2), 5, 2, (4,), 3, Generator(seed), likelihood=likelihood, levels=levels)


def all_images(levels):
    values = np.arange(levels, dtype=np.float32) / (levels - 1)
    return np.array(list(itertools.product(values, repeat=4)), np.float32)


@pytest.mark.parametrize("likelihood", ["categorical", "logistic"])
@pytest.mark.parametrize("seed", range(3))
def test_the_bound_is_below_a_probability_and_no_more_than_one_is_shared_among_all_images(likelihood, seed):
    model, x = small(likelihood, LEVELS, seed), all_images(LEVELS)
    assert np.exp(model.elbo(x).numpy()).sum() <= 1 + 1e-5
    given_codes = [np.exp(model.decode_codes(np.full((len(x), 1), k)).log_prob(x).numpy()) for k in range(5)]
    assert np.sum(given_codes, axis=1) == pytest.approx(1, abs=1e-5)


def test_the_claim_above_rejects_a_density():
    model, x = small("gaussian", None), all_images(LEVELS)
    model.init_output_bias(x.mean(axis=0), 0.05)
    given_code = np.exp(
        model.decode_codes(np.zeros((1, 1), int)).log_prob(np.full((1, 4), 0.5, np.float32)).numpy()
    )
    assert given_code > 1


def test_a_logistic_likelihood_begins_at_the_scale_of_the_data():
    model, rng = small("logistic", 256), np.random.default_rng(0)
    x = (rng.integers(100, 140, (500, 4)) / 255).astype(np.float32)
    before = model.likelihood(np.zeros((1, 8), np.float32)).log_prob(x[:1])
    model.init_output_bias(x.mean(axis=0), x.std())
    p = model.likelihood(np.zeros((1, 8), np.float32))
    assert np.allclose(p.mean, x.mean(axis=0), atol=1e-3)
    assert p.log_prob(x[:1]) > before + 4 * np.log(5), "a scale of 1 is eight times that of these data"


def grey_task(likelihood, **given):
    task = get_task("vq")
    settings = task.complete("digits", {"likelihood": likelihood, "epochs": 1, "prior_epochs": 1, **given})
    rows = task.load("digits", settings)
    info = task.describe(rows, settings)
    model = task.build(settings, rows, info, Generator(0))
    return task, settings, rows, info, model


@pytest.mark.parametrize("likelihood, in_bits", [("categorical", True), ("bernoulli", False)])
def test_bits_are_stated_where_the_likelihood_is_a_probability_of_the_pixels(likelihood, in_bits):
    task, settings, rows, info, model = grey_task(likelihood, min_steps=0)
    assert info.levels == (17 if in_bits else None)
    task.prepare(model, rows, settings)
    task.train(model, rows, settings, History(), Generator(1))
    scores = {score.measure: score for score in task.score(model, rows, settings, "test")}
    assert ("bits per dimension, by the ELBO" in scores) == in_bits
    if in_bits:
        assert scores["bits per dimension, by the ELBO"].number() < np.log2(17)


@pytest.mark.parametrize("likelihood", ["categorical", "gaussian"])
def test_without_codes_a_prepared_model_is_the_baseline_of_its_score(likelihood, measured):
    task, settings, rows, _, model = grey_task(likelihood)
    for parameter in model.decoder.parameters():
        parameter.data[...] = 0
    before = model.decode_codes(model.codes(rows.test)).log_prob(rows.test).numpy().mean(dtype=np.float64)
    task.prepare(model, rows, settings)
    log_p = model.decode_codes(model.codes(rows.test)).log_prob(rows.test).numpy().mean(dtype=np.float64)
    floor = baseline(rows, "test", model)
    measured(abs(log_p / floor - 1), 1e-5)  # float32
    assert before < floor - 10, "a model that is not prepared is worse"


def test_images_without_8_bit_levels_are_refused_before_training():
    task, settings, rows, _, model = grey_task("logistic")
    with pytest.raises(BadInput, match="256 levels"):
        task.prepare(model, rows, settings)
