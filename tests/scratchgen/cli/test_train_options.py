"""The options of `scratchgen train`: one per declared setting."""

import io
import json
import os
import pty
import subprocess
import sys

import numpy as np
import pytest
import typer

from scratchgen import optim
from scratchgen.cli import build_app
from scratchgen.runs.schema import fields
from scratchgen.tasks import FAMILIES, get_task

pytestmark = pytest.mark.unrendered

OPTIMIZERS = dict(optim.OPTIMIZERS)  # before a test replaces some
TINY = ("--epochs", 1, "--hidden", 4, "--batch-size", 5000, "--quiet", "--out", "run")
POINTS = ("--data", "ring")  # few pictures are drawn of points


@pytest.fixture(scope="module")
def options():
    """Family → the options of its command, by the name of their setting."""
    group = typer.main.get_command(build_app("train")).commands["train"]
    return {family: {p.name: p for p in group.commands[family].params} for family in FAMILIES}


@pytest.mark.parametrize("name", [name for names in FAMILIES.values() for name in names])
def test_every_setting_is_an_option_whose_help_ends_with_its_default(name, options):
    task = get_task(name)
    for field in fields(task.settings).values():
        option = options[task.family][field.name]
        assert {*field.options} <= {*option.opts, *(o.split("/")[0] for o in option.opts)}
        assert field.help and field.help[1:] in option.help and field.unit in option.help
        assert all(choice in option.help for choice in field.choices)
        _, default = option.help[:-1].split(" (default: ")
        assert default == str(field.default) or name in default
        assert str(field.default) in default and option.help.endswith(")")


def test_the_options_are_printed_with_their_help(scratchgen_in, tmp_path):
    printed = " ".join(scratchgen_in(tmp_path)("train", "vae", "--help").stdout.split())
    assert "dimensions of each code [vq]. (default: vae 20, vq 16)" in printed
    assert "nats per latent dimension [vae]. (default: 0.0)" in printed
    assert "--binarise, --binarize / --no-binarise, --no-binarize" in printed


@pytest.mark.parametrize("spelling", ["--binarise", "--binarize", "--set binarise=true"])
def test_british_and_american_spelling_are_one_setting(spelling, scratchgen_in, tmp_path):
    done = scratchgen_in(tmp_path)("train", "vae", "--data", "digits", *spelling.split(), *TINY)
    assert done.returncode == 0, done.stderr
    assert settings(tmp_path)["binarise"] is True


def settings(folder, run="run"):
    return json.loads((folder / run / "config.json").read_text())["settings"]


# --- optimisers and schedules -----------------------------------------------------------------------------


@pytest.fixture
def made(monkeypatch):
    """The optimisers of a training: their class, and the options that they were made with."""
    found = []
    for name, cls in optim.OPTIMIZERS.items():

        def make(parameters, cls=cls, **options):
            found.append((cls, options, parameters))
            return cls(parameters, **options)

        monkeypatch.setitem(optim.OPTIMIZERS, name, make)
    return found


@pytest.mark.parametrize("name", optim.OPTIMIZERS)
def test_every_optimiser_trains(name, made, scratchgen_in, tmp_path):
    options = (
        "--optimizer",
        name,
        "--learning-rate",
        0.002,
        "--schedule",
        "half_cosine",
        "--warmup-steps",
        2,
    )
    done = scratchgen_in(tmp_path)("train", "vae", *POINTS, *options, *TINY)
    assert done.returncode == 0, done.stderr
    ((cls, found, _),) = made
    assert cls is OPTIMIZERS[name] and found.pop("learning_rate") == 0.002 and not any(found.values())


def test_momentum_and_weight_decay_reach_the_optimiser(made, scratchgen_in, tmp_path):
    run = scratchgen_in(tmp_path)
    assert run("train", "vae", *POINTS, "--optimizer", "sgd", "--momentum", 0.9, *TINY).returncode == 0
    adamw = ("--optimizer", "adamw", "--weight-decay", 0.1)
    assert run("train", "vae", *POINTS, *adamw, *TINY[:-1], "other").returncode == 0
    (sgd, with_momentum, _), (adamw, with_decay, groups) = made
    assert sgd is optim.SGD and with_momentum["momentum"] == 0.9 and "weight_decay" not in with_momentum
    assert adamw is optim.AdamW and with_decay["weight_decay"] == 0.1
    assert any(group.get("weight_decay") == 0 for group in groups)  # biases do not decay


@pytest.mark.parametrize(
    "options, expected",
    [
        ((), [optim.Adam, optim.Adam]),
        (("--optimizer", "sgd"), [optim.SGD, optim.SGD]),
        (("--discriminator-optimizer", "rmsprop"), [optim.Adam, optim.RMSProp]),
        (
            ("--optimizer", "sgd", "--momentum", 0.5, "--discriminator-optimizer", "adam"),
            [optim.SGD, optim.Adam],
        ),
        (("--momentum", 0.5, "--discriminator-optimizer", "sgd"), [optim.Adam, optim.SGD]),
    ],
)
def test_the_players_of_a_gan_may_have_different_optimisers(options, expected, made, scratchgen_in, tmp_path):
    rates = ("--learning-rate", 0.001, "--discriminator-learning-rate", 0.004)
    run = scratchgen_in(tmp_path)
    done = run(
        "train", "gan", *options, *rates, "--epochs", 1, "--batch-size", 500, "--quiet", "--out", "run"
    )
    assert done.returncode == 0, done.stderr
    of_G, of_D = (found for found in made if found[1]["learning_rate"] in (0.001, 0.004))
    assert [of_G[0], of_D[0]] == expected
    assert (of_G[1]["learning_rate"], of_D[1]["learning_rate"]) == (0.001, 0.004)
    assert [found[1].get("momentum", 0) for found in (of_G, of_D)] == [
        0.5 if cls is optim.SGD and "--momentum" in options else 0 for cls in expected
    ]


def test_a_schedule_and_a_warm_up_change_the_weights(scratchgen_in, tmp_path):
    run, weights = scratchgen_in(tmp_path), []
    for i, options in enumerate(
        [(), ("--schedule", "half_cosine"), ("--schedule", "steps"), ("--warmup-steps", 3), ()]
    ):
        small = ("--epochs", 4, *TINY[2:-1], f"run{i}")
        assert run("train", "vae", *POINTS, *options, *small).returncode == 0
        weights.append((tmp_path / f"run{i}" / "model.safetensors").read_bytes())
    assert weights[0] == weights[4] and len({*weights}) == 4


# --- --break ----------------------------------------------------------------------------------------------


def test_a_training_stops_at_an_equation_and_ends_with_the_same_weights(scratchgen_in, tmp_path, monkeypatch):
    run = scratchgen_in(tmp_path)
    assert run("train", "vae", *POINTS, *TINY).returncode == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("p 'stopped'\nwhere\n" + "continue\n" * 100))
    done = run("train", "vae", *POINTS, "--break", "vae.elbo", *TINY[:-1], "other")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("'stopped'") == 1 and "vae/train" in done.stdout.replace("\\", "/")
    ours, expected = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("other", "run"))
    assert ours == expected


def test_a_training_that_is_left_in_the_debugger_ends_without_a_traceback(
    scratchgen_in, tmp_path, monkeypatch
):
    monkeypatch.setattr("sys.stdin", io.StringIO("quit\n"))
    done = scratchgen_in(tmp_path)("train", "vae", *POINTS, "--break", "vae.elbo", *TINY)
    assert done.returncode == 0 and "Traceback" not in done.stderr + done.stdout
    assert not (tmp_path / "run" / "model.safetensors").exists()


def test_the_debugger_works_in_a_terminal(tmp_path):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "scratchgen", "train", "vae", *POINTS, "--break", "vae.elbo"]
    command += map(str, TINY)
    process = subprocess.Popen(
        command, cwd=tmp_path, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    os.write(ours, b"p 6 * 7\nquit\n")
    printed, _ = process.communicate(timeout=120)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0 and "42" in printed and "Traceback" not in printed


def test_the_weights_of_a_training_are_numbers(scratchgen_in, tmp_path):
    """Else the comparisons above would hold for NaN too."""
    import scratchgen as sg

    assert scratchgen_in(tmp_path)("train", "vae", *POINTS, *TINY).returncode == 0
    assert all(np.isfinite(array).all() for array in sg.load(tmp_path / "run").state_dict().values())
