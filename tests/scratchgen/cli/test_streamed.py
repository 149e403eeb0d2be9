"""The commands give the same results whether the data are in memory or stay on disk."""

import json

import numpy as np
import pytest
from PIL import Image

from scratchgen.data import stored
from scratchgen.data.files import decoding_pieces, picture_store
from scratchgen.data.stored import StoredRows
from scratchgen.data.tokenizers import ids
from scratchgen.tasks import vae as vae_task

pytestmark = pytest.mark.unrendered

NUMERALS = ["one", "zwei", "trois", "четыре", "fünf"]


@pytest.fixture
def stream(monkeypatch):
    """stream(): from now on all data stay on disk, and are read in small chunks."""

    def from_now_on():
        for module in (stored, picture_store, ids):
            monkeypatch.setattr(module, "IN_MEMORY", 1)
        monkeypatch.setattr(stored, "AT_ONCE", 2**12)
        monkeypatch.setattr(decoding_pieces, "LARGE", 0)
        monkeypatch.setattr(decoding_pieces, "AT_ONCE", 1000)

    return from_now_on


def write_data(folder):
    """An array of grey images, one of colours, a folder of pictures in two classes, and a text."""
    rng = np.random.default_rng(0)
    grey = np.minimum(255, rng.integers(0, 60, (120, 8, 8)) + 20 * np.arange(8)).astype(np.uint8)
    np.save(folder / "grey.npy", grey)
    np.save(folder / "colour.npy", (np.stack([grey, 255 - grey, grey // 2], axis=3) / 255).astype(np.float32))
    for i, x in enumerate(grey):
        of_class = folder / "pictures" / ("even", "odd")[i % 2]
        of_class.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.stack([x, x // 2, x], axis=2)).save(of_class / f"{i:03}.png")
    (folder / "own.txt").write_text(
        "".join(NUMERALS[k] + " \r\n"[k % 3] for k in rng.integers(0, 5, 1500)), "utf-8"
    )


SMALL = ("--epochs", 2, "--hidden", 8, "--batch-size", 16, "--quiet")
TRAININGS = {
    "grey": ("vae", "--data", "grey.npy", "--latent-dim", 2, *SMALL),
    "grey, black and white": ("vae", "--data", "grey.npy", "--binarise", *SMALL),
    "levels": ("vae", "--data", "grey.npy", "--likelihood", "categorical", *SMALL),
    "colour": ("vae", "--data", "colour.npy", *SMALL),
    "pictures": ("vae", "--data", "pictures", *SMALL),
    "classes": ("vae", "--data", "pictures", "--model", "conditional", *SMALL),
    "players": ("gan", "--data", "pictures", "--epochs", 2, "--batch-size", 16, "--quiet"),
    "characters": ("rnn", "--data", "own.txt", "--bptt-steps", 8, *SMALL),
    "bytes": ("rnn", "--data", "own.txt", "--bptt-steps", 8, "--tokenizer", "bytes", *SMALL),
    "byte pairs": ("rnn", "--data", "own.txt", "--bptt-steps", 8, "--tokenizer", "bpe", "--vocabulary-size", 270,
                   *SMALL),
}  # fmt: skip


def result(run):
    """The bytes of the weights, and the numbers of the history, the scores and the configuration of a run."""
    config = json.loads((run / "config.json").read_text())
    kept = {name: config[name] for name in ("data_sha256", "loading", "data_info", "settings")}
    scores = [score["value"] for score in json.loads((run / "scores.json").read_text())]
    history = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    for epoch in history:
        epoch.pop("seconds", None)
    return (run / "model.safetensors").read_bytes(), kept, scores, history


@pytest.mark.parametrize("name", TRAININGS)
def test_a_training_is_bit_identical_whether_the_data_are_in_memory_or_on_disk(
    name, scratchgen_in, tmp_path, stream
):
    write_data(tmp_path)
    scratchgen = scratchgen_in(tmp_path)
    for out in ("in-memory", "on-disk"):
        done = scratchgen("train", *TRAININGS[name], "--out", out)
        assert done.returncode == 0, done.stderr
        stream()
    (weights, kept, scores, history), found = result(tmp_path / "in-memory"), result(tmp_path / "on-disk")
    assert found[0] == weights and found[1] == kept and found[3] == history
    assert found[2] == pytest.approx(scores, rel=1e-12, nan_ok=True)


def test_the_claim_above_rejects_batches_in_another_order(scratchgen_in, tmp_path, stream, monkeypatch):
    write_data(tmp_path)
    scratchgen = scratchgen_in(tmp_path)
    scratchgen("train", *TRAININGS["grey"], "--out", "in-memory")
    stream()
    read = StoredRows._read
    monkeypatch.setattr(StoredRows, "_read", lambda self, rows: read(self, rows[::-1]))
    scratchgen("train", *TRAININGS["grey"], "--out", "on-disk")
    (weights, *_), found = result(tmp_path / "in-memory"), result(tmp_path / "on-disk")
    assert len(found[0]) == len(weights) and found[0] != weights


def test_the_command_of_a_vae_does_stream(tmp_path, stream):
    """The claims above would hold for commands that read everything."""
    write_data(tmp_path)
    settings = vae_task.Settings()
    assert type(vae_task.load(str(tmp_path / "grey.npy"), settings).train) is np.ndarray
    stream()
    assert isinstance(vae_task.load(str(tmp_path / "grey.npy"), settings).train, StoredRows)


@pytest.mark.parametrize("name", ["grey", "pictures", "characters"])
def test_the_other_commands_print_and_write_the_same(name, scratchgen_in, tmp_path, stream):
    write_data(tmp_path)
    scratchgen = scratchgen_in(tmp_path)
    data = TRAININGS[name][2]
    scratchgen("train", *TRAININGS[name], "--out", "run")

    def outputs(out):
        commands = [
            ("data", "show", data),
            ("evaluate", "run"),
            ("evaluate", "run", "--data", data, "--part", "validation"),
        ]
        if name != "characters":
            commands += [
                ("encode", "run", "--out", f"{out}.npz"),
                ("sample", "run", "--interpolate", "straight", "-n", 2, "--out", f"{out}.png"),
                ("data", "show", data, "--out", f"{out}-show.png"),
                ("evaluate", "run", "--per-example", f"{out}.csv"),
            ]
        done = [scratchgen(*command) for command in commands]
        assert [command.returncode for command in done] == [0] * len(done), [
            command.stderr for command in done
        ]
        files = [(tmp_path / f"{out}{end}") for end in (".png", "-show.png", ".csv")]
        printed = [command.stdout.replace(out, "OUT") for command in done]
        arrays = {}
        if (tmp_path / f"{out}.npz").exists():
            arrays = {key: x.tobytes() for key, x in np.load(tmp_path / f"{out}.npz").items()}
        return printed, [path.read_bytes() for path in files if path.exists()], arrays

    expected = outputs("in-memory")
    stream()
    assert outputs("on-disk") == expected


@pytest.mark.parametrize("name", ["grey", "pictures", "characters"])
def test_a_stopped_training_on_stored_data_resumes_to_the_same_bits(name, scratchgen_in, tmp_path, stream):
    write_data(tmp_path)
    stream()
    scratchgen = scratchgen_in(tmp_path)
    scratchgen("train", *TRAININGS[name], "--out", "whole")
    scratchgen("train", *TRAININGS[name], "--out", "stopped", "--max-minutes", 0)
    assert not (tmp_path / "stopped" / "model.safetensors").exists()
    done = scratchgen("train", TRAININGS[name][0], "--resume", "stopped", "--quiet")
    assert done.returncode == 0, done.stderr
    assert result(tmp_path / "stopped")[0] == result(tmp_path / "whole")[0]
