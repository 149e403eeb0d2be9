"""Translation on the command line: an encoder-decoder is trained, scored, resumed, and translates."""

import json
import shutil
import sys
from dataclasses import replace

import numpy as np
import pytest

from scratchgen.data import CATALOGUE, PairData
from scratchgen.rnn import Translator
from scratchgen.tasks.load import load_run

NAME = "tatoeba-fra-eng"
NUMERALS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TRAIN = ("train", "rnn", "--task", "translation", "--data", NAME, "--quiet")
TINY = ("--hidden", 8, "--epochs", 1)


@pytest.fixture
def numbers(monkeypatch):
    """Numbers of three digits and how they are read; seven in ten are learned from."""
    pairs = [(f"{n:03}", " ".join(NUMERALS[int(d)] for d in f"{n:03}")) for n in range(1000)]
    mixed = [pairs[i] for i in np.random.default_rng(0).permutation(1000)]
    data = PairData(NAME, ("digits", "words"), mixed[:700], mixed[700:850], mixed[850:])
    monkeypatch.setitem(CATALOGUE, NAME, replace(CATALOGUE[NAME], load=lambda: data))
    return data


def pictures(run):
    return sorted(path.name for path in (run / "samples").iterdir())


@pytest.mark.slow
@pytest.mark.parametrize("tokenizer", ["characters", "bpe"])
def test_the_reading_of_numbers_is_learned_scored_and_translated_with_attention(
    tokenizer, numbers, scratchgen_in, tmp_path
):
    if tokenizer == "bpe":
        pytest.importorskip("tokenizers")
    run = scratchgen_in(tmp_path)
    options = ("--tokenizer", tokenizer, *(("--vocabulary-size", 300) if tokenizer == "bpe" else ()))
    done = run(*TRAIN, *options, "--hidden", 32, "--epochs", 25, "--batch-size", 16, "--out", "run")
    assert done.returncode == 0, done.stderr
    maps = [f"attention_{k}.png" for k in (1, 2, 3, 4)]
    assert pictures(tmp_path / "run") == [*maps, "curves.png", "text.txt"]

    likelihood, bleu = json.loads((tmp_path / "run" / "scores.json").read_text())
    assert likelihood["value"] < 0.1 * likelihood["baseline_value"] and likelihood["reached"]
    assert bleu["measure"] == "BLEU of 150 translations"
    done = run("evaluate", "run", "--json", "numbers.json")
    again = [score["value"] for score in json.loads((tmp_path / "numbers.json").read_text())["scores"]]
    assert done.returncode == 0 and again == [likelihood["value"], bleu["value"]]

    loaded = load_run(tmp_path / "run")
    model = loaded.model
    assert type(model) is Translator and loaded.task.name == "translation"
    held_out = numbers.test[:20]
    ours = [run("sample", "run", "--prompt", x).stdout.rstrip("\n") for x, _ in held_out]
    assert np.mean([y == theirs for y, (_, theirs) in zip(ours, held_out, strict=True)]) > 0.9
    for x, theirs in held_out[:5]:
        ids = model.tokenizers[1].encode(theirs)
        rows = model.attention_weights(x, ids)
        np.testing.assert_allclose(rows.sum(axis=1), 1, rtol=1e-5)
        assert rows.shape == (len(ids), len(model.tokenizers[0].encode(x)))
    page = (tmp_path / "run" / "report.html").read_text()
    assert page.count("attention weights of a translation") == 2 * 4 and "--prompt TEXT" in page


@pytest.mark.unrendered
def test_a_run_that_was_stopped_ends_with_the_bits_of_one_that_was_not(numbers, scratchgen_in, tmp_path):
    run = scratchgen_in(tmp_path)
    train = (
        *TRAIN,
        *TINY,
        "--layers",
        2,
        "--dropout",
        0.2,
        "--set",
        "scheduled_sampling=0.5",
        "--batch-size",
        100,
    )
    assert run(*train, "--out", "whole").returncode == 0
    stopped = run(*train, "--out", "parts", "--max-minutes", 0)
    assert "resume with: scratchgen train rnn --resume parts" in stopped.stderr
    while (
        run("train", "rnn", "--resume", "parts", "--quiet", "--max-minutes", 0.01).returncode != 0
        or not (tmp_path / "parts" / "model.safetensors").exists()
    ):
        pass
    for name in ("model.safetensors", "scores.json", "metrics.jsonl", "samples/text.txt"):
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory):
    """A folder for the run that the tests copy."""
    return tmp_path_factory.mktemp("trained")


@pytest.fixture
def trained(numbers, trained_once, scratchgen_in, tmp_path):
    """The command in a folder that holds a run of one epoch, which has learned little."""
    if not (trained_once / "run").exists():
        assert scratchgen_in(trained_once)(*TRAIN, *TINY, "--out", "run").returncode == 0
    shutil.copytree(trained_once / "run", tmp_path / "run")
    return scratchgen_in(tmp_path)


def test_a_translation_is_printed_and_its_attention_is_drawn(trained, tmp_path):
    printed = trained("sample", "run", "--prompt", "042")
    drawn = trained("sample", "run", "--prompt", "042", "--out", "maps/looks.png")
    assert printed.returncode == drawn.returncode == 0 and printed.stdout == drawn.stdout != "\n"
    assert (tmp_path / "maps" / "looks.png").read_bytes().startswith(b"\x89PNG")
    short = trained("sample", "run", "--prompt", "042", "-n", 3, "--beam", 1)
    assert short.returncode == 0 and len(short.stdout) <= 3 + 1


WRONG_PROMPTS = {
    "nothing": ((), "no text to translate; give it as --prompt TEXT"),
    "an empty text": (("--prompt", ""), "the text to translate is empty"),
    "a text of 1001 characters": (("--prompt", "4" * 1001), "1,001 characters, and at most 1,000 are read"),
    "an unknown character": (("--prompt", "4x2"), "the character 'x' is in no text of the training"),
    "a beam of none": (("--prompt", "42", "--beam", 0), "width must be"),
    "a draw": (("--prompt", "42", "--temperature", 1), "which has no --temperature"),
    "the most likely few": (
        ("--prompt", "42", "--top-k", 3, "--top-p", 0.5),
        "which has no --top-k and --top-p",
    ),
    "a class": (("--prompt", "42", "--class", 1), "which has no --class"),
    "a way": (("--prompt", "42", "--interpolate", "straight"), "which has no --interpolate"),
    "a text file": (("--prompt", "42", "--out", "looks.txt"), "give --out FILE.png"),
    "a map without a folder": (("--prompt", "42", "--out", "run/config.json/a.png"), "is a file"),
}


def test_options_that_do_not_fit_a_translation_are_refused_in_one_line(trained, tmp_path):
    for options, words in WRONG_PROMPTS.values():
        done = trained("sample", "run", *options)
        assert done.returncode == 2 and done.stdout == "", options
        assert len(done.stderr.splitlines()) == 1 and words in done.stderr, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.unrendered
def test_without_sacrebleu_a_training_ends_well_and_says_how_to_get_bleu(
    numbers, scratchgen_in, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    run = scratchgen_in(tmp_path)
    assert run(*TRAIN, *TINY, "--out", "run").returncode == 0
    _, bleu = json.loads((tmp_path / "run" / "scores.json").read_text())
    assert bleu["value"] is None and "pip install sacrebleu" in bleu["baseline"]
    assert "pip install sacrebleu" in run("evaluate", "run").stdout


PAIRS = ("--task", "translation", "--data", NAME)
WRONG_TASKS = {
    "translation of a text": (("--task", "translation", "--data", "stdlib"), "stdlib is not pairs but text"),
    "translation of music": (
        ("--task", "translation", "--data", "jsb-chorales"),
        "jsb-chorales is not pairs",
    ),
    "translation of a file": (
        ("--task", "translation", "--data", "mine.txt"),
        "mine.txt cannot be read as pairs of texts: it has no line of two texts",
    ),
    "music of pairs": (("--task", "music", "--data", NAME), f"{NAME} is not sequences but pairs"),
    "music of a text": (("--task", "music", "--data", "stdlib"), "stdlib is not sequences but text"),
    "a text of music": (("--task", "text", "--data", "jsb-chorales"), "jsb-chorales is not text"),
    "no task": (
        ("--task", "poetry"),
        "the tasks of rnn are text, translation, summarisation, music, sound, speech, series, not 'poetry'",
    ),
    "a chunk of pairs": ((*PAIRS, "--set", "bptt_steps=9"), "is a setting of text, not of translation"),
    "a tie of pairs": ((*PAIRS, "--set", "tie_embeddings=true"), "is a setting of text, not of translation"),
    "no byte pairs": ((*PAIRS, "--set", "vocabulary_size=300"), "is for tokenizer bpe, not for characters"),
    "attention of a text": (("--set", "attention=additive"), "is a setting of translation, not of text"),
    "sampling of lines": (
        ("--data", NAME, "--set", "scheduled_sampling=0.1"),
        "is a setting of translation, not of text",
    ),
    "more than certain": (
        (*PAIRS, "--set", "scheduled_sampling=1.5"),
        "scheduled_sampling is at least 0 and at most 1, not 1.5",
    ),
    "none so short": ((*PAIRS, "--set", "max_length=5"), "the shortest has 11"),
}


@pytest.mark.parametrize("case", WRONG_TASKS)
def test_a_task_that_does_not_fit_is_one_line_and_leaves_nothing(case, numbers, scratchgen_in, tmp_path):
    (tmp_path / "mine.txt").write_text("text " * 100)
    options, words = WRONG_TASKS[case]
    done = scratchgen_in(tmp_path)("train", "rnn", *options, "--out", "run")
    assert done.returncode == 2 and done.stdout == "" and len(done.stderr.splitlines()) == 1
    assert words in done.stderr and not (tmp_path / "run").exists(), done.stderr


def test_a_pair_with_an_empty_text_is_named(numbers, scratchgen_in, tmp_path):
    numbers.train.append(("007", ""))
    done = scratchgen_in(tmp_path)(*TRAIN, *TINY, "--out", "run")
    assert done.returncode == 2 and "('007', '') is empty" in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_configuration_of_no_translator_is_refused_by_name(trained, tmp_path):
    path = tmp_path / "run" / "config.json"
    whole = path.read_text()
    for change in ({"source": ["ab"]}, {"target": 3}, {"attention": "hard"}, {"hidden": 0}):
        config = json.loads(whole)
        config["model"]["arguments"].update(change)
        path.write_text(json.dumps(config))
        done = trained("sample", "run", "--prompt", "042")
        assert (
            done.returncode == 2
            and "config.json does not describe a run of the task translation" in done.stderr
        )
        assert len(done.stderr.splitlines()) == 1
