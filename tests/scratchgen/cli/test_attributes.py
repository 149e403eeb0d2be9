"""Models conditioned on several attributes, from the command: trained, scored, sampled by name."""

import csv
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from scratchgen import cli
from scratchgen.data import CATALOGUE
from scratchgen.random import Generator
from scratchgen.tasks import attribute_scores
from scratchgen.tasks.load import load_run
from scratchgen.vae import ConditionalVAE

pytestmark = pytest.mark.unrendered

SMALL = (
    "--data",
    "characters",
    "--model",
    "conditional",
    "--epochs",
    2,
    "--batch-size",
    50,
    "--quiet",
    "--out",
    "run",
)


@pytest.fixture(scope="module")
def few():
    """The set of characters with few of them, in the catalogue of this file's tests."""
    entry = CATALOGUE["characters"]
    data = entry.load()
    parts = {part: getattr(data, part)[:100] for part in ("train", "validation", "test")}
    labels = {f"{part}_labels": getattr(data, f"{part}_labels")[:100] for part in parts}
    shortened = replace(data, **parts, **labels)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CATALOGUE, "characters", replace(entry, load=lambda: shortened))
        patch.setattr(attribute_scores, "CLASSIFIER_EXAMPLES", 300)
        yield shortened


@pytest.fixture(scope="module")
def trained(few, tmp_path_factory):
    """The run of a small VAE of all attributes."""
    run = tmp_path_factory.mktemp("attributes") / "run"
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", "vae", *map(str, SMALL[:-1]), str(run), "--hidden", "16"])
    assert ended.value.code == 0
    return run


@pytest.fixture
def command(few, scratchgen_in, tmp_path):
    return scratchgen_in(tmp_path)


@pytest.fixture
def own_run(trained, tmp_path):
    """A copy of the trained run in the folder of the command."""
    return shutil.copytree(trained, tmp_path / "run")


@pytest.mark.parametrize("family", ["vae", "gan"])
def test_a_model_of_attributes_is_trained_scored_and_sampled_by_their_names(family, command, tmp_path):
    extra = ("--hidden", 32) if family == "vae" else ()
    done = command("train", family, *SMALL, *extra)
    assert done.returncode == 0, done.stderr
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["model"]["arguments"]["classes"] == [8, 9, 9, 9, 7, 9, 9, 8]
    assert config["data_info"]["attributes"]["hat"][4] == "crown"
    measures = [score["measure"] for score in json.loads((tmp_path / "run" / "scores.json").read_text())]
    assert "attributes recognised in samples" in measures
    done = command(
        "sample", "run", "-n", 6, "--class", "hat=crown", "--class", "species=mummy", "--out", "x.npy"
    )
    assert done.returncode == 0 and np.load(tmp_path / "x.npy").shape == (6, 32, 32, 3), done.stderr
    done = command("evaluate", "run", *(("-k", 2) if family == "vae" else ()))
    assert done.returncode == 0 and "attributes recognised" in done.stdout, done.stderr


def test_the_attributes_asked_for_are_those_of_every_sample_and_the_others_take_turns(
    own_run, command, monkeypatch
):
    asked = []
    sample = ConditionalVAE.sample
    monkeypatch.setattr(
        ConditionalVAE, "sample", lambda m, n, rng, labels: asked.append(labels) or sample(m, n, rng, labels)
    )
    command("sample", "run", "-n", 18, "--class", "hat=crown", "--out", "x.npy")
    (labels,) = asked
    assert (labels[:, 3] == 4).all() and (np.bincount(labels[:, 1], minlength=9) == 2).all()


def test_a_description_asks_for_a_kind_of_every_attribute(own_run, command, monkeypatch):
    asked = []
    sample = ConditionalVAE.sample
    monkeypatch.setattr(
        ConditionalVAE, "sample", lambda m, n, rng, labels: asked.append(labels) or sample(m, n, rng, labels)
    )
    command("sample", "run", "-n", 4, "--class", "mummy, red robe, axe", "--out", "x.npy")
    assert asked[0].tolist() == 4 * [[3, 3, 0, 0, 0, 2, 0, 0]]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("hat=crwn", "did you mean hat=crown?"),
        ("crown", "'crown' names no species; add one of human, draconian"),
        ("dwarf, red robe, axe", "no kind is named 'dwarf' (there are species: human, draconian"),
        ("helmet=crown", "the attributes of run are species"),
        ("hat=", "the kinds of hat are none, blue wizard hat"),
    ],
)
def test_an_attribute_or_a_kind_that_there_is_not_is_refused_in_one_line(
    asked, words, own_run, command, tmp_path
):
    done = command("sample", "run", "--class", asked, "--out", "x.png")
    assert done.returncode == 2 and words in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "x.png").exists()


def test_an_encoding_holds_a_column_per_attribute(own_run, command, few, tmp_path):
    done = command("encode", "run", "--part", "test", "--out", "z.csv")
    assert done.returncode == 0, done.stderr
    with open(tmp_path / "z.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = np.array([[int(row[f"label{s}"]) for s in range(8)] for row in rows])
    assert np.array_equal(found, few.test_labels)


def test_a_sample_depends_on_every_attribute(trained):
    """This holds for a model that has hardly been trained, too: each attribute has its own weights in the decoder."""
    model = load_run(trained).model
    base = np.zeros((1, 8), np.int64)
    for s in range(8):
        other = base.copy()
        other[0, s] = 1
        x, y = (model.sample(1, Generator(0), labels) for labels in (base, other))
        assert np.abs(x - y).max() > 1e-5
