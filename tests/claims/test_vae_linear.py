"""The linear VAE, which can be solved by hand: probabilistic PCA, and Shannon's rate–distortion function."""

import numpy as np
import pytest

from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.runs import History
from scratchgen.vae import (
    GECO,
    VAE,
    BetaLoss,
    ConstrainedLoss,
    LinearVAE,
    lagrangian,
    ppca_log_likelihood,
    train,
)
from scratchgen.vae.geco import LARGEST_LAMBDA

EIGENVALUES = np.array([4.0, 2.0, 1.0, 0.5, 0.2])
D, N = len(EIGENVALUES), 400
VARIANCE = 0.3  # sigma², where it is chosen


@pytest.fixture(scope="module")
def data():
    """N points whose covariance (divided by N) has these eigenvalues, to rounding."""
    rng = np.random.default_rng(5)
    x = rng.standard_normal((N, D))
    x -= x.mean(axis=0)
    x = x @ np.linalg.inv(np.linalg.cholesky(x.T @ x / N)).T
    axes = np.linalg.qr(rng.standard_normal((D, D)))[0]
    return x * np.sqrt(EIGENVALUES) @ axes + rng.standard_normal(D)


def linear_vae(data, Z, seed=0, variance=None):
    """In float64; with a variance, sigma is not learned."""
    model = LinearVAE(D, Z, Generator(seed))
    model.init_output_bias(data.mean(axis=0))
    for parameter in model.parameters():
        parameter.data = parameter.data.astype(np.float64)
    if variance is not None:
        model.likelihood.logvar.data[...] = np.log(variance)
    return model


def learned(model, variance_too):
    return [p for p in model.parameters() if variance_too or p is not model.likelihood.logvar]


def at_the_minimum(model, loss, variance_too=False):
    """The model where loss() is least, by a quasi-Newton method of SciPy's on our gradient."""
    parameters = learned(model, variance_too)
    from scipy.optimize import minimize  # late: its import takes longer than collecting this file

    ends = np.cumsum([p.data.size for p in parameters])[:-1]

    def value(flat):
        for p, part in zip(parameters, np.split(flat, ends), strict=True):
            p.data[...] = part.reshape(p.shape)
        model.zero_grad()
        found = loss()
        found.backward()
        return found.item(), np.concatenate([p.grad.ravel() for p in parameters])

    begin = np.concatenate([p.data.ravel() for p in parameters])
    value(minimize(value, begin, jac=True, method="L-BFGS-B", options={"ftol": 1e-14, "gtol": 1e-7}).x)
    return model


def distortion_and_rate(model, x):
    """The two terms of the bound without noise, means over the data."""
    R = model.encode(x).kl_to_standard_normal().mean()
    return -model.exact_elbo(x).mean() - R, R


# --- probabilistic PCA --------------------------------------------------------------------------------------


def pca_score(data, Z):
    """scikit-learn's mean log-likelihood; imported late, as it takes a second that collecting need not take."""
    from sklearn.decomposition import PCA

    return PCA(Z).fit(data).score(data)


@pytest.fixture(scope="module")
def optimum(data):
    model = linear_vae(data, Z=2)
    return at_the_minimum(model, lambda: -model.exact_elbo(data).mean(), variance_too=True)


def log_evidence(model, x):
    """The mean of log N(x; b, WᵀW + σ² I), which the encoder has no part in."""
    W, variance = model.decoder.W.data, np.exp(model.likelihood.logvar.data[0])
    C, d = W.T @ W + variance * np.eye(D), x - model.decoder.b.data
    quadratic = np.sum(d @ np.linalg.inv(C) * d, axis=-1).mean()
    return -0.5 * (quadratic + np.linalg.slogdet(2 * np.pi * C)[1])


@pytest.mark.equation("vae.ppca")
@pytest.mark.parametrize("Z", [1, 2, 4])
def test_the_greatest_likelihood_of_ppca_is_that_of_another_implementation(data, Z, measured):
    """Theirs divides the covariance by N − 1, which costs about D/(4N²) = 8e-6 nats."""
    measured(abs(ppca_log_likelihood(data, Z) - pca_score(data, Z)), 1e-5)


@pytest.mark.equation("vae.ppca")
def test_the_claim_above_rejects_a_variance_that_is_the_sum_of_the_other_eigenvalues(data):
    rest = EIGENVALUES[2:].sum()
    wrong = -0.5 * (D * np.log(2 * np.pi) + np.log(EIGENVALUES[:2]).sum() + 3 * np.log(rest) + D)
    assert abs(wrong - ppca_log_likelihood(data, 2)) > 0.1


@pytest.mark.equation("vae.linear")
def test_the_best_bound_of_the_linear_vae_is_the_greatest_likelihood_of_ppca(data, optimum, measured):
    bound = optimum.exact_elbo(data).numpy().mean()
    assert bound == pytest.approx(pca_score(data, 2), abs=1e-3)
    measured(abs(bound - ppca_log_likelihood(data, 2)), 1e-6)
    measured(abs(bound - log_evidence(optimum, data)), 1e-6)  # so it is tight there
    assert np.exp(optimum.likelihood.logvar.data[0]) == pytest.approx(EIGENVALUES[2:].mean(), rel=1e-3)


@pytest.mark.equation("vae.linear")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda model: model.logvar.data.__imul__(2),
        lambda model: model.V.W.data.__imul__(0.8),
        lambda model: model.likelihood.logvar.data.__iadd__(0.2),
    ],
    ids=["sigma squared where sigma is meant", "an encoder that is too small", "another sigma of the data"],
)
def test_the_claim_above_rejects(data, optimum, spoil):
    model = linear_vae(data, Z=2)
    model.load_state_dict(optimum.state_dict())
    spoil(model)
    assert model.exact_elbo(data).numpy().mean() < ppca_log_likelihood(data, 2) - 0.01


@pytest.mark.equation("vae.linear")
def test_the_bound_finds_the_axes_which_the_likelihood_does_not(data, optimum):
    """A rotation of the latents changes no likelihood; a bound whose q is diagonal falls, whatever its q."""
    W = optimum.decoder.W.data
    cosine = W[0] @ W[1] / np.linalg.norm(W[0]) / np.linalg.norm(W[1])
    assert abs(cosine) < 1e-3
    model = linear_vae(data, Z=2)
    model.load_state_dict(optimum.state_dict())
    model.decoder.W.data[...] = np.array([[0.8, 0.6], [-0.6, 0.8]]) @ W
    assert log_evidence(model, data) == pytest.approx(log_evidence(optimum, data), abs=1e-12)
    encoder = [model.V.W, model.V.b, model.logvar]
    for parameter in set(model.parameters()) - set(encoder):
        parameter.requires_grad = False
    model.parameters = lambda: encoder
    at_the_minimum(model, lambda: -model.exact_elbo(data).mean(), variance_too=True)
    assert model.exact_elbo(data).numpy().mean() < log_evidence(model, data) - 0.05


@pytest.mark.equation("vae.linear")
def test_the_bound_without_noise_is_the_mean_of_the_bound_with_it(data, measured):
    model, x = linear_vae(data, Z=3), np.repeat(data[:5], 20_000, axis=0)
    noisy = model.elbo(x, Generator(1)).numpy().reshape(5, -1)
    error = noisy.std(axis=1) / np.sqrt(noisy.shape[1])
    exact = model.exact_elbo(data[:5]).numpy()
    measured(np.abs(noisy.mean(axis=1) - exact), 5 * error)
    at_the_mean = model.decode(model.encode(data[:5]).mu).log_prob(data[:5]).numpy()
    wrong = at_the_mean - model.encode(data[:5]).kl_to_standard_normal().numpy()
    assert np.all(np.abs(noisy.mean(axis=1) - wrong) > 5 * error)  # the spread of q is forgotten


# --- rate and distortion ------------------------------------------------------------------------------------


def shannon(beta):
    """D and R of a Gaussian source by reverse water-filling to the level τ = βσ².

    The error of each axis is min(λ, τ), and the axis costs ½ log(λ/τ) where λ exceeds τ. As log-likelihoods
    the squared error counts 1/(2σ²), and its slope −2τ by the rate becomes −τ/σ² = −β.
    Source: Cover & Thomas, Elements of Information Theory (2006), theorem 10.3.3.
    """
    level = beta * VARIANCE
    error = np.minimum(EIGENVALUES, level).sum()
    rate = 0.5 * np.log(np.maximum(EIGENVALUES / level, 1)).sum()
    return 0.5 * (error / VARIANCE + D * np.log(2 * np.pi * VARIANCE)), rate


def best_for(data, beta):
    model = linear_vae(data, D, variance=VARIANCE)

    def loss():
        distortion, R = distortion_and_rate(model, data)
        return distortion + beta * R

    return at_the_minimum(model, loss)


def trained(data, beta):
    return reached(best_for(data, beta), data)


def reached(model, data):
    return np.array([value.item() for value in distortion_and_rate(model, data)])


@pytest.mark.equation("vae.beta")
@pytest.mark.equation("vae.rate_distortion")
@pytest.mark.parametrize("beta", [0.7, 1.0, 2.0, 5.0])
def test_the_weighted_bound_is_trained_to_the_rate_distortion_function_of_the_source(data, beta, measured):
    measured(np.abs(trained(data, beta) - shannon(beta)), 1e-5)


@pytest.mark.equation("vae.rate_distortion")
def test_the_claim_above_rejects_another_beta(data):
    for wrong in (1.9, 0.5):  # nearly β, and its inverse
        assert np.abs(trained(data, 2.0) - shannon(wrong)).max() > 0.05


@pytest.mark.equation("vae.rate_distortion")
@pytest.mark.parametrize("curve", ["exact", "trained"])
@pytest.mark.parametrize("beta", [0.9, 2.2])
def test_the_slope_of_the_curve_is_minus_beta(data, curve, beta, measured):
    """A difference over ±h of β, which is off by h²/3: D is linear in β and R logarithmic."""
    h = 0.02
    ends = [shannon(b) if curve == "exact" else trained(data, b) for b in (beta * (1 + h), beta * (1 - h))]
    dD, dR = np.subtract(*ends)
    measured(abs(dD / dR + beta), 1e-3 * beta)
    assert abs(dD / dR + 1 / beta) > 0.2  # and not minus its inverse


# --- the constraint -----------------------------------------------------------------------------------------


def by_geco(data, D0, update=GECO.update, steps=400):
    """From the best bound on, as `ConstrainedLoss` does it but without noise: λ moves as the model learns."""
    model, multiplier = best_for(data, beta=1), GECO(D0, eta=0.03, a=0.8)
    optimizer = Adam(learned(model, False), 0.02)
    for step in range(steps):
        optimizer.learning_rate = 0.02 * min(1, 2 * (1 - step / steps))
        optimizer.zero_grad()
        distortion, R = distortion_and_rate(model, data)
        (lagrangian(distortion, R, D0, multiplier.lam) / max(1.0, multiplier.lam)).backward()
        optimizer.step()
        update(multiplier, distortion.item())
    return reached(model, data), multiplier


@pytest.mark.equation("vae.geco")
@pytest.mark.equation("vae.constrained")
@pytest.mark.parametrize("beta", [0.75, 2.0])
def test_the_multiplier_comes_to_rest_where_the_bound_weighted_with_its_inverse_has_the_distortion(
    data, beta, measured
):
    D0, rate = shannon(beta)
    found, multiplier = by_geco(data, D0)
    measured(abs(multiplier.lam - 1 / beta), 1e-3 / beta)
    measured(np.abs(found - [D0, rate]), 1e-3)
    np.testing.assert_allclose(found, trained(data, 1 / multiplier.lam), atol=1e-3)
    assert not multiplier.infeasible


@pytest.mark.equation("vae.geco")
def test_the_claim_above_rejects_a_multiplier_that_moves_the_other_way(data):
    def away(multiplier, D):
        GECO.update(multiplier, 2 * multiplier.D0 - D)

    D0, rate = shannon(2.0)
    found, multiplier = by_geco(data, D0, away, steps=200)
    assert abs(multiplier.lam - 0.5) > 0.2 and np.abs(found - [D0, rate]).max() > 0.2


@pytest.mark.equation("vae.geco")
def test_a_violation_of_one_nat_multiplies_lambda_by_e_in_a_thousand_steps(measured):
    multiplier = GECO(D0=10.0)
    for _ in range(1000):
        multiplier.update(11.0)
    measured(abs(multiplier.lam - np.e), 1e-12 * np.e)
    for _ in range(3000):
        multiplier.update(10.0)  # met with equality: the average forgets, and λ comes to rest
    rest = multiplier.lam
    multiplier.update(10.0)
    assert multiplier.lam == pytest.approx(rest, rel=1e-12)


@pytest.fixture(scope="module")
def two_images():
    images = np.array([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]], np.float32)
    return images[Generator(0).integers(2, size=256)]


def constrained(two_images, D0, epochs):
    model, loss, records = VAE(6, 2, 8, Generator(1)), ConstrainedLoss(D0), History()
    rates = {"epochs": epochs, "batch_size": 32, "optimizer": Adam(model.parameters(), 5e-3)}
    train(model, two_images, two_images[:32], records, **rates, rng=Generator(2), loss=loss)
    return model, loss.multiplier, records.history


@pytest.mark.equation("vae.geco")
def test_a_distortion_below_that_of_any_model_is_reported_and_nothing_diverges(two_images):
    """−log P ≥ 0 for pixels that are black or white. λ grows by at most e^0.01 per step: 921 to its end."""
    model, multiplier, history = constrained(two_images, D0=-20.0, epochs=120)
    assert multiplier.infeasible and multiplier.lam == LARGEST_LAMBDA
    assert all(np.isfinite(p.data).all() for p in model.parameters())
    assert all(np.isfinite(values).all() for values in history.values())
    assert history["distortion"][-1] < 0.1  # as near as it can come
    again = GECO(-20.0)
    again.load_state_dict(multiplier.state_dict())
    assert again.infeasible  # a resumed run knows it too


@pytest.mark.equation("vae.geco")
def test_the_claim_above_rejects_a_distortion_that_can_be_had(two_images):
    _, multiplier, history = constrained(two_images, D0=1.0, epochs=60)
    assert not multiplier.infeasible and multiplier.lam < 10
    assert history["distortion"][-1] < 1.5


def test_a_target_distortion_that_is_not_finite_is_refused():
    for D0 in (np.nan, np.inf):
        with pytest.raises(ValueError, match=f"target_distortion must be a finite number, not {D0}"):
            ConstrainedLoss(D0)


def test_the_noisy_losses_have_these_means(data):
    """`BetaLoss` and `ConstrainedLoss`, of which the claims above are without noise."""
    model, x = linear_vae(data, D, variance=VARIANCE), np.repeat(data[:1], 50_000, axis=0)
    distortion, R = (value.item() for value in distortion_and_rate(model, data[:1]))
    for loss, expected in (
        (BetaLoss(2.0), distortion + 2 * R),
        (ConstrainedLoss(3.0), lagrangian(distortion, R, 3.0, 1.0)),
    ):
        found = loss(model, x, Generator(3))[0].numpy()
        assert abs(found.mean() - expected) < 5 * found.std() / np.sqrt(len(found))
