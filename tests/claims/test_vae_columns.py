"""The likelihood of a table's row: a density and probabilities at once, and nothing for a missing cell."""

import itertools

import numpy as np
import pytest
from scipy import stats

from scratchgen import BadInput
from scratchgen.autograd import check_grads
from scratchgen.autograd.primitives import to_numpy
from scratchgen.random import Generator
from scratchgen.vae.columns import ColumnDistribution, ColumnLikelihood

NAN = np.nan
LOGVAR = np.array([-0.7, 0.4])
OUTPUT = np.array([0.3, 0.2, -1.1, 0.6, -0.5])  # a number, a category of three, a number


def distribution(n, likelihood=None):
    likelihood = likelihood or ColumnLikelihood([1, 3, 1])
    likelihood.logvar.data = LOGVAR.copy()
    return likelihood(np.tile(OUTPUT, (n, 1)))


def rows(axis):
    """Every row of two numbers on a grid and one of three categories."""
    return np.array([(a, *np.eye(3)[k], b) for a, k, b in itertools.product(axis, range(3), axis)])


def by_scipy(x):
    """The sum of the logarithms, column by column, of the cells that are there."""
    p = np.exp(OUTPUT[1:4]) / np.exp(OUTPUT[1:4]).sum()
    found = np.zeros(len(x))
    for place, logvar in zip((0, 4), LOGVAR, strict=True):
        found += np.nan_to_num(stats.norm(OUTPUT[place], np.exp(logvar / 2)).logpdf(x[:, place]), nan=0)
    return found + np.where(np.isnan(x[:, 1]), 0, np.nansum(x[:, 1:4] * np.log(p), axis=1))


INCOMPLETE = np.array(
    [[0.1, 0, 1, 0, 2], [NAN, 0, 0, 1, 1], [1, NAN, NAN, NAN, 0], [NAN, NAN, NAN, NAN, 3], [NAN] * 5],
    np.float64,
)


@pytest.mark.fast
@pytest.mark.equation("vae.columns")
def test_the_density_over_all_rows_adds_up_to_one(measured):
    axis = np.linspace(-10, 10, 201)
    x = rows(axis)
    total = np.exp(distribution(len(x)).log_prob(x).numpy()).sum() * (axis[1] - axis[0]) ** 2
    measured(abs(total - 1), 1e-12)  # the grid reaches eight standard deviations


@pytest.mark.fast
@pytest.mark.equation("vae.columns")
def test_a_row_has_the_sum_of_the_logarithms_of_the_cells_that_are_there(measured):
    measured(np.abs(distribution(5).log_prob(INCOMPLETE).numpy() - by_scipy(INCOMPLETE)), 1e-12)
    assert by_scipy(INCOMPLETE)[-1] == 0 == distribution(5).log_prob(INCOMPLETE).numpy()[-1]


@pytest.mark.fast
@pytest.mark.equation("vae.columns")
@pytest.mark.parametrize(
    "wrong",
    [
        lambda p, x: p.log_prob(np.where(np.isnan(x), 0, x)),  # a missing number is taken for 0
        lambda p, x: np.sum(p.log_prob_of_columns(x)[..., :2], axis=-1),  # the category is forgotten
        lambda p, x: ColumnDistribution(p.output, 2 * p.logvar, p.likelihood).log_prob(
            x
        ),  # sigma⁴ for sigma²
        lambda p, x: ColumnDistribution(p.output, p.logvar[::-1], p.likelihood).log_prob(x),  # columns mixed
    ],
    ids=["missing as zero", "no category", "sigma twice", "columns mixed"],
)
def test_the_claim_above_rejects(wrong):
    assert np.abs(to_numpy(wrong(distribution(5), INCOMPLETE)) - by_scipy(INCOMPLETE)).max() > 0.1


@pytest.mark.parametrize("n", [0, 1, 4])
def test_the_gradient_is_that_of_the_formula_to_second_order(n, rng):
    x = INCOMPLETE[:n]
    likelihood = ColumnLikelihood([1, 3, 1])
    of = lambda m, logvar: ColumnDistribution(m, logvar, likelihood).log_prob(x)
    check_grads(of, rng.standard_normal((n, 5)), LOGVAR)
    check_grads(of, rng.standard_normal((2, n, 5)), LOGVAR)  # several samples of the latent


def test_samples_have_the_mean_and_the_variance_that_the_distribution_names():
    n = 40_000
    p = distribution(n)
    x = p.sample(Generator(1))
    assert np.all(np.abs(x.mean(axis=0) - p.mean[0]) < 5 * x.std(axis=0) / np.sqrt(n))
    np.testing.assert_allclose(x[:, [0, 4]].var(axis=0), np.exp(LOGVAR), rtol=5 * np.sqrt(2 / n))
    assert set(x[:, 1:4].sum(axis=1)) == {1.0} and set(np.unique(x[:, 1:4])) == {0.0, 1.0}


def test_the_output_for_a_mean_has_that_mean():
    mean = np.array([2.0, 0.2, 0.3, 0.5, -1.0])
    np.testing.assert_allclose(
        ColumnLikelihood([1, 3, 1])(ColumnLikelihood([1, 3, 1]).output_for_mean(mean)).mean, mean
    )


@pytest.mark.parametrize(
    "x",
    [
        [[np.inf, 1, 0, 0, 0]],
        [[0.0, 1, 0, 0]],
        [[0, 1, 1, 0, 0]],
        [[0, 0.5, 0.5, 0, 0]],
        [[0, NAN, 1, 0, 0]],
        [[0, 0, 0, 0, 0]],
    ],
    ids=["infinity", "width", "two categories", "shares", "part of a category", "no category"],
)
def test_rows_that_are_none_of_the_table_are_refused(x):
    with pytest.raises(BadInput):
        ColumnLikelihood([1, 3, 1]).check(np.array(x, np.float64))


def test_the_sigma_of_each_column_is_that_of_its_residuals_where_cells_are_missing(rng):
    from scratchgen.vae.sigma import optimal_variance

    likelihood = ColumnLikelihood([1, 1])
    x = rng.standard_normal((400, 2)) * [0.5, 3]
    x[rng.random((400, 2)) < 0.3] = NAN
    likelihood.fit(x)
    p = likelihood(np.zeros((400, 2)))
    loss = -p.log_prob(x).mean()
    loss.backward()
    found = optimal_variance(np.exp(likelihood.logvar.data), likelihood.logvar.grad, likelihood.dimensions(2))
    np.testing.assert_allclose(found, np.nanmean(x**2, axis=0), rtol=1e-5)  # sigma is float32
    squares, count = likelihood.squares(x, np.zeros_like(x))
    np.testing.assert_allclose(squares / count, np.nanmean(x**2, axis=0))
    assert abs(found / np.mean(np.nan_to_num(x) ** 2, axis=0) - 1).min() > 0.1  # missing cells taken for 0
