"""The synthetic data sets have the stated entropy, density and pitch."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from scratchgen.data import load_points, load_sequences, load_sound, load_text
from scratchgen.data.sets.cadences import POSITIONS, TRIADS, chain, chord, nats_per_chord
from scratchgen.data.sets.gaussians import Mixture, grid, ring
from scratchgen.data.sets.karplus_strong import PERIODS, frequency, noise, pluck
from scratchgen.data.sets.markov import MarkovChain, source
from scratchgen.data.sets.tones import tone
from scratchgen.errors import BadInput
from scratchgen.random import Generator


@pytest.fixture
def stats():
    """scipy.stats, imported late: it takes a second that collecting the tests need not take."""
    return pytest.importorskip("scipy.stats")


# --- the chain ---------------------------------------------------------------------------------------------


def empirical_entropy(text, order):
    """Bits per character given `order` characters, from the counts of the text itself."""
    codes = np.frombuffer(text.encode(), np.uint8) - ord("a")
    context = codes[:-1] * (order > 0)
    counts = np.zeros((16, 16))
    np.add.at(counts, (context, codes[1:]), 1)
    p = counts / counts.sum()
    given = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return -np.sum(p * np.log2(np.where(given > 0, given, 1)))


def test_the_chain_has_exactly_one_and_three_quarter_bits_and_four_without_context():
    chain = source()
    assert np.allclose(chain.P.sum(axis=1), 1)
    assert chain.entropy_rate == pytest.approx(1.75, abs=1e-12)
    assert np.allclose(chain.stationary, 1 / 16)


def test_the_text_of_the_chain_has_its_entropy():
    text = load_text("markov").train
    # n characters underestimate by about (cells − rows)/(2 n ln 2) = 0.0002 bits, with noise of 0.002
    assert empirical_entropy(text, order=1) == pytest.approx(1.75, abs=0.01)
    assert empirical_entropy(text, order=0) == pytest.approx(4, abs=0.001)


def test_the_entropy_rate_of_a_chain_that_is_not_uniform_agrees_with_its_closed_form():
    a, b = 0.1, 0.4  # π = (b, a) / (a + b): Cover & Thomas, example 4.1
    h = lambda p: -p * np.log2(p) - (1 - p) * np.log2(1 - p)
    chain = MarkovChain("xy", np.array([[1 - a, a], [b, 1 - b]]))
    assert chain.entropy_rate == pytest.approx((b * h(a) + a * h(b)) / (a + b))
    text = chain.sample(50_000, Generator(1))
    assert text.count("y") / len(text) == pytest.approx(a / (a + b), abs=0.01)
    assert chain.entropy_rate != pytest.approx((h(a) + h(b)) / 2)  # rows are weighed by π, not equally


# --- the points --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [ring(), grid()])
def test_no_two_centres_coincide_and_neighbours_are_equally_far_apart(source):
    distance = np.linalg.norm(source.centres[:, None] - source.centres[None], axis=-1)
    nearest = np.sort(distance, axis=1)[:, 1]
    assert nearest.min() > 1 and np.allclose(nearest, nearest[0])


def test_the_claim_above_rejects_a_ring_whose_angles_include_both_ends():
    angle = np.linspace(0, 2 * np.pi, 8)
    centres = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    distance = np.linalg.norm(centres[:, None] - centres[None], axis=-1)
    assert np.sort(distance, axis=1)[:, 1].min() < 1e-9


def test_the_density_integrates_to_one_and_is_that_of_scipy(rng, stats):
    integrate = pytest.importorskip("scipy.integrate")
    source = Mixture(np.array([[0.0, 0.0], [1.0, 0.5]]), 0.3)
    inner = lambda y, x: np.exp(source.log_density(np.array([[x, y]])))[0]
    assert integrate.dblquad(inner, -2, 3, -2, 3, epsabs=1e-6)[0] == pytest.approx(1, abs=1e-5)
    x = rng.standard_normal((50, 2)) * 3
    theirs = np.mean([stats.multivariate_normal(c, 0.09 * np.eye(2)).pdf(x) for c in source.centres], axis=0)
    assert np.allclose(source.log_density(x), np.log(theirs), atol=1e-9)


def test_the_density_is_finite_far_away():
    assert np.isfinite(ring().log_density(np.array([[1e3, -1e3]]))).all()


@pytest.mark.parametrize("name", ["ring", "grid"])
def test_the_points_come_from_the_density(name, stats):
    data = load_points(name)
    # E[−log p] over the components is the entropy: for far-apart ones log K + log(2πe σ²)
    K, sigma = len(data.source.centres), data.source.sigma
    entropy = np.log(K) + np.log(2 * np.pi * np.e * sigma**2)
    found = -data.source.log_density(data.train).mean()
    assert found == pytest.approx(entropy, abs=5 / np.sqrt(len(data.train)))  # five standard errors
    counts = np.bincount(data.train_labels, minlength=K)
    assert stats.chisquare(counts).pvalue > 1e-4
    centred = (data.train - data.source.centres[data.train_labels]) / sigma
    assert stats.kstest(centred.ravel(), "norm").pvalue > 1e-4


# --- the sounds --------------------------------------------------------------------------------------------


def loudest_frequency(x, rate):
    """The peak of the spectrum, with a parabola through the logarithm of the bins around it."""
    size = 16 * len(x)
    spectrum = np.log(np.abs(np.fft.rfft(x * np.hanning(len(x)), size)) + 1e-12)
    k = int(np.argmax(spectrum))
    below, here, above = spectrum[k - 1 : k + 2]
    return (k + 0.5 * (below - above) / (below - 2 * here + above)) * rate / size


def test_a_plucked_string_obeys_its_recurrence(rng):
    burst = rng.uniform(-1, 1, (3, 7))
    y = pluck(burst, 100)
    for t in range(7, 100):
        before = y[:, t - 8] if t > 7 else 0
        assert np.allclose(y[:, t], (y[:, t - 7] + before) / 2)


def test_a_plucked_string_sounds_half_a_sample_lower_than_its_period():
    rate, period = 8000, 40
    x = pluck(noise((period,), Generator(4)), rate)[rate // 4 :]  # its overtones have died
    assert loudest_frequency(x, rate) == pytest.approx(frequency(period, rate), rel=2e-3)
    assert loudest_frequency(x, rate) != pytest.approx(rate / period, rel=2e-3)


def test_every_string_is_plucked_equally_often_and_decays():
    strings = load_sound("plucked-strings")
    assert np.bincount(strings.test_labels).tolist() == [10] * len(PERIODS)
    loud = lambda x: np.sqrt(np.mean(x**2))
    assert all(loud(x[:500]) > 1.2 * loud(x[-500:]) for x in strings.test)


@pytest.mark.parametrize("timbre", ["sine", "square", "sawtooth"])
def test_a_tone_has_its_pitch_and_no_overtone_beyond_half_the_rate(timbre):
    f, rate = 1100.0, 8000
    x = tone(timbre, f, rate, rate)
    assert loudest_frequency(x, rate) == pytest.approx(f, rel=1e-4)
    bins = np.flatnonzero(np.abs(np.fft.rfft(x)) > 1e-3 * rate)  # one bin a hertz
    expected = {"sine": [1], "square": [1, 3], "sawtooth": [1, 2, 3]}[timbre]
    assert bins.tolist() == [int(f) * k for k in expected]
    assert np.abs(x).max() <= 1


@pytest.mark.parametrize("wrong", [("bell", 100.0), ("sine", 0.0), ("sine", 4000.0)])
def test_an_unknown_timbre_or_frequency_is_refused(wrong):
    with pytest.raises(BadInput):
        tone(*wrong, 100, 8000)
    with pytest.raises(BadInput, match="at least 2"):
        pluck(np.zeros(1), 100)


# --- the chords --------------------------------------------------------------------------------------------


def test_every_chord_of_the_cadences_is_a_triad_in_four_voices_and_follows_the_chain():
    data, triads = load_sequences("cadences"), chain()
    by_roll = {tuple(chord(letter, k)): letter for letter in TRIADS for k in range(POSITIONS)}
    assert len(by_roll) == 5 * POSITIONS  # so that a roll tells its chord
    for piece in data.test:
        letters = [by_roll[tuple(np.flatnonzero(step) + data.first)] for step in piece]
        assert all(
            triads.P[triads.characters.index(a), triads.characters.index(b)] > 0 for a, b in pairwise(letters)
        )


def test_the_cadences_have_their_entropy():
    data = load_sequences("cadences")
    codes = [[tuple(np.flatnonzero(step)) for step in piece] for piece in data.train]
    triad = lambda code: code[0]  # the bass tells the triad
    moves = Counter((triad(a), triad(b)) for piece in codes for a, b in pairwise(piece))
    total = Counter(triad(a) for piece in codes for a in piece[:-1])
    n = sum(moves.values())
    entropy = -sum(c / n * np.log(c / total[a]) for (a, _), c in moves.items()) + np.log(POSITIONS)
    assert entropy == pytest.approx(nats_per_chord(), abs=0.03)  # 3,720 moves
    assert (
        nats_per_chord() < np.log(5 * POSITIONS) - 0.5
    )  # of independent chords: it is the order that is known
