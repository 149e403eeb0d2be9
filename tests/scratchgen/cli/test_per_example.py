"""`evaluate --per-example`: the bound of every example; examples unlike the training data come first."""

import csv
import json

import numpy as np
import pytest

from scratchgen import cli

pytestmark = pytest.mark.unrendered

SMALL = ("--epochs", 60, "--hidden", 16, "--batch-size", 32, "--quiet")
ODD = (30, 77, 111, 140, 199)  # their places in the file


def stripes(n):
    """Images of 4 × 4 pixels: one row is white, the others black."""
    x = np.full((n, 4, 4), 0.02, np.float32)
    x[np.arange(n), np.arange(n) % 4] = 0.98
    return x


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder, x = tmp_path_factory.mktemp("odd"), stripes(200)
    np.save(folder / "usual.npy", x)
    x[list(ODD)] = x[list(ODD)].transpose(0, 2, 1)  # columns instead of rows
    np.savez(folder / "mixed.npz", images=x, labels=np.arange(200) % 4)
    return folder


MODELS = {"mlp": (), "vq": ("--model", "vq", "--set", "prior_epochs=20")}


@pytest.fixture(scope="module", params=MODELS)
def trained(request, folder, tmp_path_factory):
    """The folder of a trained run."""
    here = tmp_path_factory.mktemp(request.param)
    arguments = (
        "train",
        "vae",
        *MODELS[request.param],
        "--data",
        folder / "usual.npy",
        *SMALL,
        "--out",
        here / "run",
    )
    with pytest.raises(SystemExit) as ended:
        cli.main([*map(str, arguments)])
    assert ended.value.code == 0
    return here


@pytest.fixture
def run(trained, scratchgen_in):
    return trained, scratchgen_in(trained)


def table(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_bounds_of_the_examples_have_the_mean_that_evaluate_shows(run, folder):
    here, command = run
    done = command("evaluate", "run", "--per-example", "all.csv", "--json", "scores.json")
    assert done.returncode == 0 and "Examples: all.csv" in done.stdout, done.stderr
    rows, scores = table(here / "all.csv"), json.loads((here / "scores.json").read_text())["scores"]
    assert len(rows) == 20
    bounds = [float(row["elbo"]) for row in rows]
    assert bounds == sorted(bounds) and np.mean(bounds) == pytest.approx(scores[0]["value"], abs=1e-6)
    for row in rows:
        terms = [float(value) for name, value in row.items() if name not in ("index", "elbo")]
        assert -sum(terms) == pytest.approx(float(row["elbo"]), abs=1e-9)


def test_examples_unlike_the_training_data_come_first_and_are_found_in_their_file(run, folder):
    here, command = run
    done = command(
        "evaluate", "run", "--data", folder / "mixed.npz", "--per-example", "odd.csv", "--part", "test"
    )
    assert done.returncode == 0, done.stderr
    rows = table(here / "odd.csv")
    with np.load(folder / "mixed.npz") as stored:
        held_out = {int(row["index"]): row for row in rows}
        assert all(int(row["class"]) == stored["labels"][i] for i, row in held_out.items())
    odd = [i for i in ODD if i in held_out]
    assert odd, "at least one of them is in the test part"
    assert {int(row["index"]) for row in rows[: len(odd)]} == set(odd)


def test_the_claim_above_rejects_an_order_by_the_place_in_the_file(run, folder):
    here, command = run
    command("evaluate", "run", "--data", folder / "mixed.npz", "--per-example", "odd.csv")
    rows = sorted(table(here / "odd.csv"), key=lambda row: int(row["index"]))
    odd = [i for i in ODD if i in {int(row["index"]) for row in rows}]
    assert {int(row["index"]) for row in rows[: len(odd)]} != set(odd)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--per-example", "all.txt"), "give --per-example FILE.csv, not all.txt"),
        (("--per-example", "no/such/folder/all.csv"), "no/such"),
    ],
)
def test_a_file_that_cannot_be_written_so_is_refused(run, arguments, words):
    here, command = run
    (here / "no").write_text("a file, no folder")
    before = sorted(here.iterdir())
    done = command("evaluate", "run", *arguments)
    assert done.returncode == 2 and words in done.stderr and done.stderr.count("\n") == 1
    assert sorted(here.iterdir()) == before


def test_a_task_without_a_bound_says_so(folder, scratchgen_in, tmp_path):
    command = scratchgen_in(tmp_path)
    done = command("train", "gan", "--data", folder / "usual.npy", "--epochs", 1, "--quiet", "--out", "run")
    assert done.returncode == 0, done.stderr
    done = command("evaluate", "run", "--per-example", "all.csv")
    assert done.returncode == 2 and "--per-example is for a VAE" in done.stderr
