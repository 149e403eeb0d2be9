"""The services of Module for classes derived from it: guarded parameters, hooks, walks, partial loading."""

import numpy as np
import pytest

from scratchgen import Tensor
from scratchgen.nn import (
    BatchNorm,
    Buffer,
    Dropout,
    Linear,
    LoadReport,
    Module,
    Parameter,
    ReLU,
    Sequential,
    SpectralNorm,
    Tanh,
)
from scratchgen.random import default_rng

pytestmark = pytest.mark.fast

X = default_rng(5).standard_normal((6, 3))


def net():
    return Sequential(Linear(3, 4, default_rng(0)), Tanh(), Linear(4, 2, default_rng(1)))


# --- assignment to a parameter's name -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", [np.zeros((3, 4), np.float32), Tensor(np.zeros((3, 4))), Buffer(np.zeros((3, 4))), None, 0.0]
)
def test_only_a_parameter_replaces_a_parameter(value):
    layer = Linear(3, 4)
    before = layer.W
    with pytest.raises(
        TypeError, match=r"Linear\.W is a Parameter.*W\.data\[\.\.\.\] = x, or assign Parameter"
    ):
        layer.W = value
    assert layer.W is before


def test_the_advice_of_the_error_works():
    layer, values = Linear(3, 4), np.ones((3, 4), np.float32)
    layer.W.data[...] = values
    np.testing.assert_array_equal(layer.W.numpy(), values)
    layer.W = Parameter(2 * values)
    assert layer.parameters()[0] is layer.W and layer.W.numpy().max() == 2


def test_only_a_buffer_replaces_a_buffer():
    norm = BatchNorm(3)
    with pytest.raises(TypeError, match=r"BatchNorm\.mean is a Buffer"):
        norm.mean = np.zeros(3)
    norm.mean = Buffer(np.ones(3, np.float32))
    assert norm.state_dict()["mean"].sum() == 3


class Unguarded(Linear):
    __setattr__ = object.__setattr__


def test_the_claims_above_reject_a_module_without_the_guard():
    """Such a module would train an array that no optimiser knows, or lose a parameter without an error."""
    layer = Unguarded(3, 4)
    layer.W = np.zeros((3, 4), np.float32)
    assert [name for name, _ in layer.named_parameters()] == ["b"]


# --- Sequential ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("i", [2, -1])
def test_a_layer_of_a_chain_is_replaced_by_its_index(i):
    model, layer = net(), Linear(4, 5)
    model[i] = layer
    assert model[2] is layer and model(X).shape == (6, 5)
    assert dict(model.named_parameters())["2.W"] is layer.W


@pytest.mark.parametrize("layer", [np.tanh, np.zeros(3), None])
def test_a_layer_that_is_not_a_module_is_refused(layer):
    with pytest.raises(TypeError, match="a layer of Sequential is a Module, not a"):
        net()[1] = layer


@pytest.mark.parametrize("activation", [Tanh, ReLU])
def test_the_chain_gives_the_same_with_layer_and_activation_in_one_pass_and_one_by_one(activation):
    model = Sequential(Linear(3, 4, default_rng(0)), activation(), Linear(4, 2, default_rng(1)))
    one_by_one = X
    for layer in model.layers:
        one_by_one = layer(one_by_one)
    np.testing.assert_allclose(model(X).numpy(), one_by_one.numpy(), rtol=1e-6, atol=1e-7)


# --- walks --------------------------------------------------------------------------------------------------


def test_named_modules_are_the_module_and_all_in_it_once_each():
    inner = net()
    model = Sequential(inner, Dropout(0.1), inner)
    assert [name for name, _ in model.named_modules()] == ["", "0", "0.0", "0.1", "0.2", "1"]
    assert [name for name, _ in inner.named_modules("G")] == ["G", "G.0", "G.1", "G.2"]


def test_apply_reaches_every_module_its_parts_first():
    model, met = net(), []
    assert model.apply(met.append) is model
    assert met[-1] is model and {id(m) for m in met} == {id(m) for _, m in model.named_modules()}

    def zero(module):
        if isinstance(module, Linear):
            module.W.data[...] = 0

    model.apply(zero)
    assert not model(X).numpy().any()


# --- hooks --------------------------------------------------------------------------------------------------


def test_a_hook_sees_inputs_and_output_of_every_pass_until_it_is_removed():
    model, seen = net(), []
    handle = model[1].register_forward_hook(
        lambda module, inputs, output: seen.append((module, inputs, output))
    )
    y = model(X)
    ((module, (x,), output),) = seen
    assert module is model[1] and x.shape == output.shape == (6, 4)
    np.testing.assert_allclose(output.numpy(), np.tanh(x.numpy()))
    np.testing.assert_allclose(y.numpy(), model[2](output).numpy())
    handle.remove()
    handle.remove()
    model(X)
    assert len(seen) == 1


@pytest.mark.parametrize("i", [0, 1, 2])
def test_every_layer_of_a_chain_calls_its_hook_also_where_two_take_one_pass(i):
    model, seen = net(), []
    model[i].register_forward_hook(lambda *call: seen.append(call))
    model(X)
    assert len(seen) == 1


def test_the_claim_above_rejects_a_pass_that_goes_around_the_layers():
    model, seen = net(), []
    model[1].register_forward_hook(lambda *call: seen.append(call))
    model[0].activated(X, "tanh")
    assert seen == []


def test_the_results_of_hooks_replace_the_output_in_order_of_registration():
    model = net()
    model.register_forward_hook(lambda module, inputs, output: output + 1)
    model.register_forward_hook(lambda module, inputs, output: output * 2)
    np.testing.assert_allclose(model(X).numpy(), 2 * (net()(X).numpy() + 1), rtol=1e-6)


def test_a_hook_is_no_part_of_the_state():
    model = net()
    model.register_forward_hook(Linear(2, 2))
    assert list(model.state_dict()) == list(net().state_dict())


# --- frozen -------------------------------------------------------------------------------------------------


def moves(layer, prepare=lambda layer: None):
    """Whether a pass in training changes the buffers of a layer."""
    prepare(layer)
    before = [b.data.copy() for _, b in layer.named_buffers()]
    layer(X)
    return any(np.any(b.data != a) for a, (_, b) in zip(before, layer.named_buffers(), strict=True))


def freeze_by_hand(layer):
    for p in layer.parameters():
        p.requires_grad = False


def spectral():
    layer = SpectralNorm(Linear(3, 3, default_rng(0)), default_rng(1))
    layer.u.data[...] = [1, 0, 0]  # far from the singular vector that it has found
    return layer


@pytest.mark.parametrize("make", [lambda: BatchNorm(3), spectral])
def test_buffers_stay_within_frozen_and_do_not_depend_on_parameters_that_are_frozen_by_hand(make):
    assert moves(make()) and moves(make(), freeze_by_hand)
    layer = make()
    with layer.frozen():
        assert not moves(layer) and not any(p.requires_grad for p in layer.parameters())
    assert moves(layer) and all(p.requires_grad for p in layer.parameters())


def test_the_claim_above_rejects_statistics_that_follow_the_parameters(monkeypatch):
    flag = property(lambda self: self.gamma.requires_grad, lambda self, value: None)
    monkeypatch.setattr(BatchNorm, "update_buffers", flag)
    assert moves(BatchNorm(3)) and not moves(BatchNorm(3), freeze_by_hand)


def test_frozen_restores_what_was_frozen_before():
    model = net()
    model[0].W.requires_grad = False
    with model.frozen(), model[2].frozen():
        pass
    assert [p.requires_grad for p in model.parameters()] == [False, True, True, True]


# --- loading by name ----------------------------------------------------------------------------------------


def other():
    """Weights of a model with another output, and one layer more."""
    model = Sequential(Linear(3, 4, default_rng(8)), Tanh(), Linear(4, 3, default_rng(9)), Linear(3, 1))
    state = model.state_dict()
    del state["0.b"]
    return state


def test_loading_that_is_not_strict_loads_what_fits_and_reports_the_rest():
    model, before, state = net(), net().state_dict(), other()
    report = model.load_state_dict(state, strict=False)
    assert report == LoadReport(
        ["0.W"],
        ["0.b"],
        ["3.W", "3.b"],
        {
            "2.W": "2.W is float32 (4, 2) in the model, but float32 (4, 3) here",
            "2.b": "2.b is float32 (2,) in the model, but float32 (3,) here",
        },
    )
    after = model.state_dict()
    np.testing.assert_array_equal(after["0.W"], state["0.W"])
    assert all(np.array_equal(after[name], before[name]) for name in ("0.b", "2.W", "2.b"))
    assert repr(report).splitlines() == [
        "loaded 1 of the model's 4 arrays",
        "  missing: 0.b",
        "  unexpected: 3.W, 3.b",
        "  mismatched: 2.W is float32 (4, 2) in the model, but float32 (4, 3) here",
        "  mismatched: 2.b is float32 (2,) in the model, but float32 (3,) here",
    ]


def test_strict_loading_takes_all_or_nothing():
    model, before = net(), net().state_dict()
    with pytest.raises(
        ValueError, match=r"different model: missing \['0\.b'\], unexpected \['3\.W', '3\.b'\]"
    ):
        model.load_state_dict(other())
    assert all(np.array_equal(a, before[name]) for name, a in model.state_dict().items())
    report = model.load_state_dict({name: a + 1 for name, a in before.items()})
    assert report.complete and report.loaded == sorted(before)
    np.testing.assert_array_equal(model.state_dict()["2.b"], before["2.b"] + 1)


class Careless(Module):
    """A module that loads the arrays that fit, although all were requested."""

    def __init__(self):
        self.model = net()

    def load_state_dict(self, state, strict=True):
        return self.model.load_state_dict(state, strict=False)


def test_the_claim_above_rejects_a_strict_loading_that_loads_a_part():
    careless = Careless()
    before = careless.model.state_dict()
    careless.load_state_dict(other())
    assert np.any(careless.model.state_dict()["0.W"] != before["0.W"])
