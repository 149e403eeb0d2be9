"""Speech: edit distance by recursion, distortion by Parseval's theorem, warping by all paths, loops for the model."""

import itertools

import numpy as np
import pytest

from scratchgen import Tensor, optim, rnn
from scratchgen.data.speech import Utterance
from scratchgen.errors import BadInput
from scratchgen.evaluation import (
    ConcatenatedPhones,
    edit_distance,
    mel_cepstral_distortion,
    mel_cepstrum,
    phone_error_rate,
    time_warping,
    warped_distortion,
    word_error_rate,
)
from scratchgen.evaluation.mel_cepstrum import frame_distances
from scratchgen.random import Generator
from scratchgen.rnn.speech import AcousticModel, speech_loss, upsample
from scratchgen.runs import History


def recursive_distance(x, y):
    if not x or not y:
        return len(x) + len(y)
    return min(
        recursive_distance(x[1:], y) + 1,
        recursive_distance(x, y[1:]) + 1,
        recursive_distance(x[1:], y[1:]) + (x[0] != y[0]),
    )


def check_edit_distance(distance, rng):
    for _ in range(100):
        x, y = ("".join(rng.choice(list("abc"), rng.integers(0, 6))) for _ in range(2))
        assert distance(x, y) == recursive_distance(x, y)


@pytest.mark.equation("evaluation.edit_distance")
def test_the_edit_distance_is_the_least_over_all_edits(rng):
    check_edit_distance(edit_distance, rng)


@pytest.mark.equation("evaluation.edit_distance")
@pytest.mark.parametrize("planted", ["no insertions", "a substitution counts two"])
def test_the_claim_on_the_edit_distance_rejects(planted, rng):
    def by_place(x, y):
        return sum(a != b for a, b in itertools.zip_longest(x, y))

    def indels(x, y):
        if not x or not y:
            return len(x) + len(y)
        if x[0] == y[0]:
            return indels(x[1:], y[1:])
        return 1 + min(indels(x[1:], y), indels(x, y[1:]))

    with pytest.raises(AssertionError):
        check_edit_distance(by_place if planted == "no insertions" else indels, rng)


def test_a_word_is_right_if_any_of_its_pronunciations_is():
    found, listed = ["R EH D", "K AE T"], [["R IY D", "R EH D"], ["K AA T S"]]
    assert word_error_rate(found, listed) == 0.5
    assert phone_error_rate(found, listed) == 2 / 7
    with pytest.raises(BadInput, match="1 words and 2 lists"):
        word_error_rate(found[:1], listed)


def smoothed(log_mel, K):
    """The levels without their mean, by their first K cosines: a projection, by least squares."""
    J = log_mel.shape[1]
    basis = np.cos(np.pi * np.arange(1, K + 1)[:, None] * (np.arange(J) + 0.5) / J)
    weights = np.linalg.lstsq(basis.T, (log_mel - log_mel.mean(axis=1, keepdims=True)).T, rcond=None)[0]
    return (basis.T @ weights).T


def check_distortion(distortion, rng):
    """The mean over frames of the root mean square over bands of the smoothed levels' difference."""
    for K in (1, 5, 11):
        x, y = rng.normal(0, 20, (2, 7, 12))
        rms = np.sqrt(np.mean((smoothed(x, K) - smoothed(y, K)) ** 2, axis=1)).mean()
        assert distortion(x, y, K) == pytest.approx(rms, rel=1e-9)


@pytest.mark.equation("evaluation.cepstral_distortion")
def test_distortion_is_the_difference_of_smoothed_levels_in_decibels(rng):
    check_distortion(mel_cepstral_distortion, rng)


@pytest.mark.equation("evaluation.cepstral_distortion")
def test_the_claim_on_distortion_rejects_a_missing_two_and_the_level(rng):
    for wrong in (
        lambda x, y, K: mel_cepstral_distortion(x, y, K) / np.sqrt(2),
        lambda x, y, K: np.sqrt(np.mean((x - y) ** 2, axis=1)).mean(),
    ):
        with pytest.raises(AssertionError):
            check_distortion(wrong, rng)


def check_cepstrum(cepstrum, rng):
    """The coefficients are those of the least-squares fit of ln|H| by cosines and a constant."""
    J, K = 9, 4
    log_mel = rng.normal(0, 20, (3, J))
    basis = np.cos(np.pi * np.arange(J)[:, None] * (np.arange(J) + 0.5) / J)
    fit = np.linalg.solve(basis.T, (log_mel * np.log(10) / 20).T).T
    np.testing.assert_allclose(cepstrum(log_mel, K), fit[:, 1 : K + 1], rtol=1e-9)


@pytest.mark.equation("evaluation.mel_cepstrum")
def test_the_cepstrum_is_the_series_of_cosines_of_the_log_amplitude(rng):
    check_cepstrum(mel_cepstrum, rng)


@pytest.mark.equation("evaluation.mel_cepstrum")
def test_the_claim_on_the_cepstrum_rejects_log_powers_and_the_mean(rng):
    with pytest.raises(AssertionError):
        check_cepstrum(lambda x, K: 2 * mel_cepstrum(x, K), rng)
    with pytest.raises(AssertionError):
        check_cepstrum(
            lambda x, K: np.concatenate([x.mean(axis=1)[:, None], mel_cepstrum(x, K - 1)], axis=1), rng
        )


def least_total(d):
    """The least total distance over all monotone paths, one by one."""

    def totals(t, s):
        if t == d.shape[0] - 1 and s == d.shape[1] - 1:
            yield d[t, s]
        for a, b in ((t + 1, s), (t, s + 1), (t + 1, s + 1)):
            if a < d.shape[0] and b < d.shape[1]:
                yield from (d[t, s] + rest for rest in totals(a, b))

    return min(totals(0, 0))


def check_warping(warp, rng):
    for shape in ((1, 1), (1, 4), (4, 1), (4, 5), (5, 3)):
        d = rng.random(shape)
        path = warp(d)
        assert path[0] == (0, 0) and path[-1] == (shape[0] - 1, shape[1] - 1)
        steps = {(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(path)}
        assert steps <= {(1, 0), (0, 1), (1, 1)}
        assert sum(d[place] for place in path) == pytest.approx(least_total(d), rel=1e-12)


@pytest.mark.equation("evaluation.time_warping")
def test_the_warping_path_is_the_best_of_all_monotone_paths(rng):
    check_warping(time_warping, rng)


@pytest.mark.equation("evaluation.time_warping")
def test_the_claim_on_warping_rejects_the_nearest_next_frame(rng):
    def greedy(d):
        t = s = 0
        path = [(0, 0)]
        while (t, s) != (d.shape[0] - 1, d.shape[1] - 1):
            steps = [(t + 1, s + 1), (t + 1, s), (t, s + 1)]
            t, s = min((x for x in steps if x[0] < d.shape[0] and x[1] < d.shape[1]), key=lambda x: d[x])
            path.append((t, s))
        return path

    with pytest.raises(AssertionError):
        for _ in range(20):
            check_warping(greedy, rng)


def test_a_sound_spoken_more_slowly_has_no_warped_distortion(rng):
    x = rng.normal(0, 20, (6, 20))
    slow = np.repeat(x, [1, 3, 2, 1, 4, 2], axis=0)
    assert warped_distortion(slow, x) == pytest.approx(0, abs=1e-5)
    assert frame_distances(mel_cepstrum(x), mel_cepstrum(x[:2])).shape == (6, 2)
    with pytest.raises(BadInput, match="do not correspond"):
        mel_cepstral_distortion(slow, x)


def check_upsampling(repeat, rng):
    h, d = rng.standard_normal((4, 3, 2)), rng.integers(0, 4, (4, 3))
    d[0] += 1
    u = repeat(h, d)
    for b in range(3):
        frames = [h[p, b] for p in range(4) for _ in range(d[p, b])]
        frames += [np.zeros(2)] * (len(u) - len(frames))
        np.testing.assert_array_equal(u[:, b], frames)


@pytest.mark.equation("rnn.upsample")
def test_each_state_is_repeated_for_its_duration(rng):
    check_upsampling(upsample, rng)


@pytest.mark.equation("rnn.upsample")
def test_the_claim_on_upsampling_rejects_equal_durations(rng):
    with pytest.raises(AssertionError):
        check_upsampling(
            lambda h, d: upsample(h, np.broadcast_to(d.mean(axis=0).round().astype(int), d.shape)), rng
        )


@pytest.mark.equation("rnn.upsample")
def test_the_gradient_of_a_state_is_the_sum_over_its_frames(rng):
    h = Tensor(rng.standard_normal((3, 1, 2)), requires_grad=True)
    g = rng.standard_normal((5, 1, 2))
    (upsample(h, np.array([[2], [0], [3]])) * g).sum().backward()
    np.testing.assert_allclose(h.grad[:, 0], [g[:2, 0].sum(axis=0), np.zeros(2), g[2:, 0].sum(axis=0)])


@pytest.mark.parametrize(
    "durations, message",
    [([[0], [0]], "at least one frame"), ([[2], [-1]], "at least 0"), ([[1.0], [1.0]], "integers")],
)
def test_durations_of_no_sense_are_refused(durations, message):
    with pytest.raises(ValueError, match=message):
        upsample(np.zeros((2, 1, 3)), np.array(durations))


def check_loss(loss, rng):
    logs, target_logs = rng.standard_normal((2, 3, 2))
    y, target = rng.standard_normal((2, 4, 2, 5))
    mask, real = np.array([[1, 1], [1, 0], [1, 0]], bool), np.array([[1, 1], [1, 1], [1, 0], [0, 0]], bool)
    squares = [(logs[p, b] - target_logs[p, b]) ** 2 for p, b in zip(*np.nonzero(mask), strict=True)]
    errors = [
        abs(y[t, b, d] - target[t, b, d]) for t, b in zip(*np.nonzero(real), strict=True) for d in range(5)
    ]
    expected = sum(squares) / len(squares) + sum(errors) / len(errors)
    assert float(loss(logs, target_logs, y, target, mask, real)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.equation("rnn.speech_loss")
def test_the_loss_is_the_mean_over_real_phones_and_frames(rng):
    check_loss(speech_loss, rng)


@pytest.mark.equation("rnn.speech_loss")
def test_the_claim_on_the_loss_rejects_padding_in_the_means(rng):
    with pytest.raises(AssertionError):
        check_loss(lambda l, m, y, t, mask, real: speech_loss(l, m, y, t, mask | True, real | True), rng)


def language(n, rng):
    """Utterances of a language of three phones: phone k is a rising chirp of its own in k + 2 frames."""
    utterances = []
    for _ in range(n):
        phones = rng.integers(0, 3, rng.integers(2, 6))
        frames = [[10 * k + t, 5.0 * k - t, 3.0] for k in phones for t in range(k + 2)]
        utterances.append(Utterance(phones, phones + 2, np.array(frames, np.float32)))
    return utterances


@pytest.mark.equation("rnn.speech_loss")
def test_a_model_learns_the_durations_and_the_frames_of_a_small_language(rng):
    train, held_out = language(60, rng), language(5, rng)
    model = AcousticModel(3, 3, 16, 4, Generator(0))
    model.init_output_bias(
        np.concatenate([u.log_mel for u in train]), np.concatenate([u.durations for u in train])
    )
    rnn.train_acoustic(
        model, train, held_out, History(), epochs=30, batch_size=10,
        optimizer=optim.Adam(model.parameters(), learning_rate=2e-2), rng=Generator(1),
    )  # fmt: skip
    for u in held_out:
        np.testing.assert_array_equal(model.predicted_durations(u.phones), u.durations)
        assert np.abs(model.speak(u.phones) - u.log_mel).mean() < 1.5  # of levels that differ by up to 24


def test_an_utterance_sounds_the_same_alone_and_in_a_batch_of_longer_ones(rng):
    model = AcousticModel(3, 4, 8, 4, Generator(0))
    short, long = np.array([1, 2]), np.array([0, 1, 2, 2])
    phones, durations = np.zeros((4, 2), int), np.zeros((4, 2), int)
    phones[:2, 0], phones[:, 1], durations[:2, 0], durations[:, 1] = short, long, [2, 3], [1, 4, 2, 2]
    _, y, real = model(phones, durations, np.array([[1, 1], [1, 1], [0, 1], [0, 1]], bool))
    alone = model.speak(short, np.array([2, 3]))
    np.testing.assert_allclose(y.numpy()[:5, 0], alone, atol=1e-5)
    assert real.sum(axis=0).tolist() == [5, 9]


def test_concatenated_phones_of_a_training_utterance_are_that_utterance(rng):
    train = [
        Utterance(np.array([0, 1, 2]), np.array([2, 1, 3]), rng.standard_normal((6, 4)).astype(np.float32)),
        Utterance(np.array([2, 1, 0]), np.array([1, 2, 1]), rng.standard_normal((4, 4)).astype(np.float32)),
    ]
    voice = ConcatenatedPhones(train)
    for u in train:
        np.testing.assert_array_equal(voice.speak(u.phones, u.durations), u.log_mel)
    assert voice.durations(np.array([0, 1, 2, 7])).tolist() == [2, 2, 2, 1]
    assert len(voice.speak(np.array([7, 1]), np.array([2, 5]))) == 7


def test_concatenation_needs_utterances():
    with pytest.raises(BadInput, match="no utterances"):
        ConcatenatedPhones([])
