"""Data without variance: a training computes its scores, or is refused before its directory is made.

Constant images, copies of one image, one class, silence, a text of one character: none ends in an error of the
machinery after the training, or when the run is resumed.
"""

import json
import math
import wave

import numpy as np
import pytest

from scratchgen.data.preprocessing.splits import split
from scratchgen.runs import Run
from scratchgen.tasks import get_task
from scratchgen.tasks.task import configuration

GREY, BLACK = np.full((40, 4, 4), 0.5, np.float32), np.zeros((40, 4, 4), np.float32)
ONE = np.random.default_rng(0).random((4, 4)).astype(np.float32)
IMAGES = {
    "grey": GREY,
    "black": BLACK,
    "copies": np.repeat(ONE[None], 40, axis=0),
    "all-but-one": np.where(
        np.arange(220)[:, None, None] == split(220)[0][0], 1 - ONE, ONE
    ),  # the one in training
    "two": np.stack([ONE, 1 - ONE] * 20),
    "rows": np.where(np.arange(4)[:, None] < 2, 0.25, np.random.default_rng(1).random((40, 4, 4))),
}


def write_sound(path, x):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(4000)
        file.writeframes((32767 * x).astype("<i2").tobytes())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("constant")
    for name, x in IMAGES.items():
        np.save(folder / f"{name}.npy", x.astype(np.float32))
    (folder / "one.txt").write_text("a" * 900)
    (folder / "two.txt").write_text("ab" * 450)
    for name, x in {"silence": np.zeros(1000), "tone": 0.5 * np.sin(np.arange(1000))}.items():
        (folder / name).mkdir()
        for i in range(10):
            write_sound(folder / name / f"{i}.wav", x)
    return folder


VAE = ("vae", "--hidden", 4, "--latent-dim", 2)
TEXT = ("rnn", "--hidden", 4, "--batch-size", 2, "--set", "bptt_steps=16")
EQUAL = "are equal, and without variance there is nothing to learn; give data that vary"
REFUSED = {
    "a density of constant images": ((*VAE, "--data", "grey.npy", "--likelihood", "gaussian"), EQUAL),
    "a density of copies": ((*VAE, "--data", "copies.npy", "--likelihood", "gaussian"), EQUAL),
    "probabilities of constant images": ((*VAE, "--data", "grey.npy"), EQUAL),
    "levels of black images": ((*VAE, "--data", "black.npy", "--likelihood", "categorical"), EQUAL),
    "codes of copies": (("vae", "--model", "vq", "--data", "copies.npy", "--hidden", 4), EQUAL),
    "a game on copies": (("gan", "--data", "copies.npy", "--latent-dim", 2), EQUAL),
    "a linear model of copies": (("vae", "--model", "linear", "--data", "copies.npy"), EQUAL),
    "a density of silence": (
        (*VAE, "--data", "silence", "--likelihood", "gaussian"),
        "all training sounds of silence are silent or constant",
    ),
    "levels of one value between them": (
        (*VAE, "--data", "grey.npy", "--likelihood", "categorical"),
        "grey.npy holds the value 0.5 alone, which is no level",
    ),
    "a network of silence": (
        ("rnn", "--data", "silence", "--hidden", 4),
        "all training sounds of silence are silent or constant",
    ),
    "a text of one character": ((*TEXT, "--data", "one.txt"), "one.txt repeats one character"),
    "a text of one byte": ((*TEXT, "--data", "one.txt", "--tokenizer", "bytes"), "one.txt repeats one byte"),
}
COMPUTED = {
    "a density of two images": (*VAE, "--data", "two.npy", "--likelihood", "gaussian"),
    "a density of images with constant rows": (*VAE, "--data", "rows.npy", "--likelihood", "gaussian"),
    "a game on copies of one image and another": ("gan", "--data", "all-but-one.npy", "--latent-dim", 2),
    "a network of one tone": ("rnn", "--data", "tone", "--hidden", 4),
    "a text of two characters": (*TEXT, "--data", "two.txt"),
}


def need_soundfile(arguments):
    if {"silence", "tone"} & {*arguments}:
        pytest.importorskip("soundfile")


def snapshot(folder):
    return {p: p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


@pytest.mark.parametrize("case", REFUSED)
def test_data_without_variance_are_refused_before_a_run_is_opened(case, folder, scratchgen_in):
    arguments, line = REFUSED[case]
    need_soundfile(arguments)
    before = snapshot(folder)
    done = scratchgen_in(folder)("train", *arguments, "--epochs", 1, "--out", "new")
    assert done.returncode == 2 and done.stdout == "" and len(done.stderr.splitlines()) == 1
    assert line in done.stderr and snapshot(folder) == before


def finite(value):
    """Whether all numbers of a JSON value are finite."""
    if isinstance(value, dict | list):
        return all(map(finite, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, float) or math.isfinite(value)


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("case", COMPUTED)
def test_where_the_scores_of_constant_data_are_defined_they_are_computed(
    case, folder, scratchgen_in, tmp_path
):
    need_soundfile(COMPUTED[case])
    run = scratchgen_in(folder)
    options = ("--epochs", 1, "--batch-size", 8) if case != "a text of two characters" else ("--epochs", 1)
    done = run("train", *COMPUTED[case], *options, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    done = run("evaluate", tmp_path / "run", "--json", tmp_path / "scores.json")
    assert done.returncode == 0, done.stderr
    logged = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    scores = json.loads((tmp_path / "run" / "scores.json").read_text())
    assert logged and all(map(finite, [logged, scores, json.loads((tmp_path / "scores.json").read_text())]))


def test_scores_that_copies_leave_undefined_are_named(folder, scratchgen_in, tmp_path):
    run = scratchgen_in(folder)
    run(
        "train",
        *COMPUTED["a game on copies of one image and another"],
        "--epochs",
        1,
        "--out",
        tmp_path / "run",
    )
    done = run("evaluate", tmp_path / "run", "--json", tmp_path / "scores.json")
    (kernel,) = (line for line in done.stdout.splitlines() if line.startswith("MMD²"))
    assert "not defined, as examples are equal" in kernel
    found = {s["measure"]: s["value"] for s in json.loads((tmp_path / "scores.json").read_text())["scores"]}
    assert found["MMD², Gaussian kernel (lower is better)"] is None


def test_too_few_held_out_examples_are_named_as_such(folder, scratchgen_in, tmp_path):
    run = scratchgen_in(folder)
    options = ("--latent-dim", 2, "--epochs", 1, "--batch-size", 8, "--out", tmp_path / "run")
    run("train", "gan", "--data", "two.npy", *options)
    done = run("evaluate", tmp_path / "run")
    assert done.returncode == 2 and "the test part of" in done.stderr and "has 4 examples" in done.stderr


def test_a_run_on_constant_data_that_was_begun_before_it_was_refused_is_not_resumed(
    folder, scratchgen_in, tmp_path
):
    """An earlier version trained it, and ended in an error at its scores."""
    task = get_task("vae")
    settings = task.settings(likelihood="gaussian", hidden=4, latent_dim=2, epochs=1)
    source = str(folder / "grey.npy")
    data = task.load(source, settings)
    info = task.describe(data, settings)
    model = task.build(settings, data, info, None)
    values = {name: getattr(settings, name) for name in type(settings).__struct_fields__}
    Run(tmp_path / "run", configuration(task, source, data, values, 0, model, info), quiet=True)
    before = {p: p.read_bytes() for p in (tmp_path / "run").iterdir() if p.is_file() and p.name != ".lock"}
    done = scratchgen_in(folder)("train", "vae", "--resume", tmp_path / "run")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and EQUAL in done.stderr
    assert all(p.read_bytes() == content for p, content in before.items())
