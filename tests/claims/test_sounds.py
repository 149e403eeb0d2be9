"""Phases from magnitudes, filters, spectra of mel bands and measures of a sound, against independent computations."""

import cmath
import itertools
import math

import numpy as np
import pytest

from scratchgen.data.preprocessing.griffin_lim import griffin_lim, spectral_convergence
from scratchgen.data.preprocessing.mel import log_mel, mel_filters
from scratchgen.data.preprocessing.mel_inversion import sound_of_log_mel, spectrum_of_mel
from scratchgen.data.preprocessing.pre_emphasis import de_emphasis, pre_emphasis
from scratchgen.data.preprocessing.stft import istft, stft
from scratchgen.data.sets.tones import tone
from scratchgen.errors import BadInput
from scratchgen.evaluation import (
    clipped_share,
    level,
    snr,
    sounding_seconds,
    spectral_flatness,
    spectral_subtraction,
)
from scratchgen.random import Generator

pytestmark = pytest.mark.fast

LENGTH, HOP = 64, 16


def chord(N=1000):
    """Three tones at 8 kHz, the last of which begins half-way."""
    late = np.arange(N) >= N // 2
    return sum(tone("sawtooth", f, N, 8000) * on for f, on in ((330, 1), (550, 1), (820, late))) / 3.0


def magnitudes(x):
    return np.abs(stft(np.asarray(x, np.float64), LENGTH, HOP))


def convergences(S, N, counts, **how):
    """The spectral convergence after each number of steps, from the same first phases."""
    sounds = (griffin_lim(S, N, LENGTH, HOP, steps=n, rng=Generator(3), **how) for n in counts)
    return [spectral_convergence(x, S, LENGTH, HOP) for x in sounds]


# --- phases -----------------------------------------------------------------------------------------------


@pytest.mark.equation("data.griffin_lim")
@pytest.mark.parametrize("consistent", [True, False], ids=["of a sound", "of no sound"])
def test_without_momentum_no_step_moves_the_sound_away_from_its_magnitudes(consistent, rng):
    """The theorem of Griffin & Lim, for magnitudes of a sound and for magnitudes that no sound has."""
    S = magnitudes(chord()) if consistent else rng.random(magnitudes(chord()).shape)
    errors = convergences(S, 1000, range(1, 25), momentum=0.0)
    assert all(after <= before * (1 + 1e-12) for before, after in itertools.pairwise(errors))
    assert errors[-1] < 0.8 * errors[0]


@pytest.mark.equation("data.griffin_lim")
def test_momentum_comes_nearer_to_the_magnitudes_in_as_many_steps():
    S = magnitudes(chord())
    (plain,), (fast,) = (convergences(S, 1000, [100], momentum=momentum) for momentum in (0.0, 0.99))
    assert fast < 0.7 * plain


@pytest.mark.equation("data.griffin_lim")
def test_phases_are_those_of_the_alternating_projections_written_with_scipy():
    """An independent implementation: scipy's transforms of the padded sound, and the momentum on whole arrays."""
    signal = pytest.importorskip("scipy.signal")
    N, steps, alpha = 640, 5, 0.9
    S = magnitudes(chord(N))
    theirs = signal.ShortTimeFFT(signal.get_window("hann", LENGTH, fftbins=True), HOP, 1.0)
    M, before = len(S), LENGTH - HOP

    def project(c):
        frames = np.fft.irfft(S * np.exp(1j * np.angle(c)), LENGTH, axis=1) * theirs.win
        sums = [np.zeros((M - 1) * HOP + LENGTH) for _ in range(2)]
        for m, place in enumerate(range(0, M * HOP, HOP)):
            sums[0][place : place + LENGTH] += frames[m]
            sums[1][place : place + LENGTH] += theirs.win**2
        x = (sums[0] / np.maximum(sums[1], 1e-12))[before : before + N]
        padded = np.concatenate([np.zeros(before), x, np.zeros(before)])
        return x, np.stack([np.fft.rfft(theirs.win * padded[m * HOP : m * HOP + LENGTH]) for m in range(M)])

    c = S * np.exp(2j * np.pi * Generator(0).random(S.shape, np.float64))
    t = [project(c)[1]]
    c = t[0]
    for _ in range(steps - 1):
        t.append(project(c)[1])
        c = t[-1] + alpha * (t[-1] - t[-2])
    ours = griffin_lim(S, N, LENGTH, HOP, steps=steps, momentum=alpha, rng=Generator(0))
    assert np.abs(ours - project(c)[0]).max() < 1e-9


@pytest.mark.equation("data.griffin_lim")
@pytest.mark.parametrize("planted", ["phases never updated", "the transform's own magnitude kept"])
def test_the_claims_above_reject(planted):
    x, S = chord(), magnitudes(chord())
    c = S * np.exp(2j * np.pi * Generator(3).random(S.shape, np.float64))
    errors = []
    for _ in range(24):
        t = stft(istft(c, len(x), LENGTH, HOP), LENGTH, HOP)
        errors.append(spectral_convergence(istft(c, len(x), LENGTH, HOP), S, LENGTH, HOP))
        c = c if planted == "phases never updated" else t
    assert errors[-1] > 0.8 * errors[0]


@pytest.mark.equation("data.spectral_convergence")
def test_a_sound_has_no_distance_from_its_own_magnitudes_and_silence_has_1(measured):
    x = chord()
    measured(spectral_convergence(x, magnitudes(x), LENGTH, HOP), 1e-12)
    measured(abs(spectral_convergence(0 * x, magnitudes(x), LENGTH, HOP) - 1), 1e-12)


@pytest.mark.equation("data.spectral_convergence")
@pytest.mark.parametrize("length", [64, 63])
def test_the_distance_is_that_over_all_frequencies_of_the_whole_transform(length, rng, measured):
    hop = length // 3 if length % 2 else HOP
    x, y = rng.standard_normal((2, 300))
    S = np.abs(stft(y, length, hop))
    ours, whole = np.abs(stft(x, length, hop)), slice(1, (length + 1) // 2)
    mirrored = [np.concatenate([a, a[:, whole][:, ::-1]], axis=1) for a in (ours, S)]
    assert mirrored[0].shape[1] == length
    expected = np.linalg.norm(mirrored[0] - mirrored[1]) / np.linalg.norm(mirrored[1])
    measured(abs(spectral_convergence(x, S, length, hop) - expected), 1e-12)


@pytest.mark.equation("data.spectral_convergence")
def test_the_claim_above_rejects_a_norm_over_half_of_the_frequencies(rng):
    x, y = rng.standard_normal((2, 300))
    S = magnitudes(y)
    half = np.linalg.norm(magnitudes(x) - S) / np.linalg.norm(S)
    assert abs(spectral_convergence(x, S, LENGTH, HOP) - half) > 1e-4


def test_magnitudes_that_are_none_are_refused():
    S = magnitudes(chord())
    for wrong in (-S, S * np.nan, S[1:]):
        with pytest.raises(BadInput, match="magnitudes"):
            griffin_lim(wrong, 1000, LENGTH, HOP)
    with pytest.raises(BadInput, match="not all 0"):
        spectral_convergence(chord(), 0 * S, LENGTH, HOP)


# --- mel bands --------------------------------------------------------------------------------------------

FILTERS = mel_filters(8000, LENGTH, 8)


@pytest.mark.equation("data.mel_inversion")
def test_the_bands_of_the_found_spectrum_are_the_given_ones(rng, measured):
    P = rng.random((5, LENGTH // 2 + 1)) * 10
    found = spectrum_of_mel(P @ FILTERS, FILTERS, steps=2000)
    assert (found >= 0).all()
    measured(np.abs(found @ FILTERS - P @ FILTERS) / (P @ FILTERS), 1e-3)


@pytest.mark.equation("data.mel_inversion")
def test_no_update_increases_the_error_and_the_limit_is_that_of_scipy(rng):
    """Bands that no spectrum has: a loud band between silent ones, which share its bins."""
    optimize = pytest.importorskip("scipy.optimize")
    B = np.zeros((1, 8))
    B[0, 3] = 1.0
    errors = [np.linalg.norm(spectrum_of_mel(B, FILTERS, n) @ FILTERS - B) for n in range(40)]
    assert all(after <= before * (1 + 1e-12) for before, after in itertools.pairwise(errors[1:]))
    _, best = optimize.nnls(FILTERS.T, B[0])
    # scipy's own minimum is rounded too: by 2e-16 of it, in a direction that depends on its version
    assert best * (1 - 1e-12) <= np.linalg.norm(spectrum_of_mel(B, FILTERS, 3000) @ FILTERS - B) < best + 1e-3


@pytest.mark.equation("data.mel_inversion")
def test_the_claims_above_reject_the_pseudo_inverse_with_its_negative_powers():
    B = np.zeros((1, 8))
    B[0, 3] = 1.0
    P = B @ np.linalg.pinv(FILTERS)
    assert P.min() < -0.01
    clipped = np.linalg.norm(np.maximum(P, 0) @ FILTERS - B)
    assert clipped > np.linalg.norm(spectrum_of_mel(B, FILTERS, 50) @ FILTERS - B) + 0.01


def test_a_sound_of_log_mel_bands_has_these_bands_again():
    x, length, hop = chord(4000), 256, 64
    filters = mel_filters(8000, length, 40)
    bands = lambda x: log_mel(np.abs(stft(x, length, hop)) ** 2, filters, 1e-6)
    back = sound_of_log_mel(bands(x), filters, len(x), length, hop, rng=Generator(0))
    loud = bands(x) > bands(x).max() - 30
    assert back.shape == x.shape and np.abs(bands(back) - bands(x))[loud].mean() < 1.5  # dB
    silent = sound_of_log_mel(bands(0 * x), filters, len(x), length, hop, rng=Generator(0))
    assert level(silent) < level(x) - 40


def test_bands_that_are_no_powers_are_refused():
    for wrong in (-np.ones((2, 8)), np.full((2, 8), np.inf), np.ones((2, 7)), np.ones(8)):
        with pytest.raises(BadInput):
            spectrum_of_mel(wrong, FILTERS)


# --- pre-emphasis -----------------------------------------------------------------------------------------


@pytest.mark.equation("data.pre_emphasis")
def test_the_gain_of_a_sine_is_that_of_the_filter(measured):
    """|1 − a exp(−2πi f / rate)|, after the first sample."""
    a, n = 0.97, np.arange(8000)
    for f in (0, 1000, 4000):
        x = np.cos(2 * np.pi * f / 8000 * n)
        gain = np.abs(np.fft.fft(pre_emphasis(x, a)[1:7801])[round(f * 7800 / 8000)]) / np.abs(
            np.fft.fft(x[1:7801])[round(f * 7800 / 8000)]
        )
        measured(abs(gain - abs(1 - a * np.exp(-2j * np.pi * f / 8000))), 1e-9)


@pytest.mark.equation("data.pre_emphasis")
def test_the_claim_above_rejects_a_sum_in_place_of_the_difference():
    x = np.ones(100)
    y = x + 0.97 * np.concatenate([[0.0], x[:-1]])
    assert abs(y[50] - (1 - 0.97)) > 1


@pytest.mark.equation("data.de_emphasis")
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-12), (np.float32, 3e-5)])
def test_pre_emphasis_and_its_inverse_return_the_sound(dtype, tolerance, rng, measured):
    x = rng.standard_normal(5000).astype(dtype)
    back = de_emphasis(pre_emphasis(x))
    assert back.dtype == dtype
    measured(np.abs(back - x), tolerance)


@pytest.mark.equation("data.de_emphasis")
def test_the_claim_above_rejects_a_filter_that_is_not_recursive(rng):
    y = pre_emphasis(rng.standard_normal(100))
    forward = y + 0.97 * np.concatenate([[0.0], y[:-1]])
    assert np.abs(forward - de_emphasis(y)).max() > 0.1


def test_filters_refuse_what_is_no_sound():
    for wrong in (np.ones((2, 3)), np.ones(3, np.int16), np.ones(3, np.complex64)):
        with pytest.raises(BadInput, match="one sound"):
            pre_emphasis(wrong)


# --- measures ---------------------------------------------------------------------------------------------


@pytest.mark.equation("evaluation.level")
def test_a_full_scale_square_has_0_decibels_a_sine_3_less_and_half_the_amplitude_6_less(measured):
    sine = np.sin(2 * np.pi * np.arange(8000) / 80)
    measured(abs(level(np.sign(np.cos(np.arange(100)))) - 0), 1e-12)
    measured(abs(level(sine) - 10 * math.log10(1 / 2)), 1e-12)
    measured(abs(level(sine / 2) - level(sine) + 20 * math.log10(2)), 1e-12)
    assert level(np.zeros(5)) == -120


@pytest.mark.equation("evaluation.level")
def test_the_claim_above_rejects_decibels_of_an_amplitude_with_a_factor_of_ten():
    sine = np.sin(2 * np.pi * np.arange(8000) / 80)
    wrong = lambda x: 10 * math.log10(np.sqrt(np.mean(x * x)))
    assert abs(wrong(sine / 2) - wrong(sine) + 20 * math.log10(2)) > 1


@pytest.mark.equation("evaluation.flatness")
def test_a_click_is_flat_noise_has_exp_minus_gamma_and_a_tone_is_not_flat(measured):
    """Powers of white noise are exponential: E log P = log E P − γ, with Euler's constant γ."""
    power = lambda x: np.abs(np.fft.rfft(x)[1:-1]) ** 2
    click = np.zeros(64)
    click[5] = 0.3
    measured(abs(spectral_flatness(power(click)) - 1), 1e-12)
    noise = Generator(0).standard_normal(2**17, np.float64)
    measured(abs(spectral_flatness(power(noise)) - math.exp(-np.euler_gamma)), 0.02)
    assert spectral_flatness(power(np.hanning(512) * np.sin(np.arange(512)))) < 0.05


@pytest.mark.equation("evaluation.flatness")
def test_the_claim_above_rejects_amplitudes_in_place_of_powers():
    noise = np.abs(np.fft.rfft(Generator(0).standard_normal(2**17, np.float64))[1:-1])
    assert abs(spectral_flatness(noise) - math.exp(-np.euler_gamma)) > 0.1


@pytest.mark.equation("evaluation.snr")
def test_noise_of_a_tenth_of_the_amplitude_has_20_decibels(rng, measured):
    x = rng.standard_normal(1000)
    noise = rng.permutation(x) / 10
    measured(abs(snr(x, x + noise) - 20), 1e-9)
    measured(abs(snr(x, np.zeros(1000))), 1e-12)  # nothing in place of the sound
    assert snr(x, x) == math.inf


@pytest.mark.equation("evaluation.snr")
def test_the_claim_above_rejects_the_noisy_sound_in_the_numerator(rng):
    x = rng.standard_normal(1000)
    y = x + rng.permutation(x)
    assert abs(10 * math.log10(np.sum(y**2) / np.sum((y - x) ** 2)) - 0) > 1


def test_the_duration_leaves_out_silence_before_and_after_a_sound():
    x = np.concatenate([np.zeros(800), chord(4000), np.zeros(1234)])
    assert sounding_seconds(x, 8000) == pytest.approx(0.5, abs=0.02)
    assert sounding_seconds(np.zeros(100), 8000) == 0 and sounding_seconds(np.ones(30), 8000) == 30 / 8000
    assert clipped_share(np.array([1.0, -1.0, 0.5, 0.99])) == 0.5


def test_measures_refuse_what_is_no_sound():
    for wrong in (np.zeros(0), np.array([np.nan]), np.ones((2, 2))):
        with pytest.raises(BadInput, match="a sound is"):
            level(wrong)
    with pytest.raises(BadInput, match="not silent"):
        snr(np.zeros(3), np.ones(3))
    with pytest.raises(BadInput, match="not all 0"):
        spectral_flatness(np.zeros(3))


# --- noise ------------------------------------------------------------------------------------------------


def noisy_chord(rng, N=4000, sigma=0.3):
    x = chord(N)
    y, alone = x + sigma * rng.standard_normal(N), sigma * rng.standard_normal(N)
    return x, y, stft(y, LENGTH, HOP), stft(alone, LENGTH, HOP)[4:-4]


def subtracted_by_hand(Y, noise):
    """Number by number, from the definition."""
    mu = [sum(abs(frame[k]) for frame in noise) / len(noise) for k in range(Y.shape[1])]
    return np.array(
        [[cmath.rect(max(0.0, abs(c) - mu[k]), cmath.phase(c)) for k, c in enumerate(f)] for f in Y]
    )


@pytest.mark.equation("evaluation.spectral_subtraction")
def test_subtraction_is_its_definition_keeps_phases_and_removes_noise(rng, measured):
    x, y, Y, noise = noisy_chord(rng)
    found = spectral_subtraction(Y, noise)
    measured(np.abs(found - subtracted_by_hand(Y, noise)), 1e-12)
    assert snr(x, istft(found, len(x), LENGTH, HOP)) > snr(x, y) + 2
    assert np.array_equal(spectral_subtraction(Y, 0 * noise), Y)
    assert not spectral_subtraction(0 * Y, noise).any()


@pytest.mark.equation("evaluation.spectral_subtraction")
@pytest.mark.parametrize("planted", ["without rectification", "the noise itself subtracted"])
def test_the_claim_above_rejects_subtraction(planted, rng):
    _, _, Y, noise = noisy_chord(rng)
    mu = np.abs(noise).mean(axis=0)
    wrong = Y - noise.mean(axis=0) if planted.startswith("the") else (np.abs(Y) - mu) * Y / np.abs(Y)
    assert np.abs(wrong - subtracted_by_hand(Y, noise)).max() > 0.1


def test_noise_of_other_frequencies_or_of_no_frame_is_refused(rng):
    _, _, Y, noise = noisy_chord(rng)
    for wrong in (noise[:0], noise[:, 1:], noise[0]):
        with pytest.raises(BadInput, match="L ≥ 1"):
            spectral_subtraction(Y, wrong)
