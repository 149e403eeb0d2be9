"""The convolutional encoder and decoder: the same function as PyTorch's layers, for rows of pixels."""

import numpy as np
import pytest

from scratchgen import BadInput, Generator, check_grads
from scratchgen.data import load_images
from scratchgen.distributions import Bernoulli, Categorical
from scratchgen.evaluation import independent_bernoulli_log_prob
from scratchgen.optim import Adam
from scratchgen.runs import History
from scratchgen.vae import BetaLoss, ConvVAE, evaluate, train
from scratchgen.vae.convolutional import ConvDecoder, ConvEncoder

SHAPES = [((28, 28), (16, 32)), ((8, 8), (4, 6)), ((8, 12), (3, 5)), ((4, 2), (3,))]
shapes = pytest.mark.parametrize(("image_shape", "channels"), SHAPES)


def encoder_of(image_shape=(8, 12), channels=(3, 5), features=7):
    return ConvEncoder(image_shape, channels, features, Generator(0))


def decoder_of(image_shape=(8, 12), channels=(3, 5), outputs=1, latent_dim=2):
    return ConvDecoder(latent_dim, 7, image_shape, channels, outputs, Generator(1))


def biased(module, rng):
    """The module with biases that are not zero, so that one which is forgotten shows."""
    for parameter in module.parameters():
        if parameter.ndim == 1:
            parameter.data[...] = 0.1 * rng.standard_normal(parameter.shape)
    return module


@shapes
def test_rows_of_pixels_become_features_and_latents_become_rows_of_pixels(image_shape, channels, rng):
    D = image_shape[0] * image_shape[1]
    encoder, decoder = encoder_of(image_shape, channels), decoder_of(image_shape, channels, outputs=3)
    h = encoder(rng.random((5, D)).astype(np.float32))
    y = decoder(rng.standard_normal((5, 2)).astype(np.float32))
    assert h.shape == (5, encoder.features) == (5, 7) and y.shape == (5, 3 * D)
    assert h.dtype == y.dtype == np.float32
    (h.sum() + y.sum()).backward()
    assert all(p.grad.shape == p.shape for m in (encoder, decoder) for p in m.parameters())


def torch_weights(torch, module):
    return {name: torch.tensor(p.data, requires_grad=True) for name, p in module.named_parameters()}


def torch_encoder(torch, w, x, image_shape, layers):
    h = x.reshape(-1, 1, *image_shape)
    for i in range(0, 2 * layers, 2):
        W, b = w[f"convolutions.{i}.W"], w[f"convolutions.{i}.b"]
        h = torch.relu(torch.nn.functional.conv2d(h, W.permute(3, 2, 0, 1), b, 2, 1))
    return torch.relu(h.permute(0, 2, 3, 1).flatten(1) @ w["to_features.0.W"] + w["to_features.0.b"])


def torch_decoder(torch, w, z, image_shape, channels):
    factor = 2 ** len(channels)
    for i in (0, 2):
        z = torch.relu(z @ w[f"from_latent.{i}.W"] + w[f"from_latent.{i}.b"])
    h = z.reshape(-1, *(n // factor for n in image_shape), channels[-1]).permute(0, 3, 1, 2)
    transposed = torch.nn.functional.conv_transpose2d
    for i in range(0, 2 * len(channels) - 2, 2):
        W, b = w[f"convolutions.{i}.W"], w[f"convolutions.{i}.b"]
        h = torch.relu(transposed(h, W.permute(3, 2, 0, 1), b, 2, 1))
    h = transposed(h, w["W"].permute(3, 2, 0, 1), None, 2, 1)
    return h.permute(0, 2, 3, 1).flatten(1) + w["b"]


@shapes
def test_encoder_decoder_and_all_their_gradients_are_those_of_pytorch(image_shape, channels, rng):
    torch = pytest.importorskip("torch")
    x = rng.random((4, image_shape[0] * image_shape[1])).astype(np.float32)
    z = rng.standard_normal((4, 2)).astype(np.float32)
    encoder = biased(encoder_of(image_shape, channels), rng)
    decoder = biased(decoder_of(image_shape, channels, outputs=2), rng)
    for module, arrays, theirs in (
        (encoder, x, lambda w, x: torch_encoder(torch, w, x, image_shape, len(channels))),
        (decoder, z, lambda w, z: torch_decoder(torch, w, z, image_shape, channels)),
    ):
        weights = torch_weights(torch, module)
        y, t = module(arrays), theirs(weights, torch.tensor(arrays))
        np.testing.assert_allclose(y.numpy(), t.detach().numpy(), rtol=1e-4, atol=1e-5)
        g = rng.standard_normal(y.shape).astype(np.float32)
        y.backward(g)
        t.backward(torch.tensor(g))
        for name, p in module.named_parameters():
            expected = weights[name].grad.numpy()
            close = 1e-4 * max(1, np.abs(expected).max())  # sums of up to some thousands in single precision
            np.testing.assert_allclose(p.grad, expected, rtol=0, atol=close, err_msg=name)


def test_gradients_by_image_and_latent_agree_with_finite_differences(rng):
    """At points with no ReLU at its kink, which the check would notice."""
    encoder, decoder = biased(encoder_of((4, 4), (2,), 3), rng), biased(decoder_of((4, 4), (2,), 2), rng)
    check_grads(encoder, rng.random((2, 16)), order=1)
    check_grads(decoder, rng.standard_normal((2, 2)), order=1)


def test_any_number_of_axes_may_stand_in_front(rng):
    encoder, decoder = encoder_of(), decoder_of(outputs=2)
    x, z = rng.random((3, 4, 96)).astype(np.float32), rng.standard_normal((3, 4, 2)).astype(np.float32)
    h, y = encoder(x), decoder(z)
    assert h.shape == (3, 4, 7) and y.shape == (3, 4, 192)
    np.testing.assert_allclose(h.numpy()[2, 1], encoder(x[2, 1]).numpy(), atol=1e-5)
    np.testing.assert_allclose(y.numpy()[2, 1], decoder(z[2, 1]).numpy(), atol=1e-5)
    assert encoder(x[:0]).shape == (0, 4, 7) and decoder(z[:0]).shape == (0, 4, 192)


def reached(encoder, row, column):
    """Where the first convolution feels the pixel (row, column): a set of (h, w)."""
    x = np.zeros((1, *encoder.image_shape), np.float32)
    dark = encoder.convolutions[0](x).numpy()
    x[0, row, column] = 1
    return set(zip(*np.nonzero(np.abs(encoder.convolutions[0](x).numpy() - dark)[0].sum(-1)), strict=True))


def test_a_pixel_is_felt_by_the_patches_around_it_alone():
    """A patch of 4 with stride 2 from −1 on begins at 2h − 1: pixel 4 is in the patches h = 1 and h = 2."""
    every = {(h, w) for h in (1, 2) for w in (4, 5)}
    assert reached(encoder_of(), 4, 10) == every
    assert reached(encoder_of(), 0, 0) == {(0, 0)}


def test_the_numbers_of_a_pixel_lie_side_by_side(rng):
    decoder, z = decoder_of(outputs=3), rng.standard_normal((2, 2)).astype(np.float32)
    before = decoder(z).numpy().reshape(2, 96, 3)
    decoder.W.data[:, :, 1] *= 2  # the kernel of the second number of every pixel
    after = decoder(z).numpy().reshape(2, 96, 3)
    np.testing.assert_array_equal(after[..., [0, 2]], before[..., [0, 2]])
    np.testing.assert_allclose(after[..., 1], 2 * before[..., 1], rtol=1e-6)


def test_with_the_mean_image_as_its_bias_the_decoder_begins_there(rng):
    mean, decoder = rng.uniform(0.05, 0.95, 96), decoder_of()
    decoder.b.data[...] = np.log(mean / (1 - mean))
    np.testing.assert_allclose(
        Bernoulli(decoder(np.zeros((1, 2), np.float32))).mean.numpy()[0], mean, atol=1e-6
    )


def test_the_bias_of_a_pixel_moves_that_pixel_alone(rng):
    decoder, z = decoder_of(), rng.standard_normal((2, 2)).astype(np.float32)
    before = decoder(z).numpy()
    decoder.b.data[17] = 1
    np.testing.assert_allclose(decoder(z).numpy() - before, np.tile(np.arange(96) == 17, (2, 1)), atol=1e-6)


def test_many_outputs_are_the_logits_of_a_categorical_for_each_pixel(rng):
    decoder, levels = decoder_of(outputs=4), rng.integers(0, 4, (3, 96))
    logits = np.reshape(decoder(np.zeros((3, 2), np.float32)), (3, 96, 4))
    np.testing.assert_allclose(Categorical(logits).log_prob(levels).numpy(), -np.log(4), rtol=1e-5)


class Blind(ConvVAE):
    """A model whose decoder does not see the latent."""

    def decode(self, z):
        return super().decode(0 * z)


def gained(kind, warmup_steps):
    """By how many nats the bound of a trained model is above the best that independent pixels can do."""
    images, rng = load_images("digits").train, Generator(0)
    model = kind((8, 8), 8, 64, (8, 16), rng)
    model.init_output_bias(images.mean(axis=0))
    how = {
        "epochs": 12,
        "batch_size": 64,
        "optimizer": Adam(model.parameters(), 3e-3),
        "rng": rng,
        "loss": BetaLoss(kl_warmup_steps=warmup_steps),
    }
    train(model, images, images[:100], History(), **how)
    return evaluate(model, images, rng) - independent_bernoulli_log_prob(images, images)


def test_training_raises_the_bound_above_the_best_that_independent_pixels_can_do():
    assert gained(ConvVAE, warmup_steps=200) > 1


def test_the_claim_above_rejects_a_decoder_that_does_not_see_the_latent():
    assert gained(Blind, warmup_steps=200) < 0


def test_without_a_warm_up_the_latent_carries_less_information():
    """The defaults of this model warm the rate up, because over four seeds the warm-up gained 0.9 to 1.2 nats."""
    assert gained(ConvVAE, warmup_steps=0) < gained(ConvVAE, warmup_steps=200) - 0.5


@pytest.mark.parametrize(
    ("image_shape", "channels", "says"),
    [
        ((28,), (4,), "image_shape is"),
        ((8, 8, 3, 1), (4,), "image_shape is"),
        ((8, 8, 0), (4,), "channels must be a whole number of at least 1, not 0"),
        ((0, 8), (4,), "height must be a whole number of at least 1, not 0"),
        ((8, 8), (), "at least one layer"),
    ],
)
def test_shapes_that_are_no_images_are_refused(image_shape, channels, says):
    for make in (encoder_of, decoder_of):
        with pytest.raises(BadInput, match=says):
            make(image_shape, channels)


def test_rows_of_another_length_are_refused():
    with pytest.raises(BadInput, match="8×12×1 are rows of 96 numbers, not 64"):
        encoder_of()(np.zeros((2, 64), np.float32))
