"""Convolutional layers: what they compute, and how they begin."""

import numpy as np
import pytest

from scratchgen import Generator
from scratchgen.functional import conv2d, conv_transpose2d
from scratchgen.nn import Conv2d, ConvTranspose2d, Sequential, init


def test_the_layers_are_the_functions_with_their_own_parameters(rng):
    down, up = Conv2d(3, 5, 4, Generator(0), 2, 1), ConvTranspose2d(5, 3, 4, Generator(1), 2, 1)
    x = rng.standard_normal((2, 8, 6, 3)).astype(np.float32)
    h = down(x)
    assert h.shape == (2, 4, 3, 5) and up(h).shape == x.shape
    np.testing.assert_array_equal(h.numpy(), conv2d(x, down.W.data, down.b.data, 2, 1))
    np.testing.assert_array_equal(up(h).numpy(), conv_transpose2d(h.numpy(), up.W.data, up.b.data, 2, 1))


def test_a_repr_shows_the_geometry():
    assert repr(Sequential(Conv2d(1, 2, 3, Generator(0)), ConvTranspose2d(2, 1, 3, Generator(0), 2, 1))) == (
        "Sequential()   39 parameters\n"
        "  0: Conv2d(stride=1, padding=0)   W (3, 3, 1, 2), b (2,)   20 parameters\n"
        "  1: ConvTranspose2d(stride=2, padding=1)   W (3, 3, 1, 2), b (1,)   19 parameters"
    )


def inner_variance(layer, rng):
    """The variance of the outputs away from the border, for independent inputs of variance 1."""
    x = rng.standard_normal((16, 24, 24, 12)).astype(np.float32)
    return layer(x).numpy()[:, 2:-2, 2:-2].var()


LAYERS = {
    "convolution": (Conv2d, 4, 1),
    "convolution with a stride": (Conv2d, 4, 2),
    "transposed": (ConvTranspose2d, 4, 1),
    "transposed with a stride": (ConvTranspose2d, 4, 2),
    "transposed, stride no divisor": (ConvTranspose2d, 3, 2),
}


@pytest.mark.parametrize(("kind", "size", "stride"), LAYERS.values(), ids=LAYERS)
def test_every_layer_begins_with_outputs_as_large_as_those_of_a_linear_layer(kind, size, stride, rng):
    """A third of the input's variance with U(−1/√n, 1/√n), twice as much as comes in with N(0, 2/n)."""
    for begin, variance in ((init.fan_in_uniform, 1 / 3), (init.he_normal, 2)):
        layer = kind(12, 64, size, Generator(3), stride, 1, begin)
        assert inner_variance(layer, rng) == pytest.approx(variance, rel=0.1)


def test_the_claim_above_rejects_a_transposed_layer_that_counts_the_taps_it_never_meets(rng):
    layer = ConvTranspose2d(12, 64, 4, Generator(3), 2, 1)
    layer.W.data[...] /= 2  # a fan-in of k² c_in, where a pixel is met by (k/s)² taps
    assert inner_variance(layer, rng) == pytest.approx(1 / 12, rel=0.1)


def test_biases_begin_at_zero_and_weights_are_single_precision():
    for layer in (Conv2d(2, 3, 4, Generator(0), 2, 1), ConvTranspose2d(2, 3, 4, Generator(0), 2, 1)):
        assert not layer.b.data.any() and layer.b.shape == (3,)
        assert layer.W.dtype == layer.b.dtype == np.float32
