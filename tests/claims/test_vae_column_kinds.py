"""The kinds of a table's columns: each density is one of the table's own numbers, and samples come back as these."""

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from scratchgen.autograd import check_grads
from scratchgen.autograd.primitives import to_numpy
from scratchgen.data.table import as_table, table_from
from scratchgen.data.types import Column
from scratchgen.random import Generator
from scratchgen.tasks.tables import independent_log_prob, likelihood_of, prepare_table
from scratchgen.vae import VAE, BetaLoss, evaluate, train
from scratchgen.vae.column_fits import fit_student_t, fit_total_count, maximum
from scratchgen.vae.columns import ColumnDistribution, ColumnLikelihood
from scratchgen.vae.sigma import optimal_variance

KINDS = ["real", "student-t", "positive", "count", "categorical"]
SHIFT, SCALE = [30.0, -2.0, 3.0, 1.2, 0.0], [4.0, 0.5, 0.7, 0.9, 1.0]
COLUMNS = [
    *(Column(kind, m, s, kind=kind) for kind, m, s in zip(KINDS[:3], SHIFT, SCALE, strict=False)),
    Column("count", SHIFT[3], SCALE[3], whole=True, kind="count"),
    Column("categorical", categories=("a", "b", "c"), kind="categorical"),
]
OUTPUT = np.array([0.4, -0.3, 0.2, 0.5, 0.1, 0.7, -0.4])
LOGVAR, NU, R = np.array([-0.7, 0.4, -1.1]), 3.0, 2.5
LOG_MEAN = SHIFT[3] + SCALE[3] * OUTPUT[3]
NAN = np.nan


def the_likelihood():
    likelihood = ColumnLikelihood([1, 1, 1, 1, 3], KINDS, SHIFT, SCALE)
    likelihood.logvar.data = LOGVAR.copy()
    likelihood.nu.data[...], likelihood.total_count.data[...] = NU, R
    return likelihood


def log_density(place, own, density=None):
    """The log density or probability of one column at numbers in the table's own units; other cells are missing."""
    own = np.atleast_1d(np.asarray(own, np.float64))
    x = np.full((len(own), 7), NAN)
    units = np.log(own) if place == 2 else own
    x[:, place] = own if place == 3 else (units - SHIFT[place]) / SCALE[place]
    p = the_likelihood()(np.tile(OUTPUT, (len(own), 1)))
    return p.log_prob(x).numpy() if density is None else density(p, x)


SIGMA = np.exp(0.5 * LOGVAR)
BY_SCIPY = {  # in the table's own units
    0: stats.norm(SHIFT[0] + SCALE[0] * OUTPUT[0], SCALE[0] * SIGMA[0]),
    1: stats.t(NU, SHIFT[1] + SCALE[1] * OUTPUT[1], SCALE[1] * SIGMA[1]),
    2: stats.lognorm(SCALE[2] * SIGMA[2], scale=np.exp(SHIFT[2] + SCALE[2] * OUTPUT[2])),
    3: stats.nbinom(R, R / (R + np.exp(LOG_MEAN))),
}


# --- densities ------------------------------------------------------------------------------------------------


@pytest.mark.fast
@pytest.mark.equation("vae.columns")
@pytest.mark.parametrize("place", BY_SCIPY)
def test_the_density_of_a_column_is_that_of_scipy_in_the_tables_own_units(place, measured):
    quantiles = BY_SCIPY[place].ppf([0.001, 0.1, 0.5, 0.8, 0.999])
    expected = getattr(BY_SCIPY[place], "logpmf" if place == 3 else "logpdf")(quantiles)
    # nu, r and a table's scale are float32 in the model: 6e-8 of each
    measured(np.abs(log_density(place, quantiles) - expected), 1e-5)


@pytest.mark.fast
@pytest.mark.equation("vae.columns")
@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_density_of_a_number_integrates_to_one_over_the_tables_own_units(place, measured):
    low, high = (1e-12, np.inf) if place == 2 else (-np.inf, np.inf)
    total, error = integrate.quad(lambda v: np.exp(log_density(place, v))[0], low, high, epsabs=1e-8)
    measured(abs(total - 1), 1e-6)
    assert error < 1e-6


@pytest.mark.fast
@pytest.mark.equation("vae.columns")
def test_the_probabilities_of_all_counts_add_up_to_one(measured):
    measured(abs(np.exp(log_density(3, np.arange(2000))).sum() - 1), 1e-6)


@pytest.mark.fast
@pytest.mark.equation("vae.columns")
@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (0, lambda p, x: p.log_prob(x).numpy() + np.log(SCALE[0])),  # in units of the deviation
        (2, lambda p, x: p.log_prob(x).numpy() + SHIFT[2] + SCALE[2] * x[:, 2]),  # dlog x/dx is forgotten
        (1, lambda p, x: ColumnDistribution(p.output, 2 * p.logvar, p.likelihood).log_prob(x).numpy()),
        (3, lambda p, x: stats.poisson(np.exp(LOG_MEAN)).logpmf(x[:, 3])),  # no dispersion
    ],
    ids=["units of the deviation", "no change of variables", "scale squared", "Poisson"],
)
def test_the_claims_above_reject(place, wrong):
    quantiles = BY_SCIPY[place].ppf([0.001, 0.1, 0.5, 0.8, 0.999])
    expected = getattr(BY_SCIPY[place], "logpmf" if place == 3 else "logpdf")(quantiles)
    assert np.abs(log_density(place, quantiles, wrong) - expected).max() > 0.1


@pytest.mark.parametrize("n", [0, 1, 4])
def test_the_gradient_is_that_of_the_formula_to_second_order(n, rng):
    x = np.array(
        [[0.1, 9, -1, 3, 0, 1, 0], [NAN, -1, NAN, 0, 0, 0, 1], [1, NAN, 0, NAN, NAN, NAN, NAN], [NAN] * 7]
    )[:n]
    likelihood = the_likelihood()
    of = lambda m, logvar: ColumnDistribution(m, logvar, likelihood).log_prob(x)
    check_grads(of, rng.standard_normal((n, 7)), LOGVAR)
    check_grads(of, rng.standard_normal((2, n, 7)), LOGVAR)  # several samples of the latent


def test_a_row_without_cells_has_zero_and_float32_stays():
    likelihood = the_likelihood()
    likelihood.logvar.data = LOGVAR.astype(np.float32)
    x = np.full((2, 7), NAN, np.float32)
    x[1, 3] = 4
    found = likelihood(np.tile(OUTPUT, (2, 1)).astype(np.float32)).log_prob(x)
    assert found.dtype == np.float32 and found.numpy()[0] == 0 != found.numpy()[1]


def test_the_likelihood_of_a_table_in_thousandths_is_less_by_the_logarithm_of_a_thousand():
    """Densities of metres and millimetres; probabilities of counts have no unit."""
    rng = np.random.default_rng(4)
    x = np.exp(rng.normal(size=(400, 3)))
    x[:, :2] += 10
    kinds = {"a": "real", "b": "student-t", "c": "positive"}

    def independent(x):
        table = table_from(x, list("abc"), kinds=kinds)
        likelihood = likelihood_of(table)
        return likelihood(
            np.broadcast_to(likelihood.fit_independent(table.train), table.test.shape)
        ).log_prob(table.test)

    difference = independent(x).numpy() - independent(1000 * x).numpy()
    np.testing.assert_allclose(difference, 3 * np.log(1000), atol=1e-3)


# --- samples --------------------------------------------------------------------------------------------------


def samples(n, columns=COLUMNS):
    return as_table(columns, the_likelihood()(np.tile(OUTPUT, (n, 1))).sample(Generator(5)))


def p_value(place, found):
    if place == 3:  # counts above the 99 % quantile together
        last = int(BY_SCIPY[3].ppf(0.99))
        probabilities = BY_SCIPY[3].pmf(np.arange(last))
        expected = np.append(probabilities, 1 - probabilities.sum()) * len(found)
        observed = np.bincount(np.minimum(found, last).astype(int), minlength=last + 1)
        return stats.chisquare(observed, expected).pvalue
    return stats.kstest(found, BY_SCIPY[place].cdf).pvalue


def test_samples_are_those_of_scipys_distributions_in_the_tables_own_units():
    table = samples(20_000)
    for place in BY_SCIPY:
        assert p_value(place, table[KINDS[place]]) > 1e-3, KINDS[place]
    assert np.all(table["positive"] > 0) and np.all(table["count"] == np.rint(table["count"]))
    assert table["count"].min() == 0


@pytest.mark.parametrize(
    ("place", "column"),
    [
        (2, Column("positive", SHIFT[2], SCALE[2])),  # the exponential is forgotten
        (2, Column("positive", kind="positive")),  # the units are
        (3, Column("count", SHIFT[3], SCALE[3])),  # a count is scaled as if it were real
        (1, Column("student-t")),
    ],
    ids=["no exponential", "no units", "count scaled", "no scale"],
)
def test_the_claim_above_rejects_a_sampler_that_forgets_the_inverse(place, column):
    wrong = [column if i == place else c for i, c in enumerate(COLUMNS)]
    found = samples(2000, wrong)[column.name]
    is_whole = place != 3 or np.all(found == np.rint(found))
    assert not is_whole or p_value(place, found) < 1e-9


# --- fits -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nu", [1.5, 4.0])
def test_the_student_t_that_is_fitted_has_the_likelihood_of_scipys_fit(nu, measured):
    x = stats.t(nu, 3, 2).rvs(500, random_state=0)
    mu, s2, found = fit_student_t(x, prior=False)
    best = stats.t.logpdf(x, *stats.t.fit(x)).sum()
    measured(abs(stats.t.logpdf(x, found, mu, np.sqrt(s2)).sum() - best), 1e-2)
    assert stats.norm.logpdf(x, x.mean(), x.std()).sum() < best - 5


def test_the_prior_of_the_tails_matters_for_a_few_numbers_and_not_for_thousands():
    normal = np.random.default_rng(0).normal(size=100)
    assert fit_student_t(normal, prior=False)[2] > 50 > 30 > fit_student_t(normal)[2]
    many = stats.t(4).rvs(5000, random_state=0)
    assert fit_student_t(many)[2] == pytest.approx(fit_student_t(many, prior=False)[2], rel=0.02)


@pytest.mark.parametrize("r", [0.7, 20.0])
def test_the_dispersion_that_is_fitted_is_the_most_likely_one(r, measured):
    mean = np.exp(np.linspace(0, 3, 800))
    k = stats.nbinom(r, r / (r + mean)).rvs(random_state=1)
    minus = lambda log_r: -stats.nbinom.logpmf(k, np.exp(log_r), 1 / (1 + mean / np.exp(log_r))).sum()
    best = optimize.minimize_scalar(minus, bounds=(-4, 12), method="bounded")
    measured(abs(minus(np.log(fit_total_count(k, mean))) - best.fun), 1e-3)
    assert minus(12) > best.fun + 1  # a Poisson distribution is less likely


def test_the_search_finds_a_maximum_inside_and_at_either_end(measured):
    for top in (-3.0, 0.3, 3.0):
        measured(abs(maximum(lambda t, top=top: -((t - top) ** 2), -3, 3) - top), 1e-4)


def test_repeated_steps_of_sigma_end_at_the_most_likely_scale_of_a_student_t_column(measured):
    x = stats.t(3, 0, 0.6).rvs((2000, 1), random_state=2)
    likelihood = ColumnLikelihood([1], ["student-t"])
    likelihood.logvar.data, likelihood.nu.data[...] = np.zeros(1), 3
    for _ in range(60):
        likelihood.zero_grad()
        (-likelihood(np.zeros((2000, 1))).log_prob(x).mean()).backward()
        g, variance = likelihood.logvar.grad, np.exp(likelihood.logvar.data)
        likelihood.logvar.data = np.log(optimal_variance(variance, g, likelihood.dimensions(1)))
    minus = lambda log_s: -stats.t.logpdf(x, 3, 0, np.exp(log_s)).sum()
    best = optimize.minimize_scalar(minus, bounds=(-3, 3), method="bounded", options={"xatol": 1e-8}).x
    measured(abs(0.5 * likelihood.logvar.data[0] - best), 1e-5)
    assert abs(0.5 * np.log(np.mean(x**2)) - best) > 0.2  # the mean square is another number
    squares, count = likelihood.squares(x, np.zeros_like(x))
    measured(abs(0.5 * np.log(squares / count) - best), 1e-5)


# --- their uses -------------------------------------------------------------------------------------------------------


def held_out(x, kind):
    """The held-out log-likelihood per row of independent columns, fitted on the training part."""
    table = table_from(x[:, None], ["x"], kinds={"x": kind})
    likelihood = likelihood_of(table)
    output = np.broadcast_to(likelihood.fit_independent(table.train), table.test.shape)
    return float(to_numpy(likelihood(output).log_prob(table.test)).mean())


def test_of_a_column_with_heavy_tails_student_t_has_the_higher_held_out_likelihood():
    heavy = stats.t(2.2, 50, 3).rvs(4000, random_state=3)
    assert held_out(heavy, "student-t") > held_out(heavy, "real") + 0.1
    gaussian = np.random.default_rng(3).normal(50, 3, 4000)
    assert abs(held_out(gaussian, "student-t") - held_out(gaussian, "real")) < 0.01  # nothing is lost


@pytest.mark.parametrize(
    ("x", "kind"),
    [
        (np.exp(np.random.default_rng(5).normal(2, 1, 2000)), "positive"),
        (np.random.default_rng(6).negative_binomial(2, 0.3, 2000).astype(float), "count"),
    ],
    ids=["positive", "count"],
)
def test_a_column_of_its_kind_is_more_likely_than_as_a_real_number(x, kind):
    assert held_out(x, kind) > held_out(x, "real") + 0.1


NOISE = (0.3, 0.4)  # of log income, and of the Student-t column in units of 3


def known_table(n, seed):
    """A latent t that three columns depend on: a count, a positive and a heavy-tailed number."""
    rng = np.random.default_rng(seed)
    t = rng.normal(size=n)
    visits = rng.poisson(np.exp(1 + 0.8 * t))
    income = np.exp(7 + 0.9 * t + NOISE[0] * rng.normal(size=n))
    change = 20 + 3 * (t + NOISE[1] * rng.standard_t(3, n))
    return np.stack([visits, income, change], axis=1)


def log_p(x):
    """log p(x) of that table, by quadrature over t."""
    t, dt = np.linspace(-6, 6, 2001, retstep=True)
    visits, income, change = (x[:, [k]] for k in range(3))
    terms = stats.norm.logpdf(t) + stats.poisson.logpmf(visits, np.exp(1 + 0.8 * t))
    terms = terms + stats.lognorm.logpdf(income, NOISE[0], scale=np.exp(7 + 0.9 * t))
    terms = terms + stats.t.logpdf(change, 3, 20 + 3 * t, 3 * NOISE[1])
    return np.log(np.exp(terms).sum(axis=1) * dt)


def bound_and_baseline(x):
    """The held-out bound of a VAE, that of independent columns, and the rows that both are of."""
    kinds = {"visits": "count", "income": "positive", "change": "student-t"}
    from scratchgen.optim import Adam
    from scratchgen.runs import History

    table = table_from(x, list(kinds), kinds=kinds)
    model = VAE(3, 2, [64, 64], Generator(0), likelihood=likelihood_of(table))
    prepare_table(model, table)
    optimizer, loss = Adam(model.parameters(), 2e-3), BetaLoss(kl_warmup_steps=300)
    how = {"epochs": 40, "batch_size": 64, "rng": Generator(1), "loss": loss, "optimizer": optimizer}
    train(model, table.train, table.validation, History(), **how)
    rows = x[table.places[2]]
    bound = evaluate(model, table.test, Generator(2), samples=20)
    return bound, independent_log_prob(model, table.train, table.test), rows


@pytest.mark.slow
def test_a_vae_of_a_known_table_ends_between_its_independent_columns_and_the_true_likelihood():
    bound, baseline, rows = bound_and_baseline(known_table(3000, 7))
    truth = log_p(rows)
    error = truth.std() / np.sqrt(len(truth))
    assert baseline + 0.7 < bound, (baseline, bound)  # 1.08 nats are there to learn
    assert bound < truth.mean() + 0.5 * error, (bound, truth.mean(), error)
    assert truth.mean() - bound < 0.15


@pytest.mark.slow
def test_the_claim_above_rejects_columns_that_do_not_depend_on_each_other():
    rng = np.random.default_rng(8)
    x = np.stack([rng.permutation(column) for column in known_table(3000, 7).T], axis=1)
    bound, baseline, _ = bound_and_baseline(x)
    assert bound < baseline + 0.1
