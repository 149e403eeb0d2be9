"""Every set of images or text trains for an epoch, and a text of known entropy is learned down to it."""

import json

import pytest

from scratchgen.cli import main
from scratchgen.data import CATALOGUE

IMAGES = [name for name, entry in CATALOGUE.items() if entry.kind == "images"]
TEXTS = [name for name, entry in CATALOGUE.items() if entry.kind == "text"]


@pytest.fixture
def train(tmp_path, monkeypatch):
    """train(kind, data, *options): the scores of a run, and its last line of metrics."""
    monkeypatch.chdir(tmp_path)

    def run(kind, data, *options):
        if not CATALOGUE[data].is_embedded and not CATALOGUE[data].is_present:
            pytest.skip(f"{data} is not on disk; SCRATCHGEN_DATA names a folder that holds it")
        with pytest.raises(SystemExit) as end:
            main(["train", kind, "--data", data, "--out", "run", *map(str, options)])
        assert end.value.code == 0
        assert json.loads((tmp_path / "run" / "config.json").read_text())["data"] == data
        metrics = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
        return json.loads((tmp_path / "run" / "scores.json").read_text()), json.loads(metrics[-1])

    return run


@pytest.mark.slow
@pytest.mark.parametrize("data", IMAGES)
def test_a_vae_trains_on_every_set_of_images(data, train):
    (score, *_), metrics = train("vae", data, "--epochs", 1, "--hidden", 64, "--latent-dim", 8)
    if "mnist" in data:  # the sets of 8 × 8 digits need many short epochs
        assert score["value"] > score["baseline_value"]
    assert metrics["validation_elbo"] < 0


@pytest.mark.slow
@pytest.mark.parametrize("data", IMAGES)
def test_a_gan_trains_on_every_set_of_images(data, train):
    _, metrics = train("gan", data, "--epochs", 1, "--batch-size", 256)
    assert all(abs(metrics[name]) < 20 for name in ("V", "G_loss"))


@pytest.mark.slow
@pytest.mark.parametrize("data", TEXTS)
def test_an_rnn_trains_on_every_text(data, train):
    (score,), _ = train("rnn", data, "--epochs", 1, "--hidden", 32, "--batch-size", 64)
    assert score["value"] < 4.2  # far below the characters' own entropy, 4.8 bits, but for markov 4.0


@pytest.mark.slow
def test_a_text_of_known_entropy_is_learned_down_to_it_and_not_below(train):
    (score,), _ = train("rnn", "markov", "--epochs", 2, "--hidden", 32)
    # 20,000 held-out characters, whose cost has a standard deviation of 0.83 bits: a standard error of 0.006
    assert 1.75 - 0.02 < score["value"] < 1.75 + 0.03
