"""Gaussian models of images, PSNR, measures of strokes, and restoration by a VAE, against independent oracles."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from scratchgen import vae
from scratchgen.autograd import no_grad
from scratchgen.distributions import Normal
from scratchgen.errors import BadInput
from scratchgen.evaluation import (
    GaussianMixture,
    ProbabilisticPCA,
    best_mixture,
    best_ppca,
    principal_axes,
    psnr,
    slant,
    stroke_width,
)
from scratchgen.evaluation.probabilistic_pca import most_likely_axes
from scratchgen.random import Generator
from scratchgen.vae.posterior_search import candidate_weights, search_posterior

D = 6
SIZE = (20, 24)


def correlated_rows(rng, n=400):
    return rng.normal(size=(n, D)) @ rng.normal(size=(D, D)) + 3


# --- probabilistic PCA ---


def check_axes(axes_of, rng):
    """The covariance W Wᵀ + sigma² I keeps the k largest eigenvalues and the trace of the covariance of the data."""
    x = correlated_rows(rng)
    S = np.cov(x, rowvar=False, bias=True)
    _, eigenvalues, V = principal_axes(x)
    for k in (1, 2, 4):
        W, sigma = axes_of(eigenvalues, V, k)
        C = W @ W.T + sigma**2 * np.eye(D)
        assert np.trace(C) == pytest.approx(np.trace(S), rel=1e-10)
        top = np.linalg.eigvalsh(S)[::-1][:k]
        assert np.linalg.eigvalsh(C)[::-1][:k] == pytest.approx(top, rel=1e-10)


@pytest.mark.equation("evaluation.ppca_axes")
def test_the_most_likely_covariance_keeps_the_largest_eigenvalues_and_the_trace(rng):
    check_axes(most_likely_axes, rng)


@pytest.mark.equation("evaluation.ppca_axes")
def test_the_claim_on_axes_rejects_axes_of_the_whole_eigenvalues(rng):
    def whole(eigenvalues, V, k):
        return V[:, :k] * np.sqrt(eigenvalues[:k]), float(np.sqrt(eigenvalues[k:].mean()))

    with pytest.raises(AssertionError):
        check_axes(whole, rng)


def test_axes_of_fewer_rows_than_dimensions_are_those_of_their_covariance(rng):
    x = rng.normal(size=(4, D)) + 2
    mean, eigenvalues, V = principal_axes(x)
    S = np.cov(x, rowvar=False, bias=True)
    assert mean == pytest.approx(x.mean(axis=0)) and eigenvalues.shape == (D,) and V.shape == (D, 4)
    assert (V * eigenvalues[:4]) @ V.T == pytest.approx(S, abs=1e-12)


def test_the_density_of_probabilistic_pca_is_that_of_scipy_and_of_the_closed_maximum(rng):
    x = correlated_rows(rng)
    model = ProbabilisticPCA(*principal_axes(x), 2)
    C = model.W @ model.W.T + model.sigma**2 * np.eye(D)
    assert model.log_prob(x) == pytest.approx(multivariate_normal(model.mean, C).logpdf(x), rel=1e-10)
    assert model.log_prob(x).mean() == pytest.approx(vae.ppca_log_likelihood(x, 2), rel=1e-10)


def test_samples_of_probabilistic_pca_have_its_covariance(rng):
    model = ProbabilisticPCA(*principal_axes(correlated_rows(rng)), 2)
    x = model.sample(20_000, Generator(0), draw=True)
    C = model.W @ model.W.T + model.sigma**2 * np.eye(D)
    error = np.sqrt((np.outer(np.diag(C), np.diag(C)) + C**2) / len(x))  # of a sample covariance
    assert np.all(np.abs(np.cov(x, rowvar=False) - C) < 5 * error)


def check_completion(complete, rng):
    model = ProbabilisticPCA(*principal_axes(correlated_rows(rng)), 2)
    C = model.W @ model.W.T + model.sigma**2 * np.eye(D)
    y = rng.normal(size=(5, D)) + 3
    for o in (np.array([1, 1, 0, 1, 0, 0], bool), np.ones(D, bool)):
        for noise in (0.0, 0.5):
            K = C[np.ix_(o, o)] + noise**2 * np.eye(o.sum())
            wanted = model.mean + (C[:, o] @ np.linalg.solve(K, (y[:, o] - model.mean[o]).T)).T
            assert complete(model, y, o, noise) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.equation("evaluation.gaussian_completion")
def test_the_conditional_mean_is_that_of_the_full_covariance(rng):
    check_completion(lambda model, *given: model.conditional_mean(*given), rng)


@pytest.mark.equation("evaluation.gaussian_completion")
def test_the_claim_on_completion_rejects_a_projection(rng):
    def projected(model, y, o, noise):
        return model.mean + (np.where(o, y - model.mean, 0) @ model.V) @ model.V.T

    with pytest.raises(AssertionError):
        check_completion(projected, rng)


def test_the_number_of_components_is_chosen_on_the_validation_rows(rng):
    z = rng.normal(size=(900, 2)) * 3
    x = z @ rng.normal(size=(2, D)) + 0.3 * rng.normal(size=(900, D))
    assert best_ppca(x[:600], x[600:], [1, 2, 3, 4, 5]).k == 2
    with pytest.raises(BadInput, match="do not vary in more than one dimension"):
        best_ppca(np.outer(np.arange(9.0), np.ones(3)), np.ones((2, 3)), [1, 2])


# --- mixture of Gaussians ---


def check_em(step, rng):
    """One step equals that of scikit-learn, and no step lowers the likelihood."""
    mixture_module = pytest.importorskip("sklearn.mixture")
    x = np.concatenate([correlated_rows(rng, 100), correlated_rows(rng, 150) - 5])
    mixture = GaussianMixture.fit(x, 3, Generator(0), steps=1)
    theirs = mixture_module.GaussianMixture(
        3, covariance_type="diag", weights_init=mixture.weights, means_init=mixture.mu,
        precisions_init=1 / mixture.variance, max_iter=1, reg_covar=0.0,
    )  # fmt: skip
    with pytest.warns(match="converge"):
        theirs.fit(x)
    ours = step(mixture, x)
    assert ours.weights == pytest.approx(theirs.weights_, rel=1e-8)
    assert ours.mu == pytest.approx(theirs.means_, rel=1e-8)
    assert ours.variance == pytest.approx(theirs.covariances_, rel=1e-8)
    assert ours.log_prob(x) == pytest.approx(theirs.score_samples(x), rel=1e-8)
    assert ours.log_prob(x).mean() >= mixture.log_prob(x).mean()


@pytest.mark.equation("evaluation.em_step")
def test_an_em_step_is_that_of_scikit_learn_and_raises_the_likelihood(rng):
    check_em(lambda mixture, x: mixture.em_step(x), rng)


@pytest.mark.equation("evaluation.em_step")
def test_the_claim_on_em_rejects_hard_assignments(rng):
    def hard(mixture, x):
        k = mixture.responsibilities(x).argmax(axis=1)
        parts = [x[k == j] for j in range(len(mixture.weights))]
        return GaussianMixture(
            np.array([len(part) / len(x) for part in parts]),
            np.stack([part.mean(axis=0) for part in parts]),
            np.stack([part.var(axis=0) for part in parts]),
        )

    with pytest.raises(AssertionError):
        check_em(hard, rng)


def test_samples_of_a_mixture_have_its_mean_and_variance():
    mixture = GaussianMixture(np.array([0.25, 0.75]), np.array([[0.0], [4.0]]), np.array([[1.0], [0.25]]))
    x = mixture.sample(20_000, Generator(0), draw=True)
    variance = 0.25 * 1 + 0.75 * 0.25 + 0.25 * 9 + 0.75 * 1
    assert x.mean() == pytest.approx(3.0, abs=5 * np.sqrt(variance / len(x)))
    assert x.var() == pytest.approx(variance, rel=0.02)
    assert set(mixture.sample(50, Generator(0)).ravel()) == {0.0, 4.0}


def test_the_number_of_mixture_components_is_chosen_on_the_validation_rows(rng):
    x = rng.normal(size=(300, 2)) * 0.1 + rng.integers(0, 2, size=(300, 1)) * 5
    chosen = best_mixture(x[:200], x[200:], Generator(0), counts=(1, 2, 100))
    assert len(chosen.weights) == 2
    with pytest.raises(BadInput, match="2 components need at least this number of rows, not 1"):
        GaussianMixture.fit(x[:1], 2, Generator(0))


# --- PSNR ---


def check_psnr(measure, rng):
    """An error of the same size e everywhere has −20 log₁₀ e decibels; only counted pixels matter."""
    x = 0.25 + 0.5 * rng.random((4, 30))
    for e in (0.2, 0.1, 0.01):
        assert measure(x, x + e) == pytest.approx(np.full(4, -20 * np.log10(e)), rel=1e-9)
    half = np.arange(30) < 10
    assert measure(x, x + np.where(half, 0.1, 0.2), half) == pytest.approx(np.full(4, 20.0), rel=1e-9)


@pytest.mark.equation("evaluation.psnr")
def test_psnr_of_a_constant_error_is_its_decibels(rng):
    check_psnr(psnr, rng)


@pytest.mark.equation("evaluation.psnr")
@pytest.mark.parametrize("planted", ["all pixels", "errors, not their squares"])
def test_the_claim_on_psnr_rejects(planted, rng):
    def of_all(x, x_hat, counted=None):
        return psnr(x, x_hat)

    def of_errors(x, x_hat, counted=None):
        return psnr(x, x_hat, counted) / 2

    with pytest.raises(AssertionError):
        check_psnr({"all pixels": of_all}.get(planted, of_errors), rng)


def test_psnr_clips_the_estimate_and_is_100_dB_for_equal_images():
    assert psnr([[0.0, 1.0]], [[-3.0, 2.0]]) == pytest.approx([100.0])
    with pytest.raises(BadInput, match="no counted value"):
        psnr(np.ones((1, 2)), np.ones((1, 2)), [False, False])
    with pytest.raises(BadInput, match="both"):
        psnr(np.ones((1, 2)), np.ones((1, 3)))


# --- strokes ---


def sheared(image, a):
    """Row v from the bottom shifted by a v pixels to the right, on paper that is wide enough."""
    H, W = image.shape
    wide = np.zeros((H, W + abs(a) * H))
    for row in range(H):
        v = H - 1 - row
        left = a * v if a >= 0 else a * v - a * H
        wide[row, left : left + W] = image[row]
    return wide


def check_slant(measure, rng):
    """A shear by a adds a to the slant, and the amount of ink does not change it."""
    for a in (-2, 1, 3):
        image = rng.random((8, 9))
        wide = sheared(image, a)
        before, after = (measure(x.reshape(1, -1), x.shape)[0] for x in (image, wide))
        assert after == pytest.approx(before + a, rel=1e-9)
        assert measure(0.5 * wide.reshape(1, -1), wide.shape)[0] == pytest.approx(after, rel=1e-9)


@pytest.mark.equation("evaluation.slant")
def test_a_shear_adds_to_the_slant(rng):
    check_slant(slant, rng)


@pytest.mark.equation("evaluation.slant")
@pytest.mark.parametrize("planted", ["rows counted from the top", "slope of v on u"])
def test_the_claim_on_slant_rejects(planted, rng):
    def from_the_top(images, shape):
        return -slant(images, shape)

    def of_v(images, shape):
        flipped = np.asarray(images).reshape(len(images), *shape)[:, ::-1].transpose(0, 2, 1)[:, ::-1]
        return slant(flipped.reshape(len(images), -1), shape[::-1])

    with pytest.raises(AssertionError):
        check_slant({"rows counted from the top": from_the_top}.get(planted, of_v), rng)


def check_stroke_width(measure):
    """A frame without ends has the width of its line; a blurred edge keeps the total variation."""
    H = W = 60
    for w in (3, 5):
        frame = np.zeros((H, W))
        frame[5:-5, 5:-5] = 1
        frame[5 + w : -5 - w, 5 + w : -5 - w] = 0
        assert measure(frame.reshape(1, -1), (H, W))[0] == pytest.approx(w, rel=0.03)  # 8 corners
        blurred = frame.copy()
        blurred[:, 1:-1] = (frame[:, :-2] + 2 * frame[:, 1:-1] + frame[:, 2:]) / 4
        assert measure(blurred.reshape(1, -1), (H, W))[0] == pytest.approx(
            w, rel=0.15
        )  # |∇x| of diagonal differences


@pytest.mark.equation("evaluation.stroke_width")
def test_a_closed_line_has_its_width():
    check_stroke_width(stroke_width)


@pytest.mark.equation("evaluation.stroke_width")
@pytest.mark.parametrize("planted", ["one side", "ink per length of paper"])
def test_the_claim_on_stroke_width_rejects(planted):
    one_side = lambda images, shape: stroke_width(images, shape) / 2
    ink = lambda images, shape: images.sum(axis=1) / shape[0]
    with pytest.raises(AssertionError):
        check_stroke_width({"one side": one_side}.get(planted, ink))


@pytest.mark.parametrize("measure", [slant, stroke_width])
def test_strokes_are_measured_on_grey_images_with_ink(measure):
    with pytest.raises(BadInput, match="no ink"):
        measure(np.zeros((2, 6)), (2, 3))
    with pytest.raises(BadInput, match="grey images"):
        measure(np.ones((2, 12)), (2, 2, 3))
    with pytest.raises(BadInput):
        measure(np.full((1, 6), -1.0), (2, 3))
    assert np.isnan(slant([[1.0, 1.0, 0.0, 0.0]], (2, 2))[0])  # ink in one row


# --- edits and restoration by a VAE ---


def check_direction(direction_of, rng):
    """z = z₀ + a v with noise that is orthogonal to a: the direction is v exactly."""
    a, v = rng.normal(size=200), rng.normal(size=4)
    noise = rng.normal(size=(200, 4))
    A = np.stack([np.ones(200), a], axis=1)
    noise -= A @ np.linalg.lstsq(A, noise, rcond=None)[0]
    assert direction_of(7 + a[:, None] * v + noise, a) == pytest.approx(v, rel=1e-9)


@pytest.mark.equation("vae.latent_direction")
def test_the_direction_is_the_slope_of_the_latent_on_the_quantity(rng):
    check_direction(vae.latent_direction, rng)


@pytest.mark.equation("vae.latent_direction")
def test_the_claim_on_directions_rejects_the_slope_of_the_quantity_on_the_latent(rng):
    def inverse(z, a):
        z, a = z - z.mean(axis=0), a - a.mean()
        return np.linalg.lstsq(z, a, rcond=None)[0]

    with pytest.raises(AssertionError):
        check_direction(inverse, rng)


def test_a_direction_needs_a_quantity_that_differs():
    with pytest.raises(BadInput, match="differ between rows"):
        vae.latent_direction(np.ones((3, 2)), np.ones(3))


def linear_model(rng, k=2, sigma=0.5):
    """A linear VAE, m and W, and its exact posterior mean E[z | y_o] for values with an error of deviation sigma."""
    model = vae.LinearVAE(D, k, Generator(0))
    W, m = rng.normal(size=(k, D)).astype(np.float32), rng.normal(size=D).astype(np.float32)
    model.decoder.W.data, model.decoder.b.data = W, m

    def restored(y, o):
        W_o = W[:, o].T
        z = np.linalg.solve(W_o.T @ W_o + sigma**2 * np.eye(k), W_o.T @ (y[:, o] - m[o]).T).T
        return m + z @ W, z

    return model, restored, sigma


def check_bound(bound, rng):
    """Averaged over noise, the bound of a linear model is that of the closed form."""
    model, _, sigma = linear_model(rng)
    y, o = rng.normal(size=(3, D)), np.array([1, 1, 1, 0, 0, 0])
    mu, logvar = rng.normal(size=(3, 2)), rng.normal(size=(3, 2)) - 2
    half = rng.normal(size=(100, 3, 2))
    with no_grad():
        found = np.mean(
            [bound(y, o, Normal(mu, logvar), model.decode, sigma, e) for e in (*half, *-half)], axis=0
        )
    W, m = model.decoder.W.data, model.decoder.b.data
    squares = (y - m - mu @ W) ** 2 + np.exp(logvar) @ W**2
    kl = 0.5 * np.sum(mu**2 + np.exp(logvar) - 1 - logvar, axis=1)
    assert np.asarray(found) == pytest.approx(-0.5 / sigma**2 * squares[:, o == 1].sum(axis=1) - kl, rel=0.15)


@pytest.mark.equation("vae.partial_bound")
def test_the_bound_of_a_partial_image_is_that_of_its_observed_pixels(rng):
    check_bound(vae.partial_bound, rng)


@pytest.mark.equation("vae.partial_bound")
def test_the_claim_on_partial_bounds_rejects_hidden_pixels_that_count(rng):
    def of_all(y, o, *others):
        return vae.partial_bound(y, np.ones_like(o), *others)

    with pytest.raises(AssertionError):
        check_bound(of_all, rng)


def test_the_search_finds_the_posterior_mean_of_a_linear_model(rng):
    model, exact, sigma = linear_model(rng)
    o = np.array([1, 1, 1, 0, 0, 0], bool)
    y = rng.normal(size=(8, D)).astype(np.float32)
    start = rng.normal(size=(8, 2))
    q = search_posterior(model, y, o, sigma, 400, Generator(1), start)
    assert np.abs(q.mu - exact(y, o)[1]).max() < 0.15  # the noise of a sample per step
    options = {"candidates": rng.normal(size=(500, 2)).astype(np.float32), "rng": Generator(1), "starts": 4}
    restored = vae.restore(model, np.where(o, y, np.nan), o, sigma=sigma, **options)
    W = model.decoder.W.data
    assert np.sqrt(np.mean((restored - exact(y, o)[0]) ** 2)) < 0.2 * np.sqrt(np.mean(np.sum(W**2, axis=0)))


def test_a_search_leaves_the_weights_and_their_gradients_alone(rng):
    model, _, sigma = linear_model(rng)
    before = {name: p.copy() for name, p in model.state_dict().items()}
    options = {"candidates": np.zeros((1, 2), np.float32), "rng": Generator(0), "starts": 1, "steps": 2}
    vae.restore(model, rng.normal(size=(2, D)), sigma=sigma, **options)
    assert all(np.array_equal(before[name], p) for name, p in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())


def check_weights(weights_of, rng):
    """For many candidates from the prior, the weighted mean is the posterior mean of a linear model."""
    model, exact, sigma = linear_model(rng, sigma=1.0)
    o = np.array([1, 1, 1, 0, 0, 0], bool)
    y = rng.normal(size=(6, D))
    z = rng.normal(size=(100_000, 2))
    x = model.decoder.b.data + z @ model.decoder.W.data
    w = weights_of(y[:, o], x[:, o], sigma)
    assert w.sum(axis=1) == pytest.approx(np.ones(6))
    effective = 1 / np.sum(w**2, axis=1)
    assert np.all(
        np.abs(w @ z - exact(y, o)[1]) < 5 / np.sqrt(effective)[:, None]
    )  # the prior's deviation is 1


@pytest.mark.equation("vae.candidate_weights")
def test_candidates_from_the_prior_with_their_weights_have_the_posterior_mean(rng):
    check_weights(candidate_weights, rng)


@pytest.mark.equation("vae.candidate_weights")
@pytest.mark.parametrize("planted", ["twice the variance", "equal weights"])
def test_the_claim_on_candidates_rejects(planted, rng):
    twice = lambda y, x, sigma: candidate_weights(y, x, np.sqrt(2) * sigma)
    equal = lambda y, x, sigma: np.full((len(y), len(x)), 1 / len(x))
    with pytest.raises(AssertionError):
        check_weights({"twice the variance": twice}.get(planted, equal), rng)


def test_restoration_refuses_what_it_cannot_use(rng):
    model, _, sigma = linear_model(rng)
    y = np.zeros((2, D))
    for changed, message in (
        ({"observed": np.zeros(D, bool)}, "at least one True"),
        ({"observed": np.ones(D + 1, bool)}, "mask"),
        ({"y": np.full((2, D), np.nan)}, "NaN or infinite"),
        ({"y": np.zeros(D)}, "rows"),
        ({"candidates": np.zeros((3, 5))}, "latents"),
    ):
        options = {"sigma": sigma, "rng": Generator(0), "candidates": np.zeros((3, 2)), **changed}
        with pytest.raises(BadInput, match=message):
            vae.restore(model, options.pop("y", y), **options)
