"""Transforms of sound have exact inverses and agree with other implementations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scratchgen.data.preprocessing import mu_law
from scratchgen.data.preprocessing.mel import hz_to_mel, log_mel, mel_filters, mel_to_hz
from scratchgen.data.preprocessing.stft import frames, hann, istft, stft
from scratchgen.errors import BadInput

# --- the short-time Fourier transform ----------------------------------------------------------------------


@given(st.integers(1, 700), st.sampled_from([(8, 4), (16, 4), (12, 4), (30, 10), (64, 8), (7, 1)]))
def test_the_inverse_transform_returns_the_sound(N, framing):
    x = np.random.default_rng(N).standard_normal(N)
    X = stft(x, *framing)
    assert X.shape == (frames(N, *framing), framing[0] // 2 + 1)
    assert np.abs(istft(X, N, *framing) - x).max() <= 1e-13 * np.abs(x).max() * framing[0]


def test_the_inverse_transform_works_in_float32_and_keeps_it():
    x = np.random.default_rng(0).standard_normal(5000).astype(np.float32)
    X = stft(x)
    back = istft(X, len(x))
    assert X.dtype == np.complex64 and back.dtype == np.float32
    assert np.abs(back - x).max() < 3e-6  # some 2⁻²³ of the largest sample, 4


def test_the_claims_above_reject_an_inverse_without_the_division_by_the_windows():
    x = np.random.default_rng(0).standard_normal(500)
    X = stft(x, 16, 4)
    added = np.zeros(500 + 2 * 12 + 16)
    for m, frame in enumerate(np.fft.irfft(X, 16, axis=1) * hann(16)):
        added[4 * m : 4 * m + 16] += frame
    assert np.abs(added[12:512] - x).max() > 0.1


def test_the_transform_is_the_sum_that_defines_it(rng):
    x, length, hop = rng.standard_normal(50), 12, 3
    padded = np.concatenate([np.zeros(length - hop), x, np.zeros(length)])
    X = stft(x, length, hop)
    for m, k in [(0, 0), (3, 1), (7, 5), (10, 6)]:
        n = np.arange(length)
        window = 0.5 - 0.5 * np.cos(2 * np.pi * n / length)
        expected = np.sum(window * padded[m * hop : m * hop + length] * np.exp(-2j * np.pi * k * n / length))
        assert X[m, k] == pytest.approx(expected)


def test_the_transform_agrees_with_scipy(rng):
    signal = pytest.importorskip("scipy.signal")
    x, length, hop = rng.standard_normal(640), 64, 16
    theirs = signal.ShortTimeFFT(signal.get_window("hann", length, fftbins=True), hop, 1.0)
    inside = stft(x, length, hop)[3:-3]  # frames without any padding
    S = theirs.stft(x).T
    start = -theirs.p_min + length // 2 // hop
    assert np.allclose(np.abs(inside), np.abs(S[start : start + len(inside)]))


def test_shifted_hann_windows_sum_to_a_constant_and_symmetric_ones_do_not():
    overlap = lambda w: w[:8] + w[8:]
    assert np.ptp(overlap(hann(16))) < 1e-15
    assert np.ptp(overlap(np.hanning(16))) > 0.05


def test_a_sine_has_its_maximum_in_the_bin_of_its_frequency():
    rate, length, k = 8000, 256, 20
    x = np.sin(2 * np.pi * k * rate / length * np.arange(rate) / rate)
    assert (np.abs(stft(x, length, 64))[5:-5].argmax(axis=1) == k).all()


@pytest.mark.parametrize(("length", "hop"), [(16, 16), (16, 5), (16, 0), (16, -4), (4, 8)])
def test_a_framing_without_an_inverse_is_refused(length, hop):
    with pytest.raises(BadInput, match=r"no inverse|hop must be"):
        stft(np.ones(100), length, hop)


def test_shapes_that_do_not_match_are_refused():
    for x in (np.ones(0), np.ones((2, 100))):
        with pytest.raises(BadInput, match="one sound"):
            stft(x)
    with pytest.raises(BadInput, match="does not match 2000 samples"):
        istft(stft(np.ones(1000)), 2000)


# --- the mel scale -----------------------------------------------------------------------------------------


def test_a_thousand_hertz_are_a_thousand_mel_and_the_scale_has_an_inverse():
    assert hz_to_mel(1000) == pytest.approx(1000, abs=0.02)
    f = np.geomspace(1, 20_000, 50)
    assert np.allclose(mel_to_hz(hz_to_mel(f)), f, rtol=1e-12)


def test_triangles_sum_to_one_between_the_first_and_the_last_centre():
    rate, length, bands = 16_000, 1024, 30
    filters = mel_filters(rate, length, bands)
    centres = mel_to_hz(np.linspace(0, hz_to_mel(8000), bands + 2))[1:-1]
    f = np.arange(513) * rate / length
    inside = (f >= centres[0]) & (f <= centres[-1])
    assert np.allclose(filters[inside].sum(axis=1), 1) and not np.allclose(filters.sum(axis=1), 1)
    assert np.abs(f[filters.argmax(axis=0)] - centres).max() <= rate / length  # each is highest at its centre


def test_no_filter_is_silent_and_too_many_bands_are_refused():
    assert (mel_filters(8000, 256, 20).sum(axis=0) > 0).all()
    with pytest.raises(BadInput, match="fewer bands"):
        mel_filters(8000, 256, 100)
    for wrong in ((8000, 256, 0), (8000, 256, 10, 0, 5000), (8000, 256, 10, 300, 200)):
        with pytest.raises(BadInput):
            mel_filters(*wrong)


def test_ten_times_the_power_are_ten_decibels():
    filters = mel_filters(8000, 256, 20)
    power = np.random.default_rng(0).random((4, 129))
    assert np.allclose(log_mel(10 * power, filters) - log_mel(power, filters), 10)
    assert np.isfinite(log_mel(np.zeros((1, 129)), filters)).all()


# --- μ-law -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_code_is_encoded_from_its_decoded_sample(dtype):
    codes = np.arange(256)
    assert np.array_equal(mu_law.encode(mu_law.decode(codes, dtype)), codes)
    assert mu_law.decode(codes, dtype).dtype == dtype


def test_the_claim_above_rejects_truncation_instead_of_rounding():
    codes = np.arange(256)
    cut = np.floor((mu_law.compress(mu_law.decode(codes)) + 1) / 2 * 255)
    assert not np.array_equal(cut, codes)


def test_compression_has_the_values_of_the_standard_and_an_inverse():
    x = np.linspace(-1, 1, 1001)
    assert np.allclose(mu_law.expand(mu_law.compress(x)), x)
    assert mu_law.compress(np.array([-1.0, 0.0, 1.0])).tolist() == [-1, 0, 1]
    assert mu_law.compress(np.array([1 / 255]))[0] == pytest.approx(1 / 8)  # ln 2 / ln 256


def test_encoding_rounds_to_the_nearest_code_and_quiet_sound_has_a_smaller_error(rng):
    x = rng.uniform(-1, 1, 10_000)
    codes = mu_law.encode(x)
    levels = mu_law.decode(np.arange(256), np.float64)
    error = np.abs(mu_law.decode(codes, np.float64) - x)
    step = np.gradient(levels)[codes]
    assert (error <= 0.6 * step).all()
    assert error[np.abs(x) < 0.01].max() < 0.1 * error.max()


@pytest.mark.parametrize("wrong", [[1.01], [-2.0], [np.nan], [np.inf]])
def test_samples_and_codes_out_of_range_are_refused(wrong):
    with pytest.raises(BadInput):
        mu_law.encode(np.array(wrong))
    with pytest.raises(BadInput):
        mu_law.decode(np.array([256]))
