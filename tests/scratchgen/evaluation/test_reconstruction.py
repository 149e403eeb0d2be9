"""Errors of reconstructions, and of the best linear code."""

import numpy as np
import pytest

from scratchgen import evaluation
from scratchgen.errors import BadInput
from scratchgen.evaluation.reconstruction import principal_components_errors, squared_errors

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 7)) @ RNG.normal(size=(7, 7)) + RNG.normal(size=7)


def by_svd(train, test, k):
    """The error of the best linear code by a singular value decomposition, whose trailing part is the error."""
    mean = train.mean(axis=0)
    _, _, V = np.linalg.svd(train - mean, full_matrices=True)
    return (((test - mean) @ V[k:].T) ** 2).sum(axis=1) / train.shape[1]


@pytest.mark.parametrize("k", [1, 3, 7, 9])
@pytest.mark.parametrize("n", [60, 5])
def test_the_error_is_what_the_other_singular_vectors_hold(k, n):
    """With fewer rows than columns, too; with as many components as columns nothing is left."""
    found = principal_components_errors(X[:n], X[40:], k)
    rank = min(n - 1, 7)
    np.testing.assert_allclose(found, by_svd(X[:n], X[40:], min(k, rank)), atol=1e-10)


def test_no_other_directions_have_a_smaller_error_on_the_training_rows():
    best = principal_components_errors(X, X, 2).mean()
    C = X - X.mean(axis=0)
    for seed in range(20):
        V, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(7, 2)))
        assert np.mean((C - C @ V @ V.T) ** 2) > best


def test_the_claim_above_rejects_the_last_components():
    C = X - X.mean(axis=0)
    _, vectors = np.linalg.eigh(C.T @ C)
    V = vectors[:, :2]
    assert np.mean((C - C @ V @ V.T) ** 2) > 1.5 * principal_components_errors(X, X, 2).mean()


def test_squared_errors_are_means_over_the_numbers_of_a_row():
    assert squared_errors([[0, 0], [1, 3]], np.array([[0, 0], [0, 1]])).tolist() == [0, 2.5]
    assert evaluation.squared_errors is squared_errors


@pytest.mark.parametrize(("train", "test", "k"), [(X, X, 0), (X[:0], X, 1), (X, X[:0], 1), (X, X, 1.5)])
def test_what_cannot_be_projected_is_refused(train, test, k):
    with pytest.raises(BadInput):
        principal_components_errors(train, test, k)
