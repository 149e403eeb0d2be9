"""A user's own recordings: all formats, rates and channels are read, whatever is changed is said, the rest refused."""

import sys
import wave
from pathlib import Path

import numpy as np
import pytest

from scratchgen.data import load_any, load_sound
from scratchgen.data.files.pcm import read_pcm16
from scratchgen.data.files.recording import read_recording
from scratchgen.data.preprocessing.resampling import resample
from scratchgen.data.rows import load_rows
from scratchgen.errors import BadInput

soundfile = pytest.importorskip("soundfile")
CASES = Path(__file__).parents[4] / "shared" / "cases" / "snd"

parts = lambda data: (data.train, data.validation, data.test)
everything = lambda data: [x for part in parts(data) for x in part]
said = lambda data: [f"{label} {text}" for label, text in data.report.lines()]


def tone(hertz, seconds=0.5, rate=8000, amplitude=0.5):
    return amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def save(path, x, rate=8000, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, x, rate, **options)


def refused(path, *words, load=load_any, **options):
    with pytest.raises(BadInput) as caught:
        load(path, **options)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value), str(caught.value)
    return str(caught.value)


@pytest.fixture
def folder(tmp_path):
    """Twelve tones of half a second, WAV of 16 bits."""
    for i in range(12):
        save(tmp_path / f"{i:02}.wav", tone(200 + 50 * i), subtype="PCM_16")
    return tmp_path


# --- formats -----------------------------------------------------------------------------------------------

EXACT = {  # formats without loss, and how far a sample of 16 bits may be off
    "WAV": "PCM_16", "WAVEX": "PCM_24", "RF64": "PCM_16", "W64": "FLOAT", "AIFF": "PCM_16", "AU": "PCM_16",
    "CAF": "PCM_16", "FLAC": "PCM_16", "SVX": "PCM_16", "VOC": "PCM_16", "NIST": "PCM_16", "AVR": "PCM_16",
}  # fmt: skip
LOSSY = {"OGG": "VORBIS", "MP3": "MPEG_LAYER_III"}


def test_every_format_is_read_by_its_content_under_a_wrong_name(tmp_path):
    x = tone(440)
    for i, (kind, subtype) in enumerate((EXACT | LOSSY).items()):
        save(tmp_path / f"{i:02}.{'mp3' if kind == 'WAV' else 'wav'}", x, format=kind, subtype=subtype)
    data = load_any(tmp_path)
    assert data.rate == 8000 and len(everything(data)) == len(EXACT | LOSSY)
    for i, kind in enumerate(EXACT):
        read = read_recording(tmp_path / f"{i:02}.{'mp3' if kind == 'WAV' else 'wav'}")
        np.testing.assert_allclose(read.samples, x, atol=1 / 2**15, err_msg=kind)
        assert not read.is_cut, kind
    for i, kind in enumerate(LOSSY, len(EXACT)):
        read = read_recording(tmp_path / f"{i:02}.wav")
        power = np.abs(np.fft.rfft(read.samples[500:3500])) ** 2
        assert power[163:168].sum() > 0.98 * power.sum(), kind  # 440 Hz is at 165 of 3000 samples
        assert not read.is_cut, kind
    found = data.report.found
    assert found["WAV"] == 3 and found["FLAC"] == 1 and found["MP3"] == 1 and "unknown" not in found


def test_channels_are_averaged_and_their_number_is_said(folder):
    save(folder / "00.wav", np.array([[0.5, -0.25]] * 50 + [[0, 0]] * 50), subtype="FLOAT")
    data = load_any(folder)
    (stereo,) = (x for x in everything(data) if len(x) == 100)
    assert np.allclose(stereo[:50], 0.125)
    assert "changed 1 of 2 channels, now their mean" in said(data)


def test_each_sound_is_in_one_part_and_is_float32(folder):
    data = load_any(folder)
    assert [len(part) for part in parts(data)] == [9, 1, 2]
    assert all(x.dtype == np.float32 and x.shape == (4000,) for x in everything(data))
    assert not data.report.changed and "read 12 recordings of 6.0 s at 8,000 Hz" in said(data)


# --- rates -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "to"), [(22_050, 8000), (8000, 22_050), (44_100, 48_000), (16_000, 8000)])
def test_a_resampled_tone_is_the_tone_at_the_other_rate(rate, to):
    x = tone(440, 1.0, rate).astype(np.float32)
    y = resample(x, rate, to)
    assert y.dtype == np.float32 and len(y) == -(-len(x) * to // rate)
    inside = slice(len(y) // 10, -len(y) // 10)  # the filter reads zeros beyond both ends
    np.testing.assert_allclose(y[inside], tone(440, 1.0, to)[: len(y)][inside], atol=2e-3)


def test_a_tone_above_half_the_new_rate_is_removed_and_leaving_samples_out_would_keep_it():
    high = tone(5000, 1.0, 16_000).astype(np.float32)
    loudness = lambda x: float(np.std(x[1000:-1000]))
    assert loudness(resample(high, 16_000, 8000)) < 0.01 * loudness(high)
    assert loudness(high[::2]) > 0.9 * loudness(high)  # every second sample: an alias at 3000 Hz


def test_other_rates_are_converted_to_the_most_common_one_and_counted(folder):
    for i in (1, 5, 7):
        save(folder / f"{i:02}.wav", tone(440, 0.5, 22_050), 22_050)
    data = load_any(folder)
    assert data.rate == 8000 and {len(x) for x in everything(data)} == {4000}
    assert "changed 3 resampled from 22,050 Hz to 8,000 Hz" in said(data)


def test_of_two_rates_that_are_equally_common_the_lower_is_chosen(folder):
    for i in range(6):
        save(folder / f"{i:02}.wav", tone(440, 0.5, 4000), 4000)
    assert load_any(folder).rate == 4000


def test_without_scipy_one_rate_is_read_and_two_name_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.signal", None)
    assert load_any(folder).rate == 8000
    save(folder / "03.wav", tone(440, 0.5, 16_000), 16_000)
    refused(folder, "8,000 Hz", "16,000 Hz", "pip install scipy")


# --- values ------------------------------------------------------------------------------------------------


def test_floats_on_the_scale_of_integers_are_refused_with_the_way_out_and_all_their_names(folder):
    for i in (2, 4):
        save(folder / f"{i:02}.wav", 20_000 * tone(300), subtype="FLOAT")
    refused(
        folder, "2 of 12 sounds", "02.wav, 04.wav", "far beyond ±1", "divide them by the full scale", "32,768"
    )
    data = load_any(folder, skip_bad=True)
    assert len(everything(data)) == 10 and set(data.report.bad) == {"02.wav", "04.wav"}


def test_a_slight_overshoot_is_clipped_and_its_samples_are_counted(folder):
    x = tone(300)
    x[[10, 20, 30]] = 1.2, -1.1, 1.0
    save(folder / "03.wav", x, subtype="FLOAT")
    data = load_any(folder)
    assert "changed 2 samples beyond ±1, clipped" in said(data)
    assert max(float(np.abs(x).max()) for x in everything(data)) == 1
    assert any(line.startswith("values -1.1 … 1.2 → -1 … 1") for line in said(data))


@pytest.mark.parametrize("value", [0.0, 0.25])
def test_recordings_without_variance_are_refused_when_they_are_loaded(value, tmp_path):
    for i in range(12):
        save(tmp_path / f"{i}.wav", np.full(500, value))
    refused(tmp_path, "are silent or constant", "give recordings that are not")


def test_silence_among_sounds_is_kept_and_counted(folder):
    save(folder / "03.wav", np.zeros(500))
    assert "read 12 recordings of 5.6 s at 8,000 Hz, 1 of them silent" in said(load_any(folder))


# --- damaged files -----------------------------------------------------------------------------------------

CUT = {"WAV": "PCM_16", "WAVEX": "PCM_24", "AIFF": "PCM_16", "AU": "PCM_16", "RF64": "PCM_16", "W64": "PCM_16",
       "FLAC": "PCM_16", "OGG": "VORBIS", "MP3": "MPEG_LAYER_III"}  # fmt: skip


@pytest.mark.parametrize(("kind", "subtype"), CUT.items())
def test_a_file_cut_short_is_read_as_far_as_it_goes_and_named(kind, subtype, folder, rng):
    x = 0.2 * rng.standard_normal(80_000)  # noise, so that a compressed file has many blocks
    whole = folder / "whole.wav"
    save(whole, x, format=kind, subtype=subtype)
    assert not read_recording(whole).is_cut
    content = whole.read_bytes()
    whole.write_bytes(content[: len(content) * 6 // 10])
    read = read_recording(whole)
    assert read.is_cut and 0.4 * len(x) < len(read.samples) < 0.7 * len(x)
    assert "changed 1 cut short, and read as far as they go: whole.wav" in said(load_any(folder))


def test_an_intact_mp3_file_is_read_without_a_gap_between_blocks(tmp_path, capfd):
    """A seek between two blocks loses the bits that the next frame needs: soundfile makes one after each read."""
    seconds = np.arange(5 * 22_050) / 22_050
    sweep = 0.3 * np.sin(2 * np.pi * np.cumsum(200 + 1500 * np.abs(np.sin(3 * seconds))) / 22_050)
    save(tmp_path / "sweep.mp3", sweep, 22_050)
    whole, _ = soundfile.read(tmp_path / "sweep.mp3", dtype="float32")  # in one block
    with soundfile.SoundFile(tmp_path / "sweep.mp3") as file:
        blocks = np.concatenate([file.read(4096, dtype="float32") for _ in range(27)])
    assert np.abs(whole - blocks).max() > 0.01  # this file shows the loss
    capfd.readouterr()
    read = read_recording(tmp_path / "sweep.mp3")
    np.testing.assert_allclose(read.samples, whole, atol=1e-6)  # the decoder rounds differently in blocks
    assert not (read.damaged or read.is_cut) and capfd.readouterr() == ("", "")


def damage(path, start, stop):
    """Overwrite a share of a file with zeros, which begin no frame."""
    content = bytearray(path.read_bytes())
    first, last = round(start * len(content)), round(stop * len(content))
    content[first:last] = bytes(last - first)
    path.write_bytes(content)


def test_a_damaged_mp3_file_is_read_as_far_as_it_can_be_and_named_and_its_decoder_prints_nothing(
    folder, rng, capfd
):
    save(folder / "noise.mp3", 0.2 * rng.standard_normal(80_000))
    damage(folder / "noise.mp3", 0.5, 0.505)
    soundfile.read(folder / "noise.mp3")
    assert "Illegal Audio-MPEG-Header" in capfd.readouterr().err  # without the reader, the decoder prints
    data = load_any(folder)
    assert data.report.changed == {"damaged, and read as far as they can be decoded: noise.mp3": 1}
    assert capfd.readouterr() == ("", "")
    assert 70_000 < max(map(len, everything(data))) < 80_000


def test_an_mp3_file_with_samples_far_beyond_the_scale_is_called_damaged(tmp_path, monkeypatch):
    """Damage can change the loudness of a frame a thousand times: to divide by 32,768 would be no help."""
    save(tmp_path / "noise.mp3", 0.2 * np.random.default_rng(0).standard_normal(80_000))
    monkeypatch.setattr("scratchgen.data.files.recording.FAR", 0.1)
    refused(tmp_path, "noise.mp3 (damaged: its samples would be far beyond ±1)")


def test_a_length_in_the_header_of_an_mp3_file_that_is_not_the_files_is_no_damage(folder, capfd):
    save(folder / "tagged.mp3", tone(440, 2.0))
    with open(folder / "tagged.mp3", "ab") as file:
        file.write(b"APETAGEX" + bytes(5000))  # as programs append the names of artists
    soundfile.read(folder / "tagged.mp3")
    assert "Xing stream size off" in capfd.readouterr().err
    data = load_any(folder)
    assert not data.report.changed and capfd.readouterr() == ("", "")


def test_the_length_of_a_stream_is_unknown_and_is_no_reason_to_call_it_cut(folder):
    content = bytearray((folder / "00.wav").read_bytes())
    place = content.index(b"data") + 4
    content[place : place + 4] = b"\xff\xff\xff\xff"  # written by a recorder that does not know the end
    (folder / "00.wav").write_bytes(content)
    assert len(read_recording(folder / "00.wav").samples) == 4000
    assert not load_any(folder).report.changed


BAD = {
    "empty": lambda path: path.write_bytes(b""),
    "no samples": lambda path: save(path, np.zeros(0)),
    "NaN or infinity": lambda path: save(path, np.full(9, np.nan), subtype="FLOAT"),
    "Format not recognised": lambda path: path.write_bytes(b"RIFF of nothing"),
}


def test_all_damaged_files_are_named_at_once_with_their_reasons_and_can_be_left_out(folder):
    names = []
    for i, damage in enumerate(BAD.values()):
        names.append(f"bad{i}.wav")
        damage(folder / names[-1])
    message = refused(folder, "4 of 16 sounds cannot be read", "--skip-bad", *BAD, *names)
    assert str(folder) not in message  # libsndfile's own message repeats the path
    data = load_any(folder, skip_bad=True)
    assert len(everything(data)) == 12 and set(data.report.bad) == set(names)


def test_very_short_sounds_are_read(tmp_path):
    for i in range(12):
        save(tmp_path / f"{i}.wav", np.array([0.1 * (i + 1)] * (i + 1) + [0.0]), subtype="PCM_16")
    data = load_any(tmp_path)
    assert sorted(map(len, everything(data))) == list(range(2, 14))
    assert np.isfinite(load_rows(tmp_path).train).all()


def test_other_files_are_left_out_by_name_and_a_folder_of_another_kind_is_refused(folder, tmp_path):
    (folder / "notes.txt").write_text("take two")
    assert "ignored 1 (text, no sounds): notes.txt" in said(load_any(folder))
    (tmp_path / "none").mkdir()
    refused(tmp_path / "none", "holds 0 sounds", load=load_sound)


def test_without_soundfile_the_message_says_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "soundfile", None)
    refused(folder, "pip install soundfile")


# --- one long recording, or a few -----------------------------------------------------------------------------


def test_one_long_recording_is_cut_into_pieces_in_the_order_of_time(tmp_path):
    N = 12_345 * 8
    save(
        tmp_path / "long.wav", np.arange(N) / N - 0.5, subtype="FLOAT"
    )  # 12.3 s, each sample larger than the last
    data = load_any(tmp_path / "long.wav")
    assert [len(part) for part in parts(data)] == [9, 1, 2] and {len(x) for x in everything(data)} == {
        N // 12
    }
    assert (
        np.diff(np.concatenate(everything(data))) > 0
    ).all()  # nothing is lost between pieces, or out of order
    assert any("cut into 12 pieces of 1.03 s" in line for line in said(data))
    assert any("in the order of time" in line for line in said(data))


def test_samples_that_are_left_at_the_end_are_counted_and_ten_pieces_are_the_least(tmp_path):
    save(tmp_path / "short.wav", tone(440, 3.0005))
    data = load_any(tmp_path / "short.wav")
    assert len(everything(data)) == 10 and {len(x) for x in everything(data)} == {2400}
    assert "changed 4 samples at the end of a recording, too few for a piece, left out" in said(data)


def test_a_recording_of_less_than_a_second_is_refused(tmp_path):
    save(tmp_path / "click.wav", tone(440, 0.5))
    refused(tmp_path / "click.wav", "click.wav lasts 0.5 s", "recordings of at least 1 s")
    (tmp_path / "broken.wav").write_bytes(b"RIFF    WAVE nothing")
    refused(tmp_path / "broken.wav", "broken.wav cannot be read")


def test_a_few_long_recordings_are_cut_each_by_itself_and_keep_their_classes(tmp_path):
    for name, hertz in (("low", 200), ("high", 2000)):
        for i in range(2):
            save(tmp_path / name / f"{i}.wav", tone(hertz, 10.0))
    data = load_any(tmp_path)
    assert [len(part) for part in parts(data)] == [32, 4, 4] and data.classes == ("high", "low")
    for part in ("train", "validation", "test"):
        found = [np.argmax(np.abs(np.fft.rfft(x))) > 1000 for x in getattr(data, part)]  # bins of 1 Hz
        assert np.array_equal(~np.array(found), getattr(data, f"{part}_labels"))


def test_a_few_short_sounds_are_refused(tmp_path):
    for i in range(3):
        save(tmp_path / f"{i}.wav", tone(440, 0.2))
    refused(tmp_path, "holds 3 sounds", "at least 10 sounds")


# --- classes -----------------------------------------------------------------------------------------------


def test_subfolders_are_classes_and_each_frame_has_the_class_of_its_sound(tmp_path):
    for name, hertz in (("snare", 2500), ("kick", 150)):
        for i in range(12):
            save(tmp_path / name / f"{i}.wav", tone(hertz, 0.3 + 0.02 * i))
    data = load_any(tmp_path)
    assert data.classes == ("kick", "snare") == data.report.classes
    rows = load_rows(tmp_path)
    assert rows.class_names == ("kick", "snare") and rows.classes == 2 and rows.report.found == {"WAV": 24}
    agree = lambda x, labels: np.mean((x[:, -15:].mean(axis=1) > x[:, :15].mean(axis=1)) == labels)
    for part in ("train", "validation", "test"):
        x, labels = getattr(rows, part), getattr(rows, f"{part}_labels")
        assert len(x) == len(labels)
        assert agree(x, labels) > 0.85  # all but the first and the last frames of a sound, which are clicks
    other = np.roll(rows.train_labels, len(rows.train) // 3)  # the claim rejects the labels of other frames
    assert agree(rows.train, other) < 0.6


# --- the reader of known sets ----------------------------------------------------------------------------------


def test_the_two_readers_of_wav_agree(tmp_path, rng):
    save(tmp_path / "x.wav", rng.uniform(-1, 1, 500), subtype="PCM_16")
    assert np.array_equal(read_pcm16(tmp_path / "x.wav", 8000), read_recording(tmp_path / "x.wav").samples)


def test_a_wav_of_another_format_is_refused(tmp_path):
    def write(channels, width, rate):
        with wave.open(str(tmp_path / "x.wav"), "wb") as file:
            file.setparams((channels, width, rate, 0, "NONE", ""))
            file.writeframes(bytes(channels * width * 4))

    read = lambda path: read_pcm16(path, 8000)
    for wrong in ((2, 2, 8000), (1, 1, 8000), (1, 2, 16_000)):
        write(*wrong)
        refused(tmp_path / "x.wav", "x.wav has", load=read)
    (tmp_path / "x.wav").write_bytes(b"RIFF")
    refused(tmp_path / "x.wav", "x.wav is not a WAV file", load=read)


# --- the shared cases ------------------------------------------------------------------------------------------

READ = {  # case: the number of sounds, the rate, and words of the report
    "pcm16": (12, 8000, []),
    "ogg": (12, 8000, ["12 OGG"]),
    "classes": (24, 8000, ["classes a, b"]),
    "mp3mix": (15, 8000, ["12 WAV, 3 MP3", "3 resampled from 22,050 Hz to 8,000 Hz"]),
    "truncdata": (12, 8000, ["1 cut short, and read as far as they go: 0.wav"]),
    "single.wav": (10, 22_050, ["cut into 10 pieces of 0.80 s", "in the order of time"]),
}
REFUSED = {
    "silent": ["are silent or constant"],
    "float_int_scale": ["12 of 12", "far beyond ±1", "32,768"],
}
shared = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not next to this checkout")


@shared
@pytest.mark.parametrize("case", READ)
def test_a_shared_case_is_read_as_it_must_be(case, capfd):
    n, rate, words = READ[case]
    data = load_any(CASES / case)
    assert capfd.readouterr() == ("", "")
    assert len(everything(data)) == n and data.rate == rate
    for word in words:
        assert any(word in line for line in said(data)), said(data)


@shared
@pytest.mark.parametrize("case", REFUSED)
def test_a_shared_case_is_refused_as_it_must_be(case):
    refused(CASES / case, *REFUSED[case])
