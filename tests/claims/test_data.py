"""Synthetic data and preprocessing, against explicit sums and quadrature."""

import itertools
import math

import numpy as np
import pytest

from scratchgen.data.files.performance import pitch_in_hz
from scratchgen.data.preprocessing import mu_law
from scratchgen.data.preprocessing.composite import alpha_composite
from scratchgen.data.preprocessing.dequantise import dequantise
from scratchgen.data.preprocessing.mel import hz_to_mel, log_mel, mel_to_hz
from scratchgen.data.preprocessing.scaling import Affine, standardise
from scratchgen.data.preprocessing.stft import hann, istft, stft
from scratchgen.data.sets.gaussians import Mixture, ring
from scratchgen.data.sets.karplus_strong import pluck
from scratchgen.data.sets.markov import MarkovChain
from scratchgen.data.sets.tones import tone
from scratchgen.random import Generator

pytestmark = pytest.mark.fast

# --- numbers ----------------------------------------------------------------------------------------------


@pytest.mark.equation("data.scaling")
def test_a_column_that_is_standardised_has_mean_0_and_mean_square_1(rng, measured):
    x = rng.standard_normal((50, 3)) * [1, 100, 0.01] + [5, -3, 0]
    y = standardise(x)(x)
    measured(np.abs([y.mean(axis=0), (y * y).mean(axis=0) - 1]), 1e-12)


@pytest.mark.equation("data.scaling")
def test_the_claim_above_rejects_a_division_by_the_variance(rng):
    x = 100 * rng.standard_normal((50, 1))
    y = Affine(x.mean(axis=0), x.var(axis=0))(x)
    assert abs((y * y).mean() - 1) > 0.9


@pytest.mark.equation("data.dequantisation")
def test_dequantised_numbers_have_a_density_that_is_flat_on_their_level(measured):
    """Their mean is (k + ½)/V and their variance 1/12V²; four standard errors of 40,000 draws."""
    x, V = dequantise(np.full(40_000, 3), 8, Generator(0), np.float64), 8
    measured(abs(x.mean() - 3.5 / V), 4 / V / math.sqrt(12 * 40_000))
    measured(abs(12 * V**2 * x.var() - 1), 4 * math.sqrt(0.8 / 40_000))  # a uniform number's kurtosis is 1.8


@pytest.mark.equation("data.dequantisation")
def test_the_claim_above_rejects_levels_without_noise():
    assert abs(3 / 8 - 3.5 / 8) > 50 * 4 / 8 / math.sqrt(12 * 40_000)


# --- sources ----------------------------------------------------------------------------------------------

UNEVEN = np.array([[0.9, 0.1], [0.4, 0.6]])


def bits_of_all_texts(P, first, n):
    """The mean of −log₂ p over every text of n characters, weighted by its probability."""
    total = 0.0
    for text in itertools.product(range(len(P)), repeat=n):
        p = first[text[0]] * math.prod(P[i, j] for i, j in itertools.pairwise(text))
        total -= p * math.log2(p)
    return total


@pytest.mark.equation("data.entropy_rate")
def test_one_character_more_costs_the_entropy_rate(measured):
    chain = MarkovChain("ab", UNEVEN)
    longer, shorter = (bits_of_all_texts(UNEVEN, [0.8, 0.2], n) for n in (9, 8))  # π = (0.4, 0.1)/0.5
    measured(abs(longer - shorter - chain.entropy_rate), 1e-12)


@pytest.mark.equation("data.entropy_rate")
def test_the_claim_above_rejects_rows_with_equal_weights():
    rows = -(UNEVEN * np.log2(UNEVEN)).sum(axis=1)
    assert abs(rows.mean() - MarkovChain("ab", UNEVEN).entropy_rate) > 0.1


@pytest.mark.equation("data.ring")
def test_centres_are_on_the_circle_with_the_side_of_the_polygon_as_their_distance(measured):
    centres = ring(8, 2.0).centres
    sides = np.linalg.norm(centres - np.roll(centres, 1, axis=0), axis=1)
    measured(np.abs(sides - 2 * 2.0 * math.sin(math.pi / 8)), 1e-12)
    measured(np.abs(np.linalg.norm(centres, axis=1) - 2.0), 1e-12)


@pytest.mark.equation("data.ring")
def test_the_claim_above_rejects_angles_that_include_both_ends():
    angle = np.linspace(0, 2 * np.pi, 8)
    centres = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    assert np.linalg.norm(centres - np.roll(centres, 1, axis=0), axis=1).min() < 1e-9


PLANE = np.linspace(-4, 5, 361)
TWO = np.array([[0.0, 0.0], [1.0, 0.5]])


def integral(density):
    """The integral over the plane by the trapezoidal rule, which is exact for functions that vanish at the edges."""
    x = np.stack(np.meshgrid(PLANE, PLANE), axis=-1).reshape(-1, 2)
    return density(x).sum() * (PLANE[1] - PLANE[0]) ** 2


@pytest.mark.equation("data.mixture")
def test_the_density_of_a_mixture_integrates_to_one(measured):
    measured(abs(integral(lambda x: np.exp(Mixture(TWO, 0.3).log_density(x))) - 1), 1e-10)


@pytest.mark.equation("data.mixture")
def test_the_claim_above_rejects_a_normaliser_of_one_dimension():
    log_density = lambda x: Mixture(TWO, 0.3).log_density(x) + 0.5 * np.log(2 * np.pi * 0.3**2)
    assert abs(integral(lambda x: np.exp(log_density(x))) - 1) > 0.1


# --- pictures in layers -----------------------------------------------------------------------------------


def some_layers(n, seed=0):
    return np.random.default_rng(seed).random((n, 5, 4, 4))


@pytest.mark.equation("data.compositing")
def test_a_clear_layer_changes_nothing_an_opaque_one_hides_all_and_half_is_half_way(measured):
    layer, below = some_layers(1)[0], some_layers(1, 1)[0, ..., :3]
    for alpha in (0.0, 0.5, 1.0):
        layer[..., 3] = alpha
        measured(
            np.abs(alpha_composite(layer, below) - ((1 - alpha) * below + alpha * layer[..., :3])), 1e-15
        )


@pytest.mark.equation("data.compositing")
def test_layers_laid_one_by_one_are_weighted_by_what_shines_through_those_above(measured):
    """x = Σ_i α_i l_i Π_{j > i} (1 − α_j), with the background as an opaque first layer."""
    layers, x = some_layers(4), np.ones(3)
    for layer in layers:
        x = alpha_composite(layer, x)
    shines = np.cumprod(1 - layers[::-1, ..., 3:], axis=0)[::-1]  # through layer i and all above it
    above = np.concatenate((shines[1:], np.ones_like(shines[:1])))
    measured(np.abs(x - shines[0] - (layers[..., 3:] * layers[..., :3] * above).sum(axis=0)), 1e-14)


@pytest.mark.equation("data.compositing")
def test_the_claim_above_rejects_a_layer_that_is_added_to_what_is_below():
    layer, below = some_layers(1)[0], np.ones(3)
    assert np.abs(layer[..., 3:] * layer[..., :3] + below - alpha_composite(layer, below)).max() > 0.1


# --- sounds -----------------------------------------------------------------------------------------------


def string_by_hand(burst, n, apart=1):
    y = list(burst)
    for t in range(len(burst), n):
        before = t - len(burst) - apart
        y.append((y[t - len(burst)] + (y[before] if before >= 0 else 0)) / 2)
    return np.array(y)


@pytest.mark.equation("data.plucked_string")
def test_a_string_is_its_recurrence_sample_by_sample(rng, measured):
    burst = rng.uniform(-1, 1, 7)
    measured(np.abs(pluck(burst, 60) - string_by_hand(burst, 60)), 1e-15)


@pytest.mark.equation("data.plucked_string")
def test_the_claim_above_rejects_an_average_with_a_more_distant_sample(rng):
    burst = rng.uniform(-1, 1, 7)
    assert np.abs(pluck(burst, 60) - string_by_hand(burst, 60, apart=2)).max() > 0.1


def amplitudes(sound, f, harmonics=3):
    """Amplitudes of sin 2πkft as means of products over one second: sines of integer frequencies are orthogonal."""
    t = np.arange(len(sound)) / len(sound)
    return [2 * np.mean(sound * np.sin(2 * np.pi * k * f * t)) for k in range(1, harmonics + 1)]


@pytest.mark.equation("data.tone")
@pytest.mark.parametrize(
    ("timbre", "expected"),
    [("sine", [1, 0, 0]), ("square", [1, 0, 1 / 3]), ("sawtooth", [1, 1 / 2, 1 / 3])],
)
def test_a_tone_has_the_harmonics_of_its_series(timbre, expected, measured):
    found = amplitudes(tone(timbre, 1100.0, 8000, 8000).astype(float), 1100)
    measured(np.abs(found - np.array(expected) / sum(expected)), 1e-6)  # float32


@pytest.mark.equation("data.tone")
def test_the_claim_above_rejects_a_sawtooth_with_all_harmonics():
    """A sampled ramp: its harmonics above half the rate are aliased."""
    ramp = 1 - 2 * ((1100 * np.arange(8000) / 8000) % 1)
    found = np.array(amplitudes(ramp, 1100)) / amplitudes(ramp, 1100)[0]
    assert np.abs(found - [1, 1 / 2, 1 / 3]).max() > 1e-3


@pytest.mark.equation("data.pitch")
def test_twelve_notes_double_the_frequency_and_a_fifth_is_nearly_three_halves(measured):
    measured(abs(pitch_in_hz(81) / pitch_in_hz(69) - 2), 1e-14)
    measured(abs(pitch_in_hz(60) - 261.6256), 5e-5)  # middle C in published tables, to four decimals
    assert pitch_in_hz(76) / pitch_in_hz(69) == pytest.approx(1.5, rel=0.002)


@pytest.mark.equation("data.pitch")
def test_the_claim_above_rejects_notes_numbered_from_60():
    assert abs(440 * 2 ** ((60 - 60) / 12) - 261.6256) > 100


# --- spectra ----------------------------------------------------------------------------------------------


def transform_by_hand(x, length, hop, window):
    """Frame by frame and frequency by frequency, from the definition."""
    padded = np.concatenate([np.zeros(length - hop), x, np.zeros(length)])
    n, M = np.arange(length), -(-len(x) // hop) + length // hop - 1
    return np.array(
        [
            [
                np.sum(window * padded[m * hop : m * hop + length] * np.exp(-2j * np.pi * k * n / length))
                for k in range(length // 2 + 1)
            ]
            for m in range(M)
        ]
    )


@pytest.mark.equation("data.stft")
def test_the_transform_is_the_sum_that_defines_it(rng, measured):
    x, length, hop = rng.standard_normal(50), 12, 3
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    measured(np.abs(stft(x, length, hop) - transform_by_hand(x, length, hop, window)), 1e-12)


@pytest.mark.equation("data.stft")
def test_the_claim_above_rejects_the_symmetric_window(rng):
    x = rng.standard_normal(50)
    assert np.abs(stft(x, 12, 3) - transform_by_hand(x, 12, 3, np.hanning(12))).max() > 0.1


@pytest.mark.equation("data.istft")
def test_the_inverse_is_the_sound_with_the_nearest_transform(rng, measured):
    """For an X that is not the transform of any sound: least squares over all samples."""
    N, length, hop = 9, 6, 3
    X = stft(np.zeros(N), length, hop) + rng.standard_normal((4, 4)) + 1j * rng.standard_normal((4, 4))
    X[:, [0, -1]] = X[:, [0, -1]].real  # as for the transform of a real frame
    w, before = hann(length), length - hop
    rows = np.zeros((len(X) * length, N))
    for m, n in itertools.product(range(len(X)), range(length)):
        if 0 <= m * hop + n - before < N:
            rows[m * length + n, m * hop + n - before] = w[n]
    nearest = np.linalg.lstsq(rows, np.fft.irfft(X, length, axis=1).ravel(), rcond=None)[0]
    measured(np.abs(istft(X, N, length, hop) - nearest), 1e-12)


@pytest.mark.equation("data.istft")
def test_the_claim_above_rejects_frames_that_are_added_without_a_window(rng):
    x, length, hop = rng.standard_normal(30), 6, 3
    frames = np.fft.irfft(stft(x, length, hop), length, axis=1)
    total, weight = np.zeros(len(frames) * hop + hop), np.zeros(len(frames) * hop + hop)
    for m, frame in enumerate(frames):
        total[m * hop : m * hop + length] += frame
        weight[m * hop : m * hop + length] += hann(length) ** 2
    inside = slice(length - hop, length - hop + 30)
    assert np.abs(total[inside] / weight[inside] - x).max() > 0.1


# --- perception -------------------------------------------------------------------------------------------


@pytest.mark.equation("data.mel")
def test_the_scale_begins_linearly_and_ends_logarithmically(measured):
    measured(abs(hz_to_mel(1e-6) / 1e-6 - 2595 / (700 * math.log(10))), 1e-6)
    measured(abs(hz_to_mel(1e12) - hz_to_mel(1e11) - 2595), 1e-4)
    f = np.geomspace(1, 20_000, 50)
    measured(np.abs(mel_to_hz(hz_to_mel(f)) / f - 1), 1e-12)


@pytest.mark.equation("data.mel")
def test_the_claim_above_rejects_a_natural_logarithm():
    slope = 2595 * math.log1p(1e-6 / 700) / 1e-6
    assert abs(slope - 2595 / (700 * math.log(10))) > 1


@pytest.mark.equation("data.decibels")
def test_ten_times_the_power_are_ten_decibels_more_in_each_band_and_silence_has_a_floor(rng, measured):
    power, filters = rng.random((4, 9)), rng.random((9, 3))
    measured(np.abs(log_mel(10 * power, filters) - log_mel(power, filters) - 10), 1e-12)
    measured(np.abs(log_mel(0 * power, filters) + 100), 1e-12)


@pytest.mark.equation("data.decibels")
def test_the_claim_above_rejects_twenty_times_the_logarithm(rng):
    power = rng.random((4, 9))
    assert np.abs(20 * np.log10(10 * power) - 20 * np.log10(power) - 10).min() > 9


@pytest.mark.equation("data.mu_law")
def test_the_compressed_scale_is_steeper_by_mu_where_it_is_quiet(measured):
    """Its slope is μ / (ln(1 + μ)(1 + μ|x|)); by central differences, whose error is the step squared."""
    x, h = np.linspace(0.05, 0.95, 19), 1e-5
    slope = (mu_law.compress(x + h) - mu_law.compress(x - h)) / (2 * h)
    measured(np.abs(slope * (1 + 255 * x) * math.log(256) / 255 - 1), 1e-6)
    measured(np.abs(mu_law.expand(mu_law.compress(-x)) + x), 1e-14)


@pytest.mark.equation("data.mu_law")
def test_the_claim_above_rejects_mu_256():
    x, h = 0.05, 1e-5
    compress = lambda x: math.log1p(256 * x) / math.log1p(256)
    slope = (compress(x + h) - compress(x - h)) / (2 * h)
    assert abs(slope * (1 + 255 * x) * math.log(256) / 255 - 1) > 1e-4
