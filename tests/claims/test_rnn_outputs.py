"""Outputs of a recurrent network: symbols, notes, a regression, another sequence; and their scores."""

import math

import numpy as np
import pytest

from scratchgen.data.tokenizers.characters import CharacterTokenizer
from scratchgen.evaluation.per_step import marginal_nats, per_step
from scratchgen.random import Generator
from scratchgen.rnn import LanguageModel, SequenceRegression
from scratchgen.rnn.frames.notes import IndependentNotes
from scratchgen.rnn.frames.training import disturbed
from scratchgen.rnn.scoring import evaluate, perplexity
from scratchgen.rnn.translation.seq2seq import Seq2Seq

pytestmark = pytest.mark.fast


def random_weights(model, size=0.6):
    """The model in float64, with weights of one scale."""
    rng = np.random.default_rng(5)
    for p in model.parameters():
        p.data = size * rng.standard_normal(p.shape)
    return model


def every(V, n):
    """Every sequence of n symbols, as columns (n, V^n)."""
    return np.array(list(np.ndindex(*(V,) * n))).T


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


# --- text -------------------------------------------------------------------------------------------------


def language_model():
    return random_weights(LanguageModel(CharacterTokenizer("abc"), hidden=4, embedding=3))


@pytest.mark.equation("rnn.language_model")
def test_the_probabilities_of_all_texts_after_a_symbol_sum_to_one(measured):
    text = every(3, 4)
    losses, _ = language_model().loss(np.concatenate([0 * text[:1], text[:-1]]), text)
    measured(abs(np.exp(-losses.numpy().sum(axis=0)).sum() - 1), 1e-12)


@pytest.mark.equation("rnn.language_model")
def test_the_claim_above_rejects_a_model_that_has_read_the_symbol_that_it_predicts():
    text = every(3, 4)
    losses, _ = language_model().loss(text, text)
    assert abs(np.exp(-losses.numpy().sum(axis=0)).sum() - 1) > 0.01


@pytest.mark.equation("rnn.perplexity")
def test_the_perplexity_is_two_to_the_bits_and_of_equal_probabilities_their_number(measured):
    model, ids = language_model(), np.array([0, 2, 1, 1, 0, 2, 2])
    measured(abs(perplexity(model, ids) - 2 ** evaluate(model, ids)), 1e-12)
    for p in model.parameters():
        p.data = 0 * p.data
    measured(abs(perplexity(model, ids) - 3), 1e-12)


@pytest.mark.equation("rnn.perplexity")
def test_the_claim_above_rejects_e_to_the_bits():
    model, ids = language_model(), np.array([0, 2, 1, 1])
    assert abs(math.exp(evaluate(model, ids)) - perplexity(model, ids)) > 0.1


# --- notes ------------------------------------------------------------------------------------------------


@pytest.mark.equation("rnn.independent_notes")
def test_each_note_sounds_with_its_own_probability_whatever_the_others_do(rng, measured):
    """The joint of all 2⁴ chords, compared with products of the sigmoid marginals."""
    notes, h = random_weights(IndependentNotes(3, 4, Generator(0))), rng.standard_normal(3)
    x = every(2, 4).T.astype(float)
    joint = np.exp(notes.log_prob(np.tile(h, (16, 1)), x).numpy())
    p = sigmoid(h @ notes.W_hy.data + notes.b_y.data)
    measured(np.abs(joint - np.prod(np.where(x == 1, p, 1 - p), axis=1)), 1e-12)
    measured(np.abs(joint @ x - p), 1e-12)


@pytest.mark.equation("rnn.independent_notes")
def test_the_claim_above_rejects_notes_that_share_one_softmax(rng):
    notes, h = random_weights(IndependentNotes(3, 4, Generator(0))), rng.standard_normal(3)
    y = h @ notes.W_hy.data + notes.b_y.data
    assert np.abs(np.exp(y) / np.exp(y).sum() - sigmoid(y)).max() > 0.1


@pytest.mark.equation("rnn.weight_noise")
def test_the_mean_loss_under_the_noise_is_that_of_the_quadratic(measured):
    """L(θ) = ½ θ²: the mean of ∂L/∂θ is θ, and the mean of L is ½ (θ² + σ²). Four standard errors."""
    n, theta, sigma = 100_000, 1.5, 0.5
    moved = disturbed(np.full(n, theta), sigma, Generator(0))
    measured(abs(moved.mean() - theta), 4 * sigma / math.sqrt(n))
    L = moved**2 / 2
    measured(abs(L.mean() - (theta**2 + sigma**2) / 2), 4 * L.std() / math.sqrt(n))


@pytest.mark.equation("rnn.weight_noise")
def test_the_claim_above_rejects_a_noise_of_variance_sigma():
    n, theta, sigma = 100_000, 1.5, 0.5
    L = (theta + math.sqrt(sigma) * np.random.default_rng(0).standard_normal(n)) ** 2 / 2
    assert abs(L.mean() - (theta**2 + sigma**2) / 2) > 10 * L.std() / math.sqrt(n)


# --- scores of music --------------------------------------------------------------------------------------


def music(rng, sets=2_000, pieces=50):
    """Pieces of different length, each with a cost per step of about 8 nats."""
    steps = rng.integers(20, 100, (sets, pieces))
    return steps * rng.normal(8, 1, steps.shape), steps


@pytest.mark.equation("rnn.per_step")
def test_the_standard_error_is_the_deviation_of_means_over_other_pieces(rng, measured):
    nats, steps = music(rng)
    means, errors = np.transpose([per_step(n, t) for n, t in zip(nats, steps, strict=True)])
    measured(abs(means.mean() - 8), 4 * means.std() / math.sqrt(len(means)))
    measured(abs(errors.mean() / means.std() - 1), 4 / math.sqrt(2 * len(means)) + 1 / 50)  # and of order 1/N


@pytest.mark.equation("rnn.per_step")
def test_the_claim_above_rejects_an_error_over_steps_taken_as_independent(rng):
    nats, steps = music(rng)
    means = nats.sum(axis=1) / steps.sum(axis=1)
    careless = 1 / np.sqrt(steps.sum(axis=1))  # treats the cost of a piece as drawn anew at every step
    assert careless.mean() < 0.3 * means.std()


@pytest.mark.equation("rnn.marginals")
def test_the_rule_is_the_mean_of_its_posterior_under_the_prior_of_jeffreys(measured):
    """∫ p L(p) / √(p (1 − p)) dp over ∫ L(p) / √(p (1 − p)) dp, L the likelihood; smooth with p = sin²."""
    angle = (np.arange(2_000) + 0.5) / 2_000 * math.pi / 2
    p = np.sin(angle) ** 2
    for heard, n in ((0, 4), (3, 5), (5, 5)):
        likelihood = p**heard * (1 - p) ** (n - heard)
        mean = (p * likelihood).sum() / likelihood.sum()
        train = [np.array([[1.0]] * heard + [[0.0]] * (n - heard))]
        measured(abs(math.exp(-marginal_nats(train, [np.ones((1, 1))])) - mean), 1e-6)


@pytest.mark.equation("rnn.marginals")
def test_the_claim_above_rejects_plain_frequencies_and_the_rule_of_laplace():
    by_krichevsky = math.exp(-marginal_nats([np.array([[1.0], [0.0], [0.0], [0.0]])], [np.ones((1, 1))]))
    assert abs(1 / 4 - by_krichevsky) > 0.02 and abs(2 / 6 - by_krichevsky) > 0.02


# --- regression and seq2seq -------------------------------------------------------------------------------


@pytest.mark.equation("rnn.regression")
def test_the_answer_is_the_recurrence_written_out_and_its_loss_the_squared_distance(rng, measured):
    model = random_weights(SequenceRegression(2, 3, 4, cell="tanh"))
    x, target = rng.standard_normal((5, 1, 2)), rng.standard_normal((1, 3))
    W = {name.rpartition(".")[2]: p.data for name, p in model.named_parameters()}
    h = np.zeros((1, 4))
    for x_t in x:
        h = np.tanh(h @ W["W_hh"] + x_t @ W["W_xh"] + W["b_h"])
    expected = sum((a - b) ** 2 for a, b in zip((h @ W["W_hy"] + W["b_y"])[0], target[0], strict=True))
    measured(abs(model.loss(x, target).item() - expected), 1e-12)


@pytest.mark.equation("rnn.regression")
def test_the_claim_above_rejects_the_mean_over_the_outputs(rng):
    model = random_weights(SequenceRegression(2, 3, 4, cell="tanh"))
    x, target = rng.standard_normal((5, 1, 2)), rng.standard_normal((1, 3))
    answer = model(x).numpy()
    assert abs(np.mean((answer - target) ** 2) - model.loss(x, target).item()) > 0.1


def translator():
    return random_weights(Seq2Seq(2, 2, 4, 3, Generator(0), attention="dot"))


def of_all_texts(n):
    """Σ p of targets of up to n symbols with their end, and of all beginnings of n symbols."""
    model, x = translator(), np.array([[0], [1], [1]])
    ended, begun = [], []
    for length in range(n + 1):
        y = every(2, length) if length else np.zeros((0, 1), int)
        B = y.shape[1]
        wide = np.repeat(x, B, axis=1)
        losses = model.loss(wide, np.ones_like(wide, bool), y, np.ones(y.shape, bool)).numpy()
        places, state = model.encode(wide)
        o = model.decode(np.concatenate([np.full((1, B), model.boundary), y]), state, places)[0].numpy()
        log_p = o - np.log(np.exp(o).sum(axis=-1, keepdims=True))
        p = np.exp(np.take_along_axis(log_p[:-1], y[..., None], axis=-1).sum(axis=0)[:, 0])
        ended.append(np.exp(-losses).sum())
        begun.append(p.sum())
        going_on = (p * (1 - np.exp(log_p[-1, :, model.boundary]))).sum()
    return sum(ended), sum(begun), going_on


@pytest.mark.equation("rnn.seq2seq")
def test_targets_that_end_within_n_symbols_and_longer_ones_have_probability_one(measured):
    ended, _, going_on = of_all_texts(4)
    measured(abs(ended + going_on - 1), 1e-12)


@pytest.mark.equation("rnn.seq2seq")
def test_the_claim_above_rejects_a_loss_that_leaves_the_end_out():
    _, begun, going_on = of_all_texts(4)
    assert abs(begun + going_on - 1) > 0.1
