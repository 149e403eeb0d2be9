"""Imputation: the fixed point of filling in and encoding again is the mean of a Gaussian given its other cells."""

import numpy as np
import pytest

from scratchgen import vae
from scratchgen.random import Generator

D, Z, SIGMA = 5, 2, 0.6


def with_true_posterior(seed=0):
    """A linear VAE in float64 whose q(z|x) is p(z|x), and the mean and covariance of its p(x)."""
    rng = np.random.default_rng(seed)
    W, b = rng.standard_normal((Z, D)), rng.standard_normal(D)
    model = vae.LinearVAE(D, Z, Generator(0))
    model.V.W.data = W.T @ np.linalg.inv(W @ W.T + SIGMA**2 * np.eye(Z))
    model.V.b.data = np.zeros(Z)
    model.decoder.W.data, model.decoder.b.data = W, b
    return model, b, W.T @ W + SIGMA**2 * np.eye(D)


def rows(b, C):
    x = np.random.default_rng(1).multivariate_normal(b, C, 60)
    missing = np.random.default_rng(2).random(x.shape) < 0.4
    missing[:2] = [[True] * D, [False] * D]
    return np.where(missing, np.nan, x)


def conditional_means(x, b, C):
    """E[x_m | x_o] = b_m + C_mo C_oo⁻¹ (x_o − b_o), row by row."""
    found = x.copy()
    for row in found:
        m = np.isnan(row)
        row[m] = b[m] + C[np.ix_(m, ~m)] @ np.linalg.solve(C[np.ix_(~m, ~m)], row[~m] - b[~m])
    return found


@pytest.mark.fast
@pytest.mark.equation("vae.imputation")
def test_the_fixed_point_is_the_mean_given_the_other_cells(measured):
    model, b, C = with_true_posterior()
    x = rows(b, C)
    measured(np.abs(vae.impute(model, x, rounds=2000) - conditional_means(x, b, C)), 1e-10)


@pytest.mark.fast
@pytest.mark.equation("vae.imputation")
@pytest.mark.parametrize(
    "wrong",
    [
        lambda model, x, b: vae.impute(model, x, rounds=1),  # what the encoder makes of 0
        lambda model, x, b: np.where(np.isnan(x), b, x),  # the mean of the column
        lambda model, x, b: model.reconstruct(vae.impute(model, x, rounds=2000)),  # known cells change too
    ],
    ids=["one round", "mean of the column", "known cells change"],
)
def test_the_claim_above_rejects(wrong):
    model, b, C = with_true_posterior()
    x = rows(b, C)
    assert np.abs(wrong(model, x, b) - conditional_means(x, b, C)).max() > 0.1


def test_known_cells_and_whole_rows_keep_their_bits():
    model, b, C = with_true_posterior()
    x = rows(b, C)
    filled = vae.impute(model, x)
    known = ~np.isnan(x)
    assert np.isfinite(filled).all() and np.array_equal(filled[known], x[known])


@pytest.mark.parametrize("n", [0, 1])
def test_no_row_and_no_missing_cell_are_fine(n):
    model, b, _ = with_true_posterior()
    x = np.tile(b, (n, 1))
    np.testing.assert_array_equal(vae.impute(model, x), x)
