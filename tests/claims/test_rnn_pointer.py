"""The pointer-generator and coverage: their equations by hand, the plain decoder as a special case, copying."""

import math

import numpy as np
import pytest

from scratchgen import Tensor, check_grads
from scratchgen.data.preprocessing.by_length import pad
from scratchgen.data.tokenizers import WordTokenizer
from scratchgen.errors import BadInput
from scratchgen.optim import Adam, clip_grad_norm
from scratchgen.random import Generator
from scratchgen.rnn import (
    AdditiveAttention,
    CoverageAttention,
    GenerationProbability,
    Seq2Seq,
    Translator,
    coverage_loss,
    pointer_log_prob,
)

Q, T, B, H, E, V = 3, 5, 2, 4, 3, 6  # steps, source positions, examples, state, embedding, symbols
MASK = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]], bool).T
X = np.array([[1, 7, 1, 0, 0], [8, 2, 7, 8, 3]]).T  # 7 and 8 are outside the vocabulary: V is the boundary
LARGE = 800.0  # exp(−800) is 0


def in_float64(module, seed=5):
    rng = np.random.default_rng(seed)
    for p in module.parameters():
        p.data = 0.6 * rng.standard_normal(p.shape)
    return module


def small(**options):
    return in_float64(Seq2Seq(V, V, H, E, Generator(0), copying=True, **options))


def array(x):
    return x.numpy() if isinstance(x, Tensor) else x


def weights_of(rng, mask=MASK, steps=Q):
    e = np.where(mask.T[None], rng.random((steps, *mask.T.shape)), 0)
    return e / e.sum(axis=-1, keepdims=True)


# --- p_gen and P(w) -----------------------------------------------------------------------------------------


@pytest.mark.equation("rnn.generation_probability")
def test_p_gen_is_the_equation_written_out_and_both_logarithms_belong_to_it(rng):
    gate = in_float64(GenerationProbability(H, E, Generator(0)))
    c, s, x = (rng.standard_normal((Q, B, n)) for n in (H, H, E))
    log_gen, log_copy = (array(y) for y in gate(c, s, x))
    w, b = gate.linear.W.data[:, 0], gate.linear.b.data[0]
    for t in range(Q):
        for i in range(B):
            y = w[:H] @ c[t, i] + w[H : 2 * H] @ s[t, i] + w[2 * H :] @ x[t, i] + b
            assert math.exp(log_gen[t, i]) == pytest.approx(1 / (1 + math.exp(-y)), rel=1e-12)
    np.testing.assert_allclose(np.exp(log_gen) + np.exp(log_copy), 1, rtol=1e-12)
    check_grads(lambda c, s, x: gate(c, s, x)[0] - 2 * gate(c, s, x)[1], c, s, x)


@pytest.mark.equation("rnn.generation_probability")
def test_the_claim_above_rejects_the_probability_of_copying(rng):
    gate = in_float64(GenerationProbability(H, E, Generator(0)))
    c, s, x = (rng.standard_normal((Q, B, n)) for n in (H, H, E))
    log_gen, log_copy = (array(y) for y in gate(c, s, x))
    assert np.abs(np.exp(log_gen) - np.exp(log_copy)).min() > 0.01


def by_hand(p_vocab, p_gen, a, x):
    """P(w) word by word, position by position: p_vocab (T′, B, V + 1) → (T′, B, all words)."""
    P = np.zeros((*p_vocab.shape[:2], max(x.max() + 1, p_vocab.shape[-1])))
    P[..., : p_vocab.shape[-1]] = p_gen[..., None] * p_vocab
    for t, b, j in np.ndindex(a.shape):
        P[t, b, x[j, b]] += (1 - p_gen[t, b]) * a[t, b, j]
    return P


def distributions(rng, p_gen=None):
    """P_vocab (T′, B, V + 1), p_gen (T′, B) and a (T′, B, T)."""
    p_vocab = rng.dirichlet(np.ones(V + 1), (Q, B))
    return p_vocab, rng.random((Q, B)) if p_gen is None else np.full((Q, B), p_gen), weights_of(rng)


def log_P(p_vocab, p_gen, a, x=X, words=None):
    """`pointer_log_prob` of all words of the extended vocabulary, or of these."""
    words = np.arange(max(x.max() + 1, V + 1)) if words is None else words
    with np.errstate(divide="ignore"):
        extended = np.concatenate([np.log(p_vocab), np.full((Q, B, 9), -np.inf)], axis=-1)[..., words]
        gates = np.log(p_gen), np.log1p(-p_gen)
    return array(pointer_log_prob(extended, *gates, a, x.T[None, :, None] == words[:, None]))


@pytest.mark.equation("rnn.pointer")
def test_the_pointer_distribution_is_the_equation_written_out_and_sums_to_one(rng, measured):
    for _ in range(20):
        parts = distributions(rng)
        P = np.exp(log_P(*parts))
        measured(np.abs(P - by_hand(*parts, X)), 1e-14)
        np.testing.assert_allclose(P.sum(axis=-1), 1, rtol=1e-12)


@pytest.mark.equation("rnn.pointer")
@pytest.mark.parametrize("planted", ["the last position alone", "the gates exchanged", "copies unweighted"])
def test_the_claim_above_rejects(planted, rng):
    p_vocab, p_gen, a = distributions(rng)
    wrong = by_hand(p_vocab, p_gen, a, X)
    if planted == "the gates exchanged":
        wrong = by_hand(p_vocab, 1 - p_gen, a, X)
    elif planted == "copies unweighted":
        wrong = by_hand(p_vocab, p_gen, a / (1 - p_gen[..., None]), X)
    else:  # assignment in place of the sum over equal words
        for t, b, j in np.ndindex(a.shape):
            own = p_gen[t, b] * p_vocab[t, b, X[j, b]] if X[j, b] <= V else 0
            wrong[t, b, X[j, b]] = own + (1 - p_gen[t, b]) * a[t, b, j]
    assert np.abs(np.exp(log_P(p_vocab, p_gen, a)) - wrong).max() > 0.01


@pytest.mark.equation("rnn.pointer")
def test_a_word_that_is_not_in_the_source_gets_nothing_from_the_copy_part(rng):
    p_vocab, p_gen, a = distributions(rng)
    log = log_P(p_vocab, p_gen, a, words=np.arange(V + 3))
    for b in range(B):
        real = set(X[MASK[:, b], b].tolist())
        for w in set(range(V + 1)) - real:  # 0 fills the end of the first source, with attention 0
            assert np.array_equal(log[:, b, w], np.log(p_gen[:, b]) + np.log(p_vocab[:, b, w]))
        for w in {V + 1, V + 2} - real:
            assert np.all(log[:, b, w] == -np.inf)
    assert np.all(log[:, 0, V + 2] == -np.inf) and np.all(log[:, 1, V + 2] > -np.inf)


@pytest.mark.equation("rnn.pointer")
def test_gradients_of_the_pointer_distribution_agree_with_finite_differences(rng, measured):
    p_vocab, p_gen, a = distributions(rng)
    words = np.array([0, 1, 2, 7, 8])
    x_is_w = X.T[None, :, None] == words[:, None]
    real = np.where(by_hand(p_vocab, p_gen, a, X)[..., words] > 0, rng.standard_normal((Q, B, 5)), 0)

    def log(log_p, log_gen, log_copy, a):
        outside = np.full((Q, B, 2), -np.inf)
        y = pointer_log_prob(np.concatenate([log_p, outside], axis=-1), log_gen, log_copy, a, x_is_w)
        return np.where(real != 0, y, 0)

    arguments = np.log(p_vocab[..., :3]), np.log(p_gen), np.log1p(-p_gen), np.where(a > 0, a, 0.5)
    measured(check_grads(log, *arguments), 1e-6)


# --- coverage -----------------------------------------------------------------------------------------------


def score(attention, s, h, C):
    W, U, v, w = (p.data for p in (attention.W, attention.U, attention.v, attention.w))
    return sum(v[i] * math.tanh(s @ W[:, i] + h @ U[:, i] + C * w[i]) for i in range(len(v)))


@pytest.mark.equation("rnn.coverage_attention")
def test_coverage_attention_is_the_equation_written_out(rng):
    attention = in_float64(CoverageAttention(H, H, 3, Generator(0)))
    s, h = rng.standard_normal((Q, B, H)), rng.standard_normal((T, B, H))
    c, a, coverage = (array(y) for y in attention(s, h, MASK))
    for b in range(B):
        C, places = np.zeros(T), np.flatnonzero(MASK[:, b])
        for t in range(Q):
            e = np.exp([score(attention, s[t, b], h[j, b], C[j]) for j in places])
            expected = np.zeros(T)
            expected[places] = e / e.sum()
            np.testing.assert_allclose(a[t, b], expected, rtol=1e-10)
            np.testing.assert_allclose(c[t, b], expected @ h[:, b], rtol=1e-10)
            C += expected
        np.testing.assert_allclose(coverage[b], C, rtol=1e-10)
    # steps one by one, with the coverage passed on, are the same
    first = attention(s[:1], h, MASK)
    rest = attention(s[1:], h, MASK, first[2])
    np.testing.assert_allclose(np.concatenate([array(first[1]), array(rest[1])]), a, rtol=1e-12)


@pytest.mark.equation("rnn.coverage_attention")
def test_the_claim_above_rejects_attention_that_forgets_and_w_0_is_additive_attention(rng):
    attention = in_float64(CoverageAttention(H, H, 3, Generator(0)))
    s, h = rng.standard_normal((Q, B, H)), rng.standard_normal((T, B, H))
    plain = in_float64(AdditiveAttention(H, H, 3, Generator(0)))
    for name in ("W", "U", "v"):
        getattr(plain, name).data = getattr(attention, name).data
    remembered, forgotten = array(attention(s, h, MASK)[1]), array(plain(s, h, MASK)[1])
    np.testing.assert_allclose(remembered[0], forgotten[0], rtol=1e-12)
    assert np.abs(remembered[1:] - forgotten[1:]).max() > 0.01
    attention.w.data = 0 * attention.w.data
    np.testing.assert_allclose(array(attention(s, h, MASK)[1]), forgotten, rtol=1e-12)


@pytest.mark.equation("rnn.coverage_attention")
def test_gradients_through_the_coverage_agree_with_finite_differences(rng, measured):
    attention = in_float64(CoverageAttention(H, H, 3, Generator(0)))
    s, h = rng.standard_normal((Q, B, H)), rng.standard_normal((T, B, H))
    measured(check_grads(lambda s, h: attention(s, h, MASK)[0], s, h), 1e-6)


@pytest.mark.equation("rnn.coverage_loss")
def test_the_coverage_loss_is_0_if_and_only_if_no_position_is_attended_to_twice(rng):
    once = np.zeros((T, B, T))
    for b in range(B):
        once[np.arange(T), b, rng.permutation(T)] = 1
    assert np.array_equal(array(coverage_loss(once)), np.zeros((T, B)))
    again = once.copy()
    again[-1] = again[0]  # every second visit of a position costs its whole weight
    np.testing.assert_array_equal(array(coverage_loss(again)), np.eye(T)[-1][:, None] * np.ones(B))
    a = weights_of(rng)
    found = array(coverage_loss(a))
    assert np.all(found[0] == 0) and np.all(found[1:] > 0) and np.all(found <= 1 + 1e-12)
    for t, b in np.ndindex(Q, B):
        assert found[t, b] == pytest.approx(sum(min(a[t, b, j], a[:t, b, j].sum()) for j in range(T)))


@pytest.mark.equation("rnn.coverage_loss")
def test_the_claim_above_rejects_a_coverage_that_contains_the_step_itself(rng):
    once = np.eye(T)[:, None]
    wrong = np.minimum(once, np.cumsum(once, axis=0)).sum(axis=-1)
    assert np.all(wrong == 1) and np.all(array(coverage_loss(once)) == 0)


@pytest.mark.equation("rnn.coverage_loss")
def test_gradients_of_the_coverage_loss_agree_with_finite_differences(rng, measured):
    measured(check_grads(coverage_loss, weights_of(rng, np.ones((T, B), bool))), 1e-6)


# --- the encoder-decoder ------------------------------------------------------------------------------------

models = pytest.mark.parametrize("options", [{}, {"attention": "dot"}, {"coverage": True, "layers": 2}])
TARGETS = [np.array([7, 1, 3]), np.array([8, 0])]


def losses(model, x=X, x_mask=MASK, targets=TARGETS, **further):
    return model.loss(x, x_mask, *pad(targets), **further)


@models
def test_p_gen_1_is_the_plain_decoder_bit_by_bit(options):
    model = small(**options)
    plain = in_float64(Seq2Seq(V, V, H, E, Generator(0), **options))
    theirs = dict(model.named_parameters())
    for name, p in plain.named_parameters():
        p.data = theirs[name].data
    model.gate.linear.b.data[...] = LARGE
    known, targets = np.where(X > V, 0, X), [np.array([5, 1, 3]), np.array([2, 0])]
    assert np.array_equal(
        losses(model, known, targets=targets).numpy(), losses(plain, known, targets=targets).numpy()
    )
    ours, theirs = (m.translate(known, MASK, 6)[0] for m in (model, plain))
    assert all(map(np.array_equal, ours, theirs))
    model.gate.linear.b.data[...] = 3.0  # the planted error: p_gen of about 0.95
    assert np.any(
        losses(model, known, targets=targets).numpy() != losses(plain, known, targets=targets).numpy()
    )


@models
def test_p_gen_0_writes_words_of_the_source_alone(options):
    model = small(**options)
    model.gate.linear.b.data[...] = -LARGE
    for b, ids in enumerate(model.translate(X, MASK, 6)[0]):
        assert len(ids) == 6 and set(ids.tolist()) <= set(X[MASK[:, b], b].tolist())


@models
def test_the_probabilities_of_all_words_sum_to_one_and_are_those_of_the_loss(options):
    model = small(**options)
    places, state = model.encode(X, MASK)
    y, _ = pad(TARGETS)
    inputs = np.concatenate([np.full((1, B), V), y])
    steps = model.steps(inputs, state, places, MASK)
    P = np.exp(model.logits(steps, X).numpy())
    np.testing.assert_allclose(P.sum(axis=-1), 1, rtol=1e-12)
    for b, target in enumerate(TARGETS):
        expected = -sum(math.log(P[t, b, w]) for t, w in enumerate([*target, V]))
        assert losses(model).numpy()[b] == pytest.approx(expected, rel=1e-10)


def gradients(model, total):
    model.zero_grad()
    total.backward()
    return np.concatenate([p.grad.ravel() for p in model.parameters()])


@models
def test_padding_and_other_examples_change_no_loss_and_no_gradient(options):
    model = small(**options)
    alone = []
    for b, target in enumerate(TARGETS):
        x = X[MASK[:, b], b][:, None]
        alone.append(losses(model, x, np.ones(x.shape, bool), [target], coverage_weight=0.5))
    expected = sum(gradients(model, loss.sum()) for loss in alone)
    together = losses(model, coverage_weight=0.5)
    np.testing.assert_allclose(together.numpy(), [loss.item() for loss in alone], rtol=1e-9)
    np.testing.assert_allclose(gradients(model, together.sum()), expected, rtol=1e-7, atol=1e-10)
    unmasked = losses(model, x_mask=np.ones_like(MASK), coverage_weight=0.5)  # the planted error
    assert np.abs(unmasked.numpy() - together.numpy()).max() > 1e-3


@models
def test_gradients_of_the_whole_loss_agree_with_finite_differences(options):
    model, step = small(**options), 1e-6
    found = gradients(model, losses(model, coverage_weight=0.5).sum())
    parameters, position = list(model.parameters()), 0
    rng = np.random.default_rng(0)
    for p in parameters:
        direction, kept = rng.standard_normal(p.shape), p.data
        ends = []
        for sign in (1, -1):
            p.data = kept + sign * step * direction
            ends.append(losses(model, coverage_weight=0.5).numpy().sum())
        p.data = kept
        slope = direction.ravel() @ found[position : position + p.data.size]
        assert slope == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-5, abs=1e-7)
        position += p.data.size


def test_the_coverage_loss_is_added_with_its_weight():
    model = small(coverage=True)
    without, one, three = (losses(model, coverage_weight=k).numpy() for k in (0.0, 1.0, 3.0))
    np.testing.assert_allclose(three - without, 3 * (one - without), rtol=1e-10)
    assert np.all(one > without)


def test_scheduled_sampling_reads_words_that_the_model_copied():
    model = small(coverage=True)
    model.gate.linear.b.data[...] = -LARGE
    places, state = model.encode(X, MASK)
    inputs = np.full((6, B), V)
    drawn = model._partly_sampled(inputs, places.detach(), state.detach(), MASK, Generator(0), 1.0, X)[1:]
    for b in range(B):
        assert set(drawn[:, b].tolist()) <= set(X[MASK[:, b], b].tolist())
    assert np.isfinite(losses(model, rng=Generator(0), scheduled_sampling=1.0).numpy()).all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Seq2Seq(3, 2, 4, 3, copying=True), "same symbols on both sides"),
        (lambda: Seq2Seq(2, 2, 4, 3, attention="dot", coverage=True), "attention='additive'"),
        (lambda: losses(small(), targets=[np.array([8]), np.array([8])]), "encode it as 0"),
        (lambda: losses(small(), coverage_weight=-1.0), "coverage_weight"),
    ],
)
def test_bad_input_is_refused(call, says):
    with pytest.raises(BadInput, match=says):
        call()


# --- texts: words outside the vocabulary --------------------------------------------------------------------


def translator(**options):
    tokenizer = WordTokenizer(["<unk>", "a", "b", "c"])
    return in_float64(Translator(tokenizer, tokenizer, H, E, Generator(0), copying=True, **options), 3)


@pytest.mark.parametrize(
    "options", [{}, {"attention": "dot", "cell": "lstm"}, {"coverage": True, "layers": 2}]
)
def test_a_beam_of_one_is_greedy_and_writes_words_that_no_training_showed(options):
    model = translator(**options)
    model.gate.linear.b.data[...] = -3.0
    for text in ("a zebra b", "lion", "c c tiger lion a lion"):
        ((x, _),) = model.encode_pairs([(text, "a")])
        (greedy,), looked = model.translate(x[:, None], None, 8)
        found = model.translations(text, width=1, n=8)[0]
        assert 0 not in greedy  # the model almost always copies
        np.testing.assert_array_equal(found.ids, greedy)
        assert set(found.text.split()) <= {"a", "b", "c", *text.split()}
        if len(greedy):
            read = model.attention_weights(text, greedy)
            np.testing.assert_allclose(read, looked[: len(greedy), 0], rtol=1e-9)
    assert "lion" in model.translations("lion", width=1, n=8)[0].text


def log_prob_of_words(model, x, y):
    """log p(y and its end | x, no symbol is <unk>): each P is divided by 1 − P(<unk>)."""
    edge = [model.boundary]
    places, state = model.encode(x[:, None])
    steps = model.steps(np.concatenate([edge, y])[:, None], state, places)
    log_p = model.logits(steps, x[:, None]).numpy()[:, 0]
    of_targets = log_p[np.arange(len(y) + 1), np.concatenate([y, edge])]
    return float(np.sum(of_targets - np.log1p(-np.exp(log_p[:, 0]))))


@pytest.mark.parametrize("options", [{}, {"coverage": True}])
def test_the_log_probability_of_a_beam_is_that_of_its_words(options):
    model, compared = translator(**options), 0
    model.output.b.data[model.boundary] = 5.0  # some texts end
    text = "a zebra b zebra"
    for found in model.translations(text, width=5, n=30):
        ((x, y),) = model.encode_pairs([(text, found.text)])
        np.testing.assert_array_equal(y, found.ids)
        if 0 < len(y) < 30:
            compared += 1
            assert found.log_prob == pytest.approx(log_prob_of_words(model, x, y), rel=1e-9)
    assert compared


def test_a_model_that_prefers_unknown_words_writes_known_and_copied_words_alone():
    model = translator()
    model.output.b.data[0] = 20.0  # P_vocab(<unk>) is almost 1
    model.gate.linear.b.data[...] = 3.0
    (greedy,), _ = model.translate(np.array([[1], [5]]), None, 8)
    assert 0 in greedy
    written = [found.text for found in model.translations("a zebra", width=4, n=8)]
    assert any(written) and not any("<unk>" in text for text in written)


def examples(rng, n, words):
    """A name among fillers → "called" and the name: the answer can only be copied."""
    pairs = []
    for _ in range(n):
        name, fillers = rng.choice(words), list(rng.choice(["the", "a", "old", "red"], 4))
        fillers.insert(rng.integers(1, 5), f"named {name}")
        pairs.append((" ".join(fillers), f"called {name}"))
    return pairs


def trained(copying):
    rng = np.random.default_rng(0)
    tokenizer = WordTokenizer(["<unk>", "a", "called", "named", "old", "red", "the"])
    model = Translator(tokenizer, tokenizer, 24, 12, Generator(0), copying=copying, coverage=copying)
    optimizer = Adam(model.parameters(), 1e-2)
    for _ in range(150):
        optimizer.zero_grad()
        pairs = model.encode_pairs(examples(rng, 32, [f"w{k}" for k in range(100)]))
        (x, x_mask), (y, y_mask) = pad([x for x, _ in pairs]), pad([y for _, y in pairs])
        model.loss(x, x_mask, y, y_mask, coverage_weight=0.1 * copying).mean().backward()
        clip_grad_norm(optimizer.parameters, 1.0)
        optimizer.step()
    return model


def share_right(model):
    pairs = examples(np.random.default_rng(1), 50, [f"new{k}" for k in range(50)])
    return np.mean([model.translations(x, width=2)[0].text == y for x, y in pairs])


def test_a_model_that_copies_writes_names_that_no_training_showed_and_one_that_generates_cannot():
    assert share_right(trained(copying=True)) > 0.95
    assert share_right(trained(copying=False)) == 0
