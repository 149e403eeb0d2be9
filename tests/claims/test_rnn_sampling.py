"""Every sampler of text has the distribution that it claims, by χ² tests against probabilities by hand."""

import contextlib
import itertools

import numpy as np
import pytest

from scratchgen import rnn
from scratchgen.autograd import Tensor
from scratchgen.data import CharacterTokenizer
from scratchgen.random import Generator
from scratchgen.rnn import LanguageModel, beam_search, generate, probabilities

LETTERS = "abcd"
V = len(LETTERS)
DRAWS = 6000
LIKELY = 1e-3  # size of each test: a correct sampler fails with this probability; the seeds are fixed


def chi2(counts, p):
    """The p-value of these counts under the probabilities p."""
    stats = pytest.importorskip("scipy.stats")
    if counts[p == 0].any():
        return 0.0
    counts, p = counts[p > 0], p[p > 0]
    return stats.chi2.sf(np.sum((counts - counts.sum() * p) ** 2 / (counts.sum() * p)), len(p) - 1)


@pytest.fixture
def model():
    """A model of four letters; the next letter depends on all letters before."""
    model = LanguageModel(CharacterTokenizer(LETTERS), hidden=5, embedding=3, rng=Generator(4), cell="gru")
    model.W_hy.data *= 4
    return model


def tempered(y, temperature):
    p = np.exp(y / temperature)
    return p / p.sum()


def of_the_likeliest(p, k):
    kept = np.where(np.argsort(np.argsort(-p)) < k, p, 0)
    return kept / kept.sum()


def nucleus(p, mass):
    """The smallest set of symbols with the mass, found by a search over all subsets, not by sorting."""
    sets = [
        s for n in range(1, V + 1) for s in itertools.combinations(range(V), n) if p[list(s)].sum() >= mass
    ]
    fewest = min(len(s) for s in sets)
    best = max((s for s in sets if len(s) == fewest), key=lambda s: p[list(s)].sum())
    kept = np.where(np.isin(np.arange(V), best), p, 0)
    return kept / kept.sum()


SAMPLERS = {
    "temperature 1": ({}, lambda y: tempered(y, 1)),
    "temperature 0.6": ({"temperature": 0.6}, lambda y: tempered(y, 0.6)),
    "temperature 2": ({"temperature": 2.0}, lambda y: tempered(y, 2)),
    "top 2": ({"top_k": 2}, lambda y: of_the_likeliest(tempered(y, 1), 2)),
    "nucleus of 0.7": ({"top_p": 0.7}, lambda y: nucleus(tempered(y, 1), 0.7)),
    "all together": (
        {"temperature": 1.5, "top_k": 3, "top_p": 0.8},
        lambda y: nucleus(of_the_likeliest(tempered(y, 1.5), 3), 0.8),
    ),
}


def joint(model, prompt, one):
    """The probability of each pair of letters after the prompt, when each letter is sampled from one(logits)."""
    pairs = np.empty((V, V))
    logits = lambda text: model.forward(model.tokenizer.encode(text)[:, None])[0].numpy()[-1, 0].astype(float)
    first = one(logits(prompt))
    for k, letter in enumerate(LETTERS):
        pairs[k] = first[k] * one(logits(prompt + letter))
    return pairs.ravel()


def counts(texts, prompt):
    pairs = [text[len(prompt) :] for text in texts]
    return np.array([pairs.count(a + b) for a in LETTERS for b in LETTERS])


@pytest.mark.equation("rnn.sampling")
@pytest.mark.parametrize("name", SAMPLERS)
def test_two_letters_in_a_row_have_the_distribution_that_the_sampler_claims(name, model):
    options, one = SAMPLERS[name]
    texts = generate(model, ["ab"] * DRAWS, 2, Generator(1), **options)
    assert chi2(counts(texts, "ab"), joint(model, "ab", one)) > LIKELY


WRONG = {
    "the temperature is applied after the softmax": (
        {"temperature": 0.6},
        lambda y: tempered(y, 1) / 0.6 / np.sum(tempered(y, 1) / 0.6),
    ),
    "the temperature multiplies": ({"temperature": 2.0}, lambda y: tempered(y, 1 / 2)),
    "one letter too many": ({"top_k": 2}, lambda y: of_the_likeliest(tempered(y, 1), 3)),
    "the mass returns to the most probable symbol": (
        {"top_k": 2},
        lambda y: (
            (p := np.where(of_the_likeliest(tempered(y, 1), 2) > 0, tempered(y, 1), 0))
            + (1 - p.sum()) * (p == p.max())
        ),
    ),
    "the nucleus leaves out the letter that completes it": (
        {"top_p": 0.7},
        lambda y: of_the_likeliest(tempered(y, 1), 1),
    ),
    "the nucleus is cut before the temperature": (
        {"temperature": 1.5, "top_p": 0.8},
        lambda y: tempered(np.where(nucleus(tempered(y, 1), 0.8) > 0, y, -np.inf), 1.5),
    ),
}


@pytest.mark.equation("rnn.sampling")
@pytest.mark.parametrize("name", WRONG)
def test_the_claim_above_rejects_a_sampler_that_does_something_else(name, model):
    options, wrong = WRONG[name]
    texts = generate(model, ["ab"] * DRAWS, 2, Generator(1), **options)
    assert chi2(counts(texts, "ab"), joint(model, "ab", wrong)) < LIKELY


@pytest.mark.equation("rnn.sampling")
def test_as_the_temperature_falls_the_distribution_becomes_greedy(rng, measured):
    y = rng.standard_normal((7, V))
    greedy = np.eye(V)[y.argmax(axis=1)]
    distances = [np.abs(probabilities(y, t) - greedy).max() for t in (1, 0.1, 0.01, 1e-3, 1e-320)]
    assert all(a >= b for a, b in itertools.pairwise(distances))
    assert distances[0] > 0.1 and distances[-1] == 0
    measured(np.abs(probabilities(y, 0) - greedy), 0)
    np.testing.assert_array_equal(probabilities(y, 1, top_k=1), greedy)
    np.testing.assert_array_equal(probabilities(y, 1, top_p=1e-9), greedy)


def test_top_k_and_top_p_that_keep_everything_change_nothing(rng):
    y = rng.standard_normal((7, V))
    np.testing.assert_allclose(probabilities(y, 1, top_k=V), probabilities(y, 1), rtol=1e-14)
    np.testing.assert_allclose(probabilities(y, 1, top_p=1.0), probabilities(y, 1), rtol=1e-14)
    np.testing.assert_allclose(probabilities(y, 1, top_k=99), probabilities(y, 1), rtol=1e-14)


def test_equal_logits_are_cut_to_exactly_k():
    assert np.count_nonzero(probabilities(np.zeros((3, V)), 1, top_k=2)) == 6


@pytest.mark.parametrize("cell", rnn.CELLS)
def test_texts_of_a_batch_are_those_sampled_alone(cell):
    model = LanguageModel(CharacterTokenizer(LETTERS), 8, 3, Generator(5), cell=cell, layers=2)
    model.W_hy.data *= 5
    prompts = ["a", "bcd", "a", "dddd"]
    alone = [generate(model, [prompt], 15, Generator(0), temperature=0)[0] for prompt in prompts]
    assert generate(model, prompts, 15, Generator(0), temperature=0) == alone


def test_a_text_ends_with_the_first_stop_after_its_prompt(model):
    texts = generate(model, ["abab"] * 50, 40, Generator(3), stop="ab")
    whole = generate(model, ["abab"] * 50, 40, Generator(3))
    assert len(set(map(len, texts))) > 5  # they ended at many lengths
    for text, full in zip(texts, whole, strict=True):
        said = full[4:]
        assert text == full[: 4 + said.index("ab") + 2] if "ab" in said else text == full


def test_a_prompt_is_the_same_whether_read_in_one_call_or_in_several(model, monkeypatch):
    prompt = "abcddcba" * 10
    expected = generate(model, [prompt], 20, Generator(0))
    monkeypatch.setattr("scratchgen.rnn.sampling.PROMPT_STEPS", 7)
    assert generate(model, [prompt], 20, Generator(0)) == expected


# --- beam search ------------------------------------------------------------------------------------------


def log_prob(model, prompt, more):
    """log p(more | prompt), from the losses of the whole text."""
    ids = model.tokenizer.encode(prompt + more)
    losses, _ = model.loss(ids[:-1, None], ids[1:, None])
    return -losses.numpy()[len(prompt) - 1 :].astype(np.float64).sum()


def by_length(log_p, length, alpha):
    return log_p / ((5 + length) / 6) ** alpha


@pytest.mark.equation("rnn.beam")
@pytest.mark.parametrize("seed", range(3))
def test_a_beam_that_drops_nothing_finds_the_best_text_of_all(seed, measured):
    T = 4
    model = LanguageModel(CharacterTokenizer(LETTERS), 6, 3, Generator(seed), cell="lstm")
    model.W_hy.data *= 6
    all_texts = ["".join(t) for t in itertools.product(LETTERS, repeat=T)]
    scores = np.array([log_prob(model, "ab", t) for t in all_texts])
    found = beam_search(model, "ab", T, V**T)
    assert len(found) == V**T
    assert found[0].text == "ab" + all_texts[scores.argmax()]
    measured(np.abs([f.log_prob for f in found] - np.sort(scores)[::-1]), 1e-5)
    assert found[0].log_prob >= beam_search(model, "ab", T, 2)[0].log_prob - 1e-12


@pytest.mark.equation("rnn.beam")
@pytest.mark.parametrize("alpha", [0.0, 0.7, 2.0])
def test_with_a_stop_the_best_score_over_all_lengths_is_found(alpha, model, measured):
    T = 4
    ended = [
        "".join(t) + "d" for n in range(T) for t in itertools.product("abc", repeat=n)
    ]  # the first d ends a text
    texts = ended + ["".join(t) for t in itertools.product("abc", repeat=T)]
    scores = np.array([by_length(log_prob(model, "a", t), len(t), alpha) for t in texts])
    found = beam_search(model, "a", T, V**T, length_penalty=alpha, stop="d")
    assert {f.text for f in found} == {"a" + t for t in texts}
    assert found[0].text == "a" + texts[scores.argmax()]
    measured(np.abs([f.score for f in found] - np.sort(scores)[::-1]), 1e-5)


def test_dividing_by_the_length_prefers_longer_texts(model):
    lengths = [
        np.mean([len(f.text) for f in beam_search(model, "a", 6, 8, length_penalty=alpha, stop="d")[:4]])
        for alpha in (0.0, 5.0)
    ]
    assert lengths[1] > lengths[0]


class Chain:
    """A Markov chain as a model: P[i, j] is the probability of j after i."""

    tokenizer = CharacterTokenizer(LETTERS)

    def __init__(self, P):
        self.logits = np.log(P)

    def eval_mode(self):
        return contextlib.nullcontext()

    def forward(self, ids, state=None):
        return Tensor(self.logits[ids]), Tensor(np.zeros((1, 1, ids.shape[1], 1)))

    def incremental_decoder(self):
        return lambda ids, state: (self.logits[ids], np.zeros((1, 1, len(ids), 1)))


@pytest.mark.equation("rnn.beam")
def test_the_claim_of_the_best_text_rejects_greedy_search():
    """After a, b is more probable than c; after b all letters are equal, and after c one is nearly certain."""
    P = np.full((V, V), 0.25)
    P[0] = 0.01, 0.55, 0.43, 0.01
    P[2] = 0.01, 0.01, 0.01, 0.97
    greedy, wide = (beam_search(Chain(P), "a", 2, width)[0] for width in (1, 2))
    assert wide.text == "acd" and wide.log_prob == pytest.approx(np.log(0.43 * 0.97))
    assert greedy.text[1] == "b" and greedy.log_prob == pytest.approx(np.log(0.55 * 0.25))


@pytest.mark.equation("rnn.beam")
def test_a_beam_of_one_is_greedy(model):
    for prompt in ("a", "cd", "bbb"):
        assert beam_search(model, prompt, 9, 1)[0].text == model.generate(prompt, 9, 0, Generator(0))
