"""Promises of the models: the prior, the evidence of a class, interpolation paths, weights that fit."""

import numpy as np
import pytest

from scratchgen import BadInput
from scratchgen.evaluation import active_units, annealed_log_likelihood, rate_and_distortion
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.runs import History
from scratchgen.vae import VAE, VQVAE, ConditionalVAE, ConvVAE, LinearVAE, evaluate, train
from scratchgen.vae.interpolate import spherical, straight

pytestmark = pytest.mark.fast

K, D = 3, 6
PATTERNS = np.array([[1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0], [0, 0, 0, 0, 1, 1]], np.float32)


# --- the prior and the evidence -----------------------------------------------------------------------------


@pytest.mark.equation("vae.prior")
def test_latents_of_samples_are_independent_normal_numbers(measured):
    """Decoded by a decoder that shows them: W the identity, b and the kink of the ReLU away from 0."""
    model, n = LinearVAE(2, 2, Generator(0)), 100_000
    model.decoder.W.data[...], model.decoder.b.data[...] = np.eye(2), 0
    z = model.sample(n, Generator(4)).astype(np.float64)
    covariance = np.cov(z, rowvar=False)
    measured(np.abs(z.mean(axis=0)), 5 / np.sqrt(n))
    measured(np.abs(np.diag(covariance) - 1), 5 * np.sqrt(2 / n))
    measured(abs(covariance[0, 1]), 5 / np.sqrt(n))
    measured(np.abs((z**4).mean(axis=0) - 3), 5 * np.sqrt(96 / n))  # the eighth moment is 105


@pytest.mark.equation("vae.prior")
def test_the_claim_above_rejects_uniform_numbers_of_the_same_mean_and_variance():
    n = 100_000
    z = Generator(4).random((n, 2)) * np.sqrt(12) - np.sqrt(3)
    assert np.all(np.abs((z**4).mean(axis=0) - 3) > 5 * np.sqrt(96 / n))


def far_from_flat(model):
    """A decoder that makes a difference, in float64."""
    for name, parameter in model.named_parameters():
        parameter.data = (4.0 if name.startswith("decoder") else 1.0) * parameter.data.astype(np.float64)
    return model


def by_quadrature(model, x):
    """log p(x) and the bound of one example by sums over a latent of one dimension."""
    z = np.linspace(-10, 10, 4001)[:, None]
    dz = z[1, 0] - z[0, 0]
    log_p = model.decode(z[:, None]).log_prob(x).numpy()[:, 0]
    log_prior = -0.5 * (z[:, 0] ** 2 + np.log(2 * np.pi))
    q = model.encode(x)
    mu, logvar = q.mu.numpy()[0, 0], q.logvar.numpy()[0, 0]
    log_q = -0.5 * (np.log(2 * np.pi) + logvar + (z[:, 0] - mu) ** 2 / np.exp(logvar))
    evidence = np.log(np.sum(np.exp(log_p + log_prior)) * dz)
    return evidence, np.sum(np.exp(log_q) * (log_p + log_prior - log_q)) * dz


@pytest.mark.equation("vae.evidence")
def test_the_log_likelihood_of_a_model_is_the_integral_over_its_latent(rng, measured):
    model = far_from_flat(VAE(D, 1, 8, Generator(3)))
    x = rng.integers(0, 2, (1, D)).astype(float)
    found = model.log_likelihood(np.repeat(x, 50, axis=0), 2000, Generator(5))
    evidence, _ = by_quadrature(model, x)
    error = 5 * found.std() / np.sqrt(50)
    assert error < 0.05
    measured(abs(found.mean() - evidence), error)


@pytest.mark.equation("vae.evidence")
def test_the_claim_above_rejects_the_bound_in_the_place_of_the_evidence(rng):
    model = far_from_flat(VAE(D, 1, 8, Generator(3)))
    evidence, bound = by_quadrature(model, rng.integers(0, 2, (1, D)).astype(float))
    assert evidence - bound > 0.05


# --- a class that is known ----------------------------------------------------------------------------------


def noisy_patterns(n, seed):
    rng = Generator(seed)
    y = rng.integers(K, size=n)
    return np.abs(PATTERNS[y] - (rng.random((n, D)) < 0.05)).astype(np.float32), y


@pytest.fixture(scope="module")
def conditioned():
    """A conditional model of three noisy patterns, one for each class."""
    x, y = noisy_patterns(600, 1)
    model = ConditionalVAE(D, 1, 16, K, Generator(1))
    sizes = {"epochs": 20, "batch_size": 30, "optimizer": Adam(model.parameters(), 5e-3)}
    train(model, x, x[:30], History(), **sizes, rng=Generator(2), labels=y, validation_labels=y[:30])
    return model


def conditional(Z=1):
    return far_from_flat(ConditionalVAE(D, Z, 8, K, Generator(2)))


@pytest.mark.equation("vae.conditional")
@pytest.mark.parametrize("y", range(K))
def test_the_bound_for_a_class_is_below_the_evidence_of_that_class(y, rng, measured):
    model, n = conditional(), 20_000
    x = rng.integers(0, 2, (1, D)).astype(float)
    evidence, bound = by_quadrature(model.given([y]), x)
    found = model.given(np.full(n, y)).elbo(np.repeat(x, n, axis=0), Generator(y)).numpy()
    measured(abs(found.mean() - bound), 5 * found.std() / np.sqrt(n))
    assert bound < evidence


@pytest.mark.equation("vae.conditional")
def test_the_claim_above_rejects_the_evidence_of_another_class(conditioned):
    """The model has learned the classes, so the class changes the evidence."""
    model = ConditionalVAE(D, 1, 16, K)
    for own, learned in zip(model.parameters(), conditioned.parameters(), strict=True):
        own.data = learned.data.astype(np.float64)
    x = PATTERNS[:1].astype(np.float64)
    (evidence, bound), (other, _) = (by_quadrature(model.given([y]), x) for y in (0, 1))
    assert other + 1 < bound < evidence


@pytest.mark.equation("vae.conditional")
def test_the_decoded_image_depends_on_the_class_and_on_the_latent():
    model, z = conditional(), Generator(1).standard_normal((1, 1), np.float64)
    images = [model.given([y]).decode(z).mean.numpy() for y in range(K)]
    for a, b in ((0, 1), (1, 2), (0, 2)):
        assert np.abs(images[a] - images[b]).max() > 0.05
    assert np.abs(model.given([0]).decode(z + 1).mean.numpy() - images[0]).max() > 0.01
    deaf = VAE(D, 1, 8)  # a model that is not conditioned is the same for every class
    assert deaf.given([0]) is deaf.given([1])


def test_samples_of_a_class_are_of_that_class(conditioned):
    asked = np.arange(90) % K
    drawn = conditioned.sample(90, Generator(3), labels=asked)
    nearest = np.argmin(np.sum((drawn[:, None] - PATTERNS) ** 2, axis=-1), axis=1)
    assert np.mean(nearest == asked) > 0.95
    other = np.argmin(
        np.sum((conditioned.sample(90, Generator(3), (asked + 1) % K)[:, None] - PATTERNS) ** 2, -1), 1
    )
    assert np.mean(other == asked) < 0.05


def test_images_of_a_class_are_more_likely_given_that_class(conditioned):
    x, y = noisy_patterns(200, 5)
    right, wrong = (evaluate(conditioned, x, Generator(1), labels=labels) for labels in (y, (y + 1) % K))
    assert right > wrong + 5


def test_every_estimate_for_known_classes_is_the_same_in_batches_of_any_size(conditioned):
    x, y = noisy_patterns(2100, 6)
    some = conditioned.given(y[:23])
    whole, pieces = (
        some.log_likelihood(x[:23], 30, Generator(1)),
        [conditioned.given(y[i : i + 1]).log_likelihood(x[i : i + 1], 300, Generator(1)) for i in range(3)],
    )
    assert whole.shape == (23,)
    np.testing.assert_allclose(whole[:3], np.concatenate(pieces), atol=0.5)
    from_many = some.log_likelihood(x[:23], 1500, Generator(1))  # more draws than are decoded at once
    np.testing.assert_allclose(from_many, whole, atol=0.5)
    annealed = annealed_log_likelihood(some, x[:23], Generator(1), 10, 4, 2, rows=20)
    assert np.isfinite(annealed.log_likelihood).all()
    rd = [rate_and_distortion(some, x[:23], Generator(1), 3, rows) for rows in (7, 1000)]
    np.testing.assert_allclose(rd[0], rd[1], rtol=1e-6)
    assert active_units(conditioned.given(y), x).variance.mean.shape == (1,)


REFUSED_LABELS = {
    "too large": ([0, 3], "classes are 0 … 2, one per row, not 3"),
    "negative": ([0, -1], "classes are 0 … 2, one per row, not -1"),
    "between two": ([0, 0.5], "not 0.5"),
    "NaN": ([0, np.nan], "not nan"),
    "one-hot": ([[0, 1, 0], [1, 0, 0]], r"not an array of shape \(2, 3\)"),
    "one for all": (1, r"not an array of shape \(\)"),
    "none": (None, "needs the class of each example, 0 … 2: give labels"),
}


@pytest.mark.parametrize("case", REFUSED_LABELS)
def test_labels_that_are_no_classes_are_refused(case):
    labels, line = REFUSED_LABELS[case]
    with pytest.raises(BadInput, match=line) as problem:
        ConditionalVAE(D, 2, 8, K).given(labels)
    assert "\n" not in str(problem.value)


def test_as_many_labels_as_rows_are_asked_for():
    model = ConditionalVAE(D, 2, 8, K)
    with pytest.raises(BadInput, match="2 classes are given for 4 rows; give one class per row"):
        model.given([0, 1]).elbo(np.zeros((4, D), np.float32), Generator(0))


def test_a_conditional_model_without_classes_is_refused_wherever_it_is_used(rng):
    """No class stands for the others: training, scores and samples need them all."""
    model, x, y = ConditionalVAE(D, 2, 8, K), rng.random((8, D)).astype(np.float32), np.arange(8) % K
    before, run = model.state_dict(), History()
    how = {"epochs": 1, "batch_size": 4, "optimizer": Adam(model.parameters()), "rng": Generator(0)}
    for call in (
        lambda: train(model, x, x, run, **how),
        lambda: train(model, x, x, run, **how, labels=y),
        lambda: train(model, x, x, run, **how, validation_labels=y),
        lambda: evaluate(model, x, Generator(0)),
        lambda: model.sample(3, Generator(0)),
        lambda: model.encode(x),
        lambda: model.elbo(x),
        lambda: model.reconstruct(x),
        lambda: model.decode(np.zeros((8, 2), np.float32)),
    ):
        with pytest.raises(BadInput, match=r"needs the class of each example.*labels"):
            call()
    with pytest.raises(BadInput, match="labels hold 7 classes for 8 images"):
        train(model, x, x, run, **how, labels=y[:7], validation_labels=y)
    assert not run.history and all(np.array_equal(a, before[name]) for name, a in model.state_dict().items())


def test_a_model_that_is_not_conditional_trains_the_same_with_classes_and_without(rng):
    x, y = rng.random((8, D)).astype(np.float32), np.arange(8) % K
    weights = []
    for labels in ({}, {"labels": y, "validation_labels": y}):
        model = VAE(D, 2, 8, Generator(0))
        how = {"epochs": 2, "batch_size": 4, "optimizer": Adam(model.parameters()), "rng": Generator(0)}
        train(model, x, x, History(), **how, **labels)
        weights.append(model.state_dict())
    for name, array in weights[0].items():
        np.testing.assert_array_equal(array, weights[1][name])


# --- from one latent to another -----------------------------------------------------------------------------


@pytest.fixture
def ends(rng):
    """Latents of the same length, as draws from the prior almost are in many dimensions."""
    a, b = rng.standard_normal((2, 7, 40))
    return a, b * np.linalg.norm(a, axis=-1, keepdims=True) / np.linalg.norm(b, axis=-1, keepdims=True)


@pytest.mark.equation("vae.spherical")
@pytest.mark.parametrize("way", [straight, spherical])
def test_a_path_starts_and_ends_at_the_two_latents(way, ends):
    a, b = ends
    path = way(a, b, 9)
    assert path.shape == (9, 7, 40)
    np.testing.assert_array_equal(path[0], a)
    np.testing.assert_array_equal(path[-1], b)
    assert way(*(end.astype(np.float32) for end in ends), 9).dtype == np.float32


@pytest.mark.equation("vae.spherical")
def test_along_the_circle_the_length_and_the_steps_stay_the_same(ends, measured):
    a, b = ends
    path = spherical(a, b, 9)
    lengths = np.linalg.norm(path, axis=-1)
    measured(np.abs(lengths - lengths[0]), 1e-12 * lengths[0])
    steps = np.sum(path[1:] * path[:-1], axis=-1) / lengths[0] ** 2  # cosines of the angle of a step
    measured(np.abs(steps - steps[0]), 1e-9 * np.abs(steps[0]))


@pytest.mark.equation("vae.spherical")
def test_the_claim_above_rejects_the_straight_way(ends):
    lengths = np.linalg.norm(straight(*ends, 9), axis=-1)
    assert np.all(lengths[4] < 0.85 * lengths[0])


def test_between_parallel_or_opposite_latents_the_path_is_straight(rng):
    a = rng.standard_normal((3, 5))
    for b in (a, 2 * a, -a, np.zeros_like(a)):
        path = spherical(a, b, 5)
        assert np.isfinite(path).all()
        np.testing.assert_array_equal(path[[0, -1]], [a, b])
    np.testing.assert_allclose(spherical(a, 2 * a, 5), straight(a, 2 * a, 5), rtol=1e-7)


# --- sizes, and weights of another model --------------------------------------------------------------------

SIZES = {
    "no latent": lambda: VAE(D, 0, 8),
    "a negative latent": lambda: VAE(D, -2, 8),
    "no hidden layer": lambda: VAE(D, 2, []),
    "an empty hidden layer": lambda: VAE(D, 2, [8, 0]),
    "no data": lambda: VAE(0, 2, 8),
    "an activation that there is not": lambda: VAE(D, 2, 8, activation="gelu"),
    "a linear model without a latent": lambda: LinearVAE(D, 0),
    "no class": lambda: ConditionalVAE(D, 2, 8, 0),
    "a convolutional model without a latent": lambda: ConvVAE((8, 8), 0, 4, (4,)),
    "empty channels": lambda: ConvVAE((8, 8), 2, 4, (0,)),
}


@pytest.mark.parametrize("case", SIZES)
def test_sizes_of_no_model_are_refused(case):
    with pytest.raises(ValueError, match=r"at least 1, not|a VAE has hidden layers") as problem:
        SIZES[case]()
    assert "\n" not in str(problem.value)


ALL = {
    "mlp": {"data_dim": 16, "latent_dim": 2, "hidden": 8},
    "conv": {"image_shape": [4, 4], "latent_dim": 2, "hidden": 8, "channels": [4]},
    "conditional": {"data_dim": 16, "latent_dim": 2, "hidden": 8, "classes": 3},
    "linear": {"data_dim": 16, "latent_dim": 2},
    "vq": {"image_shape": [4, 4], "codes": 3, "dimension": 2, "channels": [4], "hidden": 4},
}


CLASSES = {"mlp": VAE, "conv": ConvVAE, "conditional": ConditionalVAE, "linear": LinearVAE, "vq": VQVAE}


def made(architecture, seed=1, **other):
    return CLASSES[architecture](**{**ALL[architecture], **other}, rng=Generator(seed))


@pytest.mark.parametrize("architecture", ALL)
def test_the_weights_of_a_model_are_all_of_it_and_those_of_another_change_nothing(architecture):
    model, before = made(architecture), made(architecture).state_dict()
    for other in ALL:
        state = made(
            other, **({"hidden": 5} if other == architecture and other != "linear" else {})
        ).state_dict()
        if other == architecture == "linear":
            state = {**state, "logvar": np.zeros(3, np.float32)}
        with pytest.raises(
            ValueError, match=r"weights belong to a different model|in the model, but"
        ) as problem:
            model.load_state_dict(state)
        assert "\n" not in str(problem.value)
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    again = made(architecture, seed=9)
    again.load_state_dict(before)
    classes = {"labels": [0, 1, 2]} if architecture == "conditional" else {}
    np.testing.assert_array_equal(
        again.sample(3, Generator(4), **classes), model.sample(3, Generator(4), **classes)
    )
