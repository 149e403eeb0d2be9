"""A run is fine-tuned on other data: it begins with the weights of another run, token by token where they differ."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import safetensors.numpy

import scratchgen as sg
from scratchgen import BadInput
from scratchgen.nn.saving import build
from scratchgen.random import Generator
from scratchgen.tasks.initialise import InitialWeights

pytestmark = pytest.mark.unrendered

VAE = ("vae", "--hidden", 6, "--epochs", 2)
TEXT = ("rnn", "--hidden", 8, "--embedding", 5, "--batch-size", 4, "--epochs", 1)
FIRST, SECOND = "the cat sat on the mat. ", "the dog sits on a log; "


@pytest.fixture
def folder(tmp_path):
    for name, seed, shape in (("mine", 0, (200, 5, 5)), ("other", 1, (150, 5, 5)), ("wide", 2, (100, 5, 6))):
        np.save(tmp_path / f"{name}.npy", np.random.default_rng(seed).random(shape, np.float32))
    (tmp_path / "first.txt").write_text(FIRST * 300)
    (tmp_path / "second.txt").write_text(SECOND * 300)
    (tmp_path / "third.txt").write_text("日本語。" * 600)
    return tmp_path


@pytest.fixture
def train(folder, scratchgen_in):
    command = scratchgen_in(folder)
    return lambda *options: command("train", *options)


def arrays(path):
    return safetensors.numpy.load_file(path)


def config(run):
    return json.loads((run / "config.json").read_text())


@pytest.mark.parametrize(
    "options",
    [
        (*VAE, "--data", "mine.npy"),
        (*VAE, "--data", "mine.npy", "--likelihood", "gaussian", "--objective", "iwae", "--k", 3),
        (*VAE, "--data", "mine.npy", "--model", "conv"),
        ("vae", "--data", "mine.npy", "--model", "vq", "--epochs", 1, "--set", "prior_epochs=1"),
        ("gan", "--data", "mine.npy", "--epochs", 1, "--norm", "batch"),
    ],
    ids=["vae", "gaussian", "conv", "vq", "gan"],
)
def test_a_fine_tuned_run_begins_with_the_weights_and_settings_of_the_other(options, train, folder):
    if "conv" in options or "vq" in options:
        for name in ("mine", "other"):
            np.save(folder / f"{name}.npy", np.random.default_rng(len(name)).random((100, 8, 8), np.float32))
    assert train(*options, "--out", "run", "--quiet").returncode == 0
    done = train(options[0], "--init-from", "run", "--data", "other.npy", "--epochs", 1, "--out", "new")
    assert done.returncode == 0, done.stderr
    before, began = (
        arrays(folder / "run" / "model.safetensors"),
        arrays(folder / "new" / "initial.safetensors"),
    )
    assert before.keys() == began.keys() and len(before) > 4
    assert all(before[name].tobytes() == began[name].tobytes() for name in before)
    assert f"begins with the weights of run: {len(before)} of {len(before)} arrays\n" in done.stderr
    after = arrays(folder / "new" / "model.safetensors")
    assert any(after[name].tobytes() != before[name].tobytes() for name in before)
    settings, theirs = config(folder / "new")["settings"], config(folder / "run")["settings"]
    length = ("epochs", "min_steps", "patience")
    expected = {**theirs, "channels": "grey", "kind": "images"}  # the settings of the model
    assert {k: v for k, v in settings.items() if k not in length} == {
        k: v for k, v in expected.items() if k not in length
    }
    assert config(folder / "new")["init_from"] == str((folder / "run").resolve())
    assert config(folder / "new")["data"] == "other.npy"


def test_tokens_keep_their_weights_and_new_ones_begin_as_in_a_new_model(train, folder):
    assert train(*TEXT, "--data", "first.txt", "--out", "run", "--quiet").returncode == 0
    done = train("rnn", "--init-from", "run", "--data", "second.txt", "--epochs", 1, "--out", "new")
    assert done.returncode == 0, done.stderr
    old, new = sorted(set(FIRST)), sorted(set(SECOND))
    before, began = (
        arrays(folder / "run" / "model.safetensors"),
        arrays(folder / "new" / "initial.safetensors"),
    )
    fresh = build(config(folder / "new")["model"], Generator(0)).state_dict()
    for i, c in enumerate(new):
        expected, j = (before, old.index(c)) if c in old else (fresh, i)
        assert began["embedding.W"][i].tobytes() == expected["embedding.W"][j].tobytes(), c
        assert began["W_hy"][:, i].tobytes() == expected["W_hy"][:, j].tobytes(), c
        assert began["b_y"][i] == expected["b_y"][j], c
    for name in before.keys() - {"embedding.W", "W_hy", "b_y"}:
        assert began[name].tobytes() == before[name].tobytes(), name
    fresh_ones = [c for c in new if c not in old]
    assert 3 < len(fresh_ones) < len(new), "both kinds of tokens should occur"
    known, gone = len(new) - len(fresh_ones), len(set(old) - set(new))
    names = ", ".join(map(repr, fresh_ones[:8]))
    assert (
        f"tokens: {known} known, {len(fresh_ones)} new ({names}), {gone} of run not in these" in done.stderr
    )


def test_the_claim_above_rejects_tokens_by_their_place(train, folder):
    train(*TEXT, "--data", "first.txt", "--out", "run", "--quiet")
    train("rnn", "--init-from", "run", "--data", "second.txt", "--epochs", 1, "--out", "new", "--quiet")
    before, began = (
        arrays(folder / "run" / "model.safetensors"),
        arrays(folder / "new" / "initial.safetensors"),
    )
    n = min(len(before["b_y"]), len(began["b_y"]))
    assert not np.array_equal(before["embedding.W"][:n], began["embedding.W"][:n])


@pytest.mark.parametrize("tokenizer", ["bytes", "bpe"])
def test_other_tokens_are_mapped_by_what_they_stand_for(tokenizer, train, folder):
    more = ("--tokenizer", tokenizer)
    if tokenizer == "bpe":
        pytest.importorskip("tokenizers")
        more = (*more, "--set", "vocabulary_size=280", "--set", "tie_embeddings=true", "--set", "embedding=8")
    options = [word for word in TEXT if word not in ("--embedding", 5)]
    assert train(*options, *more, "--data", "first.txt", "--out", "run", "--quiet").returncode == 0
    done = train("rnn", "--init-from", "run", "--data", "second.txt", "--epochs", 1, "--out", "new")
    assert done.returncode == 0, done.stderr
    before, began = (
        arrays(folder / "run" / "model.safetensors"),
        arrays(folder / "new" / "initial.safetensors"),
    )
    vocabulary = lambda run: (
        json.loads(config(folder / run)["model"]["arguments"]["tokenizer"]["arguments"]["text"])["model"][
            "vocab"
        ]
        if tokenizer == "bpe"
        else {i: i for i in range(256)}
    )
    old, new = vocabulary("run"), vocabulary("new")
    shared = old.keys() & new.keys()
    assert len(shared) >= 256 and (tokenizer == "bytes" or old != new)
    for token in shared:
        assert np.array_equal(began["embedding.W"][new[token]], before["embedding.W"][old[token]]), token


def test_fine_tuning_is_a_head_start(train, folder):
    """On data like those of the run, the first epoch is better than that of a new model."""
    np.save(folder / "more.npy", np.load(folder / "mine.npy")[:100] ** 4)
    np.save(folder / "mine.npy", np.load(folder / "mine.npy") ** 4)
    train("vae", "--hidden", 6, "--data", "mine.npy", "--epochs", 60, "--out", "run", "--quiet")
    train("vae", "--init-from", "run", "--data", "more.npy", "--epochs", 1, "--out", "tuned", "--quiet")
    train("vae", "--config", "run", "--data", "more.npy", "--set", "epochs=1", "--set", "min_steps=0",
          "--out", "fresh", "--quiet")  # fmt: skip
    tuned, fresh = (
        json.loads((folder / run / "metrics.jsonl").read_text().splitlines()[0]) for run in ("tuned", "fresh")
    )
    assert tuned["elbo"] > fresh["elbo"]


@pytest.mark.parametrize("kind", ["after a step", "before its first checkpoint"])
def test_a_fine_tuned_run_that_was_stopped_needs_the_other_run_no_more(kind, train, folder):
    train(*VAE, "--data", "mine.npy", "--out", "run", "--quiet")
    tune = ("vae", "--init-from", "run", "--data", "other.npy", "--epochs", 3, "--quiet", "--out")
    assert train(*tune, "whole").returncode == 0
    train(*tune, "parts", "--max-minutes", 0)
    shutil.rmtree(folder / "run")
    if kind == "before its first checkpoint":
        shutil.rmtree(folder / "parts" / "checkpoints")
    assert train("vae", "--resume", "parts", "--quiet").returncode == 0
    for name in ("model.safetensors", "metrics.jsonl", "scores.json", "initial.safetensors"):
        assert (folder / "parts" / name).read_bytes() == (folder / "whole" / name).read_bytes(), name


def test_a_run_that_was_stopped_before_its_first_weights_says_so(train, folder):
    train(*VAE, "--data", "mine.npy", "--out", "run", "--quiet")
    train(
        "vae", "--init-from", "run", "--data", "other.npy", "--epochs", 3, "--out", "new", "--max-minutes", 0
    )
    shutil.rmtree(folder / "new" / "checkpoints")
    (folder / "new" / "initial.safetensors").unlink()
    done = train("vae", "--resume", "new")
    assert (
        done.returncode == 2 and "stopped before its first weights were written; train again" in done.stderr
    )


def test_what_fits_is_loaded_where_settings_differ_and_the_rest_is_named(train, folder):
    train(*VAE, "--layers", 2, "--data", "mine.npy", "--out", "run", "--quiet")
    done = train("vae", "--init-from", "run", "--latent-dim", 3, "--epochs", 1, "--out", "new")
    assert done.returncode == 0, done.stderr
    assert (
        "; new: to_mu.W, to_mu.b, to_logvar.W, to_logvar.b" in done.stderr
        or "; new: decoder.0.W" in done.stderr
    )
    began, before = (
        arrays(folder / "new" / "initial.safetensors"),
        arrays(folder / "run" / "model.safetensors"),
    )
    assert np.array_equal(began["encoder.0.W"], before["encoder.0.W"])
    assert began["to_mu.W"].shape == (6, 3) != before["to_mu.W"].shape
    assert config(folder / "new")["data"].endswith("mine.npy")  # the data of the run, where none are given


REFUSED = {
    "another shape": (
        ("vae", "--init-from", "images", "--data", "wide.npy"),
        "shape 5×6, and images was trained on 5×5",
    ),
    "points": (
        ("vae", "--init-from", "images", "--data", "ring"),
        "ring holds points, and images was trained on images",
    ),
    "other classes": (
        ("vae", "--init-from", "classes", "--data", "grid"),
        "grid has classes 0 … 24, and the model of classes knows 0 … 7 alone",
    ),
    "fewer classes": (
        ("vae", "--init-from", "more-classes", "--data", "ring"),
        "ring has 8 classes, and more-classes was trained on 25",
    ),
    "another family": (
        ("gan", "--init-from", "images", "--data", "mine.npy"),
        "--init-from: images is a run of the task vae; use",
    ),
    "another task": (
        ("rnn", "--init-from", "text", "--task", "music"),
        "--init-from text: encoding is a setting of vae, text, translation, summarisation, series, not of music",
    ),
    "no run": (
        ("vae", "--init-from", "gone", "--data", "mine.npy"),
        "gone is not a run directory",
    ),
    "settings twice": (
        ("vae", "--init-from", "images", "--config", "images"),
        "both give settings",
    ),
    "with --resume": (
        ("vae", "--init-from", "images", "--resume", "images"),
        "--init-from cannot be combined with --resume",
    ),
    "no common token": (
        ("rnn", "--init-from", "text", "--data", "third.txt"),
        "no token of these data is one of text",
    ),
    "another tokenizer": (
        ("rnn", "--init-from", "text", "--data", "second.txt", "--tokenizer", "bytes"),
        "choose the tokenizer of that run",
    ),
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    import contextlib
    import io

    from scratchgen import cli

    folder = tmp_path_factory.mktemp("trained")
    np.save(folder / "mine.npy", np.random.default_rng(0).random((200, 5, 5), np.float32))
    (folder / "first.txt").write_text(FIRST * 300)
    conditional = ("--model", "conditional", "--epochs", 1, "--hidden", 6)
    for name, options in {
        "images": (*VAE, "--data", "mine.npy"),
        "classes": ("vae", "--data", "ring", *conditional),
        "more-classes": ("vae", "--data", "grid", *conditional),
        "text": (*TEXT, "--data", "first.txt"),
    }.items():
        with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()), pytest.raises(SystemExit):
            cli.main(["train", *map(str, options), "--quiet", "--out", name])
        assert (folder / name / "model.safetensors").exists()
    return folder


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_fine_tuned_is_refused_in_one_line_and_leaves_no_run(case, trained, folder, train):
    options, message = REFUSED[case]
    for name in ("images", "classes", "more-classes", "text"):
        shutil.copytree(trained / name, folder / name)
    before = sorted(str(path) for path in folder.rglob("*"))
    done = train(*options, *(() if "--resume" in options else ("--out", "new")))
    assert done.returncode == 2 and message in done.stderr and done.stderr.count("\n") == 1, done.stderr
    assert sorted(str(path) for path in folder.rglob("*")) == before


def test_weights_of_which_nothing_fits_are_refused():
    run = SimpleNamespace(
        model=sg.nn.Linear(2, 3),
        task=SimpleNamespace(vocabularies=lambda model: {}),
        directory="run",
    )
    assert InitialWeights(run).load(sg.nn.Linear(4, 3)) == [
        "begins with the weights of run: 1 of 2 arrays; new: W"
    ]
    with pytest.raises(BadInput, match="nothing of run fits this model"):
        InitialWeights(run).load(sg.nn.Linear(4, 5))
