"""A user's own pictures, sounds and music: accepted formats, and errors for everything else."""

import struct
import sys
import wave

import numpy as np
import pytest

from scratchgen.data import load_any, load_images, load_sequences, load_sound
from scratchgen.data.files.pcm import read_pcm16
from scratchgen.errors import BadInput

parts = lambda data: (data.train, data.validation, data.test)
everything = lambda data: [x for part in parts(data) for x in part]


def refused(load, path, *words):
    with pytest.raises(BadInput) as caught:
        load(path)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


# --- pictures ----------------------------------------------------------------------------------------------

Image = pytest.importorskip("PIL.Image")


def save_pictures(folder, n=20, kind="png", height=4, width=6):
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(n):
        Image.fromarray(np.full((height, width), 10 * i, np.uint8)).save(folder / f"{i:02}.{kind}")


def test_pictures_become_grey_values_and_each_is_in_one_part(tmp_path):
    save_pictures(tmp_path, 20)
    images = load_images(tmp_path)
    assert images.image_shape == (4, 6, 1) and [len(part) for part in parts(images)] == [16, 2, 2]
    found = sorted(round(255 * x[0]) for x in everything(images))
    assert (
        found == [10 * i for i in range(20)]
        and images.train_labels is None
        and images.train.dtype == np.float32
    )


def test_jpeg_is_read_too_and_other_files_are_ignored(tmp_path):
    save_pictures(tmp_path, 12, "JPG")
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / ".hidden.png").write_text("not a picture either")
    assert sum(map(len, parts(load_images(tmp_path)))) == 12


def test_colours_are_kept_or_converted_to_perceived_brightness_if_asked_for(tmp_path):
    for i in range(10):
        Image.fromarray(np.full((2, 2, 3), [255, 0, 51], np.uint8)).save(tmp_path / f"{i}.png")
    kept, grey = load_images(tmp_path), load_images(tmp_path, channels="grey")
    assert kept.image_shape == (2, 2, 3) and kept.train[0].tolist() == [1, 0, np.float32(0.2)] * 4
    assert not kept.report.changed
    assert grey.image_shape == (2, 2, 1) and grey.train[0, 0] == pytest.approx(0.299 + 0.114 / 5, abs=1 / 255)
    assert ("changed", "10 converted to grey, as asked for (ITU-R BT.601)") in grey.report.lines()


def test_subfolders_are_classes(tmp_path):
    for k, name in enumerate(("cats", "dogs")):
        save_pictures(tmp_path / name, 10 + k)
    images = load_images(tmp_path)
    assert images.classes == 2
    assert sum(np.bincount(labels, minlength=2) for labels in (
        images.train_labels, images.validation_labels, images.test_labels
    )).tolist() == [10, 11]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("05.png", b"<html>", ["1 of 20 pictures cannot be read: 05.png (", "repair or remove it", "--skip-bad"]),
        ("05.png", b"", ["1 of 20 pictures cannot be read: 05.png (", "repair or remove it", "--skip-bad"]),
        ("05.png", None, ["pictures of 2 sizes (19 of 4 × 6; 05.png differs)", "--size 4"]),
    ],
)
def test_a_picture_that_is_damaged_or_of_another_size_is_named(name, content, words, tmp_path):
    save_pictures(tmp_path)
    if content is None:
        Image.fromarray(np.zeros((3, 3), np.uint8)).save(tmp_path / name)
    else:
        (tmp_path / name).write_bytes(content)
    refused(load_images, tmp_path, *words)


def test_a_picture_cut_short_anywhere_never_raises_anything_but_bad_input(tmp_path):
    save_pictures(tmp_path)
    whole = (tmp_path / "05.png").read_bytes()
    for length in range(0, len(whole), 5):
        (tmp_path / "05.png").write_bytes(whole[:length])
        try:
            load_images(tmp_path)
        except BadInput as problem:
            assert "05.png" in str(problem)


def test_too_few_pictures_and_a_missing_pillow_have_clear_errors(tmp_path, monkeypatch):
    save_pictures(tmp_path, 9)
    refused(load_images, tmp_path, "holds 9 pictures", "at least 10")
    save_pictures(tmp_path, 10)
    monkeypatch.setitem(sys.modules, "PIL", None)
    refused(load_images, tmp_path, "pip install pillow")


# --- sounds ------------------------------------------------------------------------------------------------


def save_sound(path, x, rate=8000, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    pytest.importorskip("soundfile").write(path, x, rate, **options)


@pytest.fixture
def sounds(tmp_path):
    """Ten WAV and two FLAC files of different lengths."""
    for i in range(12):
        x = 0.05 * i * np.ones(100 + i)
        save_sound(tmp_path / f"{i:02}.{'flac' if i > 9 else 'wav'}", x, subtype="PCM_16")
    return tmp_path


def test_wav_and_flac_are_read_and_each_is_in_one_part(sounds):
    data = load_sound(sounds)
    assert data.rate == 8000 and [len(part) for part in parts(data)] == [9, 1, 2]
    found = sorted((len(x), round(20 * float(x[0]))) for x in everything(data))
    assert found == [(100 + i, i) for i in range(12)]
    assert all(x.dtype == np.float32 and x.ndim == 1 for x in everything(data))


def test_channels_are_averaged(sounds):
    save_sound(sounds / "00.wav", np.array([[0.5, -0.25]] * 50), subtype="FLOAT")
    (stereo,) = (x for x in everything(load_sound(sounds)) if len(x) == 50)
    assert np.allclose(stereo, 0.125)


def test_subfolders_of_sounds_are_classes(tmp_path):
    for name in ("snare", "kick"):
        for i in range(6):
            save_sound(tmp_path / name / f"{i}.wav", np.zeros(10))
    data = load_sound(tmp_path)
    assert data.classes == ("kick", "snare") and set(data.train_labels.tolist()) == {0, 1}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda path: path.write_bytes(b"RIFF of nothing"), ["1 of 12 sounds cannot be read: 03.wav ("]),
        (lambda path: save_sound(path, np.zeros(0)), ["1 of 12 sounds cannot be read: 03.wav (no samples)"]),
        (
            lambda path: save_sound(path, np.zeros(9), 44_100),
            ["03.wav has a rate of 44100 Hz", "00.wav of 8000 Hz"],
        ),
        (lambda path: save_sound(path, np.full(9, np.nan), subtype="FLOAT"), ["1 of 12 sounds cannot be read: 03.wav (NaN or infinity)"]),
    ],
)
def test_a_sound_that_is_damaged_empty_or_of_another_rate_is_named(change, words, sounds):
    change(sounds / "03.wav")
    refused(load_sound, sounds, *words)


def test_without_soundfile_the_message_says_what_to_install(sounds, monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    refused(load_sound, sounds, "pip install soundfile")


def test_the_two_readers_of_wav_agree(sounds):
    soundfile = pytest.importorskip("soundfile")
    x = np.random.default_rng(0).uniform(-1, 1, 500)
    save_sound(sounds / "x.wav", x, subtype="PCM_16")
    assert np.array_equal(
        read_pcm16(sounds / "x.wav", 8000), soundfile.read(sounds / "x.wav", dtype="float32")[0]
    )


def test_a_wav_of_another_format_is_refused(tmp_path):
    def save(channels, width, rate):
        with wave.open(str(tmp_path / "x.wav"), "wb") as file:
            file.setparams((channels, width, rate, 0, "NONE", ""))
            file.writeframes(bytes(channels * width * 4))

    for wrong in ((2, 2, 8000), (1, 1, 8000), (1, 2, 16_000)):
        save(*wrong)
        refused(lambda path: read_pcm16(path, 8000), tmp_path / "x.wav", "x.wav has")
    (tmp_path / "x.wav").write_bytes(b"RIFF")
    refused(lambda path: read_pcm16(path, 8000), tmp_path / "x.wav", "x.wav is not a WAV file")


# --- music -------------------------------------------------------------------------------------------------


def midi(notes, ticks_per_beat=480, channel=0):
    """The bytes of a MIDI file with notes (pitch, start, end) in beats."""
    events = sorted(
        event
        for pitch, start, end in notes
        for event in (
            (round(start * ticks_per_beat), 1, bytes([0x90 | channel, pitch, 64])),
            (round(end * ticks_per_beat), 0, bytes([0x80 | channel, pitch, 0])),
        )
    )
    track, now = b"", 0
    for tick, _, message in events:
        track, now = track + variable(tick - now) + message, tick
    track += b"\0\xff\x2f\0"
    header = b"MThd" + struct.pack(">IHHH", 6, 0, 1, ticks_per_beat)
    return header + b"MTrk" + struct.pack(">I", len(track)) + track


def variable(n):
    """A number in the format of seven bits per byte."""
    digits = [n & 127]
    while n := n >> 7:
        digits.append(n & 127 | 128)
    return bytes(reversed(digits))


@pytest.fixture
def music(tmp_path):
    """Ten files, the i-th with i + 1 quarter notes from middle C upwards."""
    pytest.importorskip("mido")
    for i in range(10):
        (tmp_path / f"{i}.mid").write_bytes(midi([(60 + k, k, k + 1) for k in range(i + 1)]))
    return tmp_path


def test_a_quarter_note_is_four_steps_of_a_roll(music):
    rolls = sorted(everything(load_sequences(music)), key=len)
    assert [roll.shape for roll in rolls] == [(4 * (i + 1), 88) for i in range(10)]
    assert np.argwhere(rolls[1]).tolist() == [[t, 60 - 21 + t // 4] for t in range(8)]


def test_any_resolution_and_the_shortest_notes_are_read_and_percussion_is_left_out(music):
    (music / "0.mid").write_bytes(midi([(60, 0, 1 / 32), (64, 1, 2), (64, 2, 3)], ticks_per_beat=96))
    expected = [[0, 39]] + [[t, 43] for t in range(4, 12)]
    assert expected in [np.argwhere(roll).tolist() for roll in everything(load_sequences(music))]
    (music / "0.mid").write_bytes(midi([(36, 0, 1)], channel=9))
    refused(load_sequences, music, "1 of 10 MIDI files cannot be read: 0.mid (no notes")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["1 of 10 MIDI files cannot be read: 3.mid ("]),
        (b"MThd of nothing", ["1 of 10 MIDI files cannot be read: 3.mid ("]),
        (midi([(60, 0, 1)])[:-9], ["1 of 10 MIDI files cannot be read: 3.mid ("]),
        (midi([]), ["1 of 10 MIDI files cannot be read: 3.mid (no notes"]),
        (midi([(12, 0, 1)]), ["1 of 10 MIDI files cannot be read: 3.mid (no notes"]),
        (midi([(60, 0, 1), (60, 50_000, 50_001)]), ["3.mid (it lasts 200", "more than 100000"]),
    ],
)
def test_music_that_is_damaged_silent_or_endless_is_named(content, words, music):
    (music / "3.mid").write_bytes(content)
    refused(load_sequences, music, *words)


def test_without_mido_the_message_says_what_to_install(tmp_path, monkeypatch):
    for i in range(10):
        (tmp_path / f"{i}.mid").write_bytes(midi([(60, 0, 1)]))
    monkeypatch.setitem(sys.modules, "mido", None)
    refused(load_sequences, tmp_path, "pip install mido")


# --- any kind ----------------------------------------------------------------------------------------------


def test_the_kind_of_a_folder_is_that_of_most_of_its_files(tmp_path):
    save_pictures(tmp_path / "pictures")
    (tmp_path / "pictures" / "one.wav").touch()
    assert type(load_any(tmp_path / "pictures")).__name__ == "RowData"
    (tmp_path / "empty").mkdir()
    refused(load_any, tmp_path / "empty", "empty holds no files; name a folder of pictures")
    refused(load_any, tmp_path / "pictues", "did you mean", "pictures?")


def test_a_folder_without_files_of_the_kind_is_refused(tmp_path):
    refused(load_sound, tmp_path, "holds 0 sounds; at least 10 are needed")
    refused(load_sequences, tmp_path, "holds 0 MIDI files")
    (tmp_path / "x.wav").touch()
    refused(load_sound, tmp_path / "x.wav", "x.wav is a file", "must be a folder", "plucked-strings")
