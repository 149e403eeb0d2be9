"""The command line within the process of the test: a new process takes a second to start."""

import contextlib
import io
from types import SimpleNamespace

import numpy as np
import pytest

from scratchgen import cli
from scratchgen.nn.saving import describe
from scratchgen.runs import Run, RunConfig


@pytest.fixture
def scratchgen_in(capfd, monkeypatch):
    """scratchgen_in(folder)("train", "vae", …): exit status, standard output and standard error."""

    def in_folder(folder):
        monkeypatch.chdir(folder)
        monkeypatch.setenv("COLUMNS", "160")

        def run(*arguments):
            capfd.readouterr()
            with pytest.raises(SystemExit) as ended:
                cli.main([*map(str, arguments)])
            printed = capfd.readouterr()
            return SimpleNamespace(returncode=ended.value.code, stdout=printed.out, stderr=printed.err)

        return run

    return in_folder


@pytest.fixture(scope="session")
def make_run():
    """make_run(directory, task, model, data_info): a finished run of a model that was never trained."""

    def make(directory, task, model, data_info):
        family = "rnn" if task == "text" else "vae"
        config = RunConfig(task=task, family=family, data="mine", model=describe(model), data_info=data_info)
        Run(directory, config, quiet=True).save(model)
        return directory

    return make


SMALL = {
    "mlp": ("vae", "--epochs", 2, "--hidden", 16),
    "conditional": ("vae", "--model", "conditional", "--epochs", 2, "--hidden", 16),
    "conv": ("vae", "--model", "conv", "--epochs", 1, "--hidden", 16),
    "linear": ("vae", "--model", "linear", "--data", "digits", "--epochs", 2),
    "vq": ("vae", "--model", "vq", "--epochs", 1, "--set", "prior_epochs=1"),
    "geco": ("vae", "--objective", "geco", "--target-distortion", 20, "--epochs", 1, "--hidden", 16),
    "gan": ("gan", "--epochs", 1),
    "rnn": ("rnn", "--data", "mine.txt", "--epochs", 1, "--hidden", 16, "--batch-size", 8),
    "lstm": (
        *("rnn", "--data", "mine.txt", "--epochs", 1, "--hidden", 16, "--batch-size", 8),
        *("--cell", "lstm", "--layers", 2, "--dropout", 0.25),
    ),
    "bytes": (
        *("rnn", "--data", "accents.txt", "--epochs", 1, "--hidden", 16, "--batch-size", 8),
        *("--tokenizer", "bytes"),
    ),
    "bpe": (
        *("rnn", "--data", "words.txt", "--epochs", 1, "--hidden", 16, "--batch-size", 8),
        *(
            "--tokenizer",
            "bpe",
            "--set",
            "vocabulary_size=300",
            "--set",
            "tie_embeddings=true",
            "--set",
            "embedding=16",
        ),
    ),
    "points": ("vae", "--data", "ring", "--epochs", 1, "--hidden", 8, "--latent-dim", 2),
    "unlabelled": ("gan", "--data", "mine.npy", "--epochs", 1),
}


@pytest.fixture
def small():
    """The options of the runs of `runs`."""
    return SMALL


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """A folder with a finished run of each model, of a few seconds, made when it is first asked for."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "mine.txt").write_text("the cat sat on the mat. " * 400)
    (folder / "accents.txt").write_text("café, 日本; naïve. " * 600)
    words = np.random.default_rng(0).choice(["the cat", "café,", "日本", "naïve.\n", "sat"], 6000)
    (folder / "words.txt").write_text(" ".join(words))
    np.save(folder / "mine.npy", np.random.default_rng(0).random((200, 6, 6), dtype=np.float32))

    def run(name):
        if name == "bpe":
            pytest.importorskip("tokenizers")
        if not (folder / name).exists():
            with (
                contextlib.chdir(folder),
                contextlib.redirect_stdout(io.StringIO()),
                pytest.raises(SystemExit) as ended,
            ):
                cli.main(["train", *map(str, SMALL[name]), "--quiet", "--out", name])
            assert ended.value.code == 0, name
        return folder

    return run
