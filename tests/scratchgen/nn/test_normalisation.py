"""Batch and layer normalisation: against their equations, and against PyTorch."""

import numpy as np
import pytest

from scratchgen import Tensor, check_grads, grad, no_grad
from scratchgen.nn import BatchNorm, LayerNorm, Module

SHAPES = {"rows": (6, 3), "images": (4, 5, 2, 3)}
shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


def in_float64(module: Module) -> Module:
    for tensor in (*module.parameters(), *(b for _, b in module.named_buffers())):
        tensor.data = tensor.data.astype(np.float64)
    return module


def begun_elsewhere(layer, rng):
    """The layer in float64 with other scales and shifts than 1 and 0."""
    in_float64(layer)
    layer.gamma.data[...] = rng.uniform(0.5, 2, layer.gamma.shape)
    layer.beta.data[...] = rng.standard_normal(layer.beta.shape)
    return layer


# --- by their own mathematics -----------------------------------------------------------------------------


@pytest.mark.equation("nn.batch_norm")
@shapes
def test_batch_normalised_features_have_mean_beta_and_deviation_gamma(shape, rng, measured):
    layer = begun_elsewhere(BatchNorm(3), rng)
    x = 50 + 7 * rng.standard_normal(shape)
    batch = tuple(range(x.ndim - 1))
    y = layer(x).numpy()
    measured(np.abs(y.mean(batch) - layer.beta.data), 1e-12)
    s2 = x.var(batch)  # ε takes this little away
    np.testing.assert_allclose(y.std(batch), layer.gamma.data * np.sqrt(s2 / (s2 + 1e-5)), rtol=1e-10)


@pytest.mark.equation("nn.batch_norm")
def test_the_claim_above_rejects_statistics_of_the_rows(rng):
    y = LayerNorm(3)(50 + 7 * rng.standard_normal((6, 3))).numpy()
    assert np.abs(y.mean(axis=0)).max() > 0.01


@pytest.mark.equation("nn.layer_norm")
@pytest.mark.parametrize("shape", [(3,), (2, 3), (5, 2, 3)], ids=str)
def test_every_layer_normalised_example_has_mean_0_and_deviation_1(shape, rng, measured):
    layer = LayerNorm(shape)
    x = -20 + rng.uniform(1, 5, (4, *[1] * len(shape))) * rng.standard_normal((4, *shape))
    y = layer(x).numpy().reshape(4, -1)
    measured(np.abs(y.mean(axis=1)), 1e-12)
    measured(np.abs(y.std(axis=1) - 1), 1e-4)  # ε takes a little away


@pytest.mark.equation("nn.layer_norm")
def test_the_claim_above_rejects_statistics_of_the_features(rng):
    y = BatchNorm(3)(-20 + rng.standard_normal((6, 3))).numpy()
    assert np.abs(y.mean(axis=1)).max() > 0.1


def test_rows_depend_on_one_another_under_batch_normalisation_only(rng):
    x = rng.standard_normal((6, 3))
    changed = x.copy()
    changed[0] += 1
    for layer, depends in ((BatchNorm(3), True), (LayerNorm(3), False), (BatchNorm(3).eval(), False)):
        assert np.array_equal(layer(x).numpy()[1:], layer(changed).numpy()[1:]) is not depends


def test_neither_sees_where_its_input_begins_nor_how_large_it_is(rng):
    x = 100 * rng.standard_normal((6, 3))
    for layer in (BatchNorm(3), LayerNorm(3)):
        np.testing.assert_allclose(layer(50 * x + 7).numpy(), layer(x).numpy(), atol=1e-6)  # ε / s²


def test_a_constant_feature_becomes_beta(rng):
    layer = begun_elsewhere(BatchNorm(2), rng)
    np.testing.assert_allclose(layer(np.full((4, 2), 3.0)).numpy(), np.tile(layer.beta.data, (4, 1)))


# --- what training leaves behind --------------------------------------------------------------------------


def test_after_many_batches_the_buffers_are_the_mean_and_the_variance_of_the_source(rng):
    layer, mu, sigma = BatchNorm(2), np.array([3.0, -1.0]), np.array([2.0, 0.5])
    for _ in range(400):
        layer(mu + sigma * rng.standard_normal((500, 2)))
    error = 5 * sigma / np.sqrt(500 * 19)  # an average over (2 − 0.1) / 0.1 batches' worth
    assert np.all(np.abs(layer.mean.data - mu) < error)
    np.testing.assert_allclose(layer.variance.data, sigma**2, rtol=5 * np.sqrt(2 / (500 * 19)))
    y = layer.eval()(np.array([[3.0, -1.0], [5.0, -0.5]])).numpy()
    np.testing.assert_allclose(y, [[0, 0], [1, 1]], atol=0.1)


def test_the_buffer_of_the_variance_counts_n_minus_1(rng):
    """Batches of two: with n in place of n − 1 the variance would be half."""
    layer = BatchNorm(1)
    layer.momentum = 0.005
    for _ in range(1500):
        layer(rng.standard_normal((2, 1)))
    assert layer.variance.data.item() == pytest.approx(1, abs=5 * np.sqrt(2 * 0.005 / 2))  # 0.35


def test_neither_use_nor_a_frozen_layer_changes_the_buffers(rng):
    layer, x = BatchNorm(3), rng.standard_normal((6, 3)) + 4
    before = layer.state_dict()
    with layer.frozen():
        frozen = layer(x)
    layer.eval()(x)
    layer.train()
    assert all(np.array_equal(a, before[name]) for name, a in layer.state_dict().items())
    np.testing.assert_allclose(frozen, layer(x).numpy())  # it normalises all the same
    assert not np.array_equal(layer.mean.data, before["mean"])


def test_buffers_are_written_while_an_earlier_result_waits_for_its_gradient(rng):
    layer, x = BatchNorm(3), rng.standard_normal((6, 3))
    waiting = layer.eval()(x) + layer.train()(x) + layer(x + 1)
    layer(x + 2)
    waiting.sum().backward()
    assert layer.gamma.grad is not None


def test_a_batch_of_a_single_value_is_refused_in_training_only():
    layer = BatchNorm(3)
    with pytest.raises(ValueError, match="has no variance"):
        layer(np.ones((1, 3)))
    assert layer(np.ones((1, 2, 1, 3))).shape == (1, 2, 1, 3)
    assert layer.eval()(np.ones((1, 3))).shape == (1, 3)
    assert LayerNorm(3)(np.ones((1, 3))).shape == (1, 3)


def test_single_precision_stays_single():
    for layer in (BatchNorm(3), LayerNorm(3), BatchNorm(3).eval()):
        assert layer(np.ones((2, 3), np.float32)).dtype == np.float32


# --- gradients, and PyTorch -------------------------------------------------------------------------------

LAYERS = {"batch": lambda: BatchNorm(3), "layer": lambda: LayerNorm(3), "in use": lambda: BatchNorm(3).eval()}


@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
def test_gradients_are_those_of_difference_quotients_to_second_order(make, rng):
    check_grads(begun_elsewhere(make(), rng), rng.standard_normal((5, 3)), order=2)


@shapes
@pytest.mark.parametrize("kind", ["batch", "layer"])
def test_values_gradients_second_derivatives_and_buffers_are_pytorchs(kind, shape, rng):
    torch = pytest.importorskip("torch")
    ours = begun_elsewhere(BatchNorm(3) if kind == "batch" else LayerNorm(shape[1:]), rng)
    x, g, u = (rng.standard_normal(shape) for _ in range(3))
    gamma, beta = (torch.tensor(p.data, requires_grad=True) for p in (ours.gamma, ours.beta))
    mean, variance = torch.zeros(3, dtype=torch.float64), torch.ones(3, dtype=torch.float64)

    def theirs(x):
        if kind == "layer":
            return torch.nn.functional.layer_norm(x, shape[1:], gamma, beta)
        y = torch.nn.functional.batch_norm(x.movedim(-1, 1), mean, variance, gamma, beta, training=True)
        return y.movedim(1, -1)

    a, b = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    y, z = ours(a), theirs(b)
    np.testing.assert_allclose(y.numpy(), z.detach().numpy(), atol=1e-10)
    if kind == "batch":
        np.testing.assert_allclose(ours.mean.data, mean.numpy(), rtol=1e-12)
        np.testing.assert_allclose(ours.variance.data, variance.numpy(), rtol=1e-12)

    with ours.frozen():
        first = grad(lambda x: np.sum(g * ours(x)))(a)
    (their_first,) = torch.autograd.grad((torch.tensor(g) * z).sum(), b, create_graph=True)
    np.testing.assert_allclose(first.numpy(), their_first.detach().numpy(), atol=1e-9)
    np.sum(first * u).backward()
    (their_first * torch.tensor(u)).sum().backward()
    np.testing.assert_allclose(a.grad, b.grad.numpy(), atol=1e-8)

    (g * ours(x)).sum().backward()
    gamma.grad = beta.grad = None
    (torch.tensor(g) * theirs(torch.tensor(x))).sum().backward()
    np.testing.assert_allclose(ours.gamma.grad, gamma.grad.numpy(), atol=1e-9)
    np.testing.assert_allclose(ours.beta.grad, beta.grad.numpy(), atol=1e-9)


def test_under_no_grad_the_buffers_still_learn(rng):
    layer = BatchNorm(3)
    with no_grad():
        layer(rng.standard_normal((6, 3)) + 4)
    assert np.all(layer.mean.data > 0.2)
