"""Every set loads and trains for an epoch, and a text of known entropy is learned down to it.

`test_data.py` shows every set.
"""

import json
import math
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import pytest

from scratchgen.cli import main
from scratchgen.data import CATALOGUE, sets
from scratchgen.data.catalogue import KINDS, MODELS
from scratchgen.runs.git_state import git_state

# the texts of pairs are the longest by far: wider batches take all of it in fewer steps
OPTIONS = {"pairs": ("--batch-size", 64)}
RUNS = [(model, data) for data, entry in CATALOGUE.items() for model in MODELS[entry.kind]]
UNRENDERED = [
    pytest.param(*run, marks=pytest.mark.unrendered if "characters" not in run else ()) for run in RUNS
]  # of images in colour the pictures are rendered

THIRDS = 3  # of the runs, of which the commit chooses one; all with `--full`
EXAMPLES_BY_DEFAULT = {
    "images": 12_800,
    "text": 100_000,
    "sound": 500,
    "points": 4_000,
}  # training examples by default, all with `--full`


def shortened(entry):
    """The entry of a set whose training part ends after so many examples; what is held out stays whole."""

    def load():
        data, most = entry.load(), EXAMPLES_BY_DEFAULT[entry.kind]
        labels = getattr(data, "train_labels", None)
        return replace(
            data, train=data.train[:most], **({} if labels is None else {"train_labels": labels[:most]})
        )

    return replace(entry, load=load)


@pytest.fixture
def scratchgen(tmp_path, monkeypatch, capsys):
    """The command in an empty folder: what it prints, when it has ended well."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main([*map(str, arguments)])
        printed = capsys.readouterr()
        assert end.value.code == 0, printed.err
        return printed.out

    return run


@pytest.fixture
def train(scratchgen, tmp_path):
    """train(kind, data, *options): the scores of a run, and its lines of metrics."""

    def run(kind, data, *options):
        scratchgen("train", kind, "--data", data, "--out", "run", *options)
        assert json.loads((tmp_path / "run" / "config.json").read_text())["data"] == data
        scores = json.loads((tmp_path / "run" / "scores.json").read_text())
        return scores, (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()

    return run


def is_one_epoch(metrics):
    """Whether the lines of metrics are one, of epoch 1, and all its numbers are finite."""
    found = [json.loads(line) for line in metrics]
    return (
        [line["epoch"] for line in found] == [1]
        and len(found[0]) > 1
        and all(map(math.isfinite, found[0].values()))
    )


@pytest.fixture(scope="module")
def turn():
    """Which third of the runs this commit trains: over the commits each of them has its turn."""
    state = git_state()
    return int(state["commit"][:8], 16) % THIRDS if state else 0


@pytest.mark.slow
@pytest.mark.parametrize(("model", "data"), UNRENDERED)
def test_every_set_loads_and_trains_an_epoch(model, data, train, turn, request, monkeypatch):
    entry, full = CATALOGUE[data], request.config.getoption("--full")
    if RUNS.index((model, data)) % THIRDS != turn and not full:
        pytest.skip("another commit has this run in its third; --full trains all")
    if not entry.is_embedded and not entry.is_present:
        pytest.skip(f"{data} is not on disk; SCRATCHGEN_DATA names a folder that holds it")
    if entry.kind == "pairs" and not full:
        pytest.skip("an epoch over pairs of texts takes minutes; --full trains it")
    if entry.kind in EXAMPLES_BY_DEFAULT and not full:
        monkeypatch.setitem(CATALOGUE, data, shortened(entry))
    scores, metrics = train(model, data, "--epochs", 1, *OPTIONS.get(entry.kind, ()))
    assert is_one_epoch(metrics)
    assert has_learned(model, data, scores, json.loads(metrics[0]))


def has_learned(model, data, scores, metrics):
    """Whether one epoch came to what it should, where it has enough steps for that."""
    if model == "gan":
        return all(abs(metrics[name]) < 20 for name in ("V", "G_loss"))
    ours, theirs = (scores[0][name] for name in ("value", "baseline_value"))
    if model == "rnn" and CATALOGUE[data].kind == "sequences":
        return ours < 2 * theirs  # 29 steps from 61 nats
    if model == "rnn" and CATALOGUE[data].kind == "sound":
        return ours < theirs
    if model == "rnn":
        return ours < 4.2  # far below the characters' own entropy, 4.8 bits, but for markov 4.0
    return ours > theirs or "mnist" not in data


@pytest.mark.slow
@pytest.mark.unrendered
def test_a_set_of_pairs_trains_an_epoch_as_pairs_and_beats_ngrams_that_see_no_source(train, real_data):
    options = ("--task", "translation", "--epochs", 4, "--hidden", 64, "--set", "max_length=15")
    (likelihood, bleu), metrics = train("rnn", "tatoeba-fra-eng", *options, "--batch-size", 16)
    assert len(metrics) == 4 and likelihood["value"] < likelihood["baseline_value"]
    assert bleu["value"] is None or bleu["value"] > bleu["baseline_value"]


@pytest.mark.parametrize(
    "metrics", [[], ['{"epoch": 1}'], ['{"epoch": 1, "V": NaN}'], ['{"epoch": 2, "V": 1}']]
)
def test_the_claim_above_rejects_no_epoch_and_numbers_that_are_none(metrics):
    assert is_one_epoch(['{"epoch": 1, "V": 0.5}']) and not is_one_epoch(metrics)
    assert not is_one_epoch(['{"epoch": 1, "V": 0.5}', *metrics, '{"epoch": 2, "V": 0.5}'])


def loaders(modules):
    """The functions named load… that these modules define."""
    found = ((f, m) for m in modules for name, f in vars(m).items() if name.startswith("load"))
    return {f for f, m in found if f.__module__ == m.__name__}


def test_no_set_is_left_out():
    assert MODELS.keys() == KINDS.keys() and all(MODELS.values())
    modules = [import_module(f"{sets.__name__}.{m.name}") for m in iter_modules(sets.__path__)]
    assert loaders(modules) == {CATALOGUE[data].load for _, data in RUNS}


def test_the_claim_above_sees_a_set_outside_the_catalogue():
    left_out = ModuleType("left_out")
    exec("from scratchgen.data.sets.tones import load as tones\ndef load_more(): ...", vars(left_out))
    assert loaders([left_out]) == {left_out.load_more}


@pytest.mark.slow
def test_a_text_of_known_entropy_is_learned_down_to_it_and_not_below(train):
    (score,), _ = train("rnn", "markov", "--epochs", 2, "--hidden", 32)
    # 20,000 held-out characters, whose cost has a standard deviation of 0.83 bits: a standard error of 0.006
    assert 1.75 - 0.02 < score["value"] < 1.75 + 0.03
