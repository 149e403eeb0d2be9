"""Mel pictures keep the levels of sounds, and their sounds have these levels again."""

import numpy as np
import pytest

from scratchgen.data.mel_pictures import BANDS, RANGE, MelPictures
from scratchgen.data.preprocessing.mel import hz_to_mel
from scratchgen.data.sets.synthetic_drums import DRUMS, RATE, SAMPLES, drum
from scratchgen.errors import BadInput
from scratchgen.random import Generator


@pytest.fixture(scope="module")
def strokes():
    return [drum(kind, Generator(i)) for i, kind in enumerate(DRUMS)]


@pytest.fixture(scope="module")
def pictures(strokes):
    return MelPictures.fit(strokes, RATE, SAMPLES)


def test_the_loudest_level_is_one_and_levels_fall_by_their_decibels(strokes, pictures):
    x = pictures.of(strokes)
    assert x.shape == (len(strokes), *pictures.shape) and x.dtype == np.float32
    assert x.max() == 1 and x.min() == 0
    quieter = pictures.of([0.1 * stroke for stroke in strokes])  # 20 dB
    kept = quieter > 0
    assert np.allclose((x - quieter)[kept], 20 / RANGE, atol=1e-4)


def test_a_tone_is_brightest_in_the_band_of_its_frequency(pictures):
    f = 1500.0
    tone = np.sin(2 * np.pi * f * np.arange(SAMPLES) / RATE).astype(np.float32)
    band = np.argmax(MelPictures.fit([tone], RATE, SAMPLES).of([tone])[0].mean(axis=0)) + 1
    assert band == round(float(hz_to_mel(f) / hz_to_mel(RATE / 2)) * (BANDS + 1))


def test_the_sound_of_a_picture_has_its_levels(strokes, pictures):
    x = pictures.of(strokes)
    again = pictures.of([pictures.sound(picture, Generator(0)) for picture in x])
    loud = x > 0.6  # the upper 32 dB, which are heard
    error = RANGE * np.sqrt(np.mean((again - x)[loud] ** 2))
    others = RANGE * np.sqrt(np.mean((np.roll(x, 1, axis=0) - x)[loud] ** 2))
    assert error < 4 < others / 4, f"{error:.2f} dB, and {others:.2f} dB between different drums"


def test_sounds_are_cut_and_filled_to_one_length_and_never_clipped(strokes, pictures):
    long = np.concatenate([strokes[0], strokes[1]])
    assert np.array_equal(pictures.of([long]), pictures.of([strokes[0]]))
    filled = np.concatenate([strokes[0][:4000], np.zeros(SAMPLES - 4000, np.float32)])
    assert np.array_equal(pictures.of([strokes[0][:4000]]), pictures.of([filled]))
    loud = pictures.sound(np.full(pictures.shape, 1.0), Generator(0))
    assert loud.dtype == np.float32 and np.abs(loud).max() <= 1 and np.mean(np.abs(loud) == 1) < 0.001


def test_silence_alone_is_refused():
    for silent in ([], [np.zeros(100, np.float32)]):
        with pytest.raises(BadInput, match="silent"):
            MelPictures.fit(silent, RATE, SAMPLES)
