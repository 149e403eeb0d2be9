"""The commands as a user types them, on data small enough to train in a second."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import safetensors.numpy

from scratchgen.runs.schema import as_dict
from scratchgen.tasks import get_task


@pytest.fixture
def scratchgen(scratchgen_in, tmp_path):
    """A command in an empty folder, which ends well: what it prints."""
    run = scratchgen_in(tmp_path)

    def command(*arguments):
        done = run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return command


# a training of points, of which few pictures are drawn
TINY = ("train", "vae", "--data", "ring", "--epochs", 1, "--batch-size", 5000, "--hidden")


def is_png(path):
    return path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("kind", ["vae", "gan"])
def test_train_and_sample_images(scratchgen, kind, tmp_path):
    printed = scratchgen("train", kind, "--epochs", 2, "--batch-size", 64, "--seed", 5, "--out", "run")
    assert "parameters" in printed and "expected" in printed and "Report: run/report.html" in printed
    of_a_vae = {"reconstructions", "latent_plane", "aggregated_posterior", "terms", "interpolation"}
    of_a_gan = {"judgements", "gradients", "diversity"}
    pictures = {"samples", "curves", "networks"} | (of_a_vae if kind == "vae" else of_a_gan)
    assert {p.stem for p in (tmp_path / "run" / "samples").iterdir()} == pictures
    assert all(is_png(p) for p in (tmp_path / "run" / "samples").iterdir())
    lines = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2]
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert (config["format"], config["task"], config["family"]) == (2, kind, kind)
    assert config["seed"] == 5 and config["settings"]["batch_size"] == 64

    scratchgen("sample", "run", "-n", 10, "--out", "drawn.png")
    assert is_png(tmp_path / "drawn.png")


def test_train_and_sample_text(scratchgen, tmp_path):
    (tmp_path / "mine.txt").write_text("the cat sat on the mat. " * 400)
    options = ("--data", "mine.txt", "--epochs", 1, "--batch-size", 8, "--hidden", 16, "--out", "run")
    assert "bits per character" in scratchgen("train", "rnn", *options)
    text = scratchgen("sample", "run", "-n", 30, "--prompt", "the ", "--temperature", 0.5)
    assert text.startswith("the ") and len(text) == 4 + 30 + 1
    scratchgen("sample", "run", "-n", 30, "--prompt", "the ", "--temperature", 0.5, "--out", "t.txt")
    assert (tmp_path / "t.txt").read_text() == text[:-1]


def test_images_of_ones_own(scratchgen, tmp_path):
    np.save(tmp_path / "mine.npy", np.random.default_rng(0).integers(0, 256, (60, 5, 7), dtype=np.uint8))
    scratchgen("train", "vae", "--data", "mine.npy", "--epochs", 1, "--hidden", 8, "--out", "run")
    assert json.loads((tmp_path / "run" / "config.json").read_text())["data_info"]["image_shape"] == [5, 7, 1]


def test_the_smallest_set_of_images_under_the_strangest_name(scratchgen, tmp_path):
    name = "my [red]$x^{$ images.npy"
    np.save(tmp_path / name, np.random.default_rng(0).random((10, 2, 2), dtype=np.float32))
    printed = scratchgen("train", "vae", "--data", name, "--epochs", 1, "--out", "a [bold]run")
    assert "scratchgen sample 'a [bold]run' -n" in printed
    scratchgen("sample", "a [bold]run", "-n", 1, "--out", "one.png")


@pytest.mark.unrendered
def test_a_text_without_lines_is_sampled_from_a_character_that_it_has(scratchgen, tmp_path):
    (tmp_path / "mine.txt").write_text("abcabd" * 300)
    options = ("--data", "mine.txt", "--epochs", 1, "--hidden", 8, "--out", "run")
    scratchgen("train", "rnn", *options)
    assert len(scratchgen("sample", "run", "-n", 5)) == 1 + 5 + 1


@pytest.mark.unrendered
def test_the_same_seed_gives_the_same_weights_and_another_one_others(scratchgen, tmp_path):
    weights = []
    for out, seed in (("a", 1), ("b", 1), ("c", 2)):
        scratchgen(*TINY, 8, "--seed", seed, "--out", out)
        weights.append((tmp_path / out / "model.safetensors").read_bytes())
    assert weights[0] == weights[1] != weights[2]
    assert safetensors.numpy.load(weights[0])["to_mu.W"].dtype == np.float32


def test_an_interrupted_training_saves_and_says_how_to_go_on(tmp_path):
    training = subprocess.Popen(
        [sys.executable, "-m", "scratchgen", "train", "vae", "--epochs", "100000", "--out", "run"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    log = tmp_path / "run" / "metrics.jsonl"
    for _ in range(600):
        if log.exists() and log.read_text():
            break
        time.sleep(0.1)
    training.send_signal(signal.SIGINT)
    _, shown = training.communicate(timeout=60)
    assert training.returncode == 130 and "Traceback" not in shown
    assert "scratchgen: interrupted; resume with: scratchgen train vae --resume run" in shown
    epochs = len(log.read_text().splitlines())
    printed = subprocess.run(
        [sys.executable, "-m", "scratchgen", "train", "vae", "--resume", "run", "--max-minutes", "0.03"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert printed.returncode == 0 and "stopped after 0.03 minutes; resume with" in printed.stderr
    assert len(log.read_text().splitlines()) > epochs


@pytest.mark.unrendered
def test_settings_come_from_a_file_from_set_and_from_options_and_the_later_wins(scratchgen, tmp_path):
    (tmp_path / "mine.toml").write_text("seed = 4\n[settings]\nepochs = 9\nhidden = 9\nlatent_dim = 9\n")
    options = ("--config", "mine.toml", "--set", "epochs=8", "--set", "settings.hidden=8", "--epochs", 1)
    scratchgen("train", "vae", *options, "--out", "run")
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    expected = get_task("vae").complete(config["data"], {"epochs": 1, "hidden": 8, "latent_dim": 9})
    assert config["seed"] == 4 and config["settings"] == as_dict(expected)
    assert (expected.batch_size, expected.learning_rate) == (32, 1e-3)
    scratchgen("train", "vae", "--config", "run", "--out", "again")
    again, first = ((tmp_path / run / "model.safetensors").read_bytes() for run in ("again", "run"))
    assert again == first


@pytest.mark.unrendered
def test_runs_are_compared_on_the_terminal_and_on_a_page(scratchgen, tmp_path):
    for out, hidden in (("a", 4), ("[b]", 8)):
        scratchgen(*TINY, hidden, "--out", out)
    printed = scratchgen("compare", "a", "[b]", "a", "--out", "c.html")
    lines = [line.split() for line in printed.splitlines()]
    heading, *rows = lines[[words[:1] for words in lines].index(["run"]) :][:3]  # above it, folded words
    assert heading[:2] == ["run", "hidden"] and "minutes" in heading and "seed" not in heading
    assert [row[:2] for row in rows] == [["a", "4"], ["[b]", "8"]]
    assert "[b]" in (tmp_path / "c.html").read_text(encoding="utf-8")


@pytest.mark.unrendered
def test_runs_without_a_name_are_numbered(scratchgen, tmp_path):
    for _ in range(2):
        scratchgen(*TINY, 8)
    assert sorted(p.name for p in (tmp_path / "runs").iterdir()) == ["vae-ring-1", "vae-ring-2"]


def test_info_names_the_variant_of_the_compiled_kernels(monkeypatch, capsys):
    from scratchgen.cli import info, main

    monkeypatch.setattr(info.kernels, "backends", list)  # no import of Numba
    record = {
        "status": "built",
        "reason": "",
        "flags": ["-O3"],
        "variants": {"baseline": [], "x86_64_v3": ["avx2"]},
    }
    monkeypatch.setattr(info.kernels, "build_record", lambda: record)
    monkeypatch.setattr(info, "variant", lambda: "baseline")
    with pytest.raises(SystemExit):
        main(["info"])
    assert "their variants: baseline, x86_64_v3; this process loads baseline" in capsys.readouterr().out


def test_info_names_every_backend_of_every_kernel(scratchgen, tmp_path):
    printed = scratchgen("info")
    assert all(
        word in printed
        for word in ("NumPy", "matmul", "tanh_recurrence", "reparameterize", "loops", "cython")
    )


def test_help_lists_the_commands(scratchgen, tmp_path):
    assert all(name in scratchgen("--help") for name in ("demo", "train", "evaluate", "sample", "info"))
