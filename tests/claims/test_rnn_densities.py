"""Real-valued frames: the mixture of Gaussians as a density, its training, and its samples."""

import math

import numpy as np
import pytest

from scratchgen import rnn
from scratchgen.autograd.check import check_grads
from scratchgen.data.preprocessing.by_length import pad
from scratchgen.errors import BadInput
from scratchgen.optim import Adam
from scratchgen.random import Generator
from scratchgen.rnn import FrameModel, MixtureDensity, mixture_log_prob, nats_per_frame, train_frames
from scratchgen.rnn.frames.densities import SIGMA_FLOOR, with_loudness
from scratchgen.runs import History

cells = pytest.mark.parametrize("cell", rnn.CELLS)
LOG_2PI = math.log(2 * math.pi)


def of_one_frame(rng, D, K=3):
    """logits, mu and logvar, all of the order of 1."""
    return rng.standard_normal(K), rng.standard_normal((K, D)), rng.standard_normal((K, D))


def by_the_formula(x, logits, mu, logvar, mistake=None):
    """log p(x) of one x, component by component, correct or with a planted mistake."""
    pi = np.exp(logits) / np.exp(logits).sum()
    D, terms = len(x), []
    for k in range(len(pi)):
        sigma = [math.exp(v if mistake == "variance as deviation" else v / 2) for v in logvar[k]]
        times = D if mistake == "normaliser D times" else 1
        log_N = sum(
            -times * LOG_2PI / 2 - math.log(s) - ((a - m) / s) ** 2 / 2
            for a, m, s in zip(x, mu[k], sigma, strict=True)
        )
        terms.append(math.log(pi[k]) + log_N)
    if mistake == "sum of logarithms":
        return sum(terms)
    return math.log(sum(map(math.exp, terms)))


def grid(D, reach, n):
    """n^D grid points (n^D, D) from −reach to reach, and the volume per point."""
    axis = np.linspace(-reach, reach, n)
    return np.stack(np.meshgrid(*[axis] * D), axis=-1).reshape(-1, D), (axis[1] - axis[0]) ** D


# --- one frame --------------------------------------------------------------------------------------------


@pytest.mark.equation("rnn.mixture_density")
@pytest.mark.parametrize("D, n", [(1, 4000), (2, 400)])
@pytest.mark.parametrize("K", [1, 2, 5])
def test_the_density_integrates_to_one(D, n, K, rng, measured):
    x, volume = grid(D, 40, n)
    logits, mu, logvar = of_one_frame(rng, D, K)
    p = np.exp(mixture_log_prob(x, logits, mu, 0.5 * logvar + 0.5))  # every σ spans several steps of the grid
    measured(abs(p.sum() * volume - 1), 1e-9)  # the error of such a sum falls exponentially with σ / step


@pytest.mark.equation("rnn.mixture_density")
@pytest.mark.parametrize("mistake", ["normaliser D times", "sum of logarithms"])
def test_the_claim_above_rejects_an_unnormalised_density(mistake, rng):
    x, volume = grid(2, 12, 60)
    logits, mu, logvar = of_one_frame(rng, 2)
    right, wrong = (
        sum(math.exp(by_the_formula(row, logits, mu, 0.2 * logvar, wrong)) for row in x) * volume
        for wrong in (None, mistake)
    )
    assert right == pytest.approx(1, abs=1e-6) and abs(wrong - 1) > 0.1


@pytest.mark.equation("rnn.mixture_density")
def test_the_density_is_the_formula_component_by_component(rng, measured):
    parts, x = of_one_frame(rng, 4), rng.standard_normal((20, 4))
    expected = np.array([by_the_formula(row, *parts) for row in x])
    measured(np.abs(mixture_log_prob(x, *parts) - expected), 1e-13 * np.abs(expected))
    # still integrates to one, but is another density
    slipped = [by_the_formula(row, *parts, "variance as deviation") for row in x]
    assert np.abs(mixture_log_prob(x, *parts) - slipped).max() > 0.1


@pytest.mark.equation("rnn.mixture_density")
def test_one_component_is_a_gaussian_and_equal_ones_are_one(rng, measured):
    x = rng.standard_normal((20, 3))
    _, (mu,), (logvar,) = of_one_frame(rng, 3, K=1)
    gaussian = -0.5 * (3 * LOG_2PI + logvar.sum() + ((x - mu) ** 2 / np.exp(logvar)).sum(axis=1))
    for K in (1, 4):
        one = mixture_log_prob(x, rng.standard_normal(K), np.tile(mu, (K, 1)), np.tile(logvar, (K, 1)))
        measured(np.abs(one - gaussian), 1e-12)
    apart = mixture_log_prob(x, np.zeros(2), np.stack([mu, mu + 1]), np.stack([logvar, logvar]))
    assert np.abs(apart - gaussian).max() > 0.1


@pytest.mark.equation("rnn.mixture_density")
def test_far_from_every_component_the_density_is_small_and_not_zero(rng, measured):
    """Where every p(x|k) underflows, the nearest component and its weight decide."""
    logits, mu, logvar = np.log([0.25, 0.75]), np.array([[0.0], [1.0]]), np.zeros((2, 1))
    expected = math.log(0.75) - LOG_2PI / 2 - 999.0**2 / 2
    measured(abs(mixture_log_prob(np.array([1000.0]), logits, mu, logvar) / expected - 1), 1e-14)


@pytest.mark.equation("rnn.mixture_density")
def test_the_gradients_agree_with_finite_differences_to_second_order(rng):
    shapes = (2, 1, 3), (4,), (4, 3), (4, 3)  # these shapes broadcast
    check_grads(mixture_log_prob, *(rng.standard_normal(shape) for shape in shapes))


@pytest.mark.equation("rnn.loudness")
def test_loudness_ignores_the_sign_and_silence_has_the_loudness_of_the_floor(rng, measured):
    x = rng.standard_normal((3, 4))
    read = with_loudness(x)
    measured(np.abs(read[:, :4] - x), 0)
    measured(np.abs(np.exp(4 * read[:, 4:]) - x**2 - SIGMA_FLOOR**2), 1e-14 * (1 + x**2))
    assert np.array_equal(with_loudness(-x)[:, 4:], read[:, 4:])


@pytest.mark.equation("rnn.loudness")
def test_the_claim_above_rejects_a_loudness_without_a_floor():
    with np.errstate(divide="ignore"):
        assert np.log(np.zeros(1) ** 2)[0] == -np.inf
    assert np.isfinite(with_loudness(np.zeros(1))).all()


# --- the floor --------------------------------------------------------------------------------------------

BEST = math.log(1 / (SIGMA_FLOOR * math.sqrt(2 * math.pi)))


def output(D, K, logvar=0.0):
    """A mixture over the state 0 of one unit, with all means at 0."""
    density = MixtureDensity(1, D, K, Generator(0))
    for p in density.parameters():
        p.data = np.zeros(p.shape)
    density.logvar.b.data += logvar
    return density


@pytest.mark.parametrize("logvar", [-1e4, -50.0, -9.2, 0.0, 4.0])
def test_the_variance_is_the_floor_plus_the_output_of_the_network(logvar):
    _, _, found = output(2, 3, logvar).parameters_of(np.zeros((5, 1)))
    np.testing.assert_allclose(np.exp(found.numpy()), SIGMA_FLOOR**2 + math.exp(logvar), rtol=1e-12)


def test_the_log_density_of_a_frame_is_bounded_by_the_floor():
    x, h = np.zeros((5, 2)), np.zeros((5, 1))
    worth = output(2, 3, -1e4).log_prob(h, x).numpy()
    np.testing.assert_allclose(worth, 2 * BEST, rtol=1e-12)
    assert pytest.approx(3.69, abs=0.005) == BEST
    for logvar in (-20.0, -9.0, 0.0, 30.0):
        assert (output(2, 3, logvar).log_prob(h, x).numpy() <= worth).all()


def test_a_constant_dimension_is_learned_to_the_floor_without_harm_to_others(rng):
    x = [np.stack([np.full(20, 0.5), rng.standard_normal(20)], axis=1).astype(np.float32) for _ in range(40)]
    model = fitted(x, 1, epochs=100, D=2, alpha=0.1)
    nats = nats_per_frame(model, x)
    noise = 0.5 * (LOG_2PI + 1)  # the cost of the other dimension
    assert -BEST < nats - noise < -BEST + 0.5


# --- sequences --------------------------------------------------------------------------------------------


def small(cell="gru", K=3, D=1, **options):
    """A model in float64 with weights of the order of 1."""
    model = FrameModel(D, 5, Generator(2), cell=cell, mixture_components=K, **options)
    rng = np.random.default_rng(5)
    for p in model.parameters():
        p.data = 0.6 * rng.standard_normal(p.shape)
    return model


def integral(model):
    """∫∫ p(x_1, x_2), by the sum over a grid."""
    x, volume = grid(2, 30, 300)
    log_p = model.log_prob(x.T[:, :, None]).numpy().sum(axis=0)  # (T = 2, B, D = 1)
    return np.exp(log_p).sum() * volume


@pytest.mark.equation("rnn.frames")
@cells
def test_the_density_of_sequences_integrates_to_one(cell, measured):
    measured(abs(integral(small(cell)) - 1), 1e-5)  # the smallest σ spans about two steps of the grid


@pytest.mark.equation("rnn.frames")
@cells
def test_the_claim_above_rejects_a_state_that_has_read_the_frame_it_predicts(cell, monkeypatch):
    monkeypatch.setattr(
        FrameModel, "forward", lambda self, x, mask=None: self.recurrent(self.read(x), None, mask)[0]
    )
    assert abs(integral(small(cell)) - 1) > 0.01


def gradients(model, total):
    model.zero_grad()
    total.backward()
    return {name: p.grad for name, p in model.named_parameters()}


@cells
def test_padding_changes_no_value_and_no_gradient(cell, rng, measured):
    model = small(cell, D=3, layers=2)
    sequences = [rng.standard_normal((T, 3)) for T in (3, 7, 5)]
    x, mask = pad(sequences)
    x[~mask] = 9  # any value
    together = model.log_prob(x, mask)
    assert (together.numpy()[~mask] == 0).all()
    alone = [model.log_prob(piece[:, None]) for piece in sequences]
    for b, piece in enumerate(alone):
        measured(np.abs(together.numpy()[: len(piece), b] - piece.numpy()[:, 0]), 1e-12)
    all_at_once = gradients(model, together.sum())
    one_by_one = gradients(model, sum(piece.sum() for piece in alone))
    for name, g in all_at_once.items():
        measured(np.abs(g - one_by_one[name]), 1e-10)
    careless = gradients(model, model.log_prob(x).sum())
    assert max(np.abs(careless[name] - g).max() for name, g in all_at_once.items()) > 0.01


# --- training ---------------------------------------------------------------------------------------------


def fitted(sequences, K, *, epochs, D=1, hidden=6, alpha=0.03):
    model = FrameModel(D, hidden, Generator(0), cell="gru", mixture_components=K)
    train_frames(
        model, sequences, sequences[:2], History(),
        epochs=epochs, batch_size=20, optimizer=Adam(model.parameters(), alpha), rng=Generator(1),
    )  # fmt: skip
    return model


A, SIGMA, T = 0.9, 0.5, 25


def autoregression(rng, n):
    """x_t = a x_{t−1} + σ e_t, started from its stationary distribution: n sequences (T, 1)."""
    x = np.zeros((T, n))
    x[0] = SIGMA / math.sqrt(1 - A**2) * rng.standard_normal(n)
    for t in range(1, T):
        x[t] = A * x[t - 1] + SIGMA * rng.standard_normal(n)
    return [row[:, None].astype(np.float32) for row in x.T]


def nats_of_the_truth(x):
    """−log p of every sequence under the true process."""
    x = np.stack(x)[:, :, 0].astype(float)
    sigma = np.full(T, SIGMA)
    sigma[0] /= math.sqrt(1 - A**2)
    error = np.concatenate([x[:, :1], x[:, 1:] - A * x[:, :-1]], axis=1)
    return (LOG_2PI / 2 + np.log(sigma) + (error / sigma) ** 2 / 2).sum(axis=1)


@pytest.mark.equation("rnn.frames")
def test_a_process_of_known_entropy_rate_is_learned_down_to_it_and_not_below(rng):
    model = fitted(autoregression(rng, 400), 1, epochs=12)
    fresh = autoregression(rng, 1500)
    rate = 0.5 * (LOG_2PI + 1 + 2 * math.log(SIGMA))
    entropy = rate - math.log(1 - A**2) / 2 / T  # the first frame has no predecessor
    # the variance of −log p is ½ per frame for every σ
    error = math.sqrt(0.5 / (T * len(fresh)))
    ours = nats_per_frame(model, fresh)
    assert entropy - 3 * error < ours < entropy + 0.02 + 3 * error
    # compared with the true process on the same frames, most of that error cancels
    above = (rnn.nats_by_sequence(model, fresh) - nats_of_the_truth(fresh)) / T
    excess, its_error = above.mean(), above.std() / math.sqrt(len(above))
    assert -3 * its_error < excess < 0.02 and its_error < 0.5 * error


def test_the_claim_above_rejects_a_density_without_its_normaliser(rng, monkeypatch):
    short = lambda self, h, x: mixture_log_prob(x, *self.parameters_of(h)) + LOG_2PI / 2
    monkeypatch.setattr(MixtureDensity, "log_prob", short)
    ours = nats_per_frame(fitted(autoregression(rng, 100), 1, epochs=3), autoregression(rng, 200))
    assert ours < 0.5 * (LOG_2PI + 1 + 2 * math.log(SIGMA)) - 0.2


NOISE = 0.3


def coins(rng, n):
    """x_t = ±1 with probability ½ each, plus noise: n sequences (20, 1)."""
    x = rng.choice([-1.0, 1.0], (n, 20, 1)) + NOISE * rng.standard_normal((n, 20, 1))
    return list(x.astype(np.float32))


def test_a_mixture_reaches_the_entropy_of_two_modes_and_a_gaussian_does_not(rng):
    x, volume = grid(1, 4, 4000)
    p = sum(np.exp(-(((x - m) / NOISE) ** 2) / 2) for m in (-1, 1)) / (2 * NOISE * math.sqrt(2 * math.pi))
    entropy = -(p * np.log(p)).sum() * volume
    of_the_gaussian = 0.5 * (LOG_2PI + 1 + math.log(1 + NOISE**2))  # of the same variance
    train, fresh = coins(rng, 200), coins(rng, 1000)
    mixture, gaussian = (nats_per_frame(fitted(train, K, epochs=15), fresh) for K in (2, 1))
    error = math.sqrt(0.5 / 20_000)  # of a Gaussian; the mixture's −log p varies about as much
    assert entropy - 3 * error < mixture < entropy + 0.02
    assert of_the_gaussian - 3 * error < gaussian < of_the_gaussian + 0.02
    assert gaussian - mixture == pytest.approx(of_the_gaussian - entropy, abs=0.03)
    assert of_the_gaussian - entropy > 0.4


# --- sampling ---------------------------------------------------------------------------------------------


def normal_cdf(a):
    return 0.5 * (1 + np.vectorize(math.erf)(a / math.sqrt(2)))


def distribution_function(model, h, x):
    """P(x_t ≤ x | h) of a model of one dimension:   h (B, H), x (B,) → (B,)."""
    logits, mu, logvar = (a.numpy() for a in model.output.parameters_of(h))
    pi = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    return (pi * normal_cdf((x[:, None] - mu[..., 0]) / np.exp(logvar[..., 0] / 2))).sum(axis=-1)


def kolmogorov_smirnov(u):
    """√n sup |F_n(u) − u|: above 1.95 once in a thousand times if u is uniform."""
    n, u = len(u), np.sort(u)
    return math.sqrt(n) * max((np.arange(1, n + 1) / n - u).max(), (u - np.arange(n) / n).max())


def uniform_if_right(model, drawn):
    """F(x_t | x_1 … x_{t−1}) of every step: independent and uniform for samples of the model."""
    h = model.forward(drawn).numpy()
    return np.array([distribution_function(model, h[t], drawn[t, :, 0]) for t in range(len(drawn))])


@pytest.mark.parametrize("K", [1, 3])
def test_samples_have_the_density_of_the_model(K):
    model = small(K=K)
    u = uniform_if_right(model, model.sample(3, 5_000, Generator(3)).astype(float))
    for step in u:
        assert kolmogorov_smirnov(step) < 1.95
    assert np.abs(np.corrcoef(u) - np.eye(3)).max() < 4 / math.sqrt(5_000)


def test_the_claim_above_rejects_a_variance_used_as_a_deviation(monkeypatch):
    model = small()
    exact = MixtureDensity.parameters_of
    with monkeypatch.context() as patched:
        doubled = lambda self, h: (*exact(self, h)[:2], 2 * exact(self, h)[2])
        patched.setattr(MixtureDensity, "parameters_of", doubled)
        drawn = model.sample(3, 5_000, Generator(3)).astype(float)
    assert max(map(kolmogorov_smirnov, uniform_if_right(model, drawn))) > 4


def test_all_dimensions_of_a_frame_come_from_one_component():
    density = output(2, 2, -6.0)
    density.mu.b.data = np.array([-1.0, -1.0, 1.0, 1.0])  # (K, D)
    x = density.sample(np.zeros((2_000, 1)), Generator(0))
    assert (x[:, 0] * x[:, 1] > 0).all() and abs((x[:, 0] > 0).mean() - 0.5) < 0.05


# --- bad input --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_bad_frames_are_refused(bad):
    x = np.zeros((3, 2, 1))
    x[1, 0] = bad
    with pytest.raises(BadInput, match="NaN or infinity"):
        small().log_prob(x)


def test_bad_sizes_are_refused():
    for options in ({"mixture_components": -1}, {"nade": 2, "mixture_components": 2}):
        with pytest.raises(ValueError, match=r"at least 0|one of the two"):
            FrameModel(4, 3, **options)


def test_float32_stays_float32():
    model = FrameModel(4, 3, Generator(0), mixture_components=2)
    x = np.ones((2, 1, 4), np.float32)
    assert model.log_prob(x).dtype == np.float32 == model.sample(2, 1, Generator(0)).dtype
    optimizer = Adam(model.parameters())
    model.log_prob(x).sum().backward()
    optimizer.step()
    assert all(p.data.dtype == p.grad.dtype == np.float32 for p in model.parameters())
    assert small().log_prob(x[..., :1].astype(float)).dtype == np.float64
