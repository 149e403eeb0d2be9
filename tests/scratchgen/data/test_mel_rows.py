"""Sounds become rows of one size, which are looked at as pictures and heard as sounds."""

import numpy as np
import pytest

from scratchgen.data import SoundData, load_sound
from scratchgen.data.mel_rows import mel_rows
from scratchgen.data.sets.tones import tone
from scratchgen.data.types import Attribute
from scratchgen.errors import BadInput
from scratchgen.random import Generator

RATE = 8000


@pytest.fixture(scope="module")
def tones():
    return mel_rows(load_sound("tones"))


def test_a_row_is_a_picture_with_high_frequencies_at_the_top_and_time_to_the_right(tones):
    _, mel = tones
    late_and_high = np.concatenate([0.1 * tone("sine", 200, 800, RATE), tone("sine", 3500, 800, RATE)])
    image = mel.rows([late_and_high])[0].reshape(mel.shape)
    band, frame = np.unravel_index(image.argmax(), image.shape)
    assert band < 5 and frame > 800 / mel.pictures.hop


def test_pictures_and_rows_are_inverse(tones):
    rows, mel = tones
    assert np.array_equal(mel.as_rows(mel.as_pictures(rows.test)), rows.test)
    assert np.array_equal(
        mel.as_rows(mel.pictures.of([x for x in load_sound("tones").test[:1]])).shape, (1, 40 * mel.shape[1])
    )


def test_the_sound_of_a_row_has_the_levels_of_the_row(tones):
    rows, mel = tones
    again = mel.rows(mel.sounds(rows.test[:6], Generator(0)))
    loud = rows.test[:6] > rows.test[:6].max(axis=1, keepdims=True) - 30 / 80
    assert np.abs(again - rows.test[:6])[loud].mean() * 80 < 4  # dB


def test_the_claim_above_rejects_rows_whose_bands_are_upside_down(tones):
    rows, mel = tones
    upside_down = rows.test[:6].reshape(6, *mel.shape)[:, ::-1].reshape(6, -1)
    again = mel.rows(mel.sounds(upside_down, Generator(0)))
    loud = rows.test[:6] > rows.test[:6].max(axis=1, keepdims=True) - 30 / 80
    assert np.abs(again - rows.test[:6])[loud].mean() * 80 > 10


def test_level_and_silence_around_a_sound_change_nothing(tones):
    _, mel = tones
    x = load_sound("tones").test[0]
    silent = np.zeros(800, np.float32)
    moved = np.concatenate([silent, 0.01 * x, silent])
    assert np.allclose(*mel.rows([x, moved]), atol=0.02)


def set_of(sounds, **labels):
    return SoundData("mine", RATE, sounds, sounds[:2], sounds[:2], **labels)


def test_classes_are_an_attribute_and_several_attributes_stay():
    sounds = [tone("sine", 300 + 10 * i, 1000, RATE) for i in range(4)]
    y = np.array([0, 1, 0, 1])
    parts = {"train_labels": y, "validation_labels": y[:2], "test_labels": y[:2]}
    rows, _ = mel_rows(set_of(sounds, classes=("a", "b"), **parts))
    assert rows.attributes == (Attribute("class", ("a", "b")),) and rows.train_labels.shape == (4, 1)
    two = {name: np.stack([labels, labels], axis=1) for name, labels in parts.items()}
    both = (Attribute("a", ("x", "y")), Attribute("b", ("x", "y")))
    rows, _ = mel_rows(set_of(sounds, attributes=both, **two))
    assert rows.attributes == both and rows.label_counts == (2, 2)


def test_long_sounds_are_cut_and_counted_and_the_set_itself_keeps_its_report():
    data = set_of([tone("sine", 300, 1000, RATE)] * 39 + [tone("sine", 300, 8000, RATE)])
    rows, mel = mel_rows(data)
    assert mel.pictures.N == 1000 and list(rows.report.changed.values()) == [1] and not data.report.changed


def test_silent_sounds_are_refused():
    with pytest.raises(BadInput, match="silent"):
        mel_rows(set_of([np.zeros(1000, np.float32)] * 3))
