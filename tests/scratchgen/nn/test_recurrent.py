"""Recurrent layers: against PyTorch, finite differences, and the same batch without padding."""

import numpy as np
import pytest

from scratchgen import check_grads, nn
from scratchgen.errors import BadInput
from scratchgen.random import Generator

T, B, D, H = 6, 3, 4, 5
KINDS = [nn.RNN, nn.LSTM, nn.GRU]
kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def in_float64(module, rng):
    """The module with weights drawn anew, none of them zero and no W_hh symmetric."""
    for p in module.parameters():
        p.data = 0.5 * rng.standard_normal(p.shape)
    return module


def network(kind, rng, **options):
    return in_float64(kind(D, H, Generator(0), **options), rng)


def states(net, rng, batch=B):
    return rng.standard_normal((len(net.layers), net.layer.states, batch, H))


# --- PyTorch ----------------------------------------------------------------------------------------------


def twin(torch, net):
    """The network of PyTorch with the same weights, and its parameters in the order of ours."""
    layers = len(net.layers) // net.directions
    theirs = getattr(torch.nn, type(net).__name__)(
        D, H, layers, bidirectional=net.directions == 2, dtype=torch.float64
    )
    pairs = []
    for k, layer in enumerate(net.layers):
        name = f"l{k // net.directions}" + "_reverse" * (k % net.directions)
        pairs += [(layer.W_xh, f"weight_ih_{name}"), (layer.W_hh, f"weight_hh_{name}")]
        pairs += [(layer.b_h, f"bias_hh_{name}")]
        if hasattr(layer, "b_x"):
            pairs += [(layer.b_x, f"bias_ih_{name}")]
        else:  # one bias here is the sum of two there
            getattr(theirs, f"bias_ih_{name}").data.zero_()
    for ours, name in pairs:
        getattr(theirs, name).data.copy_(torch.from_numpy(ours.data.T.copy()))
    return theirs, [(ours, getattr(theirs, name)) for ours, name in pairs]


@kinds
@pytest.mark.equation("rnn.hidden")
@pytest.mark.equation("rnn.lstm")
@pytest.mark.equation("rnn.gru")
@pytest.mark.parametrize(("layers", "bidirectional"), [(1, False), (3, False), (2, True)])
def test_outputs_states_and_all_gradients_are_those_of_pytorch(kind, layers, bidirectional, rng, measured):
    torch = pytest.importorskip("torch")
    net = network(kind, rng, layers=layers, bidirectional=bidirectional)
    theirs, pairs = twin(torch, net)
    x, state = rng.standard_normal((T, B, D)), states(net, rng)
    x_, state_ = (torch.from_numpy(a).requires_grad_() for a in (x, state))
    h_, last_ = theirs(x_, (state_[:, 0], state_[:, 1]) if kind is nn.LSTM else state_[:, 0])
    last_ = torch.stack(last_ if kind is nn.LSTM else [last_], 1)
    x, state = nn.Parameter(x), nn.Parameter(state)
    h, last = net(x, state)
    expected = h_.detach().numpy()
    measured(np.abs(h.numpy() - expected), 1e-10 * np.abs(expected) + 1e-12)
    np.testing.assert_allclose(last.numpy(), last_.detach(), rtol=1e-10, atol=1e-12)

    g_h, g_last = rng.standard_normal(h.shape), rng.standard_normal(last.shape)
    (np.sum(h * g_h) + np.sum(last * g_last)).backward()
    ((h_ * torch.from_numpy(g_h)).sum() + (last_ * torch.from_numpy(g_last)).sum()).backward()
    for ours, their in [(x, x_), (state, state_), *pairs]:
        np.testing.assert_allclose(
            ours.grad, their.grad.numpy().T if ours.ndim < 3 else their.grad, rtol=1e-9
        )


# --- finite differences -----------------------------------------------------------------------------------


@kinds
def test_gradients_of_a_stack_agree_with_finite_differences_for_inputs_states_and_weights(kind, rng):
    net = network(kind, rng, layers=2, bidirectional=True)
    lowest = net.layers[0]
    names = ["W_xh", "W_hh", "b_h"]

    def f(x, state, *weights):
        for name, W in zip(names, weights, strict=True):
            vars(lowest)[name] = (
                W  # past the guard of assignment: a recorded tensor in the place of the parameter
            )
        return net(x, state)[0]

    arguments = [rng.standard_normal((T, B, D)), states(net, rng), *(getattr(lowest, n).data for n in names)]
    check_grads(f, *arguments, order=1)


@kinds
def test_a_learned_first_state_has_the_sum_of_the_gradients_of_the_batch(kind, rng):
    net = network(kind, rng, learned_h0=True)
    x, g = rng.standard_normal((T, B, D)), rng.standard_normal((T, B, H))
    np.sum(net(x)[0] * g).backward()
    given = nn.Parameter(net.initial_state(B).numpy().copy())
    np.sum(net(x, given)[0] * g).backward()
    np.testing.assert_allclose(net.layers[0].h0.grad[:, 0], given.grad[0].sum(axis=1), rtol=1e-12)
    assert np.abs(net.layers[0].h0.grad).min() > 0


# --- padding ----------------------------------------------------------------------------------------------

LENGTHS = (4, 6, 1)
MASK = np.arange(T)[:, None] < np.array(LENGTHS)
HOLES = MASK[:, :1] & np.array([[1, 0, 1, 1, 0, 0]], bool).T


def results(net, x, mask, state, g):
    """Output, last state, and the gradients of x, the state and every weight."""
    net.zero_grad()
    x, state = nn.Parameter(x), nn.Parameter(state)
    h, last = net(x, state, mask)
    (np.sum(h * g) + np.sum(last**2)).backward()
    return h.numpy(), last.numpy(), x.grad, state.grad, [p.grad for p in net.parameters()]


def add(sums, new):
    return new if sums is None else [a + b for a, b in zip(sums, new, strict=True)]


@kinds
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("filling", [0.0, 1e30, np.nan])
def test_padding_changes_no_output_no_state_and_no_gradient(kind, bidirectional, filling, rng):
    net = network(kind, rng, layers=2, bidirectional=bidirectional)
    x, state = rng.standard_normal((T, B, D)), states(net, rng)
    g = rng.standard_normal((T, B, net.directions * H))
    padded = np.where(MASK[..., None], x, filling)
    h, last, g_x, g_state, g_weights = results(net, padded, MASK, state, g)
    sums = None
    for b, n in enumerate(LENGTHS):
        one = slice(b, b + 1)
        alone = results(net, x[:n, one], None, state[:, :, one], g[:n, one])
        for ours, expected in zip((h, last, g_x, g_state), alone, strict=False):
            own = ours[:n, one] if ours.ndim == 3 else ours[:, :, one]
            np.testing.assert_allclose(own, expected, rtol=1e-9, atol=1e-12)
        sums = add(sums, alone[-1])
    for ours, expected in zip(g_weights, sums, strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-9, atol=1e-12)
    assert not h[~MASK].any() and not g_x[~MASK].any()


@kinds
def test_the_claim_above_rejects_a_network_without_a_mask_of_the_padding(kind, rng):
    net = network(kind, rng, bidirectional=True)
    x = np.where(MASK[..., None], rng.standard_normal((T, B, D)), 0)
    masked, unaware = net(x, mask=MASK), net(x)
    assert np.abs((masked[0] - unaware[0]).numpy()[MASK]).max() > 0.01  # the way back began in the padding
    assert np.abs((masked[1] - unaware[1]).numpy()).max() > 0.01


@kinds
def test_a_step_that_is_not_real_is_passed_over_wherever_it_is(kind, rng):
    net = network(kind, rng, bidirectional=True)
    x = rng.standard_normal((T, 1, D))
    h, last = net(x, mask=HOLES)
    h_, last_ = net(x[HOLES[:, 0]])
    np.testing.assert_allclose(h.numpy()[HOLES[:, 0]], h_.numpy(), rtol=1e-12)
    np.testing.assert_allclose(last.numpy(), last_.numpy(), rtol=1e-12)


def test_all_true_is_no_mask(rng):
    net = network(nn.LSTM, rng, layers=2)
    x = rng.standard_normal((T, B, D))
    np.testing.assert_array_equal(net(x, mask=np.ones((T, B), bool))[0].numpy(), net(x)[0].numpy())


# --- directions, dropout, beginnings ----------------------------------------------------------------------


@kinds
def test_the_second_direction_reads_the_reversed_sequence(kind, rng):
    net = network(kind, rng, bidirectional=True)
    x = rng.standard_normal((T, B, D))
    h = net(x)[0].numpy()
    net.layers.reverse()
    np.testing.assert_allclose(net(x[::-1])[0].numpy()[::-1], np.roll(h, H, axis=-1), rtol=1e-12)


@kinds
def test_a_sequence_in_two_pieces_with_the_state_carried_is_the_whole(kind, rng):
    net = network(kind, rng, layers=2)
    x = rng.standard_normal((T, B, D))
    whole, end = net(x)
    first, state = net(x[:2])
    second, last = net(x[2:], state)
    np.testing.assert_allclose(np.concatenate([first.numpy(), second.numpy()]), whole.numpy(), rtol=1e-12)
    np.testing.assert_allclose(last.numpy(), end.numpy(), rtol=1e-12)


def test_dropout_acts_between_layers_in_training_only(rng):
    x = rng.standard_normal((T, B, D)).astype(np.float32)
    one, two = (nn.LSTM(D, H, Generator(1), layers=n, dropout=0.5) for n in (1, 2))
    np.testing.assert_array_equal(one(x)[0].numpy(), one(x)[0].numpy())
    assert np.any(two(x)[0].numpy() != two(x)[0].numpy())
    two.eval()
    np.testing.assert_array_equal(two(x)[0].numpy(), two(x)[0].numpy())


def test_each_gate_begins_with_a_rotation_and_the_forget_gate_open():
    net = nn.LSTM(D, H, Generator(0), layers=2)
    for layer in net.layers:
        for k in range(4):
            W = layer.W_hh.data[:, k * H : (k + 1) * H].astype(np.float64)
            np.testing.assert_allclose(W @ W.T, np.eye(H), atol=1e-6)
        np.testing.assert_array_equal(layer.b_h.data, np.repeat([0, 1, 0, 0], H).astype(np.float32))
    assert not nn.LSTM(D, H, Generator(0), forget_bias=0.0).layers[0].b_h.data.any()


def test_identity_carries_the_state_and_its_gradient():
    net = nn.RNN(D, H, Generator(0), init=nn.init.identity)
    np.testing.assert_array_equal(net.layers[0].W_hh.data, np.eye(H, dtype=np.float32))


@kinds
def test_float32_stays_float32_with_a_mask_too(kind, rng):
    net = kind(D, H, Generator(0), layers=2, bidirectional=True, dropout=0.1, learned_h0=True)
    h, state = net(rng.standard_normal((T, B, D)).astype(np.float32), mask=MASK)
    assert h.dtype == state.dtype == np.float32


# --- bad input --------------------------------------------------------------------------------------------


@kinds
def test_no_steps_and_a_sequence_without_a_real_step_are_refused(kind, rng):
    net = network(kind, rng)
    with pytest.raises(BadInput, match="no steps"):
        net(np.zeros((0, B, D)))
    with pytest.raises(BadInput, match="sequence 2 of the batch is masked everywhere"):
        net(np.zeros((T, B, D)), mask=np.array([[1, 1, 0]] * T, bool))


@pytest.mark.parametrize("mask", [np.ones((B, T), bool), np.ones((T, B)), np.ones(T, bool)])
def test_a_mask_of_another_shape_or_type_is_refused(mask, rng):
    with pytest.raises(ValueError, match=r"a mask is bool of shape \(T, B\)"):
        network(nn.GRU, rng)(np.zeros((T, B, D)), mask=mask)


def test_a_state_of_another_network_is_refused(rng):
    with pytest.raises(ValueError, match="the state has shape"):
        network(nn.LSTM, rng)(np.zeros((T, B, D)), np.zeros((1, 1, B, H)))


@pytest.mark.parametrize("sizes", [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_sizes_below_one_are_refused(sizes):
    with pytest.raises(ValueError, match="at least 1"):
        nn.RNN(*sizes[:2], Generator(0), layers=sizes[2])
