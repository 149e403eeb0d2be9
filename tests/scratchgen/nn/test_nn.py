"""Modules know their parameters; layers compute what they say."""

import numpy as np
import pytest

from scratchgen import Generator, Tensor
from scratchgen.nn import (
    Buffer,
    Dropout,
    Embedding,
    LeakyReLU,
    Linear,
    Module,
    Parameter,
    ReLU,
    Sequential,
    Sigmoid,
    Tanh,
    init,
)

pytestmark = pytest.mark.fast


def net():
    return Sequential(Linear(3, 4, Generator(0)), Tanh(), Linear(4, 2, Generator(1)))


def test_parameters_have_the_names_of_the_attributes_that_lead_to_them():
    assert [name for name, _ in net().named_parameters()] == ["0.W", "0.b", "2.W", "2.b"]


def test_modules_in_a_list_are_found():
    class Stack(Module):
        def __init__(self):
            self.parts = [Linear(1, 1, Generator(0)), Linear(1, 1, Generator(0))]

    assert [name for name, _ in Stack().named_parameters()] == [
        "parts.0.W",
        "parts.0.b",
        "parts.1.W",
        "parts.1.b",
    ]


def test_parameters_in_lists_and_dictionaries_are_found_and_shared_ones_counted_once():
    class Tied(Module):
        def __init__(self):
            self.parts = {"a": Linear(2, 2, Generator(0))}
            self.scales = [Parameter(np.ones(1))]
            self.again = self.parts["a"]

    assert [name for name, _ in Tied().named_parameters()] == ["scales.0", "parts.a.W", "parts.a.b"]


def test_a_sequential_net_is_the_composition_of_its_layers(rng):
    model, x = net(), rng.standard_normal((5, 3)).astype(np.float32)
    (W1, b1, W2, b2) = (p.data for p in model.parameters())
    np.testing.assert_allclose(model(x).numpy(), np.tanh(x @ W1 + b1) @ W2 + b2, rtol=1e-5, atol=1e-6)


@pytest.mark.equation("nn.sigmoid")
@pytest.mark.equation("nn.relu")
@pytest.mark.equation("nn.leaky_relu")
@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (Tanh(), np.tanh([-2.0, 0.0, 3.0])),
        (Sigmoid(), [1 / (1 + np.exp(2)), 0.5, 1 / (1 + np.exp(-3))]),
        (ReLU(), [0, 0, 3]),
        (LeakyReLU(0.1), [-0.2, 0, 3]),
    ],
    ids=["tanh", "sigmoid", "relu", "leaky"],
)
def test_activations(layer, expected, measured):
    measured(np.abs(layer(np.array([-2.0, 0.0, 3.0])) - np.array(expected)), 1e-14)


@pytest.mark.equation("nn.embedding")
def test_an_embedding_looks_up_rows_and_gives_each_the_sum_of_its_uses(measured):
    layer = Embedding(4, 2, Generator(0))
    y = layer(np.array([[1, 3], [1, 1]]))
    assert y.shape == (2, 2, 2)
    y.sum().backward()
    measured(np.abs(layer.W.grad - [[0, 0], [3, 3], [0, 0], [1, 1]]), 0)


@pytest.mark.equation("nn.embedding")
def test_the_claim_above_rejects_a_gradient_that_counts_a_row_once():
    """W.grad[k] = g in place of adding up: of several uses only the last counts."""
    k, once = np.array([[1, 3], [1, 1]]), np.zeros((4, 2))
    once[k] = 1.0
    assert not np.array_equal(once, [[0, 0], [3, 3], [0, 0], [1, 1]])


@pytest.mark.equation("nn.dropout")
def test_dropout_keeps_the_mean_and_drops_the_stated_share(measured):
    layer, x = Dropout(0.3, Generator(0)), Tensor(np.ones((400, 500), np.float32))
    y = layer(x).numpy()
    n = y.size
    assert abs(np.mean(y == 0) - 0.3) < 5 * np.sqrt(0.21 / n)
    measured(abs(y.mean() - 1), 5 * y.std() / np.sqrt(n))
    assert y.dtype == np.float32


@pytest.mark.equation("nn.dropout")
def test_the_claim_above_rejects_elements_that_are_kept_as_they_are():
    y = 0.7 * Dropout(0.3, Generator(0))(Tensor(np.ones((400, 500), np.float32))).numpy()
    assert abs(y.mean() - 1) > 100 * y.std() / np.sqrt(y.size)


def test_dropout_does_nothing_in_use():
    model = Sequential(Dropout(0.9, Generator(0)))
    x = np.ones((2, 2))
    assert model.eval()(x) is x
    assert not np.array_equal(model.train()(x), x)


@pytest.mark.parametrize("training", [True, False])
def test_within_in_use_nothing_is_dropped_and_afterwards_all_is_as_it_was(training):
    model = Sequential(Dropout(0.9, Generator(0))).train(training)
    with pytest.raises(KeyError), model.eval_mode() as same:
        assert same is model and not model.training and not model[0].training
        raise KeyError
    assert model.training == model[0].training == training


@pytest.mark.parametrize("p", [-0.1, 1.0, np.nan])
def test_an_impossible_share_to_drop_is_refused(p):
    with pytest.raises(ValueError, match="p must be"):
        Dropout(p, Generator(0))


def test_a_state_dict_is_a_copy_and_restores_the_model():
    model = net()
    state = model.state_dict()
    model.parameters()[0].data[...] = 7
    assert not np.any(state["0.W"] == 7)
    model.load_state_dict(state)
    np.testing.assert_array_equal(model.state_dict()["0.W"], state["0.W"])


def test_weights_of_another_model_are_refused_and_nothing_changes():
    model, before = net(), net().state_dict()
    for wrong in (
        {**before, "extra": np.zeros(1)},
        {name: a for name, a in before.items() if name != "2.b"},
        {**before, "2.b": np.zeros(3, np.float32)},
        {**before, "2.b": np.zeros(2, np.float64)},
    ):
        with pytest.raises(ValueError, match=r"a different model|in the model, but"):
            model.load_state_dict({**wrong, "0.b": np.ones_like(before["0.b"])})
        assert all(np.array_equal(a, before[name]) for name, a in model.state_dict().items())


class Counting(Module):
    """A net that knows something it has not learned by gradient: how many rows it has seen."""

    def __init__(self):
        self.net = Linear(3, 2, Generator(0))
        self.seen = Buffer(np.zeros(1, np.int64))
        self.scales = [Buffer(np.ones(2, np.float32))]

    def forward(self, x):
        self.seen.data += len(x)
        return self.net(x) * self.scales[0]


def test_buffers_are_saved_with_the_weights_and_put_back():
    model, other, x = Counting(), Counting(), np.ones((5, 3), np.float32)
    model(x)
    model.scales[0].data[...] = 2
    state = model.state_dict()
    model(x)  # the state is a copy: what comes later does not change it
    assert sorted(state) == ["net.W", "net.b", "scales.0", "seen"]
    other.load_state_dict(state)
    assert other.seen.data == [5] and np.all(other.scales[0].data == 2)
    with pytest.raises(ValueError, match="missing \\['seen'\\]"):
        other.load_state_dict({name: a for name, a in state.items() if name != "seen"})


def test_buffers_are_no_parameters_and_get_no_gradient():
    model = Counting()
    assert [name for name, _ in model.named_buffers()] == ["seen", "scales.0"]
    assert [name for name, _ in model.named_parameters()] == ["net.W", "net.b"]
    model(np.ones((5, 3), np.float32)).sum().backward()
    with model.frozen():
        assert not model.scales[0].requires_grad
    assert model.scales[0].grad is None and not model.scales[0].requires_grad


def test_a_repr_shows_buffers_beside_parameters_and_counts_them_not():
    assert repr(Counting()).splitlines() == [
        "Counting()   seen (1,), scales.0 (2,)   8 parameters",
        "  net: Linear()   W (3, 2), b (2,)   8 parameters",
    ]


def test_what_was_computed_frozen_stays_constant_and_what_was_not_does_not():
    model, x = net(), Tensor(np.ones((1, 3), np.float32), requires_grad=True)
    with model.frozen():
        y = model(x).sum()
    y.backward()
    assert x.grad is not None and all(p.grad is None for p in model.parameters())
    y = model(x).sum()
    with model.frozen():
        y.backward()
    assert all(p.grad is not None for p in model.parameters())


def test_a_frozen_module_gets_no_gradient_and_thaws():
    model = net()
    with model.frozen():
        assert not model(np.ones((1, 3), np.float32)).requires_grad
    model(np.ones((1, 3), np.float32)).sum().backward()
    assert all(p.grad is not None for p in model.parameters())
    model.zero_grad()
    assert all(p.grad is None for p in model.parameters())


def test_a_repr_shows_the_tree_with_shapes_and_counts():
    assert repr(net()).splitlines() == [
        "Sequential()   26 parameters",
        "  0: Linear()   W (3, 4), b (4,)   16 parameters",
        "  1: Tanh()",
        "  2: Linear()   W (4, 2), b (2,)   10 parameters",
    ]


@pytest.mark.equation("nn.glorot")
@pytest.mark.equation("nn.he")
def test_initialisers_have_the_variance_that_they_promise(measured):
    he, glorot = init.he_normal(Generator(0), 400, 300), init.glorot_uniform(Generator(1), 400, 300)
    measured(np.abs(np.divide((he.var(), glorot.var()), (2 / 400, 2 / 700)) - 1), 0.03)
    assert np.abs(glorot).max() <= np.sqrt(6 / 700) and he.dtype == glorot.dtype == np.float32


@pytest.mark.equation("nn.fan_in")
def test_weights_for_a_number_of_inputs_fill_the_interval_that_it_names(measured):
    W = init.fan_in_uniform(Generator(4), 400, 100)
    measured(np.maximum(0, np.abs(W).max() * np.sqrt(400) - 1), 1e-6)
    measured(abs(W.var() * 3 * 400 - 1), 0.03)  # more than five standard errors √(0.8/n)


@pytest.mark.equation("nn.fan_in")
@pytest.mark.equation("nn.glorot")
@pytest.mark.equation("nn.he")
def test_the_claims_about_initialisers_reject_one_another(measured):
    """Variances 1/(3D), 2/(D + H) and 2/D for D = 400, H = 100; of 40,000 numbers they are exact to 2 %."""
    named = {
        "fan in": (init.fan_in_uniform, 1 / 1200),
        "glorot": (init.glorot_uniform, 2 / 500),
        "he": (init.he_normal, 2 / 400),
    }
    found = {name: f(Generator(3), 400, 100).var() for name, (f, _) in named.items()}
    for name, (_, variance) in named.items():
        measured(abs(found[name] / variance - 1), 0.03)  # four standard errors √(2/n) are 2.8 %
        assert [other for other in named if abs(found[other] / variance - 1) < 0.1] == [name]


def test_an_orthogonal_matrix_preserves_lengths():
    Q = init.orthogonal(Generator(2), 64)
    np.testing.assert_allclose(Q @ Q.T, np.eye(64), atol=1e-5)
