"""The sigma of a Gaussian likelihood: its best value, how training follows it, and what that is good for."""

import numpy as np
import pytest

from scratchgen.autograd import Tensor
from scratchgen.data import load_images
from scratchgen.evaluation import independent_gaussian_log_prob, independent_variance
from scratchgen.optim import Adam
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.runs import History
from scratchgen.vae import VAE, BetaLoss, ConstrainedLoss, ImportanceLoss, LinearVAE, evaluate, train
from scratchgen.vae import sigma as vae_sigma
from scratchgen.vae.likelihoods import GaussianLikelihood
from scratchgen.vae.sigma import NEW_SHARE, SMALLEST_SIGMA, FollowingSigma, best_variance, optimal_variance

B, D = 12, 5


def in_float64(model):
    for name, tensor in model._named_state():
        tensor.data = tensor.data.astype(np.float64)
        assert tensor.data.dtype == np.float64, name
    return model


def gaussian(variance):
    likelihood = in_float64(GaussianLikelihood(D))
    likelihood.logvar.data[...] = np.log(variance)
    return likelihood


def gradient(variance, x, m):
    """The derivative of the mean loss by log sigma²."""
    likelihood = gaussian(variance)
    (-likelihood(Tensor(m)).log_prob(x)).mean().backward()
    return likelihood.logvar.grad


@pytest.fixture
def x(rng):
    return rng.standard_normal((B, D))


@pytest.fixture
def m(rng, x):
    return x + 0.3 * rng.standard_normal((B, D))


# --- the best sigma of a batch ------------------------------------------------------------------------------


@pytest.mark.fast
@pytest.mark.equation("vae.optimal_sigma")
@pytest.mark.parametrize("variance", [1e-3, 0.09, 1.0, 50.0])
def test_the_gradient_at_any_sigma_holds_the_mean_square_of_the_residuals(variance, x, m, measured):
    found = optimal_variance(np.array([variance]), gradient(variance, x, m), D)
    measured(np.abs(found / np.mean((x - m) ** 2) - 1), 1e-11)  # 1 − 2g/D cancels three digits at sigma² = 50


@pytest.mark.fast
@pytest.mark.equation("vae.optimal_sigma")
def test_the_sigma_of_that_error_maximises_the_gaussian_likelihood_of_the_batch(x, m, measured):
    best = optimal_variance(np.array([0.5]), gradient(0.5, x, m), D)
    fit = lambda variance: gaussian(variance)(m).log_prob(x).numpy().mean()
    grid = best * np.exp(np.linspace(-2, 2, 401))
    measured(abs(max(fit(v) for v in grid) - fit(best)), 1e-12)
    # there the likelihood is minus the entropy of a Gaussian of that variance
    measured(abs(fit(best) + D / 2 * (1 + np.log(2 * np.pi * best[0]))), 1e-12)


@pytest.mark.fast
@pytest.mark.equation("vae.optimal_sigma")
@pytest.mark.parametrize(
    "wrong",
    [
        lambda variance, g: variance * (1 - 2 * g),  # of the sum over the dimensions
        lambda variance, g: variance * (1 - g / D),  # of log sigma
        lambda variance, g: variance * (1 + 2 * g / D),  # of the likelihood, not of the loss
        lambda variance, g: np.sqrt(variance) * (1 - 2 * g / D),  # sigma
    ],
    ids=["sum over dimensions", "log sigma", "sign", "sigma for its square"],
)
def test_the_claims_above_reject(wrong, x, m):
    best = np.mean((x - m) ** 2)
    assert abs(wrong(np.array([0.5]), gradient(0.5, x, m)) / best - 1) > 0.1


@pytest.mark.fast
@pytest.mark.equation("vae.optimal_sigma")
def test_gradients_of_the_parts_of_a_batch_add_up_to_the_sigma_of_the_batch(x, m, measured):
    """As the processes that share a batch will add them."""
    parts = [slice(0, 3), slice(3, 4), slice(4, B)]
    g = sum(len(x[part]) / B * gradient(0.7, x[part], m[part]) for part in parts)
    measured(abs(optimal_variance(np.array([0.7]), g, D) / np.mean((x - m) ** 2) - 1), 1e-12)
    of_the_last = optimal_variance(np.array([0.7]), gradient(0.7, x[parts[-1]], m[parts[-1]]), D)
    assert abs(of_the_last / np.mean((x - m) ** 2) - 1) > 1e-3


@pytest.mark.equation("vae.optimal_sigma")
def test_repeated_it_maximises_an_importance_weighted_bound_over_sigma(x, measured):
    """Its error is weighted as the bound weighs the samples: the plain mean over samples is another number."""
    model = in_float64(VAE(D, 2, 8, Generator(0), likelihood="gaussian"))
    eps, logvar = Generator(1).standard_normal((20, B, 2), np.float64), model.likelihood.logvar
    bound = lambda: model.iwae_bound(x, 20, eps).mean()
    for _ in range(200):
        model.zero_grad()
        (-bound()).backward()
        logvar.data[...] = np.log(optimal_variance(np.exp(logvar.data), logvar.grad, D))
    best, value = logvar.data.copy(), bound().item()
    measured(abs(logvar.grad), 1e-9)
    for step in (-0.05, 0.05):
        logvar.data[...] = best + step
        assert bound().item() < value
    q = model.encode(x)
    plain = np.mean((model.decode(q.rsample(eps)).mean.numpy() - x) ** 2)
    assert abs(np.log(plain) - best) > 1e-3


def test_an_error_of_zero_gives_zero_and_no_negative_variance():
    rounded = np.array([D / 2 * (1 + 1e-7)])  # a gradient in float32 of a residual that is 0
    assert optimal_variance(np.array([1.0]), rounded, D) == 0


# --- training follows it ------------------------------------------------------------------------------------


def one_step(model, images, optimizer=None, validation=None, loss=None, steps=1):
    """Steps on all images at once."""
    optimizer = optimizer or Adam(model.parameters(), 1e-3)
    how = {"epochs": steps, "batch_size": len(images), "optimizer": optimizer, "rng": Generator(2)}
    train(model, images, images if validation is None else validation, History(), loss=loss, **how)
    return model


IMAGES = Generator(3).random((40, 6))
MODELS = {
    "mlp": lambda: VAE(6, 2, 8, Generator(0), likelihood="gaussian"),
    "linear": lambda: LinearVAE(6, 2, Generator(0)),
}


@pytest.mark.equation("vae.optimal_sigma")
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    "loss", [BetaLoss, lambda: BetaLoss(4.0, kl_warmup_steps=3), lambda: ConstrainedLoss(3.0)]
)
def test_after_a_step_sigma_is_the_moving_average_of_the_best_sigma_of_the_batches(
    name, loss, monkeypatch, measured
):
    monkeypatch.setattr(FollowingSigma, "epoch", lambda *_: None)
    model, again = MODELS[name](), MODELS[name]()
    again.init_output_bias(IMAGES.mean(axis=0), np.sqrt(independent_variance(IMAGES)))
    noise = Generator(2)
    order = noise.permutation(len(IMAGES))
    q = again.encode(IMAGES[order])
    residuals = IMAGES[order] - again.decode(q.rsample(noise)).mean.numpy()
    begun = np.exp(again.likelihood.logvar.data.astype(np.float64))
    expected = (1 - NEW_SHARE) * begun + NEW_SHARE * np.mean(residuals.astype(np.float64) ** 2)
    one_step(model, IMAGES, loss=loss())
    measured(abs(np.exp(model.likelihood.logvar.data) / expected - 1), 1e-5)  # float32


@pytest.mark.equation("vae.optimal_sigma")
def test_the_claim_above_rejects_a_sigma_that_does_not_follow(monkeypatch):
    monkeypatch.setattr(vae_sigma, "optimal_variance", lambda variance, g, D: variance)
    monkeypatch.setattr(FollowingSigma, "start", lambda *_: None)
    monkeypatch.setattr(FollowingSigma, "epoch", lambda *_: None)
    assert one_step(MODELS["mlp"](), IMAGES, steps=20).likelihood.logvar.data == 0  # blind to the error
    monkeypatch.setattr(vae_sigma, "optimal_variance", optimal_variance)
    assert one_step(MODELS["mlp"](), IMAGES, steps=20).likelihood.logvar.data < -1


@pytest.mark.parametrize("name", MODELS)
def test_sigma_is_never_below_its_best_value_on_the_validation_images(name, measured):
    """Here the decoder has memorised the images, and the validation images are others."""
    model = MODELS[name]()
    other = 1 - IMAGES[::-1]
    one_step(model, IMAGES, validation=other, steps=60)
    found = np.exp(model.likelihood.logvar.data)
    labels = np.zeros(len(other), np.int64)
    best = best_variance(model, model.likelihood, other, labels, Generator(HELD_OUT_SEED))
    measured(abs(model.likelihood.held_out_variance.data / best - 1), 1e-6)
    assert found >= best * (1 - 1e-6)


def test_the_best_sigma_of_images_is_the_mean_square_of_their_residuals(measured):
    model, labels = MODELS["mlp"](), np.zeros(len(IMAGES), np.int64)
    m = model.decode(model.encode(IMAGES).rsample(Generator(5))).mean.numpy()
    found = best_variance(model, model.likelihood, IMAGES, labels, Generator(5))
    measured(abs(found / np.mean((IMAGES - m) ** 2, dtype=np.float64) - 1), 1e-6)


def test_sigma_does_not_vanish_where_the_data_are_reproduced_without_error():
    same = np.tile(np.float32([0.2, 0.9]), (64, 3))
    model = VAE(6, 1, 8, Generator(0), likelihood="gaussian")
    model.init_output_bias(same.mean(axis=0), 0.3)
    model.decoder.layers[-1].W.data[...] = 0
    frozen = Adam([model.likelihood.logvar], 1e-3)
    one_step(model, same, frozen, steps=400)
    assert np.exp(0.5 * model.likelihood.logvar.data) == pytest.approx(0.3 * SMALLEST_SIGMA, rel=1e-5)


def test_a_sigma_that_the_optimiser_does_not_have_stays_where_it_is():
    fixed = VAE(6, 2, 8, Generator(0), likelihood="gaussian")
    others = [p for p in fixed.parameters() if p is not fixed.likelihood.logvar]
    one_step(fixed, IMAGES, Adam(others, 1e-3), steps=5)
    assert fixed.likelihood.logvar.data == 0
    frozen = VAE(6, 2, 8, Generator(0), likelihood="gaussian")
    frozen.likelihood.logvar.requires_grad = False
    one_step(frozen, IMAGES, Adam([p for p in frozen.parameters()], 1e-3), steps=5)
    assert frozen.likelihood.logvar.data == 0


def test_a_training_that_is_interrupted_between_two_steps_ends_with_the_same_bits():
    def training(run, until=None):
        model = VAE(6, 2, 8, Generator(0), likelihood="gaussian")
        optimizer = Adam(model.parameters(), 1e-2)
        how = {"epochs": 4, "batch_size": 16, "optimizer": optimizer, "rng": Generator(2)}

        class Interrupted(Exception):
            pass

        def after_step():
            if run.total_steps == until:
                run.taken = run.state()
                raise Interrupted

        run.after_step = after_step
        try:
            train(model, IMAGES, IMAGES[:9], run, loss=ImportanceLoss(2), **how)
        except Interrupted:
            again = History()
            again.resume(*run.taken)
            return training(again)
        return model.state_dict()

    whole = training(History())
    for until in (4, 6, 7, 11):
        resumed = training(History(), until)
        assert all(resumed[name].tobytes() == array.tobytes() for name, array in whole.items())


# --- the scale of the data ----------------------------------------------------------------------------------


@pytest.mark.fast
@pytest.mark.parametrize("name", MODELS)
def test_before_training_a_decoder_that_ignores_z_is_the_baseline_of_independent_dimensions(
    name, rng, measured
):
    x = (7 + 3 * rng.standard_normal((200, 6))).astype(np.float32)
    model, mean = MODELS[name](), x.mean(axis=0)
    model.init_output_bias(mean, np.sqrt(independent_variance(x)))
    last = model.decoder if name == "linear" else model.decoder.layers[-1]
    last.W.data[...] = 0
    found = model.decode(np.zeros((len(x), 2), np.float32)).log_prob(x).numpy()
    measured(abs(found.mean(dtype=np.float64) - independent_gaussian_log_prob(x, x)), 1e-4)  # float32


@pytest.mark.parametrize("name", MODELS)
def test_a_scale_that_nobody_has_given_is_that_of_the_images_when_training_begins(name):
    images = 40 + 7 * IMAGES
    given, found = MODELS[name](), MODELS[name]()
    given.init_output_bias(images.mean(axis=0), np.sqrt(independent_variance(images)))
    found.init_output_bias(images.mean(axis=0))  # in the units of the data
    one_step(given, images, steps=3)
    one_step(found, images, steps=3)
    other = found.state_dict()
    for parameter, array in given.state_dict().items():
        np.testing.assert_array_equal(other[parameter], array)
    begun = found.likelihood.units.scale.data.copy()
    one_step(found, 3 * images)  # a second training does not begin anew
    np.testing.assert_array_equal(found.likelihood.units.scale.data, begun)


SCALES = np.array([1e-3, 1e3, 1.0, 50.0, 1e-2, 1e3], np.float32)


def trained_table(x, scale, name="mlp", epochs=30):
    model = VAE(6, 2, 16, Generator(0), likelihood="gaussian") if name == "mlp" else MODELS[name]()
    model.init_output_bias(x.mean(axis=0), scale)
    how = {"epochs": epochs, "batch_size": 32, "optimizer": Adam(model.parameters(), 3e-3)}
    train(model, x[:160], x[160:], History(), **how, rng=Generator(1))
    return model


@pytest.fixture(scope="module")
def table():
    """Six columns of two factors, with noise; of mean 0 and deviation 1."""
    rng = np.random.default_rng(2)
    x = np.tanh(rng.standard_normal((200, 2)) @ rng.standard_normal((2, 6)))
    x = x + 0.1 * rng.standard_normal(x.shape)
    return ((x - x.mean(axis=0)) / x.std(axis=0)).astype(np.float32)


@pytest.mark.parametrize("name", MODELS)
def test_the_units_of_a_table_change_its_density_by_their_logarithm_and_the_training_not_at_all(
    name, table, measured
):
    """log p(c x + b) = log p(x) − Σ log c_d, also with columns in thousands next to others in thousandths."""
    other = SCALES * table + 5 * SCALES
    plain = trained_table(table, table.std(axis=0), name)
    scaled = trained_table(other, other.std(axis=0), name)
    bounds = [
        evaluate(model, x[160:], Generator(7), samples=20) for model, x in ((plain, table), (scaled, other))
    ]
    # rounding grows over 150 steps
    measured(abs(bounds[0] - bounds[1] - np.log(SCALES, dtype=np.float64).sum()), 0.05)


def test_the_claim_above_rejects_one_scale_for_columns_of_different_units(table):
    other = SCALES * table + 5 * SCALES
    one = np.sqrt(independent_variance(other))
    bound = evaluate(trained_table(other, one), other[160:], Generator(7), samples=20)
    by_column = evaluate(trained_table(other, other.std(axis=0)), other[160:], Generator(7), samples=20)
    assert bound < by_column - 20  # of the small columns it knows nothing


def test_a_gaussian_vae_beats_independent_columns_on_a_small_table_of_columns_from_thousandths_to_thousands(
    table,
):
    """The baseline has a variance for each column: N(m, diag s²)."""
    x = SCALES * table + 5 * SCALES
    s = x[:160].std(axis=0)
    baseline = independent_gaussian_log_prob(x[:160] / s, x[160:] / s) - np.log(s, dtype=np.float64).sum()
    assert evaluate(trained_table(x, s), x[160:], Generator(7), samples=20) > baseline + 1


def test_the_claim_above_rejects_one_sigma_for_all_columns_of_the_table(table):
    x = SCALES * table + 5 * SCALES
    s = x[:160].std(axis=0)
    baseline = independent_gaussian_log_prob(x[:160] / s, x[160:] / s) - np.log(s, dtype=np.float64).sum()
    assert evaluate(trained_table(x, None), x[160:], Generator(7)) < baseline - 10


@pytest.mark.parametrize("scale", [-1.0, np.nan, np.inf, [1.0, -2.0, 1, 1, 1, 1]])
def test_a_scale_that_is_no_deviation_is_refused(scale):
    with pytest.raises(ValueError, match=r"scale must be a finite number in \[0, ∞\)"):
        VAE(6, 2, 8, Generator(0), likelihood="gaussian").init_output_bias(np.zeros(6), scale)


# --- digits -------------------------------------------------------------------------------------------------


def digits_vae(images, epochs, validation=None):
    model = VAE(64, 8, 64, Generator(0), likelihood="gaussian")
    model.init_output_bias(images.mean(axis=0))
    how = {"epochs": epochs, "batch_size": 32, "optimizer": Adam(model.parameters(), 1e-3)}
    validation = load_images("digits").validation if validation is None else validation
    train(model, images, validation, History(), **how, rng=Generator(1))
    return model


@pytest.fixture(scope="module")
def digits():
    return load_images("digits")


def test_a_gaussian_vae_beats_independent_pixels_after_five_epochs_on_the_digits(digits):
    bound = evaluate(digits_vae(digits.train, 5), digits.test, Generator(7))
    assert bound > independent_gaussian_log_prob(digits.train, digits.test) + 5


def test_the_claim_above_rejects_a_sigma_that_begins_at_1_and_creeps(digits, monkeypatch):
    monkeypatch.setattr("scratchgen.vae.training.FollowingSigma", NotFollowing)
    bound = evaluate(digits_vae(digits.train, 5), digits.test, Generator(7))
    assert bound < independent_gaussian_log_prob(digits.train, digits.test) - 20


class NotFollowing(FollowingSigma):
    """Leaves sigma to the optimiser."""

    def __init__(self, model, optimizer):
        super().__init__(model, optimizer)
        self.likelihood = None


FEW = 48  # digits, which are soon memorised


def test_a_gaussian_vae_beats_independent_pixels_on_a_few_dozen_digits_that_it_has_memorised(digits):
    few = digits.train[:FEW]
    bound = evaluate(digits_vae(few, 300, validation=digits.validation[:10]), digits.test, Generator(7))
    assert bound > independent_gaussian_log_prob(few, digits.test) + 2


def test_the_claim_above_rejects_a_sigma_that_follows_the_error_on_these_digits_alone(digits, monkeypatch):
    monkeypatch.setattr(FollowingSigma, "epoch", lambda *_: None)
    few = digits.train[:FEW]
    bound = evaluate(digits_vae(few, 300, validation=digits.validation[:10]), digits.test, Generator(7))
    assert bound < independent_gaussian_log_prob(few, digits.test) - 100
