"""The equations of the minimax game, against oracles that do not share their code."""

import numpy as np
import pytest

from scratchgen import Tensor, grad
from scratchgen.gan import (
    discriminator_loss,
    generated_log_density,
    generator_loss,
    undecided_loss,
    value,
)
from scratchgen.gan.networks import dense
from scratchgen.gan.objectives import KINDS
from scratchgen.nn import Sequential
from scratchgen.optim import Adam
from scratchgen.random import Generator

pytestmark = pytest.mark.fast


def logit(p):
    return np.log(p) - np.log1p(-p)


@pytest.mark.equation("gan.value")
def test_the_value_is_the_formula_in_probabilities(rng, measured):
    real, fake = rng.uniform(0.05, 0.95, (2, 50))
    textbook = np.mean(np.log(real)) + np.mean(np.log(1 - fake))
    measured(abs(value(logit(real), logit(fake)) - textbook), 1e-12 * abs(textbook))


def mean_log_likelihood(real, fake):
    """The mean log-likelihood of a classifier with these logits for the two halves of a mixture."""
    probability = 1 / (1 + np.exp(-np.concatenate([real, fake])))
    is_real = np.repeat([True, False], [len(real), len(fake)])
    return np.mean(np.log(np.where(is_real, probability, 1 - probability)))


@pytest.mark.equation("gan.value")
def test_the_value_is_twice_the_mean_log_likelihood_of_a_classifier_of_an_even_mixture(rng, measured):
    real, fake = rng.standard_normal((2, 50))
    measured(abs(value(real, fake) - 2 * mean_log_likelihood(real, fake)), 1e-13)


@pytest.mark.equation("gan.value")
def test_the_claim_above_rejects_the_mean_itself_and_a_mixture_that_is_not_even(rng):
    real, fake = rng.standard_normal((2, 50))
    assert abs(value(real, fake) - mean_log_likelihood(real, fake)) > 0.1
    assert abs(value(real[:10], fake) - 2 * mean_log_likelihood(real[:10], fake)) > 0.01


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


# --- a discriminator that is trained, on a line -----------------------------------------------------------


def at_quantiles(density, x, n=200):
    """n points that stand for a density on a grid: its quantiles.   (n, 1)"""
    levels = (np.arange(n) + 0.5) / n
    cumulated = np.cumsum(density) / density.sum()
    return np.interp(levels, cumulated, x)[:, None].astype(np.float32)


def trained_discriminator(loss, p, q, x, steps=500):
    """D of one hidden layer with a leaky ReLU; its logits on the grid."""
    D = Sequential(*dense([1, 32, 32, 1], Generator(0), activation="leaky"))
    real, fake = at_quantiles(p, x), at_quantiles(q, x)
    optimizer = Adam(D.parameters(), 1e-2)
    for step in range(steps):
        optimizer.learning_rate = 1e-2 * (1 - step / steps)
        optimizer.zero_grad()
        loss(D(real)[:, 0], D(fake)[:, 0]).backward()
        optimizer.step()
    return D(x[:, None].astype(np.float32)).numpy()[:, 0].astype(np.float64)


def two_normals():
    x = np.linspace(-6, 7, 2001)
    normal = lambda mu, s: np.exp(-0.5 * ((x - mu) / s) ** 2) / (s * np.sqrt(2 * np.pi))
    return x, normal(0, 1), normal(1.5, 1.2)


def distance_from_the_optimum(D, p, q, x):
    """The mean of |D − p/(p + q)| over real and generated examples."""
    return np.sum((p + q) / 2 * np.abs(D - p / (p + q))) * (x[1] - x[0])


def sigma(a):
    return 1 / (1 + np.exp(-a))


@pytest.mark.equation("gan.optimal_discriminator")
def test_a_trained_discriminator_approaches_p_over_p_plus_q_and_the_value_there():
    x, p, q = two_normals()
    dx, m = x[1] - x[0], (p + q) / 2
    a = trained_discriminator(discriminator_loss, p, q, x)
    assert distance_from_the_optimum(sigma(a), p, q, x) < 0.02
    v = np.sum(-p * np.logaddexp(0, -a) - q * np.logaddexp(0, a)) * dx
    best = -np.log(4) + np.sum(p * np.log(p / m) + q * np.log(q / m)) * dx
    assert best - 2e-3 < v <= best  # no D is better than D*


@pytest.mark.equation("gan.optimal_discriminator")
def test_the_claim_above_rejects_a_discriminator_that_is_shown_two_fakes_for_each_real_example():
    x, p, q = two_normals()

    def lopsided(d_real, d_fake):
        return discriminator_loss(d_real, d_fake) + np.mean(np.logaddexp(0, d_fake))

    a = trained_discriminator(lopsided, p, q, x, steps=300)
    assert distance_from_the_optimum(sigma(a), p, q, x) > 0.1


@pytest.mark.equation("gan.discriminator_loss")
def test_least_squares_finds_the_same_optimum_as_a_score_in_place_of_a_probability():
    x, p, q = two_normals()
    score = trained_discriminator(lambda a, b: discriminator_loss(a, b, "least_squares"), p, q, x)
    assert distance_from_the_optimum(score, p, q, x) < 0.02


# --- the successors ---------------------------------------------------------------------------------------


@pytest.mark.equation("gan.discriminator_loss")
def test_the_losses_are_their_formulas_example_by_example(rng, measured):
    a, b = rng.standard_normal((2, 7))
    by_hand = {
        "minimax": sum(np.log(1 + np.exp(-s)) for s in a) / 7 + sum(np.log(1 + np.exp(s)) for s in b) / 7,
        "least_squares": sum((s - 1) ** 2 for s in a) / 14 + sum(s * s for s in b) / 14,
        "hinge": sum(max(0, 1 - s) for s in a) / 7 + sum(max(0, 1 + s) for s in b) / 7,
        "wasserstein": sum(b) / 7 - sum(a) / 7,
    }
    for kind, expected in by_hand.items():
        measured(abs(discriminator_loss(a, b, kind) - expected), 1e-12 * abs(expected))
    by_hand = {
        "minimax": -sum(np.log(1 + np.exp(s)) for s in b) / 7,
        "nonsaturating": sum(np.log(1 + np.exp(-s)) for s in b) / 7,
        "least_squares": sum((s - 1) ** 2 for s in b) / 14,
        "hinge": -sum(b) / 7,
        "wasserstein": -sum(b) / 7,
    }
    for kind, expected in by_hand.items():
        measured(abs(generator_loss(b, kind) - expected), 1e-12 * abs(expected))


@pytest.mark.equation("gan.discriminator_loss")
@pytest.mark.parametrize("kind", KINDS)
def test_real_and_fake_pull_the_discriminator_apart_and_the_generator_up(kind):
    undecided = np.full(3, 0.25)
    of_real, of_fake = grad(lambda a, b: discriminator_loss(a, b, kind), (0, 1))(undecided, undecided)
    assert np.all(of_real.numpy() < 0) and np.all(of_fake.numpy() > 0)
    assert np.all(grad(lambda b: generator_loss(b, kind))(undecided).numpy() < 0)


@pytest.mark.equation("gan.discriminator_loss")
@pytest.mark.parametrize("kind", KINDS)
def test_no_discriminator_with_one_score_for_all_examples_has_less_than_the_undecided_loss(kind):
    losses = [discriminator_loss(np.full(2, a), np.full(2, a), kind) for a in np.linspace(-3, 3, 601)]
    assert min(losses) == pytest.approx(undecided_loss(kind), abs=1e-12)


@pytest.mark.equation("gan.discriminator_loss")
def test_the_best_hinge_discriminator_says_whether_real_is_more_likely():
    real, fake = np.repeat([0, 1, 2], [5, 3, 2]), np.repeat([0, 1, 2], [1, 2, 7])
    a = Tensor(np.full(3, 0.1), requires_grad=True)
    for _ in range(300):
        a.grad = None
        discriminator_loss(a[real], a[fake], "hinge").backward()
        a.data -= 0.05 * a.grad
    np.testing.assert_allclose(a.numpy(), [1, 1, -1], atol=0.02)


@pytest.mark.equation("gan.discriminator_loss")
def test_the_best_critic_of_slope_one_measures_the_distance_between_two_distributions(rng):
    """On a line it is the mean distance of the sorted points; for a shift to the right D(x) = x is best."""
    fake = rng.standard_normal(500)
    real = fake + rng.uniform(0, 3, 500)
    distance = np.mean(np.abs(np.sort(real) - np.sort(fake)))
    assert -discriminator_loss(real, fake, "wasserstein") == pytest.approx(distance, rel=1e-12)
    for D in (np.tanh, np.sin, np.abs, lambda x: -x, lambda x: np.minimum(x, 1)):
        assert -discriminator_loss(D(real), D(fake), "wasserstein") < distance


@pytest.mark.equation("gan.discriminator_loss")
def test_the_claim_above_rejects_a_critic_of_slope_two(rng):
    fake = rng.standard_normal(500)
    assert -discriminator_loss(2 * (fake + 1), 2 * fake, "wasserstein") == pytest.approx(2, rel=1e-12)


def test_an_unknown_loss_is_refused():
    for loss in (
        lambda: generator_loss(np.zeros(2), "hinge-ish"),
        lambda: discriminator_loss(np.zeros(2), np.zeros(2), "hinge-ish"),
    ):
        with pytest.raises(ValueError, match=r"one of minimax, nonsaturating.* not 'hinge-ish'"):
            loss()


# --- the density of generated examples --------------------------------------------------------------------


GENERATORS = {"rising": lambda z: z**3 / 3 + z, "falling": lambda z: 2 - np.exp(0.7 * z)}


@pytest.mark.equation("gan.generated_density")
@pytest.mark.parametrize("G", GENERATORS.values(), ids=GENERATORS)
def test_the_density_of_what_a_monotone_generator_makes_is_that_of_its_samples(G, rng, measured):
    z = np.linspace(-8, 8, 200_001)
    x, density = G(z), np.exp(generated_log_density(G, z).numpy())
    measured(abs(abs(np.trapezoid(density, x)) - 1), 1e-8)
    samples = G(rng.standard_normal(100_000))
    for low, high in np.random.default_rng(1).normal(0.5, 1.5, (6, 2)):
        low, high = min(low, high), max(low, high)
        inside = (x > low) & (x < high)
        share = abs(np.trapezoid(density[inside], x[inside]))
        found = np.mean((samples > low) & (samples < high))
        measured(abs(found - share), 5 * np.sqrt(share * (1 - share) / len(samples)) + 1e-4)


@pytest.mark.equation("gan.generated_density")
def test_the_claim_above_rejects_a_density_without_the_slope_of_the_generator():
    z = np.linspace(-8, 8, 20_001)
    x = GENERATORS["rising"](z)
    assert np.trapezoid(np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi), x) == pytest.approx(2, rel=1e-6)
