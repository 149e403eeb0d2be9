"""Spectral normalisation: the largest singular value, and the exact gradient through W / sigma(W)."""

import numpy as np
import pytest

from scratchgen import Tensor
from scratchgen.nn import Conv2d, Linear, SpectralNorm
from scratchgen.random import Generator


def settled(layer, steps=3000):
    """In float64, when the power iteration is over: 0.99^6000 of the error is left."""
    layer.b.data = np.linspace(-1, 1, layer.b.size)
    layer.W.data = layer.W.data.astype(np.float64)
    normed = SpectralNorm(layer, Generator(5))
    normed.u.data = normed.u.data.astype(np.float64)
    for _ in range(steps):
        normed._advance()
    return normed


def largest_singular_value(W):
    return np.linalg.svd(W.reshape(-1, W.shape[-1]), compute_uv=False)[0]


LAYERS = {
    "linear": lambda: Linear(7, 4, Generator(0)),
    "wide": lambda: Linear(3, 9, Generator(1)),
    "convolution": lambda: Conv2d(2, 5, 3, Generator(2)),
    "one unit": lambda: Linear(6, 1, Generator(3)),
}
layers = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)


@pytest.mark.equation("gan.spectral_norm")
@layers
def test_the_spectral_norm_is_the_largest_singular_value(make, measured):
    normed = settled(make())
    true = largest_singular_value(normed.layer.W.data)
    measured(abs(normed.sigma().item() - true), 1e-12 * true)


@pytest.mark.equation("gan.spectral_norm")
@layers
def test_the_claim_above_rejects_the_norm_of_all_elements(make):
    W = make().W.data
    if min(W.reshape(-1, W.shape[-1]).shape) > 1:
        assert np.linalg.norm(W) > 1.1 * largest_singular_value(W)


@layers
def test_a_power_iteration_never_overestimates_and_only_rises(make):
    layer = make()
    layer.W.data = layer.W.data.astype(np.float64)
    normed, true = SpectralNorm(layer, Generator(8)), largest_singular_value(layer.W.data)
    normed.u.data = np.full(normed.u.size, normed.u.size**-0.5)
    found = [normed.sigma().item()]
    for _ in range(20):
        normed._advance()
        found.append(normed.sigma().item())
    assert np.all(np.diff(found) >= -1e-12) and found[-1] <= true + 1e-12


@pytest.mark.equation("gan.spectral_norm")
def test_the_layer_is_the_one_with_W_over_sigma_in_its_place(rng, measured):
    x = rng.standard_normal((5, 6, 6, 2))
    normed = settled(Conv2d(2, 5, 3, Generator(2)))
    sigma = largest_singular_value(normed.layer.W.data)
    expected = Conv2d(2, 5, 3, Generator(2))
    expected.W.data, expected.b.data = normed.layer.W.data / sigma, normed.layer.b.data
    measured(np.abs(normed(x).numpy() - expected(x).numpy()), 1e-12)


def test_a_normed_layer_stretches_nothing_and_its_first_direction_not_at_all(rng):
    normed = settled(Linear(7, 4, Generator(0)))
    x = rng.standard_normal((200, 7))
    y = normed(x).numpy() - normed.layer.b.data
    stretch = np.linalg.norm(y, axis=1) / np.linalg.norm(x, axis=1)
    assert stretch.max() < 1
    v = np.linalg.svd(normed.layer.W.data)[0][:, :1].T
    assert np.linalg.norm(normed(v).numpy() - normed.layer.b.data) == pytest.approx(1, rel=1e-12)


@pytest.mark.equation("gan.spectral_norm")
@layers
def test_the_gradient_by_W_is_that_of_difference_quotients_through_the_true_singular_value(make, rng):
    normed = settled(make())
    normed.eval()
    W = normed.layer.W.data.copy()
    x = rng.standard_normal((4, *(5, 4, 2)[: W.ndim - 2], W.shape[-2]) if W.ndim == 4 else (4, W.shape[0]))
    g = rng.standard_normal(normed(x).shape)
    (g * normed(x)).sum().backward()

    def loss(W):
        layer = make()
        layer.W.data, layer.b.data = W / largest_singular_value(W), normed.layer.b.data
        return float(np.sum(g * layer(x).numpy()))

    direction, h = rng.standard_normal(W.shape), 1e-6
    quotient = (loss(W + h * direction) - loss(W - h * direction)) / (2 * h)
    assert np.sum(normed.layer.W.grad * direction) == pytest.approx(quotient, rel=1e-6, abs=1e-7)


@pytest.mark.equation("gan.spectral_norm")
def test_the_claim_above_rejects_a_sigma_that_is_taken_for_a_constant(rng):
    normed = settled(Linear(7, 4, Generator(0)))
    x, g = rng.standard_normal((4, 7)), rng.standard_normal((4, 4))
    (g * normed(x)).sum().backward()
    constant = x.T @ g / normed.sigma().item()
    assert np.abs(normed.layer.W.grad - constant).max() > 0.1 * np.abs(constant).max()


def test_values_and_gradients_are_pytorchs(rng):
    torch = pytest.importorskip("torch")
    normed = settled(Linear(7, 4, Generator(0)))
    theirs = torch.nn.Linear(7, 4).double()
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(normed.layer.W.data.T))
        theirs.bias.copy_(torch.tensor(normed.layer.b.data))
    theirs = torch.nn.utils.parametrizations.spectral_norm(theirs, n_power_iterations=500)
    x = rng.standard_normal((5, 7))
    y, z = normed(x), theirs(torch.tensor(x))
    np.testing.assert_allclose(y.numpy(), z.detach().numpy(), atol=1e-10)
    np.sum(y**2).backward()
    (z**2).sum().backward()
    their_W = theirs.parametrizations.weight.original.grad.numpy().T
    np.testing.assert_allclose(normed.layer.W.grad, their_W, atol=1e-9)
    np.testing.assert_allclose(normed.layer.b.grad, theirs.bias.grad.numpy(), atol=1e-9)


def test_the_iteration_advances_in_training_but_not_in_evaluation_mode_or_while_frozen(rng):
    normed, x = SpectralNorm(Linear(40, 30, Generator(0)), Generator(1)), np.ones((2, 40), np.float32)
    before = normed.u.data.copy()
    normed.eval()(x)
    with normed.train().frozen():
        normed(x)
    np.testing.assert_array_equal(normed.u.data, before)
    normed(x)
    assert not np.array_equal(normed.u.data, before)


def test_the_state_is_saved_with_the_weights():
    normed = SpectralNorm(Linear(4, 3, Generator(0)), Generator(1))
    assert sorted(normed.state_dict()) == ["layer.W", "layer.b", "u"]
    assert [name for name, _ in normed.named_parameters()] == ["layer.W", "layer.b"]


def test_zero_weights_stay_finite():
    layer = Linear(4, 3, Generator(0))
    layer.W.data[...] = 0
    normed = SpectralNorm(layer, Generator(1))
    y = normed(Tensor(np.ones((2, 4), np.float32), requires_grad=True))
    y.sum().backward()
    assert np.all(np.isfinite(y.numpy())) and np.all(np.isfinite(layer.W.grad))
