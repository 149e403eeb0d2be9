"""Piano rolls written as MIDI are read back unchanged, and synthesised at the right pitch."""

import numpy as np
import pytest

from scratchgen.data.files.midi import read_midi_folder
from scratchgen.data.files.pcm import read_pcm16
from scratchgen.data.files.performance import RATE, notes_of, perform, write_midi, write_wav
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
    assert len(read) == len(rolls) and all(map(np.array_equal, read, rolls))


def test_a_quarter_note_lasts_four_sixteenths(rng, tmp_path):
    pytest.importorskip("mido")
    roll = random_roll(rng)
    for i in range(10):  # the smallest number that can be split
        write_midi(roll, 21, "quarter note", tmp_path / f"{i}.mid")
    read = read_midi_folder(str(tmp_path)).test[0]
    assert np.array_equal(read, np.repeat(roll, 4, axis=0))


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
