"""Language models on the command line: cells, tokenizers, sampling, scores, and refusals."""

import json
import shutil
import sys

import numpy as np
import pytest
import safetensors.numpy

from scratchgen.data.tokenizers.byte_pairs import BytePairTokenizer
from scratchgen.nn import GRU, LSTM, RNN
from scratchgen.rnn import ByteTokenizer
from scratchgen.runs.weights import write_weights
from scratchgen.tasks.load import load_run

TINY = ("--data", "mine.txt", "--epochs", 1, "--hidden", 8, "--batch-size", 8)


def change_config(run, change):
    config = json.loads((run / "config.json").read_text())
    change(config)
    (run / "config.json").write_text(json.dumps(config))


# --- training and loading ---------------------------------------------------------------------------------


def test_cell_layers_and_dropout_are_those_of_the_model_that_is_loaded(runs):
    loaded = load_run(runs("lstm") / "lstm")
    recurrent = loaded.model.recurrent
    assert type(recurrent) is LSTM and len(recurrent.layers) == 2
    assert loaded.model.dropout.p == recurrent.dropout.p == 0.25
    arguments = loaded.config.model["arguments"]
    assert [arguments[name] for name in ("cell", "layers", "dropout")] == ["lstm", 2, 0.25]
    assert arguments["tokenizer"]["class"] == "CharacterTokenizer"


@pytest.mark.parametrize("cell, kind", [("tanh", RNN), ("lstm", LSTM), ("gru", GRU)])
@pytest.mark.unrendered
def test_every_cell_can_be_trained_and_gives_its_own_text(cell, kind, runs, scratchgen_in, tmp_path):
    shutil.copy(runs("rnn") / "mine.txt", tmp_path)
    run = scratchgen_in(tmp_path)
    assert run("train", "rnn", "--cell", cell, *TINY, "--out", cell).returncode == 0
    assert type(load_run(tmp_path / cell).model.recurrent) is kind
    assert run("sample", cell, "--prompt", "the ").stdout.startswith("the ")


def test_a_description_without_a_cell_is_that_of_one_layer_of_tanh(runs, tmp_path):
    shutil.copytree(runs("rnn") / "rnn", tmp_path / "short")
    names = ("cell", "layers", "dropout", "tie_embeddings")
    change_config(
        tmp_path / "short", lambda config: [config["model"]["arguments"].pop(name) for name in names]
    )
    short, whole = load_run(tmp_path / "short").model, load_run(runs("rnn") / "rnn").model
    assert type(short.recurrent) is RNN and short.dropout.p == 0
    for name, array in whole.state_dict().items():
        np.testing.assert_array_equal(short.state_dict()[name], array)


def test_weights_under_the_names_of_an_earlier_version_are_one_line_that_says_to_train_again(
    runs, scratchgen_in, tmp_path
):
    shutil.copytree(runs("rnn") / "rnn", tmp_path / "old")
    file = tmp_path / "old" / "model.safetensors"
    weights = {
        name.removeprefix("recurrent.layers.0."): array
        for name, array in safetensors.numpy.load(file.read_bytes()).items()
    }
    write_weights(file, weights)
    for command in ("sample", "evaluate"):
        done = scratchgen_in(tmp_path)(command, "old")
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
        assert "does not fit config.json" in done.stderr and "train again" in done.stderr


@pytest.mark.parametrize(
    "change",
    [
        {"cell": "elman"},
        {"tokenizer": "words"},
        {"tokenizer": {"class": "WordTokenizer", "arguments": {}}},
        {"tokenizer": {"class": "BytePairTokenizer", "arguments": {"text": "abc"}}},
        {"tokenizer": {"class": "CharacterTokenizer", "arguments": {"characters": 3}}},
        {"tokenizer": {"class": "CharacterTokenizer"}},
        {"tie_embeddings": True},
        {"layers": 0},
        {"layers": "2"},
        {"dropout": 1},
        {"dropout": "much"},
        {"heads": 8},
    ],
)
def test_a_configuration_of_no_language_model_is_refused_by_name(change, runs, scratchgen_in, tmp_path):
    shutil.copytree(runs("lstm") / "lstm", tmp_path / "changed")
    change_config(tmp_path / "changed", lambda config: config["model"]["arguments"].update(change))
    done = scratchgen_in(tmp_path)("sample", "changed")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "config.json does not describe a run of the task text" in done.stderr


@pytest.mark.unrendered
def test_training_that_diverges_is_one_line_and_the_last_checkpoint_stays(runs, scratchgen_in, tmp_path):
    shutil.copy(runs("rnn") / "mine.txt", tmp_path)
    run = scratchgen_in(tmp_path)
    done = run(
        "train", "rnn", *TINY, "--set", "learning_rate=1e38", "--save-every", 0, "--out", "run", "--quiet"
    )
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "training diverged in step 2 of epoch 1" in done.stderr and "below 1e+38" in done.stderr
    assert not (tmp_path / "run" / "model.safetensors").exists()
    assert len(list((tmp_path / "run" / "checkpoints").glob("*.json"))) == 1
    again = run("train", "rnn", "--resume", "run", "--quiet")
    assert again.returncode == 2 and again.stderr == done.stderr


# --- sampling ---------------------------------------------------------------------------------------------


@pytest.fixture
def drawn(runs, scratchgen_in):
    """The text that `sample` prints."""

    def draw(name, *options):
        done = scratchgen_in(runs(name))("sample", name, "-n", 40, *options)
        assert done.returncode == 0 and done.stderr == ""
        return done.stdout[:-1]

    return draw


@pytest.mark.parametrize("name", ["rnn", "lstm"])
def test_options_that_leave_one_token_agree_and_options_that_leave_all_tokens_agree(name, drawn):
    of = lambda *options: drawn(name, "--prompt", "the ", *options)
    greedy = of("--temperature", 0)
    for options in (("--top-k", 1), ("--top-p", 1e-9), ("--beam", 1), ("--top-k", 1, "--seed", 5)):
        assert of(*options) == greedy
    free = of("--seed", 3)
    for options in (("--top-k", 999), ("--top-p", 1), ("--temperature", 1)):
        assert of("--seed", 3, *options) == free
    others = [
        of("--seed", 3, *options) for options in (("--top-k", 2), ("--top-p", 0.3), ("--temperature", 3))
    ]
    assert len({greedy, free, of("--seed", 4), *others}) == 6


def test_a_text_goes_into_a_file_and_a_file_that_cannot_be_is_refused_before(
    runs, drawn, scratchgen_in, tmp_path
):
    text = drawn("rnn", "--beam", 3)
    assert "characters" in drawn("rnn", "--beam", 3, "--out", tmp_path / "t.txt")
    assert (tmp_path / "t.txt").read_text() == text
    assert scratchgen_in(runs("rnn"))("sample", "rnn", "--out", tmp_path).returncode == 2


@pytest.mark.parametrize("name, tokenizer", [("bytes", ByteTokenizer), ("bpe", BytePairTokenizer)])
def test_a_model_of_bytes_or_of_byte_pairs_reads_any_prompt_and_prints_text(name, tokenizer, runs, drawn):
    assert isinstance(load_run(runs(name) / name).model.tokenizer, tokenizer)
    assert drawn(name, "--prompt", "Ω🙂").startswith("Ω🙂")
    assert drawn(name).startswith("\n")


def test_a_model_of_byte_pairs_is_loaded_with_its_tokenizer_and_tied_embeddings(runs):
    loaded = load_run(runs("bpe") / "bpe")
    model, described = loaded.model, loaded.config.model["arguments"]["tokenizer"]
    text = (runs("bpe") / "words.txt").read_text()
    again = BytePairTokenizer.of([text[: len(text) * 90 // 100]], 300)
    assert model.tokenizer.json == again.json == described["arguments"]["text"]
    assert 256 < model.tokenizer.vocabulary_size < 300  # as no pair occurs twice any more
    assert model.tie_embeddings and "W_hy" not in model.state_dict()


@pytest.mark.unrendered
def test_a_second_training_on_byte_pairs_and_one_that_was_stopped_end_with_the_same_bits(
    runs, small, scratchgen_in, tmp_path
):
    shutil.copy(runs("bpe") / "words.txt", tmp_path)
    run, options = scratchgen_in(tmp_path), (*small["bpe"], "--quiet")
    assert run("train", *options, "--out", "again").returncode == 0
    run("train", *options, "--out", "parts", "--max-minutes", 0)
    while run("train", "rnn", "--resume", "parts", "--quiet").returncode != 0:
        pass
    for name in ("model.safetensors", "scores.json"):
        first = (runs("bpe") / "bpe" / name).read_bytes()
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes() == first


def test_without_tokenizers_every_command_says_what_to_install(runs, small, scratchgen_in, monkeypatch):
    folder = runs("bpe")
    run = scratchgen_in(folder)
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    for command in (
        ("train", *small["bpe"], "--out", "new"),
        ("sample", "bpe"),
        ("evaluate", "bpe"),
    ):
        done = run(*command)
        assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
        assert "pip install tokenizers" in done.stderr and "config.json" not in done.stderr
    assert not (folder / "new").exists()


@pytest.mark.parametrize(
    "options, words",
    [
        (("--tokenizer", "bpe", "--set", "vocabulary_size=255"), "choose at least 256"),
        (("--set", "vocabulary_size=300"), "is for tokenizer bpe, not for characters"),
        (
            ("--tokenizer", "bytes", "--set", "vocabulary_size=300"),
            "vocabulary_size is for tokenizer bpe, not for bytes",
        ),
        (("--set", "tie_embeddings=true"), "tied embeddings need embedding = hidden"),
    ],
)
def test_tokenizers_and_ties_that_do_not_fit_are_refused_before_anything_is_written(
    options, words, runs, scratchgen_in
):
    done = scratchgen_in(runs("rnn"))("train", "rnn", *TINY, *options, "--out", "new")
    assert done.returncode == 2 and words in done.stderr and len(done.stderr.splitlines()) == 1
    assert not (runs("rnn") / "new").exists()


REFUSED = {
    "a beam that draws": ("rnn", ("--beam", 3, "--temperature", 1), "leave out --temperature"),
    "a beam of the most likely": ("rnn", ("--beam", 3, "--top-k", 2, "--top-p", 0.5), "--top-k and --top-p"),
    "a beam of none": ("rnn", ("--beam", 0), "width must be a whole number of at least 1, not 0"),
    "greedy of a few": ("rnn", ("--temperature", 0, "--top-k", 3), "leave out --top-k"),
    "greedy of the most likely": ("lstm", ("--temperature", 0, "--top-p", 0.5), "leave out --top-p"),
    "of no tokens": ("rnn", ("--top-k", 0), "top_k must be a whole number of at least 1, not 0"),
    "of no probability": ("rnn", ("--top-p", 0), "top_p must be a finite number in (0, 1]"),
    "of more than all": ("rnn", ("--top-p", 1.5), "top_p must be a finite number in (0, 1]"),
    "of NaN": ("rnn", ("--top-p", "nan"), "top_p must be a finite number in (0, 1]"),
    "at NaN": ("rnn", ("--temperature", "nan"), "temperature"),
    "a part of a token": ("rnn", ("--top-k", 1.5), "Invalid value for '--top-k'"),
    "an empty prompt for a beam": ("rnn", ("--beam", 2, "--prompt", ""), "prompt is empty"),
    "a character that is unknown": ("lstm", ("--prompt", "Ω"), "'Ω'"),
    "the most likely images": (
        "gan",
        ("--top-k", 3, "--out", "new.png"),
        "of the task gan, which has no --top-k",
    ),
    "a beam of images": ("mlp", ("--beam", 3, "--out", "new.png"), "of the task vae, which has no --beam"),
    "probable images": ("vq", ("--top-p", 0.5, "--out", "new.png"), "of the task vq, which has no --top-p"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_sampling_options_that_do_not_fit_are_refused_in_one_line_and_leave_no_file(
    case, runs, scratchgen_in
):
    name, options, expected = REFUSED[case]
    folder = runs(name)
    done = scratchgen_in(folder)("sample", name, *options)
    assert done.returncode == 2 and done.stdout == "" and not (folder / "new.png").exists()
    assert len(done.stderr.splitlines()) == 1 and expected in done.stderr


# --- scores -----------------------------------------------------------------------------------------------

TOKENS = {"rnn": "character", "lstm": "character", "bytes": "byte", "bpe": "byte pair"}


@pytest.mark.parametrize("name, per", TOKENS.items())
def test_evaluate_prints_bits_nats_and_perplexity_next_to_ngrams(name, per, runs, scratchgen_in, tmp_path):
    done = scratchgen_in(runs(name))("evaluate", name, "--json", tmp_path / "numbers.json")
    assert done.returncode == 0 and "± " in done.stdout
    rows = json.loads((tmp_path / "numbers.json").read_text())["scores"]
    scores = {score["measure"]: score for score in rows}
    bits, nats = scores["held-out bits per character"], scores["nats per character"]
    for number in ("value", "standard_error"):
        assert nats[number] == pytest.approx(np.log(2) * bits[number])
    perplexity = scores[f"perplexity per {per}"]["value"]
    if per == "character":
        assert perplexity == pytest.approx(np.exp(nats["value"]))
    else:  # more than one byte per character, and more than one character per byte pair
        assert perplexity > 1 and (perplexity < np.exp(nats["value"])) == (per == "byte")
    ngrams = [score["baseline_value"] for measure, score in scores.items() if "n-gram" in measure]
    assert len(ngrams) == 6
    assert per == "byte pair" or (ngrams[3] == bits["baseline_value"] and ngrams[0] > ngrams[1] > ngrams[2])
