"""Music from the command line: a folder of MIDI files is learned, scored, and played."""

import json

import numpy as np
import pytest

from scratchgen import rnn
from scratchgen.data.files.midi_pieces import read_pieces
from scratchgen.data.files.performance import write_midi
from scratchgen.data.rolls import RollFormat
from scratchgen.nn.saving import describe as describe_model
from scratchgen.random import Generator
from scratchgen.runs.weights import write_weights
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
    assert done.returncode == 0 and roll.shape == (20, 176) and set(np.unique(roll)) <= {0, 1}
    assert drawn[0][0][:4] == b"MThd" and drawn[0][1][:4] == b"RIFF" and drawn[0][2][1:4] == b"PNG"


@pytest.mark.unrendered
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
            "tokenizer is a setting of text, translation, summarisation, not of music",
        ),
        (("--data", "pieces", "--set", "bptt_steps=9"), "bptt_steps is a setting of text, not of music"),
        (("--data", "stdlib", "--nade", 5), "nade is a setting of music, not of text"),
        (
            ("--data", "stdlib", "--set", "weight_noise=0.1"),
            "weight_noise is a setting of music, sound, series, not of text",
        ),
        (("--data", "nowhere"), "nowhere"),
        (("--data", "pieces/3.mid"), "pieces/3.mid is a single MIDI file; name a folder of such files"),
    ],
)
def test_settings_of_text_and_of_music_are_not_mixed(arguments, words, folder, scratchgen_in):
    done = scratchgen_in(folder)("train", "rnn", "--out", "run", *arguments)
    assert done.returncode == 2 and words in " ".join(done.stderr.split())
    assert not (folder / "run").exists()


@pytest.mark.unrendered
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


@pytest.mark.unrendered
def test_a_piece_is_continued_in_its_own_tempo_and_its_notes_stay(folder, scratchgen_in):
    run = scratchgen_in(folder)
    assert run("train", "rnn", "--data", "pieces", "--out", "run", *SMALL).returncode == 0
    repeated = np.zeros((16, 176), np.float32)
    repeated[:, 40] = repeated[::2, 88 + 40] = 1  # eight equal notes without a gap
    form = RollFormat(onsets=True, tempo=150, velocity=99)
    write_midi(repeated, 21, "sixteenth note", folder / "given.mid", form)
    done = run("sample", "run", "--prompt", "given.mid", "-n", 20, "--out", "more.mid")
    assert done.returncode == 0, done.stderr
    assert (
        "16 steps of a sixteenth note from given.mid, and 20 steps that continue it, at 150 beats"
        in done.stdout
    )
    assert (folder / "more.wav").exists() and (folder / "more.png").exists()
    (given,), (piece,) = read_pieces(folder / "given.mid"), read_pieces(folder / "more.mid")
    early = [note for note in piece.notes if note.start < 4]
    assert len(early) == 8 and [n.start for n in early] == [n.start for n in given.notes]
    assert piece.tempo == pytest.approx(150) and {note.velocity for note in piece.notes} == {99}
    drums = RollFormat(drums=True)
    write_midi(repeated[:, :128], 0, "sixteenth note", folder / "drums.mid", drums)
    (folder / "bad.mid").write_bytes((folder / "given.mid").read_bytes()[:-9])
    (folder / "text.mid").write_text("a piece")
    before = sorted(folder.iterdir())
    for prompt, words in (
        ("none.mid", "there is no such file; this run continues a MIDI file"),
        ("text.mid", "the file is of kind text, and this run continues a MIDI file"),
        ("bad.mid", "bad.mid cannot be read: cut short in track 1"),
        ("drums.mid", "drums.mid holds drums alone"),
    ):
        done = run("sample", "run", "--prompt", prompt, "--out", "new.mid")
        assert done.returncode == 2 and words in " ".join(done.stderr.split()), done.stderr
    assert sorted(folder.iterdir()) == before


@pytest.mark.unrendered
def test_a_run_on_drums_writes_drums_and_continues_them_alone(tmp_path, scratchgen_in, rng):
    (tmp_path / "beats").mkdir()
    for i in range(12):
        roll = np.zeros((16 + i, 128), np.float32)
        roll[::4, 36] = roll[2::4, 38] = roll[:, 42] = roll[-1, 42] = 1
        write_midi(roll, 0, "sixteenth note", tmp_path / "beats" / f"{i}.mid", RollFormat(drums=True))
    run = scratchgen_in(tmp_path)
    done = run("train", "rnn", "--data", "beats", "--out", "run", *SMALL)
    assert done.returncode == 0, done.stderr
    done = run("sample", "run", "--prompt", "beats/3.mid", "-n", 20, "--out", "more.mid")
    assert done.returncode == 0, done.stderr
    (piece,) = read_pieces(tmp_path / "more.mid")
    (given,) = read_pieces(tmp_path / "beats" / "3.mid")
    assert not piece.notes and [n for n in piece.strokes if n.start < 19 / 4] == given.strokes
    write_midi(np.ones((4, 88), np.float32), 21, "quarter note", tmp_path / "tune.mid")
    done = run("sample", "run", "--prompt", "tune.mid", "--out", "new.mid")
    assert done.returncode == 2 and "tune.mid holds no drums" in done.stderr


@pytest.mark.unrendered
def test_a_plain_run_continues_a_piece_and_says_what_its_rolls_do_not_show(folder, scratchgen_in):
    """A run without onsets, as one on the chorales is: config.json has no word of them."""
    run = scratchgen_in(folder)
    assert run("train", "rnn", "--data", "pieces", "--out", "run", *SMALL).returncode == 0
    config = json.loads((folder / "run" / "config.json").read_text())
    assert config["data_info"]["form"]["onsets"]
    model = rnn.FrameModel(88, 8, Generator(0), cell="gru", nade=50)
    config["model"] = describe_model(model)
    config["data_info"] = {"unit": "quarter note", "first": 21}
    (folder / "run" / "config.json").write_text(json.dumps(config))
    write_weights(folder / "run" / "model.safetensors", model.state_dict())
    repeated = np.zeros((16, 176), np.float32)
    repeated[:, 40] = repeated[::4, 88 + 40] = 1
    write_midi(repeated, 21, "sixteenth note", folder / "given.mid", RollFormat(onsets=True))
    done = run("sample", "run", "--prompt", "given.mid", "-n", 3, "--out", "more.mid")
    assert done.returncode == 0, done.stderr
    assert "4 steps of a quarter note from given.mid, and 3 steps" in done.stdout
    assert "4 notes that overlap or touch, and join another of their pitch, without onsets" in done.stdout
