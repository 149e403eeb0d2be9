"""Convolutional models of images of any size, grey or in colour.

The oracle of a size that cannot be halved is the model of the next size that can be, with the same weights, on
images with zeros around them; for sizes that can be halved, the result must not change:
the digest of their weights and some of their numbers.
"""

import hashlib

import numpy as np
import pytest

from scratchgen import Generator, check_grads
from scratchgen.gan import ConvGAN
from scratchgen.nn.convolution import coarsest, margins_for, zero_pad2d
from scratchgen.vae import VQVAE, ConvVAE
from scratchgen.vae.convolutional import ConvDecoder, ConvEncoder

CHANNELS = (3, 5)
SHAPES = [(5, 7, 1), (13, 17, 1), (30, 30, 1), (1, 1, 1), (9, 4, 3), (32, 32, 3), (7, 6, 2)]
shapes = pytest.mark.parametrize("shape", SHAPES)
ENCODER_SEED, DECODER_SEED = 3, 4


def halvable(shape):
    """The next shape whose sides can be halved for every entry of CHANNELS."""
    h, w = coarsest(shape, CHANNELS)
    return h * 4, w * 4, shape[2]


def padded(x, shape):
    """Rows of images with zeros around them, as rows."""
    y = zero_pad2d(x.reshape(-1, *shape), margins_for(shape, CHANNELS))
    return y.reshape(len(x), -1)


def cropped(y, shape, outputs=1):
    """Rows of larger images without the margins, as rows."""
    H, W, C = halvable(shape)
    margins = [-margin for margin in margins_for(shape, CHANNELS)]
    return zero_pad2d(y.reshape(-1, H, W, C * outputs), margins).reshape(len(y), -1)


def biased(module, rng):
    for parameter in module.parameters():
        if parameter.ndim == 1:
            parameter.data[...] = 0.1 * rng.standard_normal(parameter.shape)
    return module


@shapes
def test_an_encoder_sees_zeros_around_an_image_that_cannot_be_halved(shape, rng):
    x = rng.random((4, np.prod(shape))).astype(np.float32)
    ours = biased(ConvEncoder(shape, CHANNELS, 6, Generator(ENCODER_SEED)), rng)
    larger = ConvEncoder(halvable(shape), CHANNELS, 6, Generator(ENCODER_SEED))
    larger.load_state_dict({name: array for name, array in renamed(ours, larger).items()})
    np.testing.assert_array_equal(ours(x).numpy(), larger(padded(x, shape)).numpy())


def renamed(ours, larger):
    """The state of a model under the names of one without the layer that pads."""
    return dict(zip(larger.state_dict(), ours.state_dict().values(), strict=True))


@shapes
@pytest.mark.parametrize("outputs", [1, 2])
def test_a_decoder_crops_the_image_of_the_next_size(shape, outputs, rng):
    z = rng.standard_normal((4, 2)).astype(np.float32)
    ours = ConvDecoder(2, 6, shape, CHANNELS, outputs, Generator(DECODER_SEED))
    larger = ConvDecoder(2, 6, halvable(shape), CHANNELS, outputs, Generator(DECODER_SEED))
    y = ours(z).numpy()
    assert y.shape == (4, np.prod(shape) * outputs)
    np.testing.assert_array_equal(y, cropped(larger(z).numpy(), shape, outputs))
    ours.b.data[...] = b = rng.standard_normal(ours.b.shape)  # one for each number of the image itself
    np.testing.assert_allclose(ours(z).numpy(), y + b, rtol=0, atol=1e-5)


def test_the_claim_above_rejects_a_decoder_that_crops_on_the_other_side(rng):
    shape, z = (5, 7, 1), rng.standard_normal((4, 2)).astype(np.float32)
    larger = ConvDecoder(2, 6, halvable(shape), CHANNELS, 1, Generator(DECODER_SEED))(z).numpy()
    ours = ConvDecoder(2, 6, shape, CHANNELS, 1, Generator(DECODER_SEED))(z).numpy()
    left, right, top, bottom = margins_for(shape, CHANNELS)
    wrong = zero_pad2d(larger.reshape(-1, 8, 8, 1), (-right, -left, -bottom, -top)).reshape(4, -1)
    assert np.abs(wrong - ours).max() > 1e-3


@shapes
def test_a_vq_vae_pads_before_its_encoder_and_crops_after_its_decoder(shape, rng):
    x = rng.random((4, np.prod(shape))).astype(np.float32)
    ours = VQVAE(shape, 4, 3, CHANNELS, 6, Generator(0))
    larger = VQVAE(halvable(shape), 4, 3, CHANNELS, 6, Generator(0))
    state = renamed(ours, larger)
    bias = max(name for name in state if name.endswith(".b") and name.startswith("decoder"))
    state[bias] = np.zeros(np.prod(halvable(shape)), np.float32)
    larger.load_state_dict(state)
    z_e = ours.encode(x).numpy()
    np.testing.assert_array_equal(z_e, larger.encode(padded(x, shape)).numpy())
    logits = ours.decode(z_e).logits.numpy()
    np.testing.assert_array_equal(logits, cropped(larger.decode(z_e).logits.numpy(), shape))
    ours.decoder.layers[-1].b.data[...] = b = rng.standard_normal(np.prod(shape))  # one for each number
    np.testing.assert_allclose(ours.decode(z_e).logits.numpy(), logits + b, rtol=0, atol=1e-5)
    assert ours.sample(2, Generator(1)).shape == (2, np.prod(shape))


@shapes
def test_the_players_of_a_gan_pad_and_crop_in_the_same_way(shape, rng):
    z = rng.standard_normal((4, 2)).astype(np.float32)
    ours = ConvGAN(shape, 2, CHANNELS, Generator(0), hidden=6).eval()
    larger = ConvGAN(halvable(shape), 2, CHANNELS, Generator(0), hidden=6).eval()
    larger.load_state_dict(renamed(ours, larger))
    x = ours.G(z).numpy()
    np.testing.assert_array_equal(x, cropped(larger.G(z).numpy(), shape))
    np.testing.assert_array_equal(ours.D(x).numpy(), larger.D(padded(x, shape)).numpy())


@pytest.mark.parametrize("shape", [(5, 7, 1), (6, 3, 3)])
def test_gradients_agree_with_finite_differences(shape, rng):
    encoder = biased(ConvEncoder(shape, (2,), 3, Generator(0)), rng)
    decoder = biased(ConvDecoder(2, 3, shape, (2,), 2, Generator(2)), rng)  # at points without a kink
    check_grads(encoder, rng.random((2, np.prod(shape))), order=1)
    check_grads(decoder, rng.standard_normal((2, 2)), order=1)


def test_the_channels_of_a_pixel_are_adjacent_and_each_is_decoded_from_its_own_kernels(rng):
    shape, z = (5, 7, 3), rng.standard_normal((2, 2)).astype(np.float32)
    decoder = ConvDecoder(2, 6, shape, CHANNELS, 1, Generator(0))
    before = decoder(z).numpy().reshape(2, *shape)
    decoder.W.data[:, :, 1] *= 2  # the kernel of green
    after = decoder(z).numpy().reshape(2, *shape)
    np.testing.assert_array_equal(after[..., [0, 2]], before[..., [0, 2]])
    np.testing.assert_allclose(after[..., 1], 2 * before[..., 1], rtol=1e-6)


# --- sizes that can be halved compute what they always did --------------------------------------------------


def digest(model):
    """A digest of all weights, with their names, shapes and types."""
    found = hashlib.sha256()
    for name, p in sorted(model.named_parameters()):
        found.update(f"{name} {p.shape} {p.dtype}".encode() + np.ascontiguousarray(p.data).tobytes())
    return found.hexdigest()[:16]


X = np.linspace(0, 1, 192, dtype=np.float32).reshape(2, 96)
Z = np.array([[0.5, -1], [2, 0.25]], np.float32)
grey = pytest.mark.parametrize("shape", [(8, 12), (8, 12, 1)])
close = {"rtol": 1e-4, "atol": 1e-6}  # the order of sums differs between processors


@grey
def test_a_convolutional_vae_of_a_size_that_can_be_halved_is_what_it_was(shape):
    model = ConvVAE(shape, 2, 7, CHANNELS, Generator(0))
    assert digest(model) == "b22a4fbbd3e46f15"
    np.testing.assert_allclose(
        model.decode(Z).logits.numpy().sum(axis=1), [-0.87109983, -2.02198505], **close
    )
    mu = [[0.00965906, 0.01742502], [0.02404786, 0.04425481]]
    np.testing.assert_allclose(model.encode(X).mu.numpy(), mu, **close)


@grey
def test_a_vq_vae_of_a_size_that_can_be_halved_is_what_it_was(shape):
    model = VQVAE(shape, 4, 3, CHANNELS, 6, Generator(0))
    assert digest(model) == "c0b2fa1520ec9dcb"
    z_e = model.encode(X)
    sums = [[-0.10384266, 0.05318335, 0.01620783], [-0.28038120, 0.14889644, 0.13570827]]
    np.testing.assert_allclose(z_e.numpy().sum(axis=1), sums, **close)
    logits = model.decode(z_e).logits.numpy()
    np.testing.assert_allclose(logits.sum(axis=1), [-0.0197491, -0.0611748], rtol=1e-3, atol=1e-5)


@grey
def test_a_convolutional_gan_of_a_size_that_can_be_halved_is_what_it_was(shape):
    model = ConvGAN(shape, 2, CHANNELS, Generator(0), hidden=7).eval()
    assert digest(model) == "bb6b0799af81218d"
    np.testing.assert_allclose(model.G(Z).numpy().sum(axis=1), [46.38102722, 45.10754776], **close)
    np.testing.assert_allclose(np.ravel(model.D(X).numpy()), [0.00050443, -0.02697906], rtol=1e-3, atol=1e-6)


def test_the_claims_above_reject_weights_of_another_seed():
    assert digest(ConvVAE((8, 12), 2, 7, CHANNELS, Generator(1))) != "b22a4fbbd3e46f15"
