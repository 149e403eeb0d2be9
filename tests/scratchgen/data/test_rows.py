"""Every numeric data set loads as rows (N, D) with the same parts and its kind; text is refused."""

import numpy as np
import pytest

from scratchgen.data import load_any, rows
from scratchgen.data.rows import BANDS, load_rows
from scratchgen.data.types import PairData, RowData, SequenceData, SoundData
from scratchgen.errors import BadInput

PARTS = ("train", "validation", "test")


def given(monkeypatch, data):
    """The result of load_rows for this set."""
    monkeypatch.setattr(rows, "load_any", lambda name, **options: data)
    return load_rows("any")


@pytest.mark.parametrize("name", ["digits", "binarized-digits"])
def test_images_are_rows_already(name):
    ours, images = load_rows(name), load_any(name)
    assert ours.kind == "images" and ours.image_shape == (8, 8, 1) and ours.classes == 10
    for part in (*PARTS, "train_labels", "test_labels"):
        np.testing.assert_array_equal(getattr(ours, part), getattr(images, part))


def test_points_keep_their_coordinates_and_their_labels():
    ours, points = load_rows("ring"), load_any("ring")
    assert (
        isinstance(ours, RowData)
        and ours.kind == "points"
        and ours.image_shape == (1, 2, 1)
        and ours.classes == 8
    )
    for part in (*PARTS, "train_labels", "validation_labels", "test_labels"):
        np.testing.assert_array_equal(getattr(ours, part), getattr(points, part))


def test_the_steps_of_sequences_are_concatenated(monkeypatch, rng):
    pieces = [rng.random((T, 5)).astype(np.float32) for T in (3, 1, 4, 2, 6)]
    ours = given(monkeypatch, SequenceData("airs", "quarter note", 60, pieces[:3], pieces[3:4], pieces[4:]))
    assert (
        ours.name == "airs" and ours.kind == "frames" and ours.image_shape == (5, 1, 1) and ours.classes == 0
    )
    np.testing.assert_array_equal(ours.train, np.concatenate(pieces[:3]))
    np.testing.assert_array_equal(ours.validation, pieces[3])
    assert ours.test.shape == (6, 5) and ours.train.dtype == np.float32


RATE = 8000


def sine(f, n=2000):
    return np.sin(2 * np.pi * f * np.arange(n) / RATE).astype(np.float32)


def test_sound_becomes_mel_frames_scaled_by_the_training_part(monkeypatch, rng):
    loud = [a * sine(f) for f in (300, 2000) for a in (0.2, 0.5, 1.0)]
    quiet = [0.01 * x for x in loud]
    ours = given(monkeypatch, SoundData("tones of two pitches", RATE, loud, loud[:1], quiet))
    assert ours.train.dtype == np.float32 and ours.kind == "frames" and ours.image_shape == (BANDS, 1, 1)
    np.testing.assert_allclose(ours.train.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(ours.train.std(axis=0), 1, atol=1e-5)
    assert ours.test.mean() < -0.5  # with its own scale the mean would be 0
    low, high = np.split(ours.train, 2)
    difference = low.mean(axis=0) - high.mean(axis=0)
    assert difference[:12].mean() > 0.5 and difference[-12:].mean() < 0  # the low tone, and the high one


def test_the_known_sounds_and_chorales_are_rows_too(real_data):
    for name in ("tones", "jsb-chorales"):
        ours = load_rows(name)
        assert all(np.isfinite(getattr(ours, part)).all() for part in PARTS)
        assert ours.image_shape == (ours.train.shape[1], 1, 1)


@pytest.mark.parametrize("name", ["stdlib", "markov"])
def test_text_is_refused_with_a_hint_to_the_rnn(name):
    with pytest.raises(BadInput, match=f"{name} is text, which has no rows of numbers; train an rnn on it"):
        load_rows(name)


def test_pairs_of_texts_are_refused(monkeypatch):
    pairs = [("one", "un")]
    with pytest.raises(BadInput, match="numerals is text, which has no rows of numbers"):
        given(monkeypatch, PairData("numerals", ("English", "French"), pairs, pairs, pairs))


def test_an_unknown_name_is_refused_with_a_suggestion():
    with pytest.raises(BadInput, match="did you mean digits"):
        load_rows("digit")
