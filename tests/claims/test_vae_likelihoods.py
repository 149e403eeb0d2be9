"""The distributions of the data: each is one, none takes what is not in its support, and grey has a floor."""

import itertools

import numpy as np
import pytest

from scratchgen import BadInput
from scratchgen.autograd.primitives import to_numpy
from scratchgen.data import load_images
from scratchgen.distributions import Bernoulli
from scratchgen.evaluation import grey_entropy
from scratchgen.random import Generator
from scratchgen.vae.likelihoods import (
    BernoulliLikelihood,
    CategoricalLikelihood,
    GaussianLikelihood,
    likelihood,
)

LEVELS = 4
ROUNDING = 1e-12  # of sums of up to 1e5 float64 terms that add up to 1


def every_image(values, D):
    return np.array(list(itertools.product(values, repeat=D)), np.float64)


@pytest.fixture
def bernoulli(rng):
    x = every_image([0, 1], 5)
    return BernoulliLikelihood()(np.tile(rng.standard_normal(5), (len(x), 1))), x, 1


@pytest.fixture
def categorical(rng):
    x = every_image(np.arange(LEVELS) / (LEVELS - 1), 3)
    return CategoricalLikelihood(LEVELS)(np.tile(2 * rng.standard_normal(3 * LEVELS), (len(x), 1))), x, 1


@pytest.fixture
def gaussian():
    """Two dimensions on a grid, to eight standard deviations, beyond which there is 1e-15."""
    likelihood = GaussianLikelihood()
    likelihood.logvar.data = np.array([-0.7])
    axis = np.linspace(-7, 7, 301)
    x = every_image(axis, 2)
    return likelihood(np.tile([0.3, -0.5], (len(x), 1))), x, (axis[1] - axis[0]) ** 2


def total(likelihood, x, cell, wrong=0.0):
    return np.sum(np.exp(to_numpy(likelihood.log_prob(x)) + wrong)) * cell


@pytest.mark.equation("vae.gaussian_likelihood")
@pytest.mark.equation("vae.levels")
@pytest.mark.equation("vae.likelihood")
@pytest.mark.parametrize("kind", ["bernoulli", "categorical", "gaussian"])
def test_the_probabilities_of_all_data_add_up_to_one(kind, request, measured):
    measured(np.abs(total(*request.getfixturevalue(kind)) - 1), ROUNDING)


@pytest.mark.equation("vae.gaussian_likelihood")
@pytest.mark.equation("vae.levels")
@pytest.mark.equation("vae.likelihood")
@pytest.mark.parametrize("kind", ["bernoulli", "categorical", "gaussian"])
def test_the_claim_above_rejects_a_normaliser_that_is_counted_once_more_for_a_dimension(kind, request):
    p, x, cell = request.getfixturevalue(kind)
    once_more = {
        "bernoulli": lambda: -np.logaddexp(0, p.logits[0, 0]),
        "categorical": lambda: -np.log(np.sum(np.exp(p.logits[0, 0]))),
        "gaussian": lambda: -0.5 * (np.log(2 * np.pi) + to_numpy(p.logvar)[0, 0]),
    }[kind]()
    assert abs(total(p, x, cell, once_more) - 1) > 0.1


def test_samples_have_the_mean_that_the_distribution_names():
    n = 40_000
    for p in (BernoulliLikelihood(), GaussianLikelihood(), CategoricalLikelihood(LEVELS)):
        x = p(np.tile(np.linspace(-1, 1, 3 * p.outputs), (n, 1)))
        found = x.sample(Generator(1))
        assert np.all(np.abs(found.mean(axis=0) - to_numpy(x.mean)[0]) < 5 * found.std(axis=0) / np.sqrt(n))


def test_the_output_for_a_mean_has_that_mean():
    mean = np.array([0.1, 0.4, 0.9])
    np.testing.assert_allclose(
        BernoulliLikelihood()(BernoulliLikelihood().output_for_mean(mean)).mean, mean, rtol=1e-12
    )
    gaussian = GaussianLikelihood()
    np.testing.assert_array_equal(gaussian(gaussian.output_for_mean(mean)).mean, mean)
    for levels, tolerance in ((2, 1e-12), (16, 0.1)):  # "about", where there are more than two
        categorical = CategoricalLikelihood(levels)
        np.testing.assert_allclose(
            categorical(categorical.output_for_mean(mean)).mean, mean, rtol=0, atol=tolerance
        )


def test_two_levels_are_black_and_white(rng):
    """softmax of (0, a) is (1 − σ(a), σ(a)), whatever is added to both."""
    a, x = rng.standard_normal((3, 5)), rng.integers(0, 2, (3, 5)).astype(float)
    both = np.stack([np.full_like(a, 0.4), a + 0.4], axis=-1).reshape(3, 10)
    np.testing.assert_allclose(
        CategoricalLikelihood(2)(both).log_prob(x), BernoulliLikelihood()(a).log_prob(x), rtol=1e-12
    )


# --- the best sigma ----------------------------------------------------------------------------------------


def test_the_learned_sigma_is_best_at_the_root_mean_square_of_the_residuals(rng):
    x, output = rng.standard_normal((50, 4)), rng.standard_normal((50, 4))

    def fit(logvar):
        gaussian = GaussianLikelihood()
        gaussian.logvar.data = np.array([logvar])
        return gaussian(output).log_prob(x).numpy().mean()

    best = np.log(np.mean((x - output) ** 2))
    assert fit(best) > max(fit(best - 0.01), fit(best + 0.01))
    assert fit(0.5 * best) < fit(best)  # half the logvar is the root of sigma, not sigma


# --- grey --------------------------------------------------------------------------------------------------


def test_no_bernoulli_explains_grey_pixels_better_than_their_entropy(rng):
    """A perfect reconstruction has the logit log(x / (1 − x)): there the bound is met, and only there."""
    x = rng.uniform(0.02, 0.98, (20, 30))
    perfect = np.log(x / (1 - x))
    at_best = Bernoulli(perfect).log_prob(x).mean()
    assert at_best == pytest.approx(grey_entropy(x), rel=1e-12)
    for step in (0.1, -0.1, rng.standard_normal(x.shape)):
        assert Bernoulli(perfect + step).log_prob(x).mean() < at_best


def test_the_floor_of_grey_mnist_is_45_and_a_half_nats(real_data):
    """An integral of the data: whoever reports less than 45.5 nats of grey pixels has not a Bernoulli."""
    assert -grey_entropy(load_images("mnist").test) == pytest.approx(45.53, abs=0.005)


def test_the_claim_above_rejects_pixels_made_black_or_white(real_data):
    assert grey_entropy(load_images("mnist").test > 0.5) == 0


# --- what is refused ---------------------------------------------------------------------------------------

OUTSIDE = {
    "bernoulli": [(1.2, "pixels in"), (-0.1, "pixels in"), (np.nan, "remove NaN")],
    "categorical": [
        (0.4, "values k/3"),
        (4 / 3, "values k/3"),
        (-1 / 3, "values k/3"),
        (np.nan, "values k/3"),
    ],
    "gaussian": [(np.inf, "remove them"), (np.nan, "remove them")],
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind, value, line", [(k, v, s) for k in OUTSIDE for v, s in OUTSIDE[k]])
def test_data_outside_the_support_are_refused_in_one_line(kind, value, line):
    p = likelihood(kind, LEVELS if kind == "categorical" else None)
    x = np.array([[0.0, 1.0, value]])
    with pytest.raises(BadInput, match=line) as problem:
        p(np.zeros((1, 3 * p.outputs))).log_prob(x)
    assert "\n" not in str(problem.value)
    with pytest.raises(BadInput, match=line):
        p.check(x)
    x[0, 2] = 1 / 3 if kind != "bernoulli" else 0.5
    p.check(x)
    assert np.isfinite(to_numpy(p(np.zeros((1, 3 * p.outputs))).log_prob(x))).all()


def test_likelihoods_that_there_are_not_are_refused_by_name():
    with pytest.raises(BadInput, match="no likelihood is named 'poisson'; there are bernoulli"):
        likelihood("poisson")
    with pytest.raises(ValueError, match="needs the number of levels"):
        likelihood("categorical")
    with pytest.raises(ValueError, match="levels must be a whole number of at least 2, not 1"):
        likelihood("categorical", 1)
