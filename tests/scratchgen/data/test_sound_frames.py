"""Sounds as frames: the inverse returns the sound, and the training part sets the scale."""

import numpy as np
import pytest

from scratchgen.data import SoundData, load_sound
from scratchgen.data.preprocessing.mdct import mdct
from scratchgen.data.sound_frames import (
    MAX_FRAMES,
    as_frames,
    as_prompt,
    as_sound,
    continued,
    load_sound_frames,
)
from scratchgen.errors import BadInput


def data(parts, rate=8000):
    return SoundData("some", rate, *([x.astype(np.float32) for x in part] for part in parts))


@pytest.fixture
def parts(rng):
    return [[0.1 * rng.standard_normal(n) for n in lengths] for lengths in ((500, 640), (100,), (63,))]


def test_frames_are_transformed_back_to_the_sound(parts):
    frames = as_frames(data(parts))
    assert frames.D == 64 and [len(z) for z in frames.train] == [8, 10]
    for part, sounds in zip((frames.train, frames.validation, frames.test), parts, strict=True):
        for z, x in zip(part, sounds, strict=True):
            assert z.dtype == np.float32
            np.testing.assert_allclose(as_sound(z, frames.scale)[: len(x)], x, atol=1e-6)


def test_each_number_has_a_mean_square_of_one_in_the_training_part_alone(parts):
    frames = as_frames(data(parts))
    squares = lambda part: np.mean(np.concatenate(part) ** 2, axis=0)
    np.testing.assert_allclose(squares(frames.train), 1, rtol=1e-5)
    assert np.abs(squares(frames.validation) - 1).max() > 0.1


def test_long_sounds_are_cut_into_segments_and_nothing_is_lost(rng):
    x = 0.1 * rng.standard_normal(3 * MAX_FRAMES * 64 + 100)
    frames = as_frames(data([[x], [x[: MAX_FRAMES * 64]], [x[: MAX_FRAMES * 64 + 1]]]))
    assert [len(z) for z in frames.train] == [MAX_FRAMES] * 3 + [2]
    assert [len(z) for z in frames.validation] == [MAX_FRAMES] and [len(z) for z in frames.test] == [
        MAX_FRAMES,
        1,
    ]
    whole = np.concatenate([as_sound(z, frames.scale) for z in frames.train])
    np.testing.assert_allclose(whole[: len(x)], x, atol=1e-6)


@pytest.mark.parametrize(("rate", "D"), [(8000, 64), (22_050, 128), (44_100, 256), (10, 1)])
def test_a_frame_lasts_about_eight_milliseconds(rate, D, parts):
    assert as_frames(data(parts, rate)).D == D


def test_silence_is_refused_and_a_silent_part_is_not(parts):
    silent = [np.zeros(300)]
    with pytest.raises(BadInput, match="some are silent"):
        as_frames(data([silent, *parts[1:]]))
    frames = as_frames(data([parts[0] + silent, silent, silent]))
    assert not frames.test[0].any() and np.isfinite(frames.scale).all()


def test_known_sounds_are_frames_too():
    frames = load_sound_frames("tones")
    assert repr(frames) == "SoundFrames('tones', 8000 Hz, 600 + 75 + 75 sounds of (T, 64))"
    x = load_sound("tones").test[3]
    np.testing.assert_allclose(as_sound(frames.test[3], frames.scale)[: len(x)], x, atol=1e-6)


def test_a_sound_is_continued_without_a_change_of_its_own_samples(rng):
    """Frames that really come after the prompt give the sound that was cut; the prompt's own samples stay."""
    D, P = 64, 9
    x = (0.3 * rng.standard_normal(20 * D)).astype(np.float32)
    scale = rng.uniform(0.5, 2, D)
    frames = mdct(x.astype(np.float64), D) / scale
    before = as_prompt(x[: (P + 1) * D + 17], scale)
    np.testing.assert_allclose(before, frames[:P], atol=1e-5)
    sound = continued(x[: (P + 1) * D + 17], before, frames[P:-1], scale)
    assert len(sound) == 19 * D
    assert np.array_equal(sound[: P * D], x[: P * D])
    np.testing.assert_allclose(sound, x[: 19 * D], atol=1e-5)
    other = continued(x[: (P + 1) * D], before, 0 * frames[P:-1], scale)  # the claim rejects other frames
    assert np.array_equal(other[: P * D], x[: P * D]) and np.abs(other - x[: 19 * D]).max() > 0.1


def test_a_sound_of_less_than_two_frames_cannot_be_continued():
    with pytest.raises(BadInput, match="127 samples is too short to be continued: at least 128"):
        as_prompt(np.zeros(127, np.float32), np.ones(64))
