"""A finished run is trained further: the same bits as all epochs from the start, where nothing goes by their number."""

import contextlib
import io
import json
import shutil

import filelock
import numpy as np
import pytest
import safetensors.numpy

import scratchgen as sg
from scratchgen import cli

pytestmark = pytest.mark.unrendered

VAE = ("vae", "--data", "mine.npy", "--hidden", 6, "--batch-size", 40)
TEXT = ("rnn", "--data", "mine.txt", "--hidden", 8, "--batch-size", 4)
KINDS = {
    "vae with a warm-up of both kinds": (
        *VAE,
        *("--kl-warmup-steps", 5, "--warmup-steps", 7, "--optimizer", "adamw", "--weight-decay", 0.1),
    ),
    "vae that keeps its best weights": (*VAE, "--patience", 9, "--learning-rate", 0.05),
    "vae with a target": (*VAE, "--objective", "geco", "--target-distortion", 20),
    "gan with averaged weights": ("gan", "--data", "mine.npy", "--batch-size", 40, "--norm", "batch"),
    "gan whose discriminator moves twice": (
        *("gan", "--data", "mine.npy", "--batch-size", 50, "--discriminator-steps", 2),
        *("--optimizer", "sgd", "--momentum", 0.5),
    ),
    "text with dropout": (
        *TEXT,
        *("--cell", "lstm", "--layers", 2, "--dropout", 0.3, "--schedule", "constant"),
    ),
}
FEW, MORE = 2, 5


def write_data(folder):
    x = np.random.default_rng(0).random((200, 5, 5), np.float32)
    np.save(folder / "mine.npy", x)
    (folder / "mine.txt").write_text("the cat sat on the mat, and the dog on the log. " * 120)
    return folder


@pytest.fixture
def folder(tmp_path):
    return write_data(tmp_path)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a VAE of FEW epochs, and one of MORE."""
    folder = write_data(tmp_path_factory.mktemp("trained"))
    for epochs, out in ((FEW, "short"), (MORE, "whole")):
        with (
            contextlib.chdir(folder),
            contextlib.redirect_stdout(io.StringIO()),
            pytest.raises(SystemExit),
        ):
            cli.main(["train", *map(str, VAE), "--epochs", str(epochs), "--out", out, "--quiet"])
        assert (folder / out / "model.safetensors").exists()
    return folder


@pytest.fixture
def both(trained, folder):
    """The two runs of `trained`, copied into the folder of the test."""
    for name in ("short", "whole"):
        shutil.copytree(trained / name, folder / name)
    return folder


@pytest.fixture
def train(folder, scratchgen_in):
    """train(*options): the outcome of a training in the folder."""
    command = scratchgen_in(folder)
    return lambda *options: command("train", *options)


def weights(run):
    return (run / "model.safetensors").read_bytes()


def last_checkpoint(run):
    """The arrays of the newest checkpoint, and its numbers but for the seconds and the configuration."""
    numbers = max((run / "checkpoints").glob("*.json"))
    found = json.loads(numbers.read_text())["numbers"]
    kept = {name: value for name, value in found.items() if name not in ("timing", "config_sha256")}
    return safetensors.numpy.load_file(numbers.with_suffix(".safetensors")), kept


def assert_same_bits(run, expected):
    assert weights(run) == weights(expected)
    assert (run / "metrics.jsonl").read_bytes() == (expected / "metrics.jsonl").read_bytes()
    assert (run / "scores.json").read_bytes() == (expected / "scores.json").read_bytes()
    (arrays, numbers), (wanted, wanted_numbers) = last_checkpoint(run), last_checkpoint(expected)
    assert numbers == wanted_numbers and arrays.keys() == wanted.keys()
    assert all(arrays[name].tobytes() == wanted[name].tobytes() for name in arrays)


def snapshot(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_that_is_trained_further_has_the_bits_of_all_its_epochs_from_the_start(kind, train, folder):
    for epochs, out in ((FEW, "short"), (MORE, "whole")):
        assert train(*KINDS[kind], "--epochs", epochs, "--out", out, "--quiet").returncode == 0
    before = weights(folder / "short")
    done = train(KINDS[kind][0], "--resume", "short", "--epochs", f"+{MORE - FEW}")
    assert done.returncode == 0 and "bit-identical to 5 epochs from the start" in done.stderr
    assert_same_bits(folder / "short", folder / "whole")
    assert before != weights(folder / "whole"), "the two lengths should differ"
    assert (folder / "short" / f"model-{FEW}-epochs.safetensors").read_bytes() == before


def test_the_claim_above_rejects_a_run_of_one_epoch_less(train, both, folder):
    train("vae", "--resume", "short", "--epochs", MORE - 1, "--quiet")
    with pytest.raises(AssertionError):
        assert_same_bits(folder / "short", folder / "whole")


@pytest.mark.parametrize(
    ("task", "options", "schedule"),
    [
        ("rnn", TEXT, "half_cosine"),
        ("vae", (*VAE, "--schedule", "steps"), "steps"),
        ("gan", ("gan", "--data", "mine.npy", "--schedule", "half_cosine"), "half_cosine"),
    ],
)
def test_a_schedule_over_all_epochs_makes_another_result_and_the_command_says_so(
    task, options, schedule, train, folder
):
    for epochs, out in ((FEW, "short"), (MORE, "whole")):
        train(*options, "--epochs", epochs, "--out", out, "--quiet")
    done = train(task, "--resume", "short", "--epochs", f"+{MORE - FEW}")
    assert done.returncode == 0
    assert f"differs from {MORE} epochs from the start, because schedule {schedule} stretches" in done.stderr
    assert weights(folder / "short") != weights(folder / "whole")
    assert len((folder / "short" / "metrics.jsonl").read_text().splitlines()) == MORE


def test_the_configuration_records_every_time_and_the_finished_weights_of_before_can_be_loaded(train, folder):
    train(*VAE, "--epochs", 1, "--out", "run", "--quiet")
    train("vae", "--resume", "run", "--epochs", "+1", "--quiet")
    train("vae", "--resume", "run", "--epochs", 4, "--quiet")
    config = json.loads((folder / "run" / "config.json").read_text())
    assert [former["epochs"] for former in config["former_settings"]] == [1, 2]
    assert config["settings"]["epochs"] == 4
    models = [sg.load(folder / "run" / f"model-{n}-epochs.safetensors") for n in (1, 2)]
    assert not np.array_equal(models[0].to_mu.W.data, models[1].to_mu.W.data)


@pytest.mark.parametrize("stop", [("--max-minutes", 0), ("--max-minutes", 0, "--save-every", 0)])
def test_a_run_that_is_stopped_while_it_is_trained_further_is_resumed_as_any_other(stop, train, both, folder):
    stopped = train("vae", "--resume", "short", "--epochs", f"+{MORE - FEW}", *stop)
    assert "resume with: scratchgen train vae --resume short" in stopped.stderr
    assert not (folder / "short" / "model.safetensors").exists()
    assert not (folder / "short" / "scores.json").exists()
    again = train("vae", "--resume", "short", "--epochs", f"+{MORE - FEW}")
    assert again.returncode == 2 and "was stopped after 2 of 5 epochs, so that --epochs +3" in again.stderr
    assert train("vae", "--resume", "short").returncode == 0
    assert_same_bits(folder / "short", folder / "whole")


def test_a_run_that_is_killed_before_its_first_new_step_is_resumed(train, both, folder, monkeypatch):
    """Whatever was written of the moment in which the finished run became an unfinished one."""
    from scratchgen.runs import run as module

    shutil.copytree(folder / "short", folder / "untouched")
    write_json = module.write_json

    def killed(path, value):
        if path.name == "config.json":
            raise KeyboardInterrupt
        write_json(path, value)

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_json", killed)
        train("vae", "--resume", "short", "--epochs", f"+{MORE - FEW}")
    assert not (folder / "short" / "model.safetensors").exists()
    assert train("vae", "--resume", "short", "--quiet").returncode == 0  # of the old number of epochs
    assert_same_bits(folder / "short", folder / "untouched")
    assert train("vae", "--resume", "short", "--epochs", f"+{MORE - FEW}", "--quiet").returncode == 0
    assert_same_bits(folder / "short", folder / "whole")


@pytest.mark.parametrize("more", [1, FEW, MORE])
def test_more_epochs_of_an_interrupted_run_are_ambiguous(more, train, folder):
    train(*VAE, "--epochs", FEW, "--out", "run", "--max-minutes", 0)
    before = snapshot(folder)
    done = train("vae", "--resume", "run", "--epochs", f"+{more}")
    assert done.returncode == 2 and f"of 2 epochs, so that --epochs +{more} is ambiguous" in done.stderr
    assert snapshot(folder) == before


def test_an_interrupted_run_takes_the_epochs_that_it_has(train, both, folder):
    train(*VAE, "--epochs", FEW, "--out", "stopped", "--max-minutes", 0)
    assert train("vae", "--resume", "stopped", "--epochs", FEW, "--quiet").returncode == 0
    assert_same_bits(folder / "stopped", folder / "short")
    assert "former_settings" not in json.loads((folder / "stopped" / "config.json").read_text())


def test_an_interrupted_run_takes_a_number_of_all_epochs(train, both, folder):
    train(*VAE, "--epochs", FEW, "--out", "stopped", "--max-minutes", 0)
    assert train("vae", "--resume", "stopped", "--epochs", MORE, "--quiet").returncode == 0
    assert_same_bits(folder / "stopped", folder / "whole")


def test_a_training_that_stopped_early_continues_with_its_last_weights_and_counts_anew(train, folder):
    options = (*VAE, "--patience", 2, "--learning-rate", 0.2)
    train(*options, "--epochs", 40, "--out", "run", "--quiet")
    lines = [json.loads(line) for line in (folder / "run" / "metrics.jsonl").read_text().splitlines()]
    done = len(lines)
    assert done < 40 and lines[-1]["best_epoch"] == done - 2, "this training should stop early"
    shutil.copytree(folder / "run", folder / "stopped")
    train("vae", "--resume", "stopped", "--epochs", "+2", "--max-minutes", 0)  # killed, and then resumed
    assert train("vae", "--resume", "stopped").returncode == 0
    shown = train("vae", "--resume", "run", "--epochs", "+2").stderr
    assert f"because early stopping would end it after epoch {done}" in shown
    assert f"continues with the weights of epoch {done}, not with the best ones" in shown
    assert "count anew" in shown
    further = [json.loads(line) for line in (folder / "run" / "metrics.jsonl").read_text().splitlines()]
    assert further[:done] == lines and len(further) == done + 2
    assert_same_bits(folder / "stopped", folder / "run")


REFUSED = {
    "fewer epochs": (("--epochs", 1), "--epochs 1: short has 2 epochs already"),
    "no more epochs": (("--epochs", 2), "--epochs 2: short has 2 epochs already; give more, or +10"),
    "none more": (("--epochs", "+0"), "--epochs +0: give at least one more epoch"),
    "no number": (("--epochs", "+many"), "'+many' is not a valid integer"),
    "half an epoch": (("--epochs", "2.5"), "'2.5' is not a valid integer"),
    "nothing": ((), "short holds a finished run; choose another --out or train it further with --epochs +10"),
    "another setting": (("--epochs", "+1", "--hidden", 9), "--hidden cannot be combined with --resume"),
    "epochs by --set": (("--set", "epochs=9"), "--set cannot be combined with --resume"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_trained_further_is_refused_in_one_line_and_changes_nothing(case, train, both, folder):
    options, message = REFUSED[case]
    before = snapshot(folder)
    done = train("vae", "--resume", "short", *options)
    assert done.returncode == 2 and message in done.stderr and done.stderr.count("\n") == 1
    assert snapshot(folder) == before


def test_other_runs_that_cannot_be_trained_further_are_refused(train, folder):
    train("vae", "--model", "vq", "--epochs", 1, "--set", "prior_epochs=1", "--out", "vq", "--quiet")
    train(*VAE, "--epochs", 1, "--out", "bare", "--quiet")
    shutil.rmtree(folder / "bare" / "checkpoints")
    train(*VAE, "--epochs", 1, "--out", "moved", "--quiet")
    train(*VAE, "--epochs", 1, "--out", "altered", "--quiet")
    path = folder / "altered" / "config.json"
    path.write_text(path.read_text().replace('"learning_rate": 0.001', '"learning_rate": 0.002'))
    before = snapshot(folder)
    for run, message in {
        "vq": "the task vq, whose second part was trained on the result of the first",
        "bare": "checkpoints is empty, so that the run cannot be trained further",
        "altered": "config.json has changed since this run was saved",
    }.items():
        done = train("vae", "--resume", run, "--epochs", "+2")
        assert done.returncode == 2 and message in done.stderr and done.stderr.count("\n") == 1, run
    assert "--epochs +2 adds to the epochs of a run" in train("vae", "--epochs", "+2").stderr
    assert snapshot(folder) == before
    np.save(folder / "mine.npy", np.random.default_rng(9).random((200, 5, 5), np.float32))
    before = snapshot(folder)
    assert "its data changed since it began" in train("vae", "--resume", "moved", "--epochs", "+2").stderr
    assert snapshot(folder) == before


def test_a_run_that_another_process_trains_is_left_alone(train, both, folder):
    before = snapshot(folder)
    with filelock.FileLock(folder / "short" / ".lock"):
        done = train("vae", "--resume", "short", "--epochs", "+1")
    assert done.returncode == 2 and "another process is training in short" in done.stderr
    assert snapshot(folder) == before
