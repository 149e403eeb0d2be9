"""Piano rolls written as MIDI are read back unchanged, and synthesised at the right pitch."""

import sys

import numpy as np
import pytest

from scratchgen.data.files.midi import read_midi_folder
from scratchgen.data.files.pcm import read_pcm16
from scratchgen.data.files.performance import RATE, perform, write_midi, write_wav
from scratchgen.data.rolls import RollFormat, notes_of
from scratchgen.errors import BadInput


def random_roll(rng, T=12):
    roll = (rng.random((T, 88)) < 0.1).astype(np.float32)
    roll[-1, 3] = 1  # a file ends with its last note
    return roll


def test_a_roll_written_as_midi_is_read_back_unchanged(rng, tmp_path):
    pytest.importorskip("mido")
    rolls = [random_roll(rng, T) for T in range(5, 15)]
    for i, roll in enumerate(rolls):
        write_midi(roll, 21, "sixteenth note", tmp_path / f"{i}.mid")
    found = read_midi_folder(str(tmp_path))
    read = sorted([*found.train, *found.validation, *found.test], key=len)
    sounding = [found.form.sounding(roll) for roll in read]
    assert len(read) == len(rolls) and all(map(np.array_equal, sounding, rolls))
    assert all(map(np.array_equal, map(notes_of, sounding), (notes_of(roll, found.form) for roll in read)))


def test_a_quarter_note_lasts_four_sixteenths(rng, tmp_path):
    pytest.importorskip("mido")
    roll = random_roll(rng)
    for i in range(10):  # the smallest number that can be split
        write_midi(roll, 21, "quarter note", tmp_path / f"{i}.mid")
    found = read_midi_folder(str(tmp_path))
    assert np.array_equal(found.form.sounding(found.test[0]), np.repeat(roll, 4, axis=0))


def test_a_key_that_stays_down_is_one_note_and_a_gap_makes_two():
    roll = np.array([[1, 0], [1, 1], [0, 1], [1, 0]], np.float32)
    assert notes_of(roll) == [(0, 0, 2), (1, 1, 3), (0, 3, 4)]


@pytest.mark.parametrize("pitch, hertz", [(69, 440), (57, 220), (60, 261.63)])
def test_a_note_sounds_at_its_pitch_and_only_while_it_lasts(pitch, hertz):
    roll = np.zeros((6, 88), np.float32)
    roll[:4, pitch - 21] = 1
    sound = perform(roll, 21, "quarter note")
    assert sound.dtype == np.float32 and np.abs(sound).max() == pytest.approx(0.9)
    spectrum = np.abs(np.fft.rfft(sound))
    assert np.argmax(spectrum) * RATE / len(sound) == pytest.approx(hertz, abs=RATE / len(sound))
    assert not sound[len(sound) * 4 // 6 + 1 :].any()


@pytest.mark.parametrize("tempo", [30, 90, 240])
def test_a_roll_lasts_as_long_as_its_tempo_says(tempo):
    roll = np.ones((12, 4), np.float32)
    assert len(perform(roll, 60, "quarter note", RollFormat(tempo=tempo))) == 12 * 60 / tempo * RATE


def test_a_note_that_is_struck_again_is_heard_again():
    """The loudness of four beats: it falls all along a held note, and rises where the note is struck again."""
    held, struck = np.zeros((16, 2), np.float32), np.zeros((16, 2), np.float32)
    held[:, 0] = struck[:, 0] = 1
    held[0, 1] = struck[[0, 8], 1] = 1
    loudness = lambda roll: [
        float(np.std(part))
        for part in np.split(perform(roll, 60, "sixteenth note", RollFormat(onsets=True, tempo=60)), 4)
    ]
    a, b, c, d = loudness(held)
    assert a > b > c > d
    a, b, c, d = loudness(struck)
    assert a > b and c > 2 * b and c > d and a == pytest.approx(c, rel=1e-3)


def test_a_stroke_of_a_drum_decays_and_drums_sound_different():
    roll = np.zeros((8, 128), np.float32)
    roll[[0, 4], [36, 42]] = 1
    sound = perform(roll, 0, "quarter note", RollFormat(drums=True, tempo=60))
    kick, _, _, _, cymbal, *_ = np.split(sound, 8)
    pitch = lambda x: np.argmax(np.abs(np.fft.rfft(x)))  # in Hz: a step lasts a second
    assert pitch(kick) < 200 < pitch(cymbal)
    for x in (kick, cymbal):
        assert np.std(x[: RATE // 10]) > 100 * np.std(x[-RATE // 10 :])
    assert np.array_equal(sound, perform(roll, 0, "quarter note", RollFormat(drums=True, tempo=60)))


def test_sound_is_written_and_read_with_an_error_of_half_a_16_bit_step(rng, tmp_path):
    sound = perform(random_roll(rng), 21, "sixteenth note")
    read = read_pcm16(write_wav(sound, tmp_path / "a.wav"), RATE)
    np.testing.assert_allclose(read, sound, atol=1.5 / 2**15)


def test_an_empty_roll_is_silent():
    assert not perform(np.zeros((3, 88), np.float32), 21, "quarter note").any()


@pytest.mark.parametrize(
    "first, unit, words", [(21, "moment", "unknown unit 'moment'"), (60, "quarter note", "0 … 127")]
)
def test_an_unknown_unit_or_pitch_is_refused_and_nothing_is_written(first, unit, words, tmp_path):
    pytest.importorskip("mido")
    roll = np.ones((2, 88), np.float32)
    with pytest.raises(BadInput, match=words):
        perform(roll, first, unit)
    with pytest.raises(BadInput, match=words):
        write_midi(roll, first, unit, tmp_path / "a.mid")
    assert not list(tmp_path.iterdir())


def test_without_mido_music_is_read_and_writing_it_names_what_to_install(rng, tmp_path, monkeypatch):
    pytest.importorskip("mido")
    for i in range(10):
        write_midi(random_roll(rng), 21, "sixteenth note", tmp_path / f"{i}.mid")
    monkeypatch.setitem(sys.modules, "mido", None)
    assert len(read_midi_folder(str(tmp_path)).train) == 8
    with pytest.raises(BadInput, match="pip install mido"):
        write_midi(random_roll(rng), 21, "sixteenth note", tmp_path / "new.mid")
    assert not (tmp_path / "new.mid").exists()
