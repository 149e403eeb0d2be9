"""Music from the command line: a folder of MIDI files is learned, scored, and played."""

import json

import numpy as np
import pytest

from scratchgen.data.files.performance import write_midi
from scratchgen.tasks.load import load_run

pytest.importorskip("mido")
SMALL = ("--epochs", 2, "--hidden", 8, "--quiet")


@pytest.fixture
def folder(tmp_path, rng):
    (tmp_path / "pieces").mkdir()
    for i in range(12):
        roll = np.zeros((10 + i, 88), np.float32)
        roll[np.arange(len(roll)), rng.integers(30, 50, len(roll))] = 1
        write_midi(roll, 21, "sixteenth note", tmp_path / "pieces" / f"{i}.mid")
    return tmp_path


@pytest.mark.parametrize(
    "options", [("--nade", 5), ("--nade", 0, "--cell", "tanh", "--layers", 2, "--set", "weight_noise=0.1")]
)
def test_a_folder_of_midi_files_is_learned_scored_and_played(options, folder, scratchgen_in):
    run = scratchgen_in(folder)
    done = run("train", "rnn", "--data", "pieces", "--out", "run", *SMALL, *options)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (folder / "run" / "samples").iterdir()} == {
        "curves.png",
        "gradient_norms.png",
        "roll.png",
        "roll.wav",
        "eigenvalues.png",
    }
    (score,) = json.loads((folder / "run" / "scores.json").read_text())
    done = run("evaluate", "run", "--json", "scores.json")
    assert done.returncode == 0 and "each note by its frequency" in done.stdout
    assert json.loads((folder / "scores.json").read_text())["scores"][0]["value"] == score["value"]
    assert run("evaluate", "run", "--part", "validation").returncode == 0
    drawn = []
    for seed in (0, 0, 1):
        done = run("sample", "run", "-n", 20, "--seed", seed, "--out", "piece.mid")
        assert done.returncode == 0 and "20 steps of a sixteenth note" in done.stdout
        drawn.append([(folder / f"piece{suffix}").read_bytes() for suffix in (".mid", ".wav", ".png")])
    assert drawn[0] == drawn[1] and drawn[0][0] != drawn[2][0]
    done = run("sample", "run", "-n", 20, "--seed", 1, "--out", "piece.npy")
    roll = np.load(folder / "piece.npy")
    assert done.returncode == 0 and roll.shape == (20, 88) and set(np.unique(roll)) <= {0, 1}
    assert drawn[0][0][:4] == b"MThd" and drawn[0][1][:4] == b"RIFF" and drawn[0][2][1:4] == b"PNG"


def test_a_run_that_was_stopped_ends_with_the_bits_of_one_that_was_not(folder, scratchgen_in):
    run = scratchgen_in(folder)
    train = ("train", "rnn", "--data", "pieces", *SMALL)
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
            ("--data", "pieces", "--tokenizer", "bytes"),
            "tokenizer is a setting of text, translation, not of music",
        ),
        (("--data", "pieces", "--set", "bptt_steps=9"), "bptt_steps is a setting of text, not of music"),
        (("--data", "stdlib", "--nade", 5), "nade is a setting of music, not of text"),
        (
            ("--data", "stdlib", "--set", "weight_noise=0.1"),
            "weight_noise is a setting of music, sound, not of text",
        ),
        (("--data", "nowhere"), "nowhere"),
    ],
)
def test_settings_of_text_and_of_music_are_not_mixed(arguments, words, folder, scratchgen_in):
    done = scratchgen_in(folder)("train", "rnn", "--out", "run", *arguments)
    assert done.returncode == 2 and words in " ".join(done.stderr.split())
    assert not (folder / "run").exists()


def test_music_is_drawn_into_a_midi_file_and_takes_no_options_of_text(folder, scratchgen_in):
    run = scratchgen_in(folder)
    assert run("train", "rnn", "--data", "pieces", "--out", "run", *SMALL).returncode == 0
    for options, words in (
        ((), "give --out FILE.mid"),
        (("--out", "a.wav"), "give --out FILE.mid"),
        (("--out", "a.mid", "--temperature", 2), "which has no --temperature"),
        (("--out", "a.mid", "--interpolate", "straight"), "which has no --interpolate"),
    ):
        done = run("sample", "run", *options)
        assert done.returncode == 2 and words in " ".join(done.stderr.split()), done.stderr
    assert not list(folder.glob("a.*"))
    config = json.loads((folder / "run" / "config.json").read_text())
    del config["data_info"]["unit"]
    (folder / "run" / "config.json").write_text(json.dumps(config))
    done = run("sample", "run", "--out", "a.mid")
    assert done.returncode == 2 and "config.json does not describe a run of the task music" in done.stderr
