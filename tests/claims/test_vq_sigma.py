"""The sigma of a VQ-VAE with a Gaussian likelihood follows the error, and images that are held out bound it."""

import numpy as np
import pytest

from scratchgen.evaluation import independent_variance
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.runs import History
from scratchgen.vae import sigma as vae_sigma
from scratchgen.vae.sigma import NEW_SHARE, FollowingSigma, mean_square
from scratchgen.vae.vq import VQVAE
from scratchgen.vae.vq_training import train_vq

SHAPE = (4, 6, 3)
RNG = np.random.default_rng(0)
PATTERNS = RNG.random((2, 72))  # each image is one of two, and a little noise: codes can tell which
IMAGES = (0.1 + 0.8 * PATTERNS[np.arange(40) % 2] + RNG.normal(0, 0.02, (40, 72))).astype(np.float32)


def made(seed=0):
    return VQVAE(SHAPE, 5, 3, (4,), 6, Generator(seed), likelihood="gaussian")


def trained(model, epochs=1, validation=IMAGES, run=None, with_sigma=True, batch_size=40):
    own = [*model.encoder.parameters(), *model.decoder.parameters()]
    own += model.likelihood.parameters() if with_sigma else []
    train_vq(
        model,
        IMAGES,
        validation,
        run or History(),
        epochs=epochs,
        prior_epochs=1,
        batch_size=batch_size,
        optimizer=Adam(own, 3e-3),
        prior_optimizer=Adam([*model.prior.parameters()], 3e-3),
        rng=Generator(2),
    )
    return model


def sigma_squared(model):
    return np.exp(model.likelihood.logvar.data).item()


@pytest.mark.equation("vae.optimal_sigma")
def test_after_a_step_sigma_is_the_moving_average_of_the_best_sigma_of_the_batch(monkeypatch, measured):
    """Sigma begins at the scale of the images about their mean, in whose units the networks compute."""
    monkeypatch.setattr(FollowingSigma, "epoch_of_codes", lambda *_: None)
    begun, again = independent_variance(IMAGES), made()
    again.init_output_bias(IMAGES.mean(axis=0), np.sqrt(begun))
    _, codes = again.quantiser(again.encode(IMAGES))
    residuals = (IMAGES - again.decode(codes).mean.numpy()).astype(np.float64)
    expected = (1 - NEW_SHARE) * begun + NEW_SHARE * np.mean(residuals**2)
    measured(abs(sigma_squared(trained(made())) / expected - 1), 1e-5)  # float32


@pytest.mark.equation("vae.optimal_sigma")
def test_the_claim_above_rejects_a_sigma_that_does_not_follow(monkeypatch):
    monkeypatch.setattr(FollowingSigma, "epoch_of_codes", lambda *_: None)
    begun = independent_variance(IMAGES)
    follows = sigma_squared(trained(made(), epochs=60, batch_size=8))
    monkeypatch.setattr(vae_sigma, "optimal_variance", lambda variance, g, D: variance)
    stays = sigma_squared(trained(made(), epochs=60, batch_size=8))
    assert stays == pytest.approx(begun, rel=1e-5) and follows < 0.5 * begun


def test_sigma_is_never_below_its_best_value_on_images_that_are_held_out(measured):
    other = 1 - IMAGES[::-1]
    model = trained(made(), epochs=60, validation=other)
    best = np.mean((other - model.reconstruct(other)) ** 2, dtype=np.float64)
    on_training = np.mean((IMAGES - model.reconstruct(IMAGES)) ** 2, dtype=np.float64)
    measured(abs(model.likelihood.held_out_variance.data.item() / best - 1), 1e-5)
    assert sigma_squared(model) >= best * (1 - 1e-5) > on_training


def test_the_mean_square_is_over_all_images_whatever_the_pieces(measured):
    model = made()
    model.init_output_bias(IMAGES.mean(axis=0), 0.2)
    many = np.tile(IMAGES, (60, 1))  # more than are decoded at once
    found = mean_square(model.likelihood, many, lambda part: model.reconstruct(many[part]))
    measured(abs(found / np.mean((IMAGES - model.reconstruct(IMAGES)) ** 2, dtype=np.float64) - 1), 1e-5)


def test_sigma_stays_while_the_prior_of_the_codes_is_trained():
    class Noting(History):
        def log(self, **numbers):
            super().log(**numbers)
            seen.append(sigma_squared(model))

    seen, model = [], made()
    trained(model, epochs=3, run=Noting())
    assert seen[-1] == seen[-2] != seen[0]


def test_a_sigma_that_the_optimiser_does_not_have_stays_where_it_is():
    model = made()
    trained(model, epochs=5, with_sigma=False)
    assert model.likelihood.logvar.data == 0


class Cut(Exception):
    pass


class Interrupted(History):
    def __init__(self, steps):
        super().__init__()
        self.steps_left = steps

    def after_step(self):
        if self.total_steps == self.steps_left:
            raise Cut


@pytest.mark.parametrize("steps", [1, 2, 3, 5, 7])
def test_a_training_that_is_resumed_ends_with_the_same_bits(steps):
    whole = trained(made(), epochs=3, batch_size=16)
    run = Interrupted(steps)
    with pytest.raises(Cut):
        trained(made(), epochs=3, batch_size=16, run=run)
    again, other = made(77), History()
    other.resume(*run.state())
    trained(again, epochs=3, batch_size=16, run=other)
    for name, array in whole.state_dict().items():
        np.testing.assert_array_equal(again.state_dict()[name], array, err_msg=name)
