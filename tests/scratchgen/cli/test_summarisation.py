"""The task "summarisation": a model that copies is trained, scored next to the baselines, and summarises."""

import json
from dataclasses import replace

import numpy as np
import pytest

from scratchgen.data import CATALOGUE, PairData
from scratchgen.errors import BadInput
from scratchgen.evaluation import rouge
from scratchgen.tasks import get_task
from scratchgen.tasks.load import load_run
from scratchgen.tasks.summarisation import Settings, load, rouge_scores
from scratchgen.tasks.text_pairs import at_even_distances

TEXTS = [
    (
        "It reads files. It is a tool that reads old files of any kind and writes new ones.",
        "tool for old files",
    ),
    ("Library of words ¶ with a second paragraph", "words library"),
]


def lines_of(rng, names):
    """A name among fillers, and a summary that contains it: the name can only be copied."""
    for name in names:
        fillers = list(rng.choice(["the", "a", "old", "red"], 4))
        fillers.insert(rng.integers(1, 5), f"named {name}")
        yield f"{' '.join(fillers)}\tcalled {name} {name}"


@pytest.fixture
def pairs(tmp_path):
    rng = np.random.default_rng(0)
    lines = [*lines_of(rng, [f"w{k}" for k in range(400)])]
    (tmp_path / "pairs.tsv").write_text("text\tsummary\n" + "\n".join(lines) + "\n")
    return tmp_path / "pairs.tsv"


TRAIN = ("train", "rnn", "--task", "summarisation", "--data", "pairs.tsv", "--quiet", "--out", "run")


def test_names_that_no_training_showed_are_copied_scored_and_summarised(pairs, scratchgen_in, tmp_path):
    run = scratchgen_in(tmp_path)
    small = (
        "--hidden",
        24,
        "--embedding",
        12,
        "--vocabulary-size",
        9,
        "--batch-size",
        16,
        "--learning-rate",
        0.01,
    )
    done = run(*TRAIN, *small, "--epochs", 10, "--coverage-weight", 0)
    assert done.returncode == 0, done.stderr
    written = sorted(path.name for path in (tmp_path / "run" / "samples").iterdir())
    assert written == ["curves.png", *(f"summary_attention_{k}.png" for k in (1, 2, 3, 4)), "text.txt"]
    _, *scores = json.loads((tmp_path / "run" / "scores.json").read_text())
    assert [s["measure"].split(" of ")[0] for s in scores] == ["ROUGE-1", "ROUGE-2", "ROUGE-L"]
    assert all(s["reached"] and s["value"] > 80 > s["baseline_value"] for s in scores)
    assert (
        run("sample", "run", "--prompt", "the old named newcomer red").stdout == "called newcomer newcomer\n"
    )
    page = (tmp_path / "run" / "report.html").read_text()
    assert page.count("attention weights of a summary") == 2 * 4

    done = run("evaluate", "run", "--json", "numbers.json")
    again = [score["value"] for score in json.loads((tmp_path / "numbers.json").read_text())["scores"]]
    assert done.returncode == 0 and again[1:] == [score["value"] for score in scores]
    model = load_run(tmp_path / "run").model
    assert model.gate is not None and model.tokenizers[0].vocabulary_size == 9


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("sample", "run"), "--prompt TEXT"),
        (("sample", "run", "--prompt", "a", "--seed", 1), "leave out --seed"),
        (("sample", "run", "--prompt", "a", "--out", "x.png"), "leave out --out"),
        (("sample", "run", "--prompt", " "), "empty"),
        ((*TRAIN[:-1], "other", "--vocabulary-size", 0), "vocabulary_size"),
        ((*TRAIN[:-1], "other", "--tokenizer", "characters"), "words"),
        ((*TRAIN[:5], "stdlib", "--out", "other"), "stdlib is not pairs but text"),
    ],
)
def test_bad_input_is_one_line(options, says, pairs, scratchgen_in, tmp_path):
    run = scratchgen_in(tmp_path)
    if "sample" in options:
        assert run(*TRAIN, "--hidden", 4, "--embedding", 3, "--epochs", 1).returncode == 0
    done = run(*options)
    assert done.returncode == 2 and says in done.stderr and len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "other").exists()


def test_texts_are_cut_after_the_stated_number_of_words_and_summaries_are_whole(monkeypatch):
    data = PairData("mine", ("text", "summary"), TEXTS, TEXTS[:1], TEXTS[1:])
    entry = replace(CATALOGUE["stdlib-docstrings"], load=lambda: data)
    monkeypatch.setitem(CATALOGUE, "stdlib-docstrings", entry)
    cut = load("stdlib-docstrings", Settings(max_words=4))
    assert cut.train == [("It reads files. It", TEXTS[0][1]), ("Library of words ¶", TEXTS[1][1])]


def test_every_rouge_is_expected_above_both_baselines():
    references = [summary for _, summary in TEXTS]
    best = rouge_scores(references, TEXTS)
    assert [s.value for s in best] == pytest.approx([100] * 3) and all(s.reached for s in best)
    first = rouge(
        ["It reads files. It is a tool that reads old", "Library of words ¶ with a second paragraph"],
        references,
    )
    sentence = rouge(["It reads files.", "Library of words"], references)
    for score, a, b in zip(rouge_scores(["", ""], TEXTS), first, sentence, strict=True):
        assert score.value == 0 and not score.reached
        assert score.baseline_value == pytest.approx(max(a, b)) and score.expected == f"above {max(a, b):.1f}"
    equal = rouge_scores(["It reads files.", "Library of words"], TEXTS)
    assert not all(score.reached for score in equal)  # to equal a baseline is not to exceed it


def test_pairs_at_even_distances_are_those_of_the_whole_set():
    pairs = [(str(k), "") for k in range(10)]
    assert [x for x, _ in at_even_distances(pairs, 5)] == ["0", "2", "4", "6", "8"]
    assert at_even_distances(pairs, 99) == pairs


def test_coverage_is_a_part_of_the_model_if_its_loss_has_a_weight():
    task, data = get_task("summarisation"), PairData("mine", ("text", "summary"), TEXTS, TEXTS, TEXTS)
    for weight, copying in ((0.0, True), (1.0, False)):
        settings = Settings(coverage_weight=weight, copying=copying, hidden=4, embedding=3)
        model = task.build(settings, data, task.describe(data, settings), None)
        assert hasattr(model.attention, "w") is (weight > 0) and (model.gate is not None) is copying


def test_a_text_without_words_is_refused(tmp_path):
    (tmp_path / "pairs.tsv").write_text("text\tsummary\n" + "a b\tc\n" * 2 + "   \td\n")
    with pytest.raises(BadInput):
        load(str(tmp_path / "pairs.tsv"), Settings())
