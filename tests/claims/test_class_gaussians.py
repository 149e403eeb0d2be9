"""A Gaussian per class of principal components: its moments are those of each class, within the leading axes."""

import math

import numpy as np
import pytest

from scratchgen.errors import BadInput
from scratchgen.evaluation import ClassGaussians
from scratchgen.random import Generator

D = 6


def random_classes(rng):
    """Rows of three classes, each with a mean and a covariance of its own."""
    labels = np.arange(90) % 3
    mixing = rng.standard_normal((3, D, D))
    means = 3 * rng.standard_normal((3, D))
    return np.einsum("nij,nj->ni", mixing[labels], rng.standard_normal((90, D))) + means[labels], labels


def check_moments(fit, rng):
    """Within k axes the moments are P m_c and P C_c P, with P the projector onto the leading eigenvectors."""
    x, labels = random_classes(rng)
    for k in (1, 3, D):
        model = fit(x, labels, k)
        vectors = np.linalg.eigh(np.cov(x.T))[1][:, ::-1][:, :k]
        P = vectors @ vectors.T
        assert np.allclose(model.U.T @ model.U, np.eye(k), atol=1e-9)
        for c in range(3):
            rows = x[labels == c]
            mean = x.mean(axis=0) + P @ (rows.mean(axis=0) - x.mean(axis=0))
            assert np.allclose(model.mean + model.U @ model.mu[c], mean, atol=1e-9)
            C = P @ np.cov(rows.T, bias=True) @ P
            assert np.allclose(model.U @ model.sigma[c] @ model.U.T, C, atol=1e-9)


@pytest.mark.equation("evaluation.class_gaussians")
def test_the_moments_of_a_class_are_those_of_its_rows_within_the_leading_axes(rng):
    check_moments(ClassGaussians.fit, rng)


@pytest.mark.equation("evaluation.class_gaussians")
@pytest.mark.parametrize("planted", ["one Gaussian for all", "the last axes"])
def test_the_claim_above_rejects(planted, rng):
    def wrong(x, labels, k):
        if planted == "one Gaussian for all":
            one = ClassGaussians.fit(x, np.zeros(len(x), np.int64), k)
            return ClassGaussians(one.mean, one.U, np.repeat(one.mu, 3, 0), np.repeat(one.sigma, 3, 0))
        all_axes = ClassGaussians.fit(x, labels, D)
        some = slice(D - k, D)
        return ClassGaussians(
            all_axes.mean, all_axes.U[:, some], all_axes.mu[:, some], all_axes.sigma[:, some, some]
        )

    with pytest.raises(AssertionError):
        check_moments(wrong, rng)


@pytest.mark.equation("evaluation.class_gaussians")
def test_samples_have_the_moments_of_their_class(rng, measured):
    x, labels = random_classes(rng)
    model, n = ClassGaussians.fit(x, labels, D), 20_000
    for c in range(3):
        rows = model.sample(np.full(n, c), Generator(c))
        C = np.cov(x[labels == c].T, bias=True)
        scale = np.sqrt(np.diag(C).max())
        measured(np.abs(rows.mean(axis=0) - x[labels == c].mean(axis=0)).max(), 5 * scale / math.sqrt(n))
        measured(np.abs(np.cov(rows.T) - C).max(), 5 * math.sqrt(2) * scale**2 / math.sqrt(n))


def test_axes_without_variance_are_left_out():
    x = np.array([[0.0, 1], [2, 1], [4, 1], [6, 1]])
    assert ClassGaussians.fit(x, np.array([0, 0, 1, 1]), 2).U.shape == (2, 1)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x: ClassGaussians.fit(x, np.array([0, 0, 2, 2]), 1), "class 1 has no rows"),
        (lambda x: ClassGaussians.fit(0 * x, np.array([0, 0, 1, 1]), 1), "all rows are equal"),
        (lambda x: ClassGaussians.fit(x, np.array([0, 0, 1, 1]), 1).sample(np.array([2])), "0 … 1, not 2"),
    ],
)
def test_classes_without_rows_and_rows_without_variance_are_refused(call, message):
    with pytest.raises(BadInput, match=message):
        call(np.array([[0.0, 1], [2, 1], [4, 3], [6, 1]]))
