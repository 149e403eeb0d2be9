"""A set of pairs from the command line: trained on as lines, continued after a tab, refused in one line."""

import json
import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

from scratchgen.cli import main
from scratchgen.data import CATALOGUE, PairData

pytestmark = pytest.mark.unrendered

NAME = "tatoeba-cmn-eng"
NUMERALS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
SMALL = ("--epochs", 1, "--batch-size", 2, "--hidden", 4, "--out", "run")


@pytest.fixture
def scratchgen(tmp_path, monkeypatch, capsys):
    """The command in an empty folder: what it prints, and its status."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main([*map(str, arguments)])
        printed = capsys.readouterr()
        return SimpleNamespace(returncode=end.value.code, stdout=printed.out, stderr=printed.err)

    return run


@pytest.fixture
def few_pairs(monkeypatch):
    """A known set of pairs that is small, and whose held-out parts have characters that the rest lacks."""
    train = [(f"{i}{j}", f"{a} {b}") for i, a in enumerate(NUMERALS) for j, b in enumerate(NUMERALS)]
    data = PairData(NAME, ("digits", "words"), train, [("11", "ÉLEVEN")], [("12", "twelve")])
    monkeypatch.setitem(CATALOGUE, NAME, replace(CATALOGUE[NAME], load=lambda: data))
    return data


def test_an_epoch_over_pairs_has_finite_numbers_and_the_characters_of_the_training_part(
    scratchgen, few_pairs, tmp_path
):
    done = scratchgen("train", "rnn", "--data", NAME, *SMALL)
    assert done.returncode == 0 and "held-out bits per character" in done.stdout
    (line,) = (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()
    assert all(map(math.isfinite, json.loads(line).values()))
    seen = set("".join(a + b for a, b in few_pairs.train)) | {"\t", "\n"}
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    vocabulary = config["model"]["arguments"]["tokenizer"]["arguments"]["characters"]
    assert set(vocabulary) == seen | {"\ufffd"} and "É" not in vocabulary


def test_a_trained_model_continues_what_is_read_after_a_tab(scratchgen, few_pairs):
    scratchgen("train", "rnn", "--data", NAME, *SMALL)
    done = scratchgen("sample", "run", "-n", 20, "--prompt", "42\t")
    assert done.returncode == 0 and done.stdout.startswith("42\t") and len(done.stdout) == 3 + 20 + 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("train", "rnn", "--data", "tatoeba-cmn"), f"did you mean {NAME}?"),
        (("train", "rnn", "--data", NAME), "tatoeba-cmn-eng/cmn.txt is missing"),
        (("train", "rnn", "--data", "debian-descriptions"), "debian_descriptions.tsv.gz is missing"),
        (("train", "vae", "--data", NAME), "has no rows of numbers"),
        (("train", "gan", "--data", NAME), "has no rows of numbers"),
        (("data", "show", NAME), "tatoeba-cmn-eng/cmn.txt is missing"),
    ],
)
def test_a_wrong_name_or_a_missing_file_is_one_line_and_status_2(
    scratchgen, arguments, words, tmp_path, monkeypatch
):
    monkeypatch.setenv("SCRATCHGEN_DATA", str(tmp_path))
    is_refused(scratchgen(*arguments), words)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", [("train", "rnn", "--data"), ("data", "show")])
def test_a_file_with_a_line_that_is_no_pair_is_one_line_and_status_2(
    scratchgen, command, tmp_path, monkeypatch
):
    monkeypatch.setenv("SCRATCHGEN_DATA", str(tmp_path / "data"))
    (tmp_path / "data" / NAME).mkdir(parents=True)
    (tmp_path / "data" / NAME / "cmn.txt").write_text("Hi.\t嗨。\nno tab in this line\n", encoding="utf-8")
    is_refused(scratchgen(*command, NAME), "cmn.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize("model", ["vae", "gan"])
def test_pairs_are_no_rows_of_numbers(scratchgen, few_pairs, model, tmp_path):
    is_refused(scratchgen("train", model, "--data", NAME, "--out", "run"), NAME)
    assert not list(tmp_path.iterdir())


def is_refused(done, words):
    assert done.returncode == 2 and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("scratchgen: ")
    assert words in done.stderr
