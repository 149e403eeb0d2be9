"""Samples: of the distribution that the class names, of the shape that is asked for, and reproducible."""

import numpy as np
import pytest
from scipy import stats

from scratchgen import BadInput, Tensor
from scratchgen import distributions as D
from scratchgen.distributions import draws
from scratchgen.random import Generator

from .cases import CASES

N = 40_000
every = pytest.mark.parametrize("name", CASES)


def one(name, rng):
    """A distribution of a single number, as a row."""
    case = CASES[name]
    parameters = case.draw(rng, (1,))
    return case, parameters, case.make(*parameters)


def too_far(x, case, parameters):
    """The distance of the samples from the density, relative to the 99.99 % point of chi-squared.

    The bins have equal numbers of reference samples of NumPy's or SciPy's; of a discrete one, a bin is a value.
    """
    if case.values is not None:
        values = [float(v) for v in case.values(*(float(p[0]) for p in parameters))][:40]
        p = np.exp([case.log_prob(np.array([v]), parameters) for v in values])
        counts = np.array([np.sum(np.abs(x - v) < 1e-6) for v in values])
        keep = N * p > 5
        p, counts = (
            np.append(p[keep], 1 - p[keep].sum()),
            np.append(counts[keep], len(x) - counts[keep].sum()),
        )
        if N * p[-1] < 5:
            p, counts = p[:-1], counts[:-1]
    else:
        frozen = reference(case, *(float(p[0]) for p in parameters))
        counts = np.histogram(frozen.cdf(x), bins=25, range=(0, 1))[0]
        p = np.full(25, 1 / 25)
    statistic = np.sum((counts - len(x) * p) ** 2 / (len(x) * p))
    return statistic / stats.chi2.ppf(1 - 1e-4, len(p) - 1)


def reference(case, *p):
    """The distribution of the case in SciPy."""
    return {
        D.Normal: lambda mu, v: stats.norm(mu, np.exp(0.5 * v)),
        D.Laplace: lambda mu, s: stats.laplace(mu, np.exp(s)),
        D.StudentT: lambda mu, s, nu: stats.t(nu, mu, np.exp(s)),
        D.Gamma: lambda a, b: stats.gamma(a, scale=np.exp(-b)),
        D.Uniform: lambda low, high: stats.uniform(low, high - low),
    }[case.make](*p)


@pytest.mark.equation("distributions.negative_binomial")
@every
def test_samples_fall_into_bins_as_often_as_the_density_says(name, rng):
    case, parameters, d = one(name, rng)
    assert too_far(d.sample(Generator(1), shape=N).ravel(), case, parameters) < 1


@pytest.mark.equation("distributions.negative_binomial")
@pytest.mark.parametrize("name", [name for name in CASES if name != "discretised_logistic"])
def test_the_claim_above_rejects_samples_of_which_some_are_too_large(name, rng):
    case, parameters, d = one(name, rng)
    x = d.sample(Generator(1), shape=N).ravel()
    wrong = x + (Generator(2).random(N) < 0.1) if case.values else 1.1 * x + 0.02
    assert too_far(wrong, case, parameters) > 1


@pytest.mark.equation("distributions.marsaglia_tsang")
@pytest.mark.parametrize("a", [0.05, 0.5, 1.0, 3.5, 400.0])
def test_gamma_draws_have_the_gamma_distribution(a):
    x = draws.standard_gamma(np.full(N, a), Generator(3))
    assert stats.kstest(x, stats.gamma(a).cdf).pvalue > 1e-4


@pytest.mark.equation("distributions.marsaglia_tsang")
def test_the_claim_above_rejects_proposals_that_are_all_accepted():
    d = np.full(N, 1 - 1 / 3)
    v, accepted = draws.propose_gamma(
        d, Generator(0).standard_normal(N, np.float64), Generator(1).random(N, np.float64)
    )
    assert stats.kstest((d * v)[v > 0], stats.gamma(1.0).cdf).pvalue < 1e-6
    assert stats.kstest((d * v)[accepted], stats.gamma(1.0).cdf).pvalue > 1e-4
    assert accepted.mean() > 0.95  # the paper's table: 0.951 at α = 1


@pytest.mark.equation("distributions.poisson_draws")
@pytest.mark.parametrize("rate", [0.0, 0.3, 9.9, 10.0, 37.0, 1e4])
def test_poisson_draws_have_the_poisson_distribution(rate):
    k = draws.poisson(np.full(N, rate), Generator(4))
    if rate == 0:
        assert not k.any()
        return
    edges = np.unique(stats.poisson(rate).ppf(np.linspace(0.02, 0.98, 30)))
    p = np.diff(stats.poisson(rate).cdf(edges), prepend=0, append=1)
    counts = np.diff([np.sum(k <= e) for e in edges], prepend=0, append=N)
    assert np.sum((counts - N * p) ** 2 / (N * p)) < stats.chi2.ppf(1 - 1e-4, len(p) - 1)


@pytest.mark.equation("distributions.poisson_draws")
@pytest.mark.parametrize("rate", [10.0, 12.5, 37.0])
def test_the_accepted_share_of_proposals_is_in_proportion_to_the_probabilities(rate, measured):
    """No samples: the acceptance of every k is integrated over a grid of both uniform numbers."""
    k, found, expected = shares(draws.propose_poisson, rate)
    near = np.abs(k - rate) < 2 * np.sqrt(rate)
    measured(np.abs(found / expected - 1)[near], 0.01)  # 200 points for v, of which some tens are accepted


@pytest.mark.equation("distributions.poisson_draws")
@pytest.mark.parametrize("rate", [10.0, 10.5, 12.5, 37.0, 100.0, 1e4, 1e9])
def test_no_proposal_is_accepted_at_the_top_of_the_hat(rate):
    """Where the hat does not reach the density, the draws would be too few by the part above it."""
    u = (np.arange(100_000) + 0.5) / 100_000
    assert not draws.propose_poisson(np.full(u.shape, rate), u, np.ones(u.shape))[1].any()


@pytest.mark.equation("distributions.poisson_draws")
def test_the_claims_above_reject_a_hat_that_is_too_low_and_proposals_that_are_all_accepted():
    u = (np.arange(100_000) + 0.5) / 100_000
    assert draws.propose_poisson(np.full(u.shape, 10.0), u, np.full(u.shape, 0.98))[
        1
    ].any()  # a hat 2 % lower
    all_of_them = lambda rate, u, v: (k := draws.propose_poisson(rate, u, v)[0], np.isfinite(k) & (k >= 0))
    _, found, expected = shares(all_of_them, 10.0)
    assert np.abs(found / expected - 1)[5:15].max() > 0.1


def shares(propose, rate):
    """k, the accepted share of each k, and its probability; both are 1 in total."""
    u, v = np.meshgrid((np.arange(20_000) + 0.5) / 20_000, (np.arange(200) + 0.5) / 200, indexing="ij")
    k, accepted = propose(np.full(u.shape, rate), u, v)
    n = int(4 * rate)
    counts = np.bincount(k[accepted & (k < n)].astype(int), minlength=n)
    p = stats.poisson(rate).pmf(np.arange(n))
    return np.arange(n), counts / counts.sum(), p / p.sum()


# --- shapes -----------------------------------------------------------------------------------------------


def several():
    rng = np.random.default_rng(0)
    yield from ((case.make(*case.draw(rng, (3, 2))), (3, 2)) for case in CASES.values())
    yield D.Bernoulli(rng.standard_normal((3, 2))), (3, 2)
    yield D.Categorical(rng.standard_normal((3, 4))), (3,)
    yield D.MultivariateNormal(np.zeros((3, 2)), np.eye(2)), (3, 2)
    yield D.Mixture(np.zeros(4), D.Laplace(np.zeros((3, 4, 2)), 0.0)), (3, 2)
    yield D.Mixture(np.zeros((3, 4)), D.Categorical(np.zeros((3, 4, 5)))), (3,)


@pytest.mark.parametrize(("d", "of_one"), [*several()], ids=lambda v: type(v).__name__)
def test_several_samples_have_their_shape_in_front_and_differ(d, of_one):
    for shape, front in (
        ((), ()),
        (5, (5,)),
        ((5,), (5,)),
        ((2, 4), (2, 4)),
        ((0,), (0,)),
        (np.int64(2), (2,)),
    ):
        assert d.sample(Generator(0), shape=shape).shape == (*front, *of_one)
    x = d.sample(Generator(0), shape=(50,))
    assert len({row.tobytes() for row in x}) > 1
    assert np.all(np.isfinite(np.asarray(d.log_prob(x))))
    assert d.log_prob(x).shape == (50, *d.batch_shape)
    np.testing.assert_array_equal(d.sample(Generator(7)), d.sample(Generator(7)))


def test_samples_of_tensors_are_plain_arrays_of_their_precision():
    t = Tensor(np.zeros((3, 2), np.float32), requires_grad=True)
    for d in (
        D.Normal(t, t),
        D.Laplace(t, t),
        D.Gamma(t + 1, t),
        D.DiscretisedLogistic(t, t),
        D.Bernoulli(t),
    ):
        x = d.sample(shape=4)
        assert type(x) is np.ndarray and x.dtype == np.float32


def test_a_shape_in_the_place_of_the_generator_says_how_it_is_given():
    with pytest.raises(
        TypeError, match=r"rng is a tuple, not a Generator; several samples are sample\(shape=\(5,\)\)"
    ):
        D.Normal(np.zeros(2), np.zeros(2)).sample((5,))


def test_a_sample_depends_on_its_own_place_not_on_how_often_its_neighbours_are_rejected():
    a, b = np.full(100, 2.0), np.full(100, 2.0)
    b[1:] = 0.3
    np.testing.assert_array_equal(
        draws.standard_gamma(a, Generator(5))[0], draws.standard_gamma(b, Generator(5))[0]
    )


def test_extreme_parameters_neither_loop_forever_nor_leave_the_support():
    assert np.all(D.Gamma(np.full(100, 1e-4), np.zeros(100)).sample(Generator(0)) > 0)
    for log_rate in (np.nan, 50.0, np.inf):
        with pytest.raises(BadInput, match=r"rate must be in \[0, 2\^32\]"):
            D.Poisson(np.array([0.0, log_rate])).sample(Generator(0))
    assert D.Poisson(np.array([-np.inf, -800.0])).sample(Generator(0)).tolist() == [0, 0]


def test_gradients_flow_through_the_samples_of_a_full_normal(rng):
    mu, L = (
        Tensor(a, requires_grad=True)
        for a in (np.zeros((3, 2)), np.linalg.cholesky([[2.0, 0.5], [0.5, 1.0]]))
    )
    z = D.MultivariateNormal(mu, L).rsample(Generator(0), shape=5)
    z.sum().backward()
    np.testing.assert_allclose(mu.grad, 5)
    eps = Generator(0).standard_normal((5, 3, 2), np.float64)
    np.testing.assert_allclose(L.grad, np.tile(eps.sum((0, 1)), (2, 1)), rtol=1e-12)
