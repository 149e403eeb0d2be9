"""Shapes, refusals and derivatives. The meaning of the densities is tested in tests/claims."""

import numpy as np
import pytest

from scratchgen import BadInput, Tensor, check_grads
from scratchgen.distributions import Bernoulli, Categorical, Normal
from scratchgen.random import Generator

pytestmark = pytest.mark.fast


def test_normal_gives_one_number_per_example(rng):
    q = Normal(rng.standard_normal((3, 4)), rng.standard_normal((3, 4)))
    for number in (q.log_prob(np.zeros((3, 4))), q.kl_to_standard_normal(), q.entropy()):
        assert number.shape == (3,)


@pytest.mark.equation("distributions.entropy")
def test_entropies_are_the_means_of_minus_log_p(rng):
    """Against sums and integrals written out, not against the library's own log_prob."""
    a = rng.standard_normal((1, 3))
    p = np.exp(a) / np.exp(a).sum()
    assert Categorical(a).entropy()[0] == pytest.approx(-np.sum(p * np.log(p)), rel=1e-12)
    p = 1 / (1 + np.exp(-a))
    assert Bernoulli(a).entropy()[0] == pytest.approx(
        -np.sum(p * np.log(p) + (1 - p) * np.log(1 - p)), rel=1e-12
    )
    x, variance = np.linspace(-30, 30, 60_001), np.exp(0.4)
    density = np.exp(-((x - 1) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
    integral = -np.sum(density * np.log(np.maximum(density, 1e-300))) * (x[1] - x[0])
    assert Normal(np.ones((1, 1)), np.full((1, 1), 0.4)).entropy()[0] == pytest.approx(integral, abs=1e-10)


@pytest.mark.equation("distributions.entropy")
def test_the_entropy_of_equal_shares_is_the_logarithm_of_their_number(measured):
    measured(abs(Categorical(np.zeros((1, 8))).entropy()[0] - np.log(8)), 1e-14)


@pytest.mark.equation("distributions.entropy")
def test_the_claim_above_rejects_an_entropy_in_bits():
    entropy = Categorical(np.zeros((1, 8))).entropy()[0]
    assert abs(entropy / np.log(2) - np.log(8)) > 0.5


@pytest.mark.equation("distributions.normal")
def test_log_probabilities_are_those_written_out(measured):
    logits = np.log(np.array([[0.2, 0.3, 0.5]]))
    assert Categorical(logits).log_prob(np.array([2]))[0] == pytest.approx(np.log(0.5))
    ones = np.log(np.array([[0.2 / 0.8, 0.9 / 0.1]]))
    assert Bernoulli(ones).log_prob(np.array([[1.0, 0.0]]))[0] == pytest.approx(np.log(0.2) + np.log(0.1))
    at_2 = Normal(np.zeros((1, 1)), np.zeros((1, 1))).log_prob(np.full((1, 1), 2.0))[0]
    measured(abs(at_2 - (-2 - 0.5 * np.log(2 * np.pi))), 1e-14)


def test_the_divergence_is_not_negative_after_rounding_either(rng):
    logvar = rng.uniform(-1e-3, 1e-3, (100_000, 1)).astype(np.float32)
    assert Normal(np.zeros_like(logvar), logvar).kl_to_standard_normal().min() >= 0


def test_one_row_of_logits_serves_a_batch(rng):
    logits = Tensor(np.zeros(3), requires_grad=True)
    Bernoulli(logits).log_prob(np.ones((4, 3))).sum().backward()
    np.testing.assert_allclose(logits.grad, [2, 2, 2])


@pytest.mark.parametrize("method", ["kl_to_standard_normal", "entropy"])
def test_derivatives_of_the_normal(method, rng):
    check_grads(lambda m, v: getattr(Normal(m, v), method)(), *rng.standard_normal((2, 3, 4)), order=3)


def test_derivatives_of_the_densities(rng):
    mu, logvar, x = rng.standard_normal((3, 2, 4))
    check_grads(lambda m, v, x: Normal(m, v).log_prob(x), mu, logvar, x, order=2)
    check_grads(lambda a: Bernoulli(a).log_prob(np.full((2, 4), 0.3)), mu, order=2)
    check_grads(lambda a: Categorical(a).log_prob(np.array([1, 3])), mu, order=2)
    check_grads(lambda a: Bernoulli(a).entropy(), mu, order=2)
    check_grads(lambda a: Categorical(a).entropy(), mu, order=2)


def test_a_generator_and_the_noise_that_it_draws_give_the_same_sample(rng):
    q = Normal(*rng.standard_normal((2, 5, 3)))
    noise = Generator(3).standard_normal((5, 3), np.float64)
    np.testing.assert_allclose(q.rsample(Generator(3)), q.rsample(noise), rtol=1e-14)


def test_unequal_shapes_of_mu_and_logvar_are_refused():
    with pytest.raises(ValueError, match="they must be equal"):
        Normal(np.zeros((2, 3)), np.zeros(3))


@pytest.mark.parametrize("pixel", [np.nan, -0.1, 1.1, np.inf, 255])
def test_a_bernoulli_refuses_pixels_outside_the_unit_interval(pixel):
    with pytest.raises(BadInput, match=r"needs pixels in \[0, 1\].*divide by 255"):
        Bernoulli(np.zeros((1, 2))).log_prob(np.array([[0.5, pixel]]))


def test_bernoulli_samples_are_zeros_and_ones_with_the_right_mean():
    logits = np.array([-1.0, 0.0, 2.0])
    x = Bernoulli(np.tile(logits, (20_000, 1))).sample(Generator(0))
    p = 1 / (1 + np.exp(-logits))
    assert set(np.unique(x)) == {0, 1}
    assert np.all(np.abs(x.mean(0) - p) < 5 * np.sqrt(p * (1 - p) / 20_000))


def test_categorical_samples_have_the_softmax_probabilities():
    logits = np.array([0.0, 1.0, -1.0])
    k = Categorical(Tensor(np.tile(logits, (20_000, 1)))).sample(Generator(0))
    p = np.exp(logits) / np.exp(logits).sum()
    assert np.sum((np.bincount(k) - 20_000 * p) ** 2 / (20_000 * p)) < 13.9  # 99.9 %, 2 degrees of freedom
