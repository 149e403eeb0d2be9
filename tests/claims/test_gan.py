"""The equations of the minimax game, against oracles that do not share their code."""

import numpy as np
import pytest

from scratchgen import Tensor, grad
from scratchgen.gan import (
    GAN,
    discriminator_loss,
    discriminator_step,
    generator_loss,
    generator_step,
    train,
    value,
)
from scratchgen.optim import SGD, Adam
from scratchgen.random import Generator
from scratchgen.training import History


def logit(p):
    return np.log(p) - np.log1p(-p)


@pytest.mark.equation("gan.value")
def test_the_value_is_the_formula_in_probabilities(rng, measured):
    real, fake = rng.uniform(0.05, 0.95, (2, 50))
    textbook = np.mean(np.log(real)) + np.mean(np.log(1 - fake))
    measured(abs(value(logit(real), logit(fake)) - textbook), 1e-12 * abs(textbook))


@pytest.mark.equation("gan.value")
def test_where_the_discriminator_cannot_tell_the_value_is_minus_log_4():
    undecided = np.zeros(5)
    assert value(undecided, undecided) == pytest.approx(-np.log(4), rel=1e-14)
    assert discriminator_loss(undecided, undecided) == pytest.approx(1.3862943611, abs=1e-10)
    assert generator_loss(undecided) == pytest.approx(0.6931471806, abs=1e-10)


@pytest.mark.equation("gan.value")
def test_the_value_is_never_positive_and_finite_for_any_logit():
    a = np.array([-1e4, -50.0, 0.0, 50.0, 1e4])
    for real in a:
        for fake in a:
            assert -np.inf < value(np.array([real]), np.array([fake])) <= 0


@pytest.mark.equation("gan.value")
def test_the_claim_above_rejects_the_difference_of_two_logs():
    """E log D(x) − E log D(G(z)) looks alike but is unbounded: it rewards certainty without limit."""
    log_sigmoid = lambda a: -np.logaddexp(0, -a)
    assert log_sigmoid(0.0) - log_sigmoid(-500.0) > 400


def densities():
    """Two known densities on a line: p of the data and q of the generator."""
    x = np.linspace(-12, 12, 40_001)
    normal = lambda mu, s: np.exp(-0.5 * ((x - mu) / s) ** 2) / (s * np.sqrt(2 * np.pi))
    return x[1] - x[0], 0.5 * normal(-2, 0.7) + 0.5 * normal(1, 1.2), normal(0.5, 1.5)


@pytest.mark.equation("gan.optimal_discriminator")
def test_at_the_optimal_discriminator_the_value_is_minus_log_4_plus_2_jsd(measured):
    dx, p, q = densities()
    a = np.log(p) - np.log(q)  # the logit of D* = p / (p + q)
    v = np.sum(p * -np.logaddexp(0, -a) + q * -np.logaddexp(0, a)) * dx
    m = (p + q) / 2
    jsd = 0.5 * np.sum(p * np.log(p / m) + q * np.log(q / m)) * dx
    measured(abs(v - (-np.log(4) + 2 * jsd)), 1e-10)
    measured(abs(gan_value_by_weights(p, q, a, dx) - v), 1e-4)


def gan_value_by_weights(p, q, a, dx):
    """`value` on samples at the quantiles of p and q."""
    levels = (np.arange(20_000) + 0.5) / 20_000
    grid = np.arange(len(a))
    real = np.interp(np.interp(levels, np.cumsum(p) * dx, grid), grid, a)
    fake = np.interp(np.interp(levels, np.cumsum(q) * dx, grid), grid, a)
    return value(real, fake)


@pytest.mark.equation("gan.optimal_discriminator")
def test_ascent_on_the_value_ends_at_the_optimal_discriminator_and_its_value(measured):
    """p and q on three points, as 10 examples each: one free logit a point."""
    real, fake = np.repeat([0, 1, 2], [5, 3, 2]), np.repeat([0, 1, 2], [1, 3, 6])
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.3, 0.6])
    a = Tensor(np.zeros(3), requires_grad=True)
    for _ in range(2000):
        a.grad = None
        discriminator_loss(a[real], a[fake]).backward()
        a.data -= a.grad
    measured(np.abs(a.numpy() - np.log(p / q)), 1e-6)
    m = (p + q) / 2
    jsd = 0.5 * np.sum(p * np.log(p / m) + q * np.log(q / m))
    measured(abs(value(a[real], a[fake]).item() - (-np.log(4) + 2 * jsd)), 1e-9)


@pytest.mark.equation("gan.optimal_discriminator")
def test_the_claims_above_reject_a_discriminator_with_the_labels_swapped():
    dx, p, q = densities()
    right, swapped = (gan_value_by_weights(p, q, sign * (np.log(p) - np.log(q)), dx) for sign in (1, -1))
    assert swapped < -np.log(4) < right - 0.1


@pytest.mark.equation("gan.generator_loss")
@pytest.mark.parametrize(("kind", "expected"), [("minimax", -0.0066928509), ("nonsaturating", -0.9933071491)])
def test_the_gradients_of_both_generator_losses_at_logit_minus_5(kind, expected, measured):
    found = grad(lambda a: generator_loss(a, kind))(np.array([-5.0])).item()
    measured(abs(found - expected), 1e-8 * abs(expected))


@pytest.mark.equation("gan.generator_loss")
def test_neither_gradient_is_exactly_zero_at_logit_minus_20():
    for kind in ("minimax", "nonsaturating"):
        assert grad(lambda a: generator_loss(a, kind))(np.array([-20.0])).item() < 0  # noqa: B023


@pytest.mark.equation("gan.generator_loss")
def test_the_claim_above_rejects_clamped_probabilities():
    def clamped(a):
        return np.mean(np.log(1 - np.clip(np.exp(-np.logaddexp(0, -a)), 1e-6, 1 - 1e-6)))

    assert grad(clamped)(np.array([-20.0])).item() == 0


def test_an_unknown_generator_loss_is_refused():
    with pytest.raises(ValueError, match="'minimax' or 'nonsaturating'"):
        generator_loss(np.zeros(2), "hinge-ish")


# --- the steps of the game --------------------------------------------------------------------------------


def bytes_of(module):
    return {name: array.tobytes() for name, array in module.state_dict().items()}


@pytest.fixture
def game():
    model = GAN(12, 5, Generator(1))
    real = Generator(2).random((16, 12))
    return model, real


def test_a_discriminator_step_leaves_the_generator_byte_equal_and_changes_the_discriminator(game):
    model, real = game
    before_G, before_D = bytes_of(model.G), bytes_of(model.D)
    discriminator_step(model, real, Adam(model.D.parameters()), Generator(3))
    assert bytes_of(model.G) == before_G
    assert all(bytes_of(model.D)[name] != before_D[name] for name in before_D)
    assert all(p.grad is None for p in model.G.parameters())


def test_a_generator_step_leaves_the_discriminator_byte_equal_and_changes_the_generator(game):
    model, _ = game
    before_G, before_D = bytes_of(model.G), bytes_of(model.D)
    generator_step(model, 16, Adam(model.G.parameters()), Generator(3))
    assert bytes_of(model.D) == before_D
    assert all(bytes_of(model.G)[name] != before_G[name] for name in before_G)
    assert all(p.grad is None and p.requires_grad for p in model.D.parameters())


def margin(model, real, seed):
    """E a(real) − E a(fake) for the noise of a seed: how well D tells them apart."""
    return float(
        np.mean(model.logits(real).numpy())
        - np.mean(model.logits(model.generate(len(real), Generator(seed))).numpy())
    )


def test_a_discriminator_step_raises_the_margin_between_real_and_fake(game):
    model, real = game
    before = margin(model, real, 3)
    discriminator_step(model, real, SGD(model.D.parameters(), alpha=0.01), Generator(3))
    assert margin(model, real, 3) > before


def test_the_claim_above_rejects_fakes_that_are_labelled_as_real(game):
    """The step of the article's sample code: one batch of fakes, every one labelled 1, and no real data."""
    model, real = game
    before, optimizer = margin(model, real, 3), SGD(model.D.parameters(), alpha=0.01)
    fake = model.generate(len(real), Generator(3)).detach()
    np.mean(np.logaddexp(0, -model.logits(fake))).backward()
    optimizer.step()
    assert margin(model, real, 3) < before


def test_a_generator_step_makes_its_fakes_more_real_to_the_discriminator(game):
    model, _ = game
    logit_of_fakes = lambda: float(np.mean(model.logits(model.generate(16, Generator(3))).numpy()))
    before = logit_of_fakes()
    generator_step(model, 16, SGD(model.G.parameters(), alpha=0.1), Generator(3))
    assert logit_of_fakes() > before


def test_training_ends_with_the_average_of_where_the_generator_has_been():
    real, snapshots = Generator(2).random((32, 6)), []

    class Watching(History):
        def log(self, **numbers):
            super().log(**numbers)
            if "G_loss" in numbers:
                snapshots.append(model.G[0].W.data.copy())

    model = GAN(6, 3, Generator(1))
    first = model.G[0].W.data.copy()
    train(model, real, Watching(), epochs=3, batch_size=8, alpha=1e-3, rng=Generator(0))
    expected = first
    for t, W in enumerate(snapshots, 1):
        d = min(0.998, (1 + t) / (10 + t))
        expected = d * expected + (1 - d) * W
    np.testing.assert_allclose(model.G[0].W.data, expected, rtol=1e-4, atol=1e-6)
    assert not np.array_equal(expected, snapshots[-1])
