"""The loss of a training step: free bits, warm-up, and a scale that no batch changes."""

import numpy as np
import pytest

from scratchgen import Tensor
from scratchgen.distributions import Normal
from scratchgen.random import Generator
from scratchgen.vae import (
    VAE,
    BetaLoss,
    ConstrainedLoss,
    ImportanceLoss,
    LinearVAE,
    free_bits_rate,
    kl_weight,
)
from scratchgen.vae.objectives import distortion_and_rate

pytestmark = pytest.mark.fast

# --- free bits ----------------------------------------------------------------------------------------------


@pytest.fixture
def posteriors(rng):
    """Posteriors of four latents, two of which encode less than 0.4 nats on average, though not for every example."""
    mu = rng.standard_normal((40, 4)) * [0.2, 0.7, 1.5, 3.0]
    return Normal(mu, np.zeros_like(mu))


@pytest.mark.equation("vae.free_bits")
def test_the_mean_of_the_rate_is_the_sum_over_latents_of_the_divergence_or_the_free_nats(
    posteriors, measured
):
    means = (0.5 * posteriors.mu**2).mean(axis=0)
    assert np.sum(means < 0.4) == 2
    found = free_bits_rate(posteriors, 0.4)
    assert found.shape == (40,)
    expected = np.maximum(means, 0.4).sum()
    measured(abs(found.mean() - expected), 1e-12 * expected)
    np.testing.assert_allclose(free_bits_rate(posteriors, 0.0), posteriors.kl_to_standard_normal())


@pytest.mark.equation("vae.free_bits")
def test_the_claim_above_rejects_free_nats_of_each_example(posteriors):
    wrong = np.maximum(0.5 * posteriors.mu**2, 0.4).sum(axis=-1).mean()
    assert abs(wrong - free_bits_rate(posteriors, 0.4).mean()) > 0.1


@pytest.mark.equation("vae.free_bits")
def test_a_latent_below_the_free_nats_is_not_pushed_towards_the_prior(posteriors):
    mu = Tensor(posteriors.mu, requires_grad=True)
    free_bits_rate(Normal(mu, posteriors.logvar), 0.4).sum().backward()
    np.testing.assert_array_equal(mu.grad[:, :2], 0)
    np.testing.assert_allclose(mu.grad[:, 2:], posteriors.mu[:, 2:])


# --- warm-up ------------------------------------------------------------------------------------------------


@pytest.mark.equation("vae.warm_up")
def test_the_weight_of_the_rate_grows_in_a_line_and_stays(measured):
    found = np.array([kl_weight(t, 4) for t in range(7)])
    measured(np.abs(found - [0, 0.25, 0.5, 0.75, 1, 1, 1]), 0)  # quarters are exact
    assert [kl_weight(t, 0) for t in range(3)] == [1, 1, 1]


@pytest.mark.equation("vae.warm_up")
def test_the_claim_above_rejects_a_weight_without_a_limit_and_one_that_is_late_by_a_step():
    expected = np.array([kl_weight(t, 4) for t in range(7)])
    for wrong in (lambda t: t / 4, lambda t: min(1, (t + 1) / 4)):
        assert np.abs([wrong(t) for t in range(7)] - expected).max() >= 0.25


@pytest.mark.equation("vae.warm_up")
def test_each_step_of_a_training_has_the_weight_of_its_own():
    model, x, eps = VAE(6, 2, 8, Generator(0)), np.eye(6, dtype=np.float32), np.zeros((6, 2), np.float32)
    D, R = (v.numpy() for v in distortion_and_rate(x, model.encode(x), model.decode, eps))
    loss = BetaLoss(beta=3.0, kl_warmup_steps=2)
    for weight in (0, 1.5, 3, 3):
        np.testing.assert_allclose(loss(model, x, eps)[0].numpy(), D + weight * R, rtol=1e-6)
        loss.end_step({})
    again = BetaLoss(beta=3.0, kl_warmup_steps=2)
    loss.t = 1
    again.load_state_dict(loss.state_dict())
    np.testing.assert_allclose(again(model, x, eps)[0].numpy(), D + 1.5 * R, rtol=1e-6)
    constant = BetaLoss(beta=3.0)(model, x, eps)[0].numpy()
    assert np.abs(constant - D).max() > 1e-3  # a loss without the warm-up begins with another weight


# --- the scale of the loss ----------------------------------------------------------------------------------

LOSSES = {
    "elbo": (BetaLoss, 1),
    "beta": (lambda: BetaLoss(0.5, free_bits=0.1), 1),
    "iwae": (lambda: ImportanceLoss(3), 3),
    "geco": (lambda: ConstrainedLoss(2.0), 1),
}


def value_and_gradient(name, times, reduce):
    """The value and the gradient for a batch that is repeated `times` times, with the same noise."""
    make, k = LOSSES[name]
    model = VAE(6, 2, 8, Generator(0))
    for parameter in model.parameters():
        parameter.data = parameter.data.astype(np.float64)
    rng = np.random.default_rng(3)
    x, eps = rng.random((5, 6)), rng.standard_normal((k, 5, 2))
    eps = np.tile(eps, (1, times, 1))
    loss, _ = make()(model, np.tile(x, (times, 1)), eps if k > 1 else eps[0])
    assert loss.shape == (5 * times,)
    reduce(loss).backward()
    return np.concatenate([reduce(loss).numpy().ravel(), *(p.grad.ravel() for p in model.parameters())])


@pytest.mark.parametrize("name", LOSSES)
def test_a_batch_that_is_there_twice_has_the_same_loss_and_gradient(name):
    once, twice = (value_and_gradient(name, times, lambda loss: loss.mean()) for times in (1, 2))
    np.testing.assert_allclose(twice, once, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("name", LOSSES)
def test_the_claim_above_rejects_a_sum(name):
    once, twice = (value_and_gradient(name, times, lambda loss: loss.sum()) for times in (1, 2))
    assert np.linalg.norm(twice - once) > 0.9 * np.linalg.norm(once)


def test_more_samples_of_the_latent_change_the_noise_of_the_distortion_and_not_its_mean():
    model, x = LinearVAE(4, 2, Generator(0)), np.tile(np.array([[1, -1, 0.5, 0]], np.float32), (4000, 1))
    one = BetaLoss()(model, x, Generator(1))[0].numpy().astype(np.float64)
    many = BetaLoss(samples=8)(model, x, Generator(2))[0].numpy().astype(np.float64)
    assert abs(one.mean() - many.mean()) < 5 * np.hypot(one.std(), many.std()) / np.sqrt(4000)
    assert many.std() == pytest.approx(one.std() / np.sqrt(8), rel=0.1)


# --- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [0, -3])
def test_a_bound_of_no_samples_is_refused(k):
    model, x = VAE(6, 2, 8, Generator(0)), np.zeros((3, 6), np.float32)
    for refused in (
        lambda: ImportanceLoss(k),
        lambda: model.iwae_bound(x, k, Generator(0)),
        lambda: model.log_likelihood(x, k, Generator(0)),
        lambda: BetaLoss(samples=k),
    ):
        with pytest.raises(ValueError, match=f"(k|samples) must be a whole number of at least 1, not {k}"):
            refused()


@pytest.mark.parametrize("given", [{"beta": -1.0}, {"kl_warmup_steps": -1}, {"free_bits": -0.1}], ids=str)
def test_negative_weights_are_refused(given):
    with pytest.raises(ValueError, match=f"{next(iter(given))} must be"):
        BetaLoss(**given)
