"""Translator: beam search compared with an exhaustive search, scores, attention weights."""

from itertools import product

import numpy as np
import pytest

from scratchgen.data import CharacterTokenizer, PairData
from scratchgen.data.preprocessing.by_length import pad
from scratchgen.data.short_pairs import short_pairs
from scratchgen.errors import BadInput
from scratchgen.evaluation import bleu
from scratchgen.random import Generator
from scratchgen.rnn import Translator, nats_by_pair, nats_per_symbol
from scratchgen.rnn.beam import search
from scratchgen.rnn.translation.translator import LENGTH_PENALTY, pair_batches
from scratchgen.tasks.translation import TASK, Settings, load, sources_of

V, N = 3, 4


@pytest.fixture(params=range(3))
def model(request):
    """A model from four letters to three, with weights large enough for confident predictions."""
    model = Translator(CharacterTokenizer("abcd"), CharacterTokenizer("xyz"), 5, 4, Generator(request.param))
    rng = np.random.default_rng(request.param)
    for p in model.parameters():
        p.data = rng.standard_normal(p.shape)
    return model


def score(log_p, l):
    return log_p / ((5 + l) / 6) ** LENGTH_PENALTY


def all_scores(model, x):
    """The scores of every text of fewer than N symbols with its end, and of every beginning of N symbols."""
    found = {}
    for n in range(N + 1):
        for y in product(range(V), repeat=n):
            inputs = np.array([model.boundary, *y])[:, None]
            places, state = model.encode(x[:, None])
            o = model.decode(inputs, state, places)[0].numpy()[:, 0]
            log_p = o - np.log(np.exp(o).sum(axis=-1, keepdims=True))
            symbols = [*y, model.boundary][:N]
            p = sum(log_p[t, c] for t, c in enumerate(symbols))
            found[model.tokenizers[1].decode(y), n < N] = score(p, len(symbols))
    return found


def test_a_beam_that_drops_nothing_finds_the_best_of_all_texts(model):
    x = model.tokenizers[0].encode("abca")
    expected = all_scores(model, x)
    found = model.translations("abca", width=(V + 1) ** N, n=N)
    assert len(found) == len(expected)
    np.testing.assert_allclose([f.score for f in found], sorted(expected.values(), reverse=True))
    assert expected[found[0].text, len(found[0].text) < N] == pytest.approx(found[0].score)


def without_stopping(y, state, step, ends, n, width):
    """The beam search without early stopping: it continues to the last symbol."""
    kept, ended = [((), 0.0, state)], []
    for l in range(n):
        longer = []
        for ids, p, state in kept:
            o, after = (y, state) if l == 0 else step(np.array(ids[-1:]), state)
            log_p = o[0] - np.log(np.exp(o[0]).sum())
            longer += [((*ids, c), p + log_p[c], after) for c in range(len(log_p))]
        best = sorted(longer, key=lambda text: -text[1])[:width]
        ended += [(score(p, l + 1), ids) for ids, p, _ in best if ends(np.array([ids]))[0]]
        kept = [text for text in best if not ends(np.array([text[0]]))[0]]
    ended += [(score(p, n), ids) for ids, p, _ in kept]
    return sorted(ended, reverse=True)[:width]


@pytest.mark.parametrize("width", [1, 2, 4])
def test_to_stop_when_no_better_text_can_come_changes_only_the_time(width):
    steps, n = 0, 12
    for seed in range(20):
        P = 2 * np.random.default_rng(seed).standard_normal((n, V + 1, V + 1))  # logits given the last symbol

        def step(last, t, P=P):
            nonlocal steps
            steps += 1
            return P[int(t.flat[0]), last], t + 1

        ends = lambda ids: ids[:, -1] == V
        begin = P[0, [V]], np.ones((1, 1, 1, 1))
        found = search(*begin, step, ends, n, width, LENGTH_PENALTY)
        taken, expected = steps, without_stopping(*begin, step, ends, n, width)
        steps = taken
        np.testing.assert_allclose([s for *_, s in found], [s for s, _ in expected])
        assert [tuple(ids) for ids, *_ in found] == [ids for _, ids in expected]
    assert steps < 20 * (n - 1)


def test_a_beam_of_one_is_greedy_with_the_same_attention_weights(model):
    for text in ("a", "abca", "dcbaabcd"):
        x = model.tokenizers[0].encode(text)
        (greedy,), looked = model.translate(x[:, None], None, 9)
        found = model.translations(text, width=1, n=9)[0]
        np.testing.assert_array_equal(found.ids, greedy)
        if len(greedy):
            np.testing.assert_allclose(
                model.attention_weights(text, greedy), looked[: len(greedy), 0], rtol=1e-9
            )


def test_nats_are_those_of_each_pair_alone_in_their_order(model, rng):
    texts = ["".join(rng.choice(list("abcd"), n)) for n in rng.integers(1, 9, 150)]
    pairs = model.encode_pairs([(x, x.translate(str.maketrans("abcd", "xyzx"))) for x in texts])
    alone = [model.loss(*pad([x]), *pad([y])).item() for x, y in pairs]
    np.testing.assert_allclose(nats_by_pair(model, pairs), alone, rtol=1e-9)
    assert nats_per_symbol(model, pairs) == pytest.approx(sum(alone) / (sum(map(len, texts)) + len(texts)))
    rows = [row for *_, rows in pair_batches(pairs, 16, Generator(0)) for row in rows]
    assert sorted(rows) == list(range(150)) and rows != sorted(rows)


def test_a_uniform_model_costs_the_logarithm_of_its_symbols_and_ngrams_cost_less(model):
    for p in (model.output.W, model.output.b):
        p.data[...] = 0
    pairs = PairData("mine", ("one", "other"), *([("ab", "xy"), ("ba", "yx")] * 30 for _ in range(3)))
    likelihood, bleu_score = TASK.score(model, pairs, Settings(), "test")
    assert likelihood.value == pytest.approx(np.log(V + 1)) and not likelihood.reached
    # the choice between two targets costs one bit per three symbols; their common part costs little
    assert np.log(2) / 3 - 0.05 < likelihood.baseline_value < np.log(2)
    assert bleu_score.measure == "BLEU of 2 translations"


def test_reversed_pairs_have_their_texts_and_their_languages_exchanged():
    pairs, exchanged = (
        load("number-words", Settings(max_length=0, reverse=reverse)) for reverse in (False, True)
    )
    assert pairs.sides == ("English", "French") and exchanged.sides == ("French", "English")
    for part in ("train", "validation", "test"):
        assert [(y, x) for x, y in getattr(exchanged, part)] == getattr(pairs, part)


def test_sources_are_distinct_and_have_all_their_targets():
    pairs = [(str(i), y) for i in range(10) for y in ("one", "other")]
    assert sources_of(pairs, 5) == {str(i): ["one", "other"] for i in (0, 2, 4, 6, 8)}
    assert len(sources_of(pairs, 99)) == 10


def test_short_pairs_are_those_whose_texts_are_both_short():
    part = [("ab", "x"), ("a", "xyz"), ("a", "xy")]
    pairs = PairData("mine", ("one", "other"), part, part, part)
    assert short_pairs(pairs, 2).train == [part[0], part[2]] and short_pairs(pairs, 0) == pairs
    with pytest.raises(BadInput, match="the shortest has 2"):
        short_pairs(pairs, 1)


def test_bleu_is_that_of_perfect_and_of_broken_translations():
    pytest.importorskip("sacrebleu")
    theirs = [["the cat sat on the mat", "a cat sat on a mat"], ["there is one reference here"]]
    assert bleu([theirs[0][1], theirs[1][0]], theirs) == pytest.approx(100)
    # 10 of 11 words are right, 8 of 9 pairs, 6 of 7 triples, 4 of 5 quadruples
    broken = bleu([theirs[0][1], "there is one reference now"], theirs)
    assert broken == pytest.approx(100 * (10 / 11 * 8 / 9 * 6 / 7 * 4 / 5) ** 0.25)
    assert bleu(["他来试试吧。"], [["他来试试吧。"]], "zh") == pytest.approx(100)
    for wrong in ([], ["one"]):
        with pytest.raises(BadInput, match="BLEU needs at least one"):
            bleu(wrong, theirs)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda m: m.translations(""), "empty"),
        (lambda m: m.translations("q"), "'q'"),
        (lambda m: m.translations("a", n=0), "at least 1"),
        (lambda m: m.translations("a", width=0), "width must be"),
    ],
)
def test_untranslatable_input_is_refused(call, words, model):
    with pytest.raises(BadInput, match=words):
        call(model)
