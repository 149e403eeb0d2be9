"""Gradients that the reverse sweep hands over while it goes on: the same, in their own memory, as early as possible."""

import numpy as np
import pytest

from scratchgen.autograd import Tensor
from scratchgen.autograd.backward import seed, sweep

pytestmark = pytest.mark.fast


def leaf(*shape, seed=0):
    return Tensor(np.random.default_rng(seed).standard_normal(shape), requires_grad=True)


def chain(layers):
    """A network of layers h ↦ tanh(h W + b), and its leaves."""
    leaves = [(leaf(4, 4, seed=k), leaf(4, seed=10 + k)) for k in range(layers)]
    h = np.random.default_rng(99).standard_normal((3, 4))
    for W, b in leaves:
        h = np.tanh(h @ W + b)
    return (h**2).sum(), [a for pair in leaves for a in pair]


def tied():
    """One matrix in three places, a vector in two, and a leaf that is used as it is."""
    W, v, u = leaf(4, 4), leaf(4, seed=1), leaf(4, seed=2)
    return (np.tanh((v @ W) @ W) * (W @ v) + u).sum(), [W, v, u]


def shared_cotangents():
    """Two leaves whose cotangent is the same array in the sweep, and one that is used after it."""
    a, b, c = leaf(4), leaf(4, seed=1), leaf(4, seed=2)
    return ((a + b) * (c + a)).sum(), [a, b, c]


GRAPHS = {"a network": lambda: chain(3), "tied weights": tied, "shared cotangents": shared_cotangents}


@pytest.mark.equation("autograd.chain_rule")
@pytest.mark.parametrize("make", GRAPHS.values(), ids=GRAPHS)
def test_each_gradient_is_handed_over_once_with_the_bits_of_backward(make):
    y, leaves = make()
    y.backward(retain_graph=True)
    found = []
    assert sweep(y, seed(y).data, complete=lambda a, g: found.append((a, g.copy()))) == {}
    assert sorted(a.serial for a, _ in found) == sorted(a.serial for a in leaves)
    for a, g in found:
        assert g.tobytes() == a.grad.tobytes() and g.shape == a.shape


@pytest.mark.parametrize("make", GRAPHS.values(), ids=GRAPHS)
def test_a_gradient_that_is_overwritten_when_it_is_handed_over_changes_no_other(make):
    y, leaves = make()
    y.backward(retain_graph=True)
    found = {}

    def overwritten(a, g):
        found[a] = g.copy()
        g[...] = np.nan

    sweep(y, seed(y).data, complete=overwritten)
    for a in leaves:
        np.testing.assert_array_equal(found[a], a.grad)


def visits(y, names):
    """The order in which the sweep hands over leaves and reaches other tensors, by name."""
    order = []
    for a, name in names.items():
        if a.primitive is not None:
            a.register_hook(lambda g, name=name: order.append(name))
    sweep(y, seed(y).data, complete=lambda a, g: order.append(names[a]))
    return order


def test_the_gradients_of_the_last_layer_are_handed_over_before_the_layers_below_are_visited():
    W, V, U = leaf(4, 4), leaf(4, 4, seed=1), leaf(4, 4, seed=2)
    x = np.random.default_rng(3).standard_normal((2, 4))
    h = np.tanh(x @ W)
    k = np.tanh(h @ V)
    y = (k @ U).sum()
    assert visits(y, {U: "U", k: "k", V: "V", h: "h", W: "W"}) == ["U", "k", "V", "h", "W"]


def test_a_matrix_that_is_used_again_below_is_handed_over_after_its_oldest_use():
    W, V = leaf(4, 4), leaf(4, 4, seed=1)
    h = np.tanh(np.ones((2, 4)) @ V)
    k = np.tanh(h @ W)
    y = (k @ W).sum()
    assert visits(y, {W: "W", k: "k", h: "h", V: "V"}) == ["k", "W", "h", "V"]


def test_without_a_receiver_all_leaves_are_in_the_result():
    y, leaves = chain(2)
    assert set(sweep(y, seed(y).data)) == set(leaves)


def test_the_cotangent_of_a_leaf_alone_is_handed_over():
    a, found = leaf(3), []
    sweep(a, np.ones(3), complete=lambda b, g: found.append((b is a, g.tolist())))
    assert found == [(True, [1, 1, 1])]
