"""Differentiable augmentation: one random map for real and generated images, with gradients through it."""

import numpy as np
import pytest

from scratchgen import BadInput, Tensor
from scratchgen.autograd import check_grads
from scratchgen.gan import (
    ConvGAN,
    Game,
    ImageAugmentation,
    discriminator_step,
    generator_step,
)
from scratchgen.gan.augmentation import shift_images
from scratchgen.optim import Adam
from scratchgen.random import Generator

pytestmark = pytest.mark.fast

SHAPE = (16, 8, 3)
T = ImageAugmentation(SHAPE)


@pytest.fixture
def images():
    return Generator(0).random((4, 16 * 8 * 3), np.float64)


def by_loops(x, rng):
    """T(x), pixel by pixel: the formulas of its docstring, with the same random numbers."""
    H, W, C = SHAPE
    n = len(x)
    b, s, c = (rng.random((n, 1, 1, 1)).ravel() for _ in range(3))
    d = [int(k) - 2 for k in rng.integers(5, size=n)]  # an eighth of 16, either way
    e = [int(k) - 1 for k in rng.integers(3, size=n)]
    y = np.empty((n, H, W, C))
    for i, image in enumerate(x.reshape(n, H, W, C)):
        image = image + b[i] / 2 - 0.25
        for h in range(H):
            for w in range(W):
                m = sum(image[h, w]) / C
                for k in range(C):
                    image[h, w, k] = m + 2 * s[i] * (image[h, w, k] - m)
        M = sum(image.ravel()) / image.size
        image = M + (0.5 + c[i]) * (image - M)
        for h in range(H):
            for w in range(W):
                y[i, h, w] = image[(h - d[i]) % H, (w - e[i]) % W]
    return y.reshape(n, -1)


def test_every_image_has_its_own_brightness_saturation_contrast_and_shift(images):
    np.testing.assert_allclose(T(images, Generator(3)), by_loops(images, Generator(3)), rtol=0, atol=1e-6)


def test_the_claim_above_rejects_one_map_for_all_images(images):
    same = np.repeat(images[:1], 4, axis=0)
    seen = T(same, Generator(3))
    assert all(np.abs(seen[0] - other).max() > 0.01 for other in seen[1:])


def test_gradients_pass_through_the_map_to_second_order(images):
    check_grads(lambda x: T(x, Generator(3)), images[:2], order=2)


def test_the_adjoint_of_a_shift_is_the_shift_back(images):
    x, shifts = images.reshape(-1, *SHAPE), np.array([[1, 0], [-2, 1], [0, 0], [2, -1]])
    g = Generator(1).standard_normal(x.shape, np.float64)
    there, back = shift_images(x, shifts), shift_images(g, -shifts)
    np.testing.assert_array_equal(shift_images(there, -shifts), x)
    assert np.sum(there * g) == pytest.approx(np.sum(x * back), rel=1e-12)
    assert np.sum(there * g) != pytest.approx(np.sum(x * shift_images(g, shifts)), rel=1e-3)


def test_grey_images_have_no_saturation():
    grey = Generator(0).random((3, 8, 8, 1))
    coloured = np.repeat(grey, 3, axis=3)
    ours, theirs = (
        ImageAugmentation((8, 8, C))(x.reshape(3, -1), Generator(3)).reshape(3, 8, 8, C)
        for C, x in ((1, grey), (3, coloured))
    )
    np.testing.assert_allclose(theirs, np.repeat(ours, 3, axis=3), rtol=0, atol=1e-6)


def test_rows_that_are_no_images_of_the_shape_are_refused():
    with pytest.raises(BadInput, match=r"images of 16×8×3 are rows of 384 numbers, not \(2, 100\)"):
        T(np.zeros((2, 100)), Generator(0))
    with pytest.raises(ValueError, match="image"):
        ImageAugmentation((8,))


# --- both players, real and generated ---------------------------------------------------------------------


class Constant(ConvGAN):
    """A pair whose generator has already learned the data: all images are grey, ½."""

    def generate(self, n, rng=None):
        return np.full((n, 64), 0.5, np.float32) + 0 * super().generate(n, rng)


def brightness_seen(game, player):
    """The mean brightness of every image that D is shown in one step: of real ones, and of generated ones."""
    model, seen = Constant((8, 8), 2, (2,), Generator(0), hidden=3, norm="layer"), []
    judge = model.logits
    model.logits = lambda x: (
        seen.append(np.mean(x.numpy() if isinstance(x, Tensor) else x, axis=1)) or judge(x)
    )
    if player == "D":
        discriminator_step(
            model, np.full((400, 64), 0.5, np.float32), Adam(model.D.parameters()), Generator(1), game
        )
    else:
        generator_step(model, 400, Adam(model.G.parameters()), Generator(1), game)
    return seen


def test_a_generator_that_equals_the_data_is_shown_to_d_as_the_data_are():
    """b ~ U(−¼, ¼) has the deviation 1/√48 = 0.1443; 400 draws of it know their deviation to within 0.02."""
    for player, shown in (("D", 2), ("G", 1)):
        seen = brightness_seen(Game(augmentation=ImageAugmentation((8, 8))), player)
        assert len(seen) == shown
        for brightness in seen:
            assert np.std(brightness) == pytest.approx(1 / np.sqrt(48), abs=0.02)
            assert np.mean(brightness) == pytest.approx(0.5, abs=0.03)
    real, fake = brightness_seen(Game(augmentation=ImageAugmentation((8, 8))), "D")
    assert not np.array_equal(real, fake)  # maps of their own


def test_the_claim_above_rejects_an_augmentation_of_the_real_images_alone(monkeypatch):
    """D would know them by their brightness, and the generator would learn to vary it."""
    augmented = iter((True, False))  # the real images come first
    monkeypatch.setattr(
        Game, "seen", lambda game, x, rng: game.augmentation(x, rng) if next(augmented) else x
    )
    real, fake = brightness_seen(Game(augmentation=ImageAugmentation((8, 8))), "D")
    assert np.std(real) > 0.1 and np.std(fake) < 1e-6


def test_a_game_without_augmentation_draws_the_same_noise_as_ever():
    assert all(np.std(brightness) < 1e-6 for player in "DG" for brightness in brightness_seen(Game(), player))


def test_the_generator_learns_through_the_map():
    """With D the mean of an image, which T only moves by b, a G that is pushed through T becomes brighter."""
    model = ConvGAN((8, 8), 2, (2,), Generator(0), hidden=3, norm="layer")
    model.logits = lambda x: 4 * np.mean(x, axis=1)
    game = Game("hinge", augmentation=ImageAugmentation((8, 8)))
    before = model.sample(64, Generator(2)).mean()
    optimizer = Adam(model.G.parameters(), 0.01)
    for _ in range(20):
        generator_step(model, 32, optimizer, Generator(3), game)
    assert model.sample(64, Generator(2)).mean() > before + 0.05
