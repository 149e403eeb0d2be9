"""Sound from the command line: a folder of recordings is learned, scored, and drawn from."""

import json
import wave

import numpy as np
import pytest

from scratchgen.data.files.pcm import read_pcm16
from scratchgen.data.files.performance import write_wav
from scratchgen.tasks.load import load_run

pytest.importorskip("soundfile")
SMALL = ("--epochs", 2, "--hidden", 8, "--mixture-components", 2, "--quiet")
RATE = 4000  # frames of 32 numbers


@pytest.fixture
def folder(tmp_path, rng):
    (tmp_path / "sounds").mkdir()
    for i in range(12):
        x = 0.3 * np.sin(0.1 * (i + 3) * np.arange(900 + 50 * i)) + 0.02 * rng.standard_normal(900 + 50 * i)
        write_wav(x, tmp_path / "sounds" / f"{i}.wav", RATE)
    return tmp_path


@pytest.mark.parametrize("options", [(), ("--cell", "tanh", "--layers", 2, "--set", "weight_noise=0.05")])
def test_a_folder_of_recordings_is_learned_scored_and_drawn_from(options, folder, scratchgen_in):
    run = scratchgen_in(folder)
    done = run("train", "rnn", "--data", "sounds", "--out", "run", *SMALL, *options)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (folder / "run" / "samples").iterdir()} == {
        "curves.png",
        "sound.png",
        "sound-1.wav",
        "sound-2.wav",
    }
    score, marginal = json.loads((folder / "run" / "scores.json").read_text())
    assert marginal["value"] is None and np.isfinite(marginal["baseline_value"])
    report = (folder / "run" / "report.html").read_text()
    assert "sound-1.wav" in report and "frequencies (bottom)" in report
    done = run("evaluate", "run", "--json", "scores.json")
    assert done.returncode == 0 and "linear prediction" in done.stdout
    assert json.loads((folder / "scores.json").read_text())["scores"][0]["value"] == score["value"]
    assert run("evaluate", "run", "--part", "validation").returncode == 0
    drawn = []
    for seed in (0, 0, 1):
        done = run("sample", "run", "-n", 20, "--seed", seed, "--out", "drawn.wav")
        assert done.returncode == 0 and "20 frames, 0.16 s" in done.stdout
        drawn.append([(folder / f"drawn{suffix}").read_bytes() for suffix in (".wav", ".png")])
    assert drawn[0] == drawn[1] and drawn[0][0] != drawn[2][0]
    with wave.open(str(folder / "drawn.wav")) as file:
        assert (file.getframerate(), file.getnframes(), file.getnchannels()) == (RATE, 20 * 32, 1)
        played = np.frombuffer(file.readframes(20 * 32), np.int16) / 32767
    done = run("sample", "run", "-n", 20, "--seed", 1, "--out", "drawn.npy")
    x = np.load(folder / "drawn.npy")
    assert done.returncode == 0 and x.shape == (20 * 32,) and "4000 Hz" in done.stdout
    assert np.corrcoef(x, played)[0, 1] > 0.99


@pytest.mark.unrendered
def test_a_run_that_was_stopped_ends_with_the_bits_of_one_that_was_not(folder, scratchgen_in):
    run = scratchgen_in(folder)
    train = ("train", "rnn", "--data", "sounds", *SMALL)
    assert run(*train, "--out", "whole").returncode == 0
    stopped = run(*train, "--out", "parts", "--max-minutes", 0)
    assert "resume with: scratchgen train rnn --resume parts" in stopped.stderr
    while run("train", "rnn", "--resume", "parts", "--quiet").returncode != 0:
        pass
    whole, parts = (load_run(folder / name).model.state_dict() for name in ("whole", "parts"))
    assert all(np.array_equal(whole[name], parts[name]) for name in whole)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (
            ("--data", "sounds", "--tokenizer", "bytes"),
            "tokenizer is a setting of text, translation, summarisation, not of sound",
        ),
        (("--data", "sounds", "--set", "bptt_steps=9"), "bptt_steps is a setting of text, not of sound"),
        (("--data", "sounds", "--nade", 5), "nade is a setting of music, not of sound"),
        (("--data", "sounds", "--set", "mixture_components=0"), "mixture_components is at least 1, not 0"),
        (
            ("--data", "stdlib", "--mixture-components", 5),
            "mixture_components is a setting of sound, series, not of text",
        ),
        (("--data", "silence"), "are silent"),
        (("--data", "nothing"), "nothing holds no files; name a folder of pictures"),
        (("--data", "few"), "holds 1 sounds"),
    ],
)
def test_settings_and_sounds_that_do_not_fit_are_refused(arguments, words, folder, scratchgen_in):
    for name, number in (("silence", 12), ("nothing", 0), ("few", 1)):
        (folder / name).mkdir()
        for i in range(number):
            write_wav(np.zeros(100), folder / name / f"{i}.wav", RATE)
    done = scratchgen_in(folder)("train", "rnn", "--out", "run", *arguments)
    assert done.returncode == 2 and words in " ".join(done.stderr.split()), done.stderr
    assert not (folder / "run").exists()


@pytest.mark.unrendered
def test_sound_is_drawn_into_a_wav_file_and_a_damaged_run_is_refused(folder, scratchgen_in):
    run = scratchgen_in(folder)
    assert run("train", "rnn", "--data", "sounds", "--out", "run", *SMALL).returncode == 0
    for options, words in (
        ((), "give --out FILE.wav"),
        (("--out", "a.mid"), "give --out FILE.wav"),
        (("--out", "a.wav", "--temperature", 2), "which has no --temperature"),
        (("--out", "a.wav", "--interpolate", "straight"), "which has no --interpolate"),
    ):
        done = run("sample", "run", *options)
        assert done.returncode == 2 and words in " ".join(done.stderr.split()), done.stderr
    assert not list(folder.glob("a.*"))
    whole = json.loads((folder / "run" / "config.json").read_text())
    for damage in ({"scale": [1.0]}, {"scale": ["?"] * 32}, {"rate": None}):
        (folder / "run" / "config.json").write_text(
            json.dumps({**whole, "data_info": whole["data_info"] | damage})
        )
        done = run("sample", "run", "--out", "a.wav")
        assert done.returncode == 2 and "config.json does not describe a run of the task sound" in done.stderr


@pytest.mark.unrendered
def test_one_long_recording_is_learned_and_a_sound_is_continued(folder, scratchgen_in, rng):
    run = scratchgen_in(folder)
    long = 0.3 * np.sin(0.2 * np.arange(3 * RATE)) + 0.05 * rng.standard_normal(3 * RATE)
    write_wav(long, folder / "long.wav", RATE)
    done = run("train", "rnn", "--data", "long.wav", "--out", "run", *SMALL)
    assert done.returncode == 0, done.stderr
    done = run("sample", "run", "--prompt", "long.wav", "-n", 20, "--out", "more.wav")
    assert done.returncode == 0, done.stderr
    P = 3 * RATE // 32 - 1
    assert f"{P * 32 / RATE:.2f} s of long.wav, and 20 frames, 0.16 s, that continue it" in done.stdout
    assert "changed" not in done.stdout and (folder / "more.png").exists()
    given, written = read_pcm16(folder / "long.wav", RATE), read_pcm16(folder / "more.wav", RATE)
    assert len(written) == (P + 20) * 32
    np.testing.assert_allclose(written[: P * 32], given[: P * 32], atol=1.5 / 2**15)
    other = run("sample", "run", "--prompt", "sounds/3.wav", "-n", 20, "--out", "other.wav")
    assert other.returncode == 0
    assert not np.array_equal(read_pcm16(folder / "other.wav", RATE)[-640:], written[-640:])
    soundfile = pytest.importorskip("soundfile")
    pytest.importorskip("scipy")
    soundfile.write(folder / "stereo.flac", np.repeat(long[::2, None], 2, axis=1), RATE // 2)
    done = run("sample", "run", "--prompt", "stereo.flac", "-n", 20, "--out", "more.wav")
    assert "1 resampled from 2,000 Hz to 4,000 Hz" in done.stdout and "of 2 channels" in done.stdout
    (folder / "piece.mid").write_bytes(b"MThd")
    write_wav(np.zeros(40), folder / "click.wav", RATE)
    before = sorted(folder.iterdir())
    for prompt, words in (
        ("none.wav", "there is no such file; this run continues a sound file"),
        ("piece.mid", "the file is of kind MIDI, and this run continues a sound file"),
        ("click.wav", "too short to be continued"),
        ("sounds", "there is no such file"),
    ):
        done = run("sample", "run", "--prompt", prompt, "--out", "new.wav")
        assert done.returncode == 2 and words in " ".join(done.stderr.split()), done.stderr
    assert sorted(folder.iterdir()) == before


def test_folders_of_sounds_are_classes_of_a_conditional_model(tmp_path, scratchgen_in, rng):
    for name, step in (("high", 1.5), ("low", 0.1)):
        (tmp_path / "kinds" / name).mkdir(parents=True)
        for i in range(6):
            x = 0.3 * np.sin(step * np.arange(900)) + 0.02 * rng.standard_normal(900)
            write_wav(x, tmp_path / "kinds" / name / f"{i}.wav", RATE)
    options = ("--model", "conditional", "--likelihood", "gaussian", "--epochs", 1, "--hidden", 8, "--quiet")
    done = scratchgen_in(tmp_path)("train", "vae", "--data", "kinds", "--out", "run", *options)
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "run" / "config.json").read_text())["data_info"]["classes"] == 2
