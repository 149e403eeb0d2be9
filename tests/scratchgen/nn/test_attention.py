"""Attention with several heads: its loops, masks, and invariances."""

import math

import numpy as np
import pytest

from scratchgen import BadInput, Generator, Tensor, check_grads, nn
from scratchgen import functional as F
from scratchgen.rnn.translation.attention import DotAttention

from .test_normalisation import in_float64

pytestmark = pytest.mark.fast

T, S, B, H, HEADS = 4, 5, 2, 6, 3


def layer(rng, heads=HEADS):
    made = in_float64(nn.MultiheadAttention(H, heads, Generator(0)))
    for p in made.parameters():
        p.data[...] = 0.7 * rng.standard_normal(p.shape)
    return made


def by_loops(attention, x, memory, mask=None):
    """For each example, head and query: the softmax of its scores by the exponentials, and the mean of the values."""
    Q, K, V = (
        (a @ part.W.data + part.b.data)
        for part, a in ((attention.query, x), (attention.key, memory), (attention.value, memory))
    )
    d = H // attention.heads
    joined, weights = np.zeros_like(x), np.zeros((x.shape[1], attention.heads, len(x), len(memory)))
    for b in range(x.shape[1]):
        for i in range(attention.heads):
            part = slice(i * d, (i + 1) * d)
            for t in range(len(x)):
                e = np.array(
                    [
                        math.exp(Q[t, b, part] @ K[s, b, part] / math.sqrt(d))
                        * (1 if mask is None else mask[b, t, s])
                        for s in range(len(memory))
                    ]
                )
                weights[b, i, t] = e / e.sum()
                joined[t, b, part] = weights[b, i, t] @ V[:, b, part]
    return joined @ attention.output.W.data + attention.output.b.data, weights


@pytest.mark.equation("nn.multihead_attention")
@pytest.mark.equation("nn.dot_product_attention")
@pytest.mark.parametrize("heads", [1, 2, 3, 6])
def test_attention_is_its_loops_over_heads_queries_and_places(heads, rng, measured):
    attention, x, memory = layer(rng, heads), rng.standard_normal((T, B, H)), rng.standard_normal((S, B, H))
    for m in (x, memory):
        y, a = attention(x, m)
        expected, weights = by_loops(attention, x, m)
        measured(np.abs(y.numpy() - expected), 1e-12)
        measured(np.abs(a.numpy() - weights), 1e-13)
    np.testing.assert_array_equal(attention(x)[0].numpy(), attention(x, x)[0].numpy())


@pytest.mark.equation("nn.multihead_attention")
@pytest.mark.equation("nn.dot_product_attention")
def test_the_claim_above_rejects_another_root_and_heads_that_share_their_scores(rng):
    attention, x = layer(rng), rng.standard_normal((T, B, H))
    weights = by_loops(attention, x, x)[1]
    q = x @ attention.query.W.data + attention.query.b.data
    k = x @ attention.key.W.data + attention.key.b.data
    one = F.softmax(np.einsum("tbh,sbh->bts", q, k) / math.sqrt(H))
    assert np.abs(weights - one[:, None]).max() > 0.01
    split = lambda a: np.moveaxis(a.reshape(T, B, HEADS, -1), 0, 2)
    wrong_root = F.softmax(split(q) @ np.swapaxes(split(k), -1, -2) / math.sqrt(H))
    assert np.abs(weights - wrong_root).max() > 0.01
    assert np.abs(attention(x)[1].numpy() - weights).max() < 1e-12


@pytest.mark.equation("nn.multihead_attention")
@pytest.mark.parametrize("kind", ["causal", "padding", "both"])
def test_masked_places_have_the_weight_0_and_others_share_the_rest(kind, rng, measured):
    attention, x = layer(rng), rng.standard_normal((T, B, H))
    causal, present = np.tril(np.ones((T, T), bool)), np.array([[True, True, True, False], [True] * 4])
    mask = {"causal": causal, "padding": present[:, None], "both": causal & present[:, None]}[kind]
    y, a = attention(x, mask=mask)
    full = np.broadcast_to(mask, (B, T, T))
    expected, weights = by_loops(attention, x, x, full)
    measured(np.abs(y.numpy() - expected), 1e-12)
    assert not a.numpy()[np.broadcast_to(~full[:, None], a.shape)].any()
    np.testing.assert_allclose(a.numpy().sum(-1), 1, rtol=1e-12)
    assert np.abs(weights - a.numpy()).max() < 1e-12


def test_with_a_causal_mask_an_output_does_not_depend_on_later_inputs(rng):
    attention, x = layer(rng), rng.standard_normal((T, B, H))
    later = x.copy()
    later[2:] += 1
    mask = np.tril(np.ones((T, T), bool))
    np.testing.assert_array_equal(
        attention(x, mask=mask)[0].numpy()[:2], attention(later, mask=mask)[0].numpy()[:2]
    )
    assert np.abs(attention(x)[0].numpy()[:2] - attention(later)[0].numpy()[:2]).max() > 0.01


def test_the_order_of_the_memory_does_not_matter(rng):
    attention, x, memory = layer(rng), rng.standard_normal((T, B, H)), rng.standard_normal((S, B, H))
    order = rng.permutation(S)
    np.testing.assert_allclose(
        attention(x, memory)[0].numpy(), attention(x, memory[order])[0].numpy(), rtol=1e-10
    )


def test_one_head_without_maps_is_the_dot_attention_of_the_translator(rng):
    s, h = rng.standard_normal((T, B, H)), rng.standard_normal((S, B, H))
    c, a = DotAttention()(s, h)
    batch_first = lambda x: np.swapaxes(x, 0, 1)
    y, weights = F.scaled_dot_product_attention(batch_first(s), batch_first(h), batch_first(h))
    np.testing.assert_allclose(batch_first(y), c, rtol=1e-12)
    np.testing.assert_allclose(batch_first(weights), a, rtol=1e-12)


def test_derivatives_of_all_weights_and_inputs_to_second_order(rng):
    attention, x, memory = layer(rng, 2), rng.standard_normal((3, 1, H)), rng.standard_normal((2, 1, H))
    check_grads(lambda x, m: attention(x, m)[0], x, memory, order=2)
    mask = np.tril(np.ones((3, 3), bool))
    check_grads(lambda x: attention(x, mask=mask)[0], x, order=2)
    attention(x)[0].sum().backward()
    moved = {name for name, p in attention.named_parameters() if np.any(p.grad)}
    assert moved >= {"query.W", "key.W", "value.W", "value.b", "output.W", "output.b"}


@pytest.mark.parametrize(
    "shapes", [((0, B, H), (S, B, H)), ((T, 0, H), (S, 0, H)), ((1, 1, H), (1, 1, H))], ids=str
)
def test_no_queries_no_examples_and_one_of_each_are_allowed(shapes):
    x, memory = map(np.zeros, shapes)
    y, a = nn.MultiheadAttention(H, 2)(x, memory)
    assert y.shape == x.shape and a.shape == (x.shape[1], 2, len(x), len(memory))


def test_what_cannot_be_attended_to_is_refused_in_one_line():
    attention, x = nn.MultiheadAttention(H, 2), np.zeros((T, B, H), np.float32)
    with pytest.raises(BadInput, match="a query is masked everywhere"):
        attention(x, mask=np.zeros((T, T), bool))
    with pytest.raises(
        ValueError, match="a mask holds True where a query may look, and this one holds float64"
    ):
        attention(x, mask=np.ones((T, T)))
    with pytest.raises(
        BadInput, match="hidden must be a multiple of heads, and 6 numbers make no 4 equal heads"
    ):
        nn.MultiheadAttention(H, 4)
    with pytest.raises(ValueError, match=r"takes rows of 6 numbers"):
        attention(np.zeros((T, B, 5)))


def test_weights_begin_apart_and_are_saved_by_name(rng):
    a, b = nn.MultiheadAttention(H, 2, Generator(0)), nn.MultiheadAttention(H, 2, Generator(1))
    assert not np.array_equal(a.query.W.data, a.key.W.data)
    assert "heads=2" in repr(a)
    x = rng.standard_normal((T, B, H)).astype(np.float32)
    b.load_state_dict(a.state_dict())
    np.testing.assert_array_equal(a(x)[0].numpy(), b(x)[0].numpy())
    assert a(x)[0].dtype == np.float32 and isinstance(a(x)[0], Tensor)


def test_attention_is_pytorchs(rng):
    torch = pytest.importorskip("torch")
    ours, x = layer(rng, 2), rng.standard_normal((T, B, H))
    theirs = torch.nn.MultiheadAttention(H, 2, dtype=torch.float64)
    parts = (ours.query, ours.key, ours.value)
    with torch.no_grad():
        theirs.in_proj_weight[...] = torch.tensor(np.concatenate([p.W.data.T for p in parts]))
        theirs.in_proj_bias[...] = torch.tensor(np.concatenate([p.b.data for p in parts]))
        theirs.out_proj.weight[...] = torch.tensor(ours.output.W.data.T)
        theirs.out_proj.bias[...] = torch.tensor(ours.output.b.data)
    t, hidden = torch.tensor(x), ~torch.tril(torch.ones(T, T, dtype=torch.bool))
    y, a = theirs(t, t, t, attn_mask=hidden, average_attn_weights=False)
    found, weights = ours(x, mask=np.tril(np.ones((T, T), bool)))
    np.testing.assert_allclose(found.numpy(), y.detach().numpy(), rtol=1e-10)
    np.testing.assert_allclose(weights.numpy(), a.detach().numpy(), rtol=1e-10)
