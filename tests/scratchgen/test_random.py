"""The generator: the same stream however it is drawn, and the distributions that the methods name."""

import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from scratchgen import gan, nn, vae
from scratchgen.distributions import Bernoulli, Categorical, Normal
from scratchgen.random import Generator, default_rng, default_stream, seed

N = 200_000


def test_the_stream_depends_on_seed_and_counter_alone():
    a, b = Generator(5), Generator(5)
    a.standard_normal(10)
    b.state = a.state
    np.testing.assert_array_equal(a.random(7), b.random(7))
    assert a.state == b.state == {"seed": 5, "counter": 12 + 8}


def test_different_seeds_give_different_streams():
    assert not np.array_equal(Generator(1).random(8), Generator(2).random(8))


class SlowGenerator(Generator):
    """A stream that gives other threads the turn between the reading and the writing of its position."""

    @property
    def counter(self):
        found = self.__dict__["counter"]
        time.sleep(0.0005)
        return found

    @counter.setter
    def counter(self, value):
        self.__dict__["counter"] = value


def test_threads_that_share_a_stream_draw_different_words():
    g, found = SlowGenerator(0), []
    threads = [threading.Thread(target=lambda: found.append(g.take(4))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counter for _, counter in found) == list(range(0, 32, 4)) and g.state["counter"] == 32


def test_no_word_of_the_stream_is_used_by_two_draws():
    g = Generator(0)
    first, second = g.take(3), g.take(5)
    assert second[1] >= first[1] + 3 and second[1] % 4 == 0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_uniform_numbers_fill_the_unit_interval_evenly(dtype):
    u = Generator(1).random(N, dtype)
    assert u.dtype == dtype and u.min() >= 0 and u.max() < 1
    counts = np.bincount((u * 20).astype(int), minlength=20)
    chi2 = np.sum((counts - N / 20) ** 2 / (N / 20))
    assert chi2 < 43.8  # the 99.9 % point of χ² with 19 degrees of freedom


def test_normal_numbers_have_mean_zero_and_variance_one_within_five_standard_errors():
    e = Generator(2).standard_normal(N, np.float64)
    assert abs(e.mean()) < 5 / np.sqrt(N)
    assert abs(e.var() - 1) < 5 * np.sqrt(2 / N)


def test_integers_cover_their_range_evenly():
    counts = np.bincount(Generator(3).integers(2, 9, N))
    assert counts[:2].sum() == 0 and len(counts) == 9
    assert np.sum((counts[2:] - N / 7) ** 2 / (N / 7)) < 22.5  # 99.9 %, 6 degrees of freedom


def test_a_permutation_is_one_and_its_first_place_is_uniform():
    g = Generator(4)
    firsts = np.zeros(5)
    for _ in range(5000):
        p = g.permutation(5)
        firsts[p[0]] += 1
    assert sorted(p) == [0, 1, 2, 3, 4]
    assert np.sum((firsts - 1000) ** 2 / 1000) < 18.5  # 99.9 %, 4 degrees of freedom


def test_categorical_draws_have_the_probabilities_that_they_are_given():
    p = np.array([0.1, 0.0, 0.6, 0.3])
    counts = np.bincount(Generator(5).categorical(np.tile(p, (N, 1))), minlength=4)
    assert counts[1] == 0
    kept = [0, 2, 3]
    assert np.sum((counts[kept] - N * p[kept]) ** 2 / (N * p[kept])) < 13.9  # 99.9 %, 2 degrees of freedom


@pytest.mark.parametrize("p", [[0.0, 0.0], [0.5, np.nan], [1.5, -0.5], [np.inf, 1.0]])
def test_probabilities_that_are_no_distribution_are_refused(p):
    with pytest.raises(ValueError, match="probabilities must be"):
        Generator().categorical(np.array(p))


@pytest.mark.parametrize("n", [np.array([3, 4]), 2.5, -1, (2, 3)], ids=str)
def test_a_permutation_of_anything_but_a_number_is_refused(n):
    with pytest.raises(ValueError, match="permutation takes the number"):
        Generator().permutation(n)


def test_shapes_and_types():
    g = Generator(6)
    assert g.standard_normal((2, 3)).shape == (2, 3) and g.standard_normal(4).dtype == np.float32
    assert g.random().shape == () and g.integers(3, size=(0, 2)).shape == (0, 2)
    assert repr(Generator(6)) == "Generator(seed=6, counter=0)"


@pytest.mark.parametrize("n", [-1, 2**64])
@pytest.mark.parametrize("make", [Generator, default_rng])
def test_a_seed_outside_64_bits_is_refused(make, n):
    with pytest.raises(ValueError, match="a seed is an integer from 0"):
        make(n)


def test_an_empty_range_of_integers_is_refused():
    with pytest.raises(ValueError, match="there is no integer i with"):
        Generator().integers(3, 3)


# --- the default stream -------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def same_default_stream_afterwards():
    state = default_stream().state
    yield
    default_stream().state = state


LAYERS = {
    "Linear": lambda rng=None: nn.Linear(3, 2, rng),
    "Embedding": lambda rng=None: nn.Embedding(3, 2, rng),
    "Conv2d": lambda rng=None: nn.Conv2d(1, 2, 3, rng),
    "ConvTranspose2d": lambda rng=None: nn.ConvTranspose2d(2, 1, 3, rng),
    "LSTM": lambda rng=None: nn.LSTM(3, 2, rng),
    "GRU": lambda rng=None: nn.GRU(3, 2, rng),
    "SpectralNorm": lambda rng=None: nn.SpectralNorm(nn.Linear(3, 2, default_rng(0)), rng),
    "VAE": lambda rng=None: vae.VAE(4, 2, 3, rng),
    "ConvVAE": lambda rng=None: vae.ConvVAE((2, 2), 2, 3, (2,), rng),
    "LinearVAE": lambda rng=None: vae.LinearVAE(4, 2, rng),
    "VQVAE": lambda rng=None: vae.VQVAE((2, 2), 3, 2, (2,), 3, rng),
    "GAN": lambda rng=None: gan.GAN(4, 2, rng, hidden=(3,)),
    "ConvGAN": lambda rng=None: gan.ConvGAN((4, 4), 2, (2,), rng, hidden=3),
}

DRAWS = {
    "Normal.sample": lambda rng=None: Normal(np.zeros(50), np.zeros(50)).sample(rng),
    "Normal.rsample": lambda rng=None: Normal(np.zeros(50), np.zeros(50)).rsample(rng),
    "Bernoulli.sample": lambda rng=None: Bernoulli(np.zeros(50)).sample(rng),
    "Categorical.sample": lambda rng=None: Categorical(np.zeros((50, 2))).sample(rng),
    "VAE.sample": lambda rng=None: LAYERS["VAE"](default_rng(0)).sample(5, rng),
    "VAE.elbo": lambda rng=None: LAYERS["VAE"](default_rng(0)).elbo(np.ones((5, 4), np.float32), rng).numpy(),
    "VAE.iwae_bound": lambda rng=None: (
        LAYERS["VAE"](default_rng(0)).iwae_bound(np.ones((5, 4), np.float32), 2, rng).numpy()
    ),
    "VQVAE.sample": lambda rng=None: LAYERS["VQVAE"](default_rng(0)).prior.sample(50, rng),
    "GAN.sample": lambda rng=None: LAYERS["GAN"](default_rng(0)).sample(5, rng),
}


def numbers(made):
    state = made.state_dict() if isinstance(made, nn.Module) else {"": made}
    return np.concatenate([np.ravel(a) for a in state.values()])


def are_independent(make):
    """Whether two results without an rng differ, and the seed of the default stream repeats both."""
    seed(7)
    first, second = numbers(make()), numbers(make())
    seed(7)
    again = numbers(make())
    return np.array_equal(first, again) and not np.array_equal(first, second)


# the u of a SpectralNorm converges to the same singular vector from everywhere
@pytest.mark.parametrize("name", [name for name in LAYERS | DRAWS if name != "SpectralNorm"])
def test_without_an_rng_two_results_differ_and_the_default_stream_repeats_them(name):
    assert are_independent((LAYERS | DRAWS)[name])


def test_the_claim_above_rejects_layers_that_each_start_a_stream_of_their_own():
    assert not are_independent(lambda: LAYERS["Linear"](Generator(0)))
    assert not are_independent(lambda: LAYERS["Linear"](Generator(int(time.time_ns()) % 2**32)))


FOREIGN = {
    "numpy": np.random.default_rng(0),
    "legacy": np.random.RandomState(0),
    "int": 0,
    "float": 0.5,
    "str": "0",
}


@pytest.mark.parametrize("rng", FOREIGN.values(), ids=FOREIGN)
@pytest.mark.parametrize("name", LAYERS)
def test_anything_but_a_generator_of_ours_is_refused_with_the_way_out(name, rng):
    with pytest.raises(
        TypeError, match=r"not a Generator of scratchgen; give sg\.random\.default_rng"
    ) as problem:
        LAYERS[name](rng)
    assert type(rng).__name__ in str(problem.value)


@pytest.mark.parametrize("name", DRAWS)
def test_a_draw_refuses_the_generator_of_another_library(name):
    with pytest.raises(
        TypeError, match=r"numpy\.random\._generator\.Generator, not a Generator of scratchgen"
    ):
        DRAWS[name](np.random.default_rng(0))


def test_the_default_stream_starts_at_seed_0_in_a_new_process():
    code = "from scratchgen.random import default_stream; print(default_stream())"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "Generator(seed=0, counter=0)"


def test_seed_restarts_the_stream_that_layers_already_hold():
    layer = nn.Dropout(0.5)
    seed(3)
    x = np.ones(50, np.float32)
    np.testing.assert_array_equal(layer(x), nn.Dropout(0.5, default_rng(3))(x))


@pytest.mark.parametrize("n", [-1, 2**64])
def test_a_seed_of_the_default_stream_outside_64_bits_is_refused_and_changes_nothing(n):
    before = default_stream().state
    with pytest.raises(ValueError, match="a seed is an integer from 0"):
        seed(n)
    assert default_stream().state == before
