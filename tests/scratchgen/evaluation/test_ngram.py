"""n-gram models are normalised, reach the entropy of known sources, and match published scores."""

import os

import numpy as np
import pytest

from scratchgen.data import CharacterTokenizer, load_text
from scratchgen.errors import BadInput
from scratchgen.evaluation.ngram import CONCENTRATION_GRID, NGram, best_ngram, bits_per_character

V = 5


def markov_text(n, seed):
    """A source of order 2 over V tokens and its exact entropy in nats per token."""
    p = np.random.default_rng(7).dirichlet(np.full(V, 0.5), size=(V, V))  # p[a, b, c] = p(c | a b)
    pair = np.full((V, V), 1 / V**2)
    for _ in range(500):
        pair = np.einsum("ab,abc->bc", pair, p)
    entropy = -np.sum(pair[..., None] * p * np.log(p))
    cumulative, ids = np.cumsum(p, axis=-1), [0, 1]
    for u in np.random.default_rng(seed).random(n):
        ids.append(int(min(np.searchsorted(cumulative[ids[-2], ids[-1]], u), V - 1)))
    return np.array(ids[2:]), entropy


@pytest.fixture(scope="module")
def markov():
    """Training text, held-out text, entropy."""
    train, entropy = markov_text(200_000, seed=1)
    return train, markov_text(100_000, seed=2)[0], entropy


def is_normalised(model, contexts):
    """Whether Σ_c p(c | context) = 1 for every context."""
    sums = [sum(np.exp(model.log_prob(np.append(ctx, c))[-1]) for c in range(V)) for ctx in contexts]
    return np.allclose(sums, 1, rtol=1e-12, atol=0)


def reaches_entropy(nats, entropy):
    """Within 4 standard errors: −log p has a standard deviation below 1 nat, and there are 100,000 tokens.

    Fitting V²(V−1) = 100 numbers to 200,000 tokens costs a further 100 / (2 · 200,000) = 0.00025 nats.
    """
    return abs(nats - entropy) < 4 / np.sqrt(100_000)


class Peeking(NGram):
    """The planted error: looks at the token that it must predict."""

    def log_prob(self, ids):
        return 0.5 * super().log_prob(ids)


class Unnormalised(NGram):
    """The planted error: n(ctx) is missing in the denominator's α."""

    def evidence(self, ids):
        return [(seen, np.maximum(total - self.concentration, 0)) for seen, total in super().evidence(ids)]


@pytest.mark.equation("rnn.ngram")
@pytest.mark.parametrize("order", range(5))
@pytest.mark.parametrize("concentration", [1e-6, 1.0, 100.0])
def test_probabilities_sum_to_one_after_any_context(order, concentration, markov):
    model = NGram(order, concentration).fit(markov[0][:300], V)  # so short that many contexts are unseen
    rng = np.random.default_rng(0)
    assert is_normalised(model, [rng.integers(V, size=n) for n in (0, 1, 2, 3, 4, 5, 9, 9)])


@pytest.mark.equation("rnn.ngram")
@pytest.mark.parametrize("planted", [Peeking, Unnormalised])
def test_the_claim_above_rejects_models_that_peek_or_are_not_normalised(planted, markov):
    assert not is_normalised(planted(2, 1.0).fit(markov[0][:300], V), [np.array([0, 1, 2])])


def test_held_out_text_costs_the_entropy_of_its_source(markov):
    train, held_out, entropy = markov
    assert reaches_entropy(-NGram(2).fit(train, V).log_prob(held_out).mean(), entropy)


def test_the_claim_above_rejects_a_model_that_peeks_and_one_with_too_short_a_context(markov):
    train, held_out, entropy = markov
    assert not reaches_entropy(-Peeking(2).fit(train, V).log_prob(held_out).mean(), entropy)
    assert not reaches_entropy(-NGram(1).fit(train, V).log_prob(held_out).mean(), entropy)


def test_maximum_likelihood_on_its_own_text_costs_the_conditional_entropy(markov):
    ids = markov[0]
    pairs = np.zeros((V, V))
    np.add.at(pairs, (ids[:-1], ids[1:]), 1)
    p = pairs / pairs.sum(axis=1, keepdims=True)
    conditional_entropy = -np.sum(pairs * np.log(p)) / pairs.sum()
    nats = -NGram(1, concentration=1e-9).fit(ids, V).log_prob(ids)[1:].mean()
    assert nats == pytest.approx(conditional_entropy, rel=1e-9)


@pytest.mark.equation("rnn.ngram")
def test_the_recursion_agrees_with_counts_by_hand(measured):
    model = NGram(1, concentration=2.0).fit(np.array([0, 1, 0, 1, 1]), 3)
    p0 = (np.array([2, 3, 0]) + 2 / 3) / (5 + 2)
    p_after_0 = (np.array([0, 2, 0]) + 2 * p0) / (2 + 2)
    p_after_1 = (np.array([1, 1, 0]) + 2 * p0) / (2 + 2)
    expected = np.log([p0[0], p_after_0[1], p_after_1[2], p0[0]])
    measured(np.abs(model.log_prob(np.array([0, 1, 2, 0])) - expected), 1e-14)  # nothing follows a 2


def test_an_unseen_token_has_the_uniform_floor():
    model = NGram(0, concentration=1.0).fit(np.zeros(9, int), 4)
    assert np.exp(model.log_prob(np.array([3])))[0] == pytest.approx(1 / 4 / 10, rel=1e-14)


def test_a_token_depends_on_no_later_one_and_on_nothing_beyond_the_order(markov):
    model = NGram(3).fit(markov[0][:5000], V)
    text = markov[1][:50]
    whole = model.log_prob(text)
    assert np.array_equal(model.log_prob(text[:20]), whole[:20])
    assert np.array_equal(model.log_prob(text[10:])[3:], whole[13:])


def test_the_best_order_is_found_on_validation(markov):
    train, held_out, _ = markov
    model = best_ngram(train, held_out, V, max_order=4)
    assert model.order == 2 and model.concentration in CONCENTRATION_GRID
    rivals = [
        NGram(k, a).fit(train, V).log_prob(held_out).sum() for k in range(5) for a in CONCENTRATION_GRID
    ]
    assert model.log_prob(held_out).sum() == pytest.approx(max(rivals), rel=1e-12)


def test_a_uniform_guess_over_eight_tokens_costs_three_bits():
    assert bits_per_character(np.full(10, -np.log(8))) == pytest.approx(3, rel=1e-15)


@pytest.mark.parametrize(
    ("ids", "vocabulary_size", "order"),
    [
        ([], 3, 0),
        ([0, 3], 3, 0),
        ([-1, 0], 3, 0),
        ([0.5], 3, 0),
        ([[0, 1]], 3, 0),
        ([0, 1], 3, 2),
        ([0] * 99, 65, 11),
    ],
)
def test_a_text_that_cannot_be_counted_is_refused_in_one_line(ids, vocabulary_size, order):
    with pytest.raises(BadInput) as caught:
        NGram(order).fit(np.array(ids), vocabulary_size)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("order", "concentration"), [(-1, 1.0), (0, 0.0), (0, -1.0), (0, np.nan), (0, np.inf)]
)
def test_a_negative_order_and_a_concentration_that_is_not_positive_are_refused(order, concentration):
    with pytest.raises(ValueError, match=r"(order|concentration) must be"):
        NGram(order, concentration)


def test_an_unfitted_model_says_so():
    with pytest.raises(RuntimeError, match="fit first"):
        NGram(1).log_prob(np.array([0]))


@pytest.mark.skipif(
    not os.environ.get("SCRATCHGEN_DATA"), reason="SCRATCHGEN_DATA names no folder with real data"
)
def test_tinyshakespeare_costs_at_most_the_published_scores_of_additive_smoothing():
    """The published scores are for the last 10 % of the text, with the smoothing tuned on it; as α is here."""
    text = load_text("tinyshakespeare")
    tokenizer = CharacterTokenizer.of(text.train + text.validation + text.test)
    train, last_tenth = tokenizer.encode(text.train), tokenizer.encode(text.validation + text.test)
    additive = [3.347, 2.482, 2.046, 1.779, 1.750, 1.979]  # nats per character, orders 0 to 5
    for order, published in enumerate(additive):
        model = best_ngram(train, last_tenth, tokenizer.vocabulary_size, max_order=order)
        assert -model.log_prob(last_tenth).mean() < published + 0.005
