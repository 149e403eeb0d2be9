"""Wrong input: one line that says what is wrong and how to mend it, status 2, and nothing on disk changes."""

import os
import subprocess
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import pytest

from scratchgen import BadInput, cli
from scratchgen.data import CharacterTokenizer
from scratchgen.random import Generator
from scratchgen.rnn import LanguageModel
from scratchgen.runs import Run
from scratchgen.vae import VAE


def scratchgen(*arguments, cwd, **environment):
    return subprocess.run(
        [sys.executable, "-m", "scratchgen", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "80", **environment},
    )


@pytest.fixture
def in_this_process(folder, monkeypatch, capfd):
    """The same without the second that a process takes to start."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            cli.main([*map(str, arguments)])
        printed = capfd.readouterr()
        return SimpleNamespace(returncode=ended.value.code, stdout=printed.out, stderr=printed.err)

    return run


def snapshot(folder):
    return {p.relative_to(folder): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


@pytest.fixture
def folder(tmp_path):
    """A folder with good and damaged runs and data files."""
    image_run = Run(
        tmp_path / "images",
        {
            "kind": "vae",
            "data": "digits",
            "model": {"data_dim": 64, "latent_dim": 2, "hidden": 4},
            "image_shape": [8, 8],
        },
    )
    image_run.save(VAE(64, 2, 4, Generator(0)))
    text_run = Run(
        tmp_path / "text",
        {"kind": "rnn", "data": "abc", "model": {"vocabulary": "abc", "hidden": 4, "embedding": 2}},
    )
    text_run.save(LanguageModel(CharacterTokenizer("abc"), 4, 2, Generator(0)))

    weights = (tmp_path / "images" / "model.safetensors").read_bytes()
    config = (tmp_path / "images" / "config.json").read_text()
    for name, damaged in {
        "no-weights": None,
        "empty-weights": b"",
        "truncated-weights": weights[: len(weights) // 2],
        "another-kind-of-weights": b"\x80\x04K\x01.",
        "weights-of-another-model": (tmp_path / "text" / "model.safetensors").read_bytes(),
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(config)
        if damaged is not None:
            (tmp_path / name / "model.safetensors").write_bytes(damaged)
    for name, text in {
        "truncated-config": config[:40],
        "empty-config": "",
        "config-of-nothing": "[]",
        "unknown-kind": config.replace('"vae"', '"poet"'),
        "another-image-shape": config.replace('"image_shape": [\n    8,', '"image_shape": [\n    3,'),
        "impossible-sizes": config.replace('"latent_dim": 2', '"latent_dim": -1'),
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(text)
        (tmp_path / name / "model.safetensors").write_bytes(weights)
    (tmp_path / "empty-folder").mkdir()

    (tmp_path / "a-file").write_text("something of yours")
    (tmp_path / "wrong.toml").write_text("epoch = 3")
    (tmp_path / "right.toml").write_text("epochs = 3")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "short.txt").write_text("too short")
    (tmp_path / "too-short-for-the-batch.txt").write_text("one line of text " * 30)
    (tmp_path / "empty.npy").write_bytes(b"")
    np.save(tmp_path / "nan.npy", np.full((20, 8, 8), np.nan, np.float32))
    np.save(tmp_path / "bright.npy", np.full((20, 8, 8), 7.0, np.float32))
    np.save(tmp_path / "pickled.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    np.save(tmp_path / "whole.npy", np.zeros((20, 8, 8), np.float32))
    np.save(tmp_path / "odd.npy", np.zeros((20, 5, 7), np.float32))
    np.save(tmp_path / "smooth.npy", np.random.default_rng(0).random((2000, 8, 8), dtype=np.float32))
    (tmp_path / "truncated.npy").write_bytes((tmp_path / "whole.npy").read_bytes()[:300])
    return tmp_path


TRAIN = ("train", "vae", "--epochs", "1", "--out", "new")
CASES = {
    "no such command": (("paint",), "No such command 'paint'"),
    "no such model": (("train", "transformer"), "No such command 'transformer'"),
    "no such option": (("train", "vae", "--lr", "3"), "No such option"),
    "epochs of another kind": (("train", "vae", "--epochs", "many"), "Invalid value for '--epochs'"),
    "no epochs": (("train", "vae", "--epochs", "0"), "Invalid value for '--epochs'"),
    "a negative seed": (("train", "vae", "--seed", "-1"), "Invalid value for '--seed'"),
    "no such data set": ((*TRAIN, "--data", "digit"), "digits"),
    "no such file": ((*TRAIN, "--data", "nowhere/x.npy"), "nowhere/x.npy"),
    "text where images belong": ((*TRAIN, "--data", "stdlib"), "stdlib"),
    "images where text belongs": (("train", "rnn", "--data", "digits", "--out", "new"), "digits"),
    "an empty text": (("train", "rnn", "--data", "empty.txt", "--out", "new"), "empty"),
    "a text that is too short": (("train", "rnn", "--data", "short.txt", "--out", "new"), "short"),
    "a text that is too short for its batches": (
        ("train", "rnn", "--data", "too-short-for-the-batch.txt", "--out", "new"),
        "too short: 16 streams of 64 need 1025",
    ),
    "a seed beyond 64 bits": (("train", "vae", "--seed", str(10**30)), "--seed"),
    "more memory than there is": ((*TRAIN, "--hidden", str(10**12)), "more memory than there is"),
    "an empty array file": ((*TRAIN, "--data", "empty.npy"), "empty.npy"),
    "a truncated array file": ((*TRAIN, "--data", "truncated.npy"), "truncated.npy"),
    "a pickle in an array file": ((*TRAIN, "--data", "pickled.npy"), "pickled.npy"),
    "images with NaN": ((*TRAIN, "--data", "nan.npy"), "NaN"),
    "images outside [0, 1]": ((*TRAIN, "--data", "bright.npy"), "7"),
    "an unknown setting": ((*TRAIN, "--set", "hiden=3"), "did you mean hidden?"),
    "a setting of another type": ((*TRAIN, "--set", "alpha=fast"), "alpha is a number"),
    "layers for a model that has its own": (
        (*TRAIN, "--data", "digits", "--model", "conv", "--set", "layers=2"),
        "layers goes with model mlp or conditional",
    ),
    "an unknown setting in a file": ((*TRAIN, "--config", "wrong.toml"), "did you mean epochs?"),
    "no such settings file": ((*TRAIN, "--config", "gone.toml"), "gone.toml cannot be read"),
    "a latent of no dimensions": ((*TRAIN, "--latent-dim", "0"), "Invalid value for '--latent-dim'"),
    "a latent of fewer than none": ((*TRAIN, "--set", "latent_dim=-3"), "latent_dim is at least 1, not -3"),
    "a bound of no samples": ((*TRAIN, "--objective", "iwae", "-k", "0"), "k is at least 1, not 0"),
    "a negative weight of the rate": (
        (*TRAIN, "--objective", "beta", "--beta", "-1"),
        "beta is positive and finite, not -1.0",
    ),
    "a weight for another objective": ((*TRAIN, "--beta", "2"), "beta goes with objective beta"),
    "a constraint without its number": ((*TRAIN, "--objective", "geco"), "give --distortion"),
    "a distortion that is not finite": (
        (*TRAIN, "--objective", "geco", "--distortion", "nan"),
        "distortion is finite",
    ),
    "an unknown architecture": ((*TRAIN, "--model", "flow"), "model is one of mlp, conv, conditional, vq"),
    "an unknown likelihood": ((*TRAIN, "--likelihood", "poisson"), "likelihood is one of bernoulli"),
    "an unknown objective": ((*TRAIN, "--objective", "mse"), "objective is one of elbo"),
    "classes of data without": (
        (*TRAIN, "--model", "conditional", "--data", "whole.npy"),
        "whole.npy has no classes",
    ),
    "levels of data without": (
        (*TRAIN, "--likelihood", "categorical", "--data", "smooth.npy"),
        "has no small number of levels; say --likelihood gaussian",
    ),
    "images that cannot be halved": (
        (*TRAIN, "--model", "conv", "--data", "odd.npy"),
        "multiples of 4, not 5×7",
    ),
    "vq: images that cannot be halved": (
        (*TRAIN, "--model", "vq", "--data", "odd.npy"),
        "multiples of 4, not 5×7",
    ),
    "vq: points": ((*TRAIN, "--model", "vq", "--data", "ring"), "ring: the smallest value is -"),
    "vq: another likelihood": (
        (*TRAIN, "--model", "vq", "--likelihood", "gaussian"),
        "likelihood = gaussian does not go with model vq; leave it out",
    ),
    "vq: another objective": (
        (*TRAIN, "--model", "vq", "--objective", "iwae"),
        "objective = iwae does not go with model vq",
    ),
    "vq: patience": ((*TRAIN, "--model", "vq", "--patience", "3"), "patience = 3 does not go with model vq"),
    "vq: drawn anew": ((*TRAIN, "--model", "vq", "--binarise"), "binarise = True does not go with model vq"),
    "vq: one code less than any": ((*TRAIN, "--model", "vq", "--set", "codes=0"), "codes is at least 1"),
    "codes for a latent that is none": ((*TRAIN, "--set", "codes=8"), "codes = 8 goes with model vq"),
    "patience for a model that has nothing to wait for": (
        ("train", "gan", "--patience", "3", "--out", "new"),
        "patience waits for a better validation number, and a gan has none",
    ),
    "a setting beside --resume": (
        ("train", "vae", "--resume", "images", "--set", "epochs=3"),
        "--set does not go with --resume",
    ),
    "out is a file": (("train", "vae", "--out", "a-file"), "a-file is a file"),
    "out is below a file": (("train", "vae", "--out", "a-file/run"), "a-file/run"),
    "out cannot be written": (("train", "vae", "--out", "/proc/run"), "cannot write in /proc/run"),
    "out holds a run": (("train", "vae", "--out", "images"), "images holds a finished run"),
    "demo: out is a file": (("demo", "--out", "a-file"), "a-file is a file"),
    "demo: out cannot be written": (("demo", "--out", "/proc/demo"), "cannot write in /proc/demo"),
    "sample: no such run": (("sample", "gone", "--out", "new.png"), "gone is not a run directory"),
    "sample: a folder that is no run": (("sample", "empty-folder", "--out", "new.png"), "no config.json"),
    "sample: out missing": (("sample", "images"), "--out FILE.png"),
    "sample: out of another kind": (("sample", "images", "--out", "new.jpg"), "--out FILE.png"),
    "sample: out is a folder": (("sample", "images", "--out", "empty-folder.png"), "is a directory"),
    "sample: out is below a file": (("sample", "images", "--out", "a-file/x.png"), "a-file is a file"),
    "sample: none": (("sample", "images", "-n", "0", "--out", "new.png"), "Invalid value for '-n'"),
    "sample: an unseen character": (("sample", "text", "--prompt", "abz"), "'z'"),
    "sample: text into a picture": (("sample", "text", "--out", "new.png"), "give --out FILE.txt"),
    "sample: an empty prompt": (("sample", "text", "--prompt", ""), "prompt is empty"),
    "sample: a negative temperature": (
        ("sample", "text", "--prompt", "a", "--temperature", "-1"),
        "temperature",
    ),
    "sample: a prompt for images": (
        ("sample", "images", "--prompt", "a", "--out", "new.png"),
        "leave out --prompt, for text alone",
    ),
    "compare: nothing": (("compare",), "Missing argument"),
    "compare: no such run": (("compare", "images", "gone"), "gone is not a run directory"),
    "compare: a folder that is no run": (("compare", "images", "empty-folder"), "no config.json"),
    "compare: an unknown kind": (("compare", "unknown-kind"), "unknown-kind is damaged"),
    "compare: a truncated configuration": (("compare", "truncated-config"), "cannot be read or is damaged"),
    "compare: out of another kind": (("compare", "images", "--out", "new.png"), "name it new.html"),
    "compare: out is below a file": (("compare", "images", "--out", "a-file/x.html"), "a-file is a file"),
    "evaluate: nothing": (("evaluate",), "Missing argument"),
    "evaluate: no such run": (("evaluate", "gone"), "gone is not a run directory"),
    "evaluate: a run that tells nothing of its data": (("evaluate", "images"), "says nothing of its source"),
    **{
        f"{command[0]}: {name}": ((command[0], name, *command[1:]), expected)
        for command in (("sample", "--out", "new.png"), ("evaluate",))
        for name, expected in {
            "no-weights": "is missing",
            "empty-weights": "empty, truncated or not a safetensors file",
            "truncated-weights": "empty, truncated or not a safetensors file",
            "another-kind-of-weights": "empty, truncated or not a safetensors file",
            "weights-of-another-model": "does not fit config.json",
            "truncated-config": "cannot be read or is damaged",
            "empty-config": "cannot be read or is damaged",
            "config-of-nothing": "cannot be read or is damaged",
            "unknown-kind": "does not describe a model",
            "another-image-shape": "images of 3 × 8 pixels for a model of 64",
            "impossible-sizes": "does not describe a model",
        }.items()
    },
}


# Warnings are further lines on standard error; those that Python does not show are none here either.
as_python_shows_warnings = pytest.mark.filterwarnings(
    "error",
    *(f"ignore::{name}Warning" for name in ("Deprecation", "PendingDeprecation", "Import", "Resource")),
)


@as_python_shows_warnings
@pytest.mark.parametrize("case", CASES)
def test_wrong_input_is_one_line_status_2_and_changes_nothing(case, folder, in_this_process):
    arguments, expected = CASES[case]
    is_refused(arguments, expected, folder, in_this_process)


# one of each kind of error, and of each command
@pytest.mark.parametrize(
    "case",
    [
        "no such option",
        "images outside [0, 1]",
        "more memory than there is",
        "out cannot be written",
        "demo: out is a file",
        "sample: truncated-weights",
        "compare: nothing",
    ],
)
def test_so_it_is_for_a_process_of_its_own(case, folder):
    arguments, expected = CASES[case]
    is_refused(arguments, expected, folder, lambda *arguments: scratchgen(*arguments, cwd=folder))


def is_refused(arguments, expected, folder, run):
    (folder / "empty-folder.png").mkdir()
    before = snapshot(folder)
    done = run(*arguments)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("scratchgen: ")
    assert expected in done.stderr
    assert snapshot(folder) == before


@as_python_shows_warnings
def test_a_warning_on_the_way_is_noticed(in_this_process, monkeypatch):
    monkeypatch.setattr(cli, "_one_thread_for_blas", lambda: warnings.warn("one more line", stacklevel=1))
    with pytest.raises(UserWarning, match="one more line"):
        in_this_process("sample", "gone", "--out", "new.png")


def test_an_unknown_backend_in_the_environment_is_one_line(folder):
    done = scratchgen("info", cwd=folder, SCRATCHGEN_KERNELS="fortran")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "unknown kernel backend 'fortran'" in done.stderr and "loops, numpy, numba, cython" in done.stderr


def test_the_snapshot_notices_a_changed_file(folder):
    before = snapshot(folder)
    (folder / "a-file").write_text("something of ours")
    assert snapshot(folder) != before


def test_a_command_without_arguments_prints_its_help(tmp_path):
    for arguments in ((), ("train",)):
        done = scratchgen(*arguments, cwd=tmp_path)
        assert done.returncode == 2 and done.stderr == "" and "Usage: scratchgen" in done.stdout


def test_half_a_run_does_not_block_its_directory(tmp_path):
    """What an interrupted training leaves has no weights; training again there starts afresh."""
    config = {"kind": "vae", "data": "digits", "model": {}}
    Run(tmp_path / "run", config).picture("old").write_bytes(b"")
    run = Run(tmp_path / "run", config)
    assert not run.picture("old").exists()
    run.save(VAE(4, 2, 3))
    with pytest.raises(BadInput, match="holds a finished run"):
        Run(tmp_path / "run", config)
