"""The length of a training that nobody has chosen, and the advice where a run ends below its baseline."""

import json
import math

import numpy as np
import pytest

from scratchgen import cli
from scratchgen.data import RowData
from scratchgen.runs import History
from scratchgen.runs.score import Score
from scratchgen.tasks import NAMES, get_task
from scratchgen.tasks.length import length_in_words, with_advice, with_min_steps
from scratchgen.tasks.vae import TASK as VAE

TASKS = {name: get_task(name) for name in NAMES}


# --- enough steps -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("epoch_steps", [1, 2, 7, 40, 999, 100_000])
def test_by_default_at_least_min_steps_are_made_and_never_fewer_epochs_than_the_default(name, epoch_steps):
    task = TASKS[name]
    settings = task.complete("mine", {})
    found = with_min_steps(task, settings, epoch_steps)
    assert found.epochs * epoch_steps >= found.min_steps > 0
    assert found.epochs == max(settings.epochs, math.ceil(settings.min_steps / epoch_steps))


@pytest.mark.parametrize("name", TASKS)
def test_epochs_that_are_given_are_obeyed(name):
    task = TASKS[name]
    settings = task.complete("mine", {"epochs": 3})
    assert settings.min_steps == 0 and with_min_steps(task, settings, 1) == settings
    both = task.complete("mine", {"epochs": 3, "min_steps": 100})
    assert with_min_steps(task, both, 10).epochs == 10


@pytest.mark.parametrize("name", TASKS)
def test_a_run_that_is_resumed_has_the_length_with_which_it_was_begun(name):
    task = TASKS[name]
    found = with_min_steps(task, task.complete("mine", {}), 3)
    assert with_min_steps(task, found, 3) == found


@pytest.mark.parametrize("name", TASKS)
def test_where_epochs_are_added_the_weights_of_the_best_epoch_are_kept_if_the_task_validates(name):
    task = TASKS[name]
    settings = task.complete("mine", {})
    found = with_min_steps(task, settings, 1)
    if task.early_stopping is None:
        assert found.patience == 0
    elif settings.patience:  # in steps about the same
        assert found.patience == math.ceil(settings.patience * found.epochs / settings.epochs)
    else:
        assert found.patience == found.epochs
    if task.early_stopping:
        given = with_min_steps(task, task.complete("mine", {"patience": 4}), 1)
        assert given.patience == 4 and given.epochs == found.epochs


DATA = {
    "vae": ("digits", "binarized-digits"),
    "vq": ("digits", "binarized-digits"),
    "gan": ("digits",),
}


@pytest.mark.parametrize(("name", "data"), [(name, data) for name in DATA for data in DATA[name]])
def test_the_length_on_known_digits_is_unchanged(name, data):
    """1,297 images: the numbers of epochs in the tasks are enough steps already."""
    task = TASKS[name]
    settings = task.complete(data, {})
    assert with_min_steps(task, settings, 1297 // settings.batch_size) == settings


def test_a_default_batch_that_the_examples_do_not_fill_holds_all_of_them_and_a_given_one_stays():
    gan, x = TASKS["gan"], np.zeros((25, 4), np.float32)
    rows = RowData("mine", (2, 2), x, x, x)
    settled = lambda rows, **given: gan.settle(rows, gan.complete("mine", given), given).batch_size
    assert settled(rows) == 25
    assert settled(rows, batch_size=40) == 40
    assert settled(rows, batch_size=64) == 64  # the default too, where it was given
    assert settled(rows, model="packed", pack=4) == 24  # whole packs
    many = RowData("mine", (2, 2), np.zeros((100, 4), np.float32), x, x)
    assert settled(many) == 64


def test_the_first_line_counts_the_steps():
    settings = VAE.complete("mine", {})
    assert length_in_words(VAE, settings, 430, longer=False) == (
        "10 epochs of 430 steps: 4,300 steps in batches of 128"
    )
    longer = length_in_words(VAE, with_min_steps(VAE, settings, 1), 1, longer=True)
    assert longer.startswith("1,000 epochs of 1 step: 1,000 steps in batches of 128 (the data are small")
    vq = TASKS["vq"]
    assert length_in_words(vq, vq.complete("digits", {}), 41, longer=False).startswith(
        "80 epochs of 41 steps"
    )


# --- what to try --------------------------------------------------------------------------------------------


def advice(numbers, given=None, task=VAE, history="validation_elbo", reached=False):
    """The advice after epochs with these validation numbers."""
    run = History()
    run.history[history], run.total_steps = list(numbers), 30
    run.by_epoch = [{history: number} for number in numbers]
    score = Score("held-out ELBO", "-9.00", "-8.00", expected="-8.00 or better", reached=reached)
    settings = task.complete("mine", {"epochs": len(numbers), **(given or {})})
    return with_advice(task, settings, run, [Score("other", "1"), score])[1].advice


def test_a_run_below_its_baseline_says_how_many_steps_it_made():
    said = advice([-12, -11, -10, -9, -8.5])
    assert said.startswith("held-out ELBO: -9.00 after 30 steps (5 epochs), expected -8.00 or better; try ")


def test_a_number_that_still_improves_asks_for_more_steps():
    assert "try more steps: --epochs 20" in advice(range(-20, -10))


def test_a_number_that_was_better_before_asks_for_the_weights_of_then():
    said = advice([-20, -10, -12, *range(-30, -13, 2)])
    assert "try --patience 10, which keeps the best weights" in said and "best after epoch 2" in said
    assert "more data" in advice([-20, -10, -12, -14, -15, -16], {"patience": 6})


def test_a_latent_that_is_ignored_asks_for_a_warm_up():
    run = History()
    run.history["rate"], run.history["validation_elbo"] = [0.5, 0.01], [-9.0, -8.9]
    score = Score("held-out ELBO", "-9.00", expected="-8.00 or better", reached=False)
    said = with_advice(VAE, VAE.complete("mine", {}), run, [score])[0].advice
    assert "--kl-warmup-steps 500" in said
    warm = with_advice(VAE, VAE.complete("mine", {"kl_warmup_steps": 9}), run, [score])[0].advice
    assert "--kl-warmup-steps" not in warm


def test_lower_is_better_for_bits():
    text = TASKS["text"]
    assert "more steps" in advice([9, 8, 7, 6, 5], task=text, history="validation_bits")
    assert "--patience" in advice([5, 6, 7, 8, 9], task=text, history="validation_bits")


def test_a_score_that_is_reached_has_no_advice():
    assert advice([-9, -8], reached=True) == ""


# --- the command --------------------------------------------------------------------------------------------


@pytest.fixture
def few(tmp_path):
    """Twenty images of 4 × 4 pixels: one step per epoch."""
    np.save(tmp_path / "few.npy", np.random.default_rng(0).random((20, 4, 4), dtype=np.float32))
    return tmp_path


def config(folder):
    return json.loads((folder / "config.json").read_text())["settings"]


def test_the_command_states_the_length_and_config_json_holds_the_number_of_epochs_that_was_used(
    few, monkeypatch, capfd
):

    def run(*arguments):
        monkeypatch.chdir(few)
        with pytest.raises(SystemExit) as ended:
            cli.main(["train", *arguments])
        assert ended.value.code == 0
        return capfd.readouterr()

    small = ("--data", "few.npy", "--hidden", "8", "--latent-dim", "2", "--set", "min_steps=60")
    printed = run("vae", *small, "--likelihood", "gaussian", "--out", "run")
    said = printed.err.splitlines()
    length = next(i for i, line in enumerate(said) if line.startswith("60 epochs"))
    assert said[0] == "found: 1 NPY" and all(
        ": " in line for line in said[:length]
    )  # of the data, then of the training
    assert said[length].startswith("60 epochs of 1 step: 60 steps in batches of 128 (the data are")
    assert config(few / "run")["epochs"] == 60 == len((few / "run/metrics.jsonl").read_text().splitlines())
    # noise has nothing to learn
    assert "after 60 steps (60 epochs), expected" in printed.out and "; try " in printed.out
    assert "after 60 steps (60 epochs)" in (few / "run/report.html").read_text()

    printed = run("vae", *small[:-2], "--likelihood", "gaussian", "--epochs", "2", "--out", "two")
    assert config(few / "two")["epochs"] == 2 and "steps in batches" not in printed.err

    printed = run("gan", "--data", "few.npy", "--min-steps", "5", "--out", "gan")
    assert config(few / "gan")["batch_size"] == 16 and config(few / "gan")["epochs"] == 25
    assert "\n25 epochs of 1 step: 25 steps in batches of 16\n" in printed.err
