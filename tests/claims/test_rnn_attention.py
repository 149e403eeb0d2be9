"""Attention and the encoder-decoder: their equations by hand, padding, and a task that needs attention."""

import math

import numpy as np
import pytest

from scratchgen import Tensor, check_grads
from scratchgen.data.preprocessing.by_length import pad
from scratchgen.errors import BadInput
from scratchgen.optim import Adam, clip_grad_norm
from scratchgen.random import Generator
from scratchgen.rnn import AdditiveAttention, DotAttention, Seq2Seq

Q, T, B, H = 3, 5, 2, 4  # queries, source positions, examples, size of a state


def in_float64(module, seed=5):
    rng = np.random.default_rng(seed)
    for p in module.parameters():
        p.data = 0.6 * rng.standard_normal(p.shape)
    return module


ATTENTIONS = {
    "additive": in_float64(AdditiveAttention(H, H, 3, Generator(0))),
    "dot": DotAttention(),
}
attentions = pytest.mark.parametrize("attention", ATTENTIONS.values(), ids=ATTENTIONS)
MASK = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 1, 1]], bool).T


def score(attention, s, h):
    if isinstance(attention, DotAttention):
        return sum(s[k] * h[k] for k in range(H)) / math.sqrt(H)
    W, U, v = (p.data for p in (attention.W, attention.U, attention.v))
    return sum(v[i] * math.tanh(s @ W[:, i] + h @ U[:, i]) for i in range(len(v)))


@attentions
@pytest.mark.equation("rnn.attention")
def test_attention_is_the_equation_written_out(attention, rng, measured):
    s, h = rng.standard_normal((Q, B, H)), rng.standard_normal((T, B, H))
    c, a = (values(x) for x in attention(s, h, MASK))
    for t in range(Q):
        for b in range(B):
            places = np.flatnonzero(MASK[:, b])
            e = np.exp([score(attention, s[t, b], h[j, b]) for j in places])
            np.testing.assert_allclose(a[t, b], spread(e, places))
            mean = sum(w * h[j, b] for w, j in zip(e / e.sum(), places, strict=True))
            measured(np.abs(c[t, b] - mean), 1e-10 * np.abs(mean))


@attentions
@pytest.mark.equation("rnn.attention")
def test_the_claim_above_rejects_weights_on_padding(attention, rng):
    s, h = rng.standard_normal((Q, B, H)), rng.standard_normal((T, B, H))
    (c, _), (wrong, a) = attention(s, h, MASK), attention(s, h, np.ones_like(MASK))
    assert values(a)[:, 0, 3:].min() > 0 and np.abs(values(wrong) - values(c))[:, 0].max() > 0.1


def values(x):
    """Dot products on plain arrays, without the graph."""
    return x.numpy() if isinstance(x, Tensor) else x


def spread(e, places):
    weights = np.zeros(T)
    weights[places] = e / e.sum()
    return weights


@attentions
def test_attention_is_independent_of_the_order_of_the_source(attention, rng):
    s, h, order = rng.standard_normal((Q, B, H)), rng.standard_normal((T, B, H)), rng.permutation(T)
    c, a = (values(x) for x in attention(s, h, MASK))
    c_, a_ = (values(x) for x in attention(s, h[order], MASK[order]))
    np.testing.assert_allclose(c_, c, rtol=1e-12)
    np.testing.assert_allclose(a_, a[..., order], rtol=1e-12)


@attentions
@pytest.mark.equation("rnn.attention")
def test_gradients_of_attention_agree_with_finite_differences_to_second_order(attention, rng, measured):
    s, h = rng.standard_normal((Q, B, H)), rng.standard_normal((T, B, H))
    measured(check_grads(lambda s, h: attention(s, h, MASK)[0], s, h), 1e-6)


# --- from sequence to sequence ----------------------------------------------------------------------------

LETTERS = 6
models = pytest.mark.parametrize(("cell", "attention"), [("gru", "additive"), ("lstm", "dot")])


def small(cell, attention):
    return in_float64(Seq2Seq(LETTERS, LETTERS, 7, 4, Generator(0), cell=cell, attention=attention, layers=2))


def texts(rng, n, longest=8):
    return [rng.integers(0, LETTERS, rng.integers(3, longest + 1)) for _ in range(n)]


def gradients(model, total):
    model.zero_grad()
    total.backward()
    return np.concatenate([p.grad.ravel() for p in model.parameters()])


@models
def test_padding_of_either_side_changes_no_loss_and_no_gradient(cell, attention, rng):
    model, sources, targets = small(cell, attention), texts(rng, 4), texts(rng, 4)
    alone = [model.loss(*pad([x]), *pad([y])) for x, y in zip(sources, targets, strict=True)]
    expected = sum(gradients(model, loss.sum()) for loss in alone)
    (x, x_mask), (y, y_mask) = pad(sources), pad(targets)
    x, y = (np.where(m, a, LETTERS - 1) for a, m in ((x, x_mask), (y, y_mask)))
    together = model.loss(x, x_mask, y, y_mask)
    np.testing.assert_allclose(together.numpy(), [loss.item() for loss in alone], rtol=1e-9)
    np.testing.assert_allclose(gradients(model, together.sum()), expected, rtol=1e-7, atol=1e-10)
    unmasked = model.loss(x, np.ones_like(x_mask), y, y_mask).numpy()  # the planted error
    assert np.abs(unmasked - together.numpy()).max() > 0.01


@models
def test_the_probabilities_of_all_targets_and_longer_ones_sum_to_one(cell, attention):
    """Σ over y of T′ symbols of p(y begins the target) is 1, so the sum over complete targets is below 1."""
    model = in_float64(Seq2Seq(2, 2, 5, 3, Generator(0), cell=cell, attention=attention))
    x, mask = pad([np.array([0, 1, 1])])
    total = 0.0
    for n in range(1, 7):
        ys = np.array(list(np.ndindex(*(2,) * n))).T
        wide = np.repeat(x, ys.shape[1], axis=1), np.repeat(mask, ys.shape[1], axis=1)
        total += np.exp(-model.loss(*wide, ys, np.ones(ys.shape, bool)).numpy()).sum()
        assert total < 1
    places, state = model.encode(x, mask)
    o = model.decode(np.array([[model.boundary]]), state, places, mask)[0].numpy()[0, 0]
    at_once = np.exp(o[model.boundary]) / np.exp(o).sum()
    assert total + at_once < 1 and total > 0.1


@models
def test_scheduled_sampling_replaces_the_stated_share_by_samples_of_the_model(cell, attention, rng):
    model = small(cell, attention)
    x, y = rng.integers(0, LETTERS, (5, 200)), rng.integers(0, LETTERS, (6, 200))
    inputs = np.concatenate([np.full((1, 200), model.boundary), y])
    places, state = model.encode(x)
    for share in (0.0, 0.3, 1.0):
        given = model._partly_sampled(inputs, places.detach(), state.detach(), None, Generator(1), share, x)
        assert np.all(given[0] == model.boundary)
        o = model.decode(given, state, places)[0].numpy()[:-1]
        p = np.exp(o) / np.exp(o).sum(axis=-1, keepdims=True)
        own = np.take_along_axis(p, y[..., None], axis=-1)[..., 0]  # a sample may be the right symbol
        expected = share * (1 - own)
        changed = given[1:] != y
        error = np.sqrt(np.sum(expected * (1 - expected)))
        assert abs(np.sum(changed) - expected.sum()) <= 4 * error


@models
def test_teacher_forcing_is_sampling_with_probability_zero(cell, attention, rng):
    model, arguments = small(cell, attention), (*pad(texts(rng, 3)), *pad(texts(rng, 3)))
    forced = model.loss(*arguments).numpy()
    np.testing.assert_array_equal(model.loss(*arguments, Generator(0), 0.0).numpy(), forced)
    assert np.any(model.loss(*arguments, Generator(0), 1.0).numpy() != forced)


def reversal(rng, n):
    sources = texts(rng, n)
    return *pad(sources), *pad([x[::-1] for x in sources])


@pytest.fixture(scope="module")
def reverser():
    """A model that has learned to reverse a text."""
    rng = np.random.default_rng(0)
    model = Seq2Seq(LETTERS, LETTERS, 32, 16, Generator(0), cell="lstm", attention="additive")
    optimizer = Adam(model.parameters(), 1e-2)
    for step in range(400):
        optimizer.learning_rate = 1e-2 * (1 - step / 400)
        optimizer.zero_grad()
        model.loss(*reversal(rng, 32), Generator(step), scheduled_sampling=0.1 * step / 400).mean().backward()
        clip_grad_norm(optimizer.parameters, 1.0)
        optimizer.step()
    return model


def test_reversal_is_learned_and_attention_moves_from_the_end_to_the_beginning(reverser):
    x, mask, y, y_mask = reversal(np.random.default_rng(1), 300)
    written, looked = reverser.translate(x, mask, 20)
    right = [np.array_equal(w, y[y_mask[:, b], b]) for b, w in enumerate(written)]
    assert np.mean(right) > 0.95
    slopes = []
    for b, n in enumerate(mask.sum(axis=0)):
        assert not looked[:, b, n:].any()
        np.testing.assert_allclose(looked[:, b].sum(axis=-1), 1, rtol=1e-5)
        centres = looked[:n, b] @ np.arange(looked.shape[-1])
        slopes.append(np.corrcoef(np.arange(n), centres)[0, 1])
    assert np.mean(slopes) < -0.9


def test_the_claim_above_rejects_a_model_with_uniform_attention(reverser):
    """A model with the same parameters, but equal attention weights at all positions."""
    x, mask, y, y_mask = reversal(np.random.default_rng(1), 300)
    v = reverser.attention.v.data.copy()
    reverser.attention.v.data[...] = 0
    try:
        written, _ = reverser.translate(x, mask, 20)
    finally:
        reverser.attention.v.data[...] = v
    assert np.mean([np.array_equal(w, y[y_mask[:, b], b]) for b, w in enumerate(written)]) < 0.5


def test_a_translation_ends_with_the_boundary_or_after_n_symbols(reverser):
    x, mask, _, _ = reversal(np.random.default_rng(2), 5)
    written, looked = reverser.translate(x, mask, 2)
    assert [len(w) for w in written] == [2] * 5 and looked.shape == (2, 5, len(x))
    written, looked = reverser.translate(x, mask, 0)
    assert [len(w) for w in written] == [0] * 5 and looked.shape == (0, 5, len(x))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Seq2Seq(2, 2, 3, 3, Generator(0), attention="hard"), "additive, dot"),
        (lambda: Seq2Seq(2, 2, 3, 3, Generator(0), cell="elman"), "tanh, lstm, gru"),
        (lambda: small("gru", "dot").loss(*pad([np.ones(2, int)]) * 2, None, 0.5), "needs rng"),
        (lambda: small("gru", "dot").loss(*pad([np.ones(2, int)]) * 2, Generator(0), 1.5), r"in \[0, 1\]"),
        (lambda: DotAttention()(np.ones((1, 1, 2)), np.ones((3, 1, 2)), np.zeros((3, 1), bool)), "attend to"),
    ],
)
def test_bad_input_is_refused(call, says):
    with pytest.raises(BadInput, match=says):
        call()
