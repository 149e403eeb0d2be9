"""A run is resumed only with its directory, its data and its configuration as they were."""

import json
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest

from scratchgen import cli


def command(*arguments):
    return [sys.executable, "-m", "scratchgen", "train", *map(str, arguments)]


def refuse(capfd, *arguments):
    """Train in this process; the one line of the refusal."""
    capfd.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", *map(str, arguments)])
    _, shown = capfd.readouterr()
    assert ended.value.code == 2 and len(shown.splitlines()) == 1 and shown.startswith("scratchgen: "), shown
    return shown


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_second_run_in_the_same_directory_is_refused_and_the_first_goes_on_undisturbed(tmp_path, capfd):
    run = tmp_path / "run"
    first = subprocess.Popen(
        command("vae", "--epochs", 100_000, "--hidden", 4, "--out", run), stderr=subprocess.DEVNULL
    )
    log = run / "metrics.jsonl"
    try:
        while not (log.exists() and log.read_text()) and first.poll() is None:
            time.sleep(0.02)
        begun = (run / "config.json").read_bytes()
        for second in (("--epochs", 1, "--out", run), ("--resume", run)):
            assert "another process is training in" in refuse(capfd, "vae", *second)
        assert (run / "config.json").read_bytes() == begun
        lines = log.read_text().count("\n")
        end = time.monotonic() + 60
        while log.read_text().count("\n") == lines and first.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        assert first.poll() is None and log.read_text().count("\n") > lines
    finally:
        first.kill()
        first.wait()


@pytest.fixture
def stopped(tmp_path, capfd):
    """A run on images of one's own that has been stopped after a few steps, and its data."""
    images = np.random.default_rng(0).random((200, 6, 6)).astype(np.float32)
    np.save(tmp_path / "mine.npy", images)
    options = ("--epochs", 5, "--hidden", 4, "--max-minutes", 0, "--out", tmp_path / "run")
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", "vae", "--data", str(tmp_path / "mine.npy"), *map(str, options)])
    assert ended.value.code == 0
    return tmp_path


@pytest.mark.parametrize("part", ["first", "last"])
def test_a_run_whose_data_have_changed_does_not_go_on(part, stopped, capfd):
    images = np.load(stopped / "mine.npy")
    images[0 if part == "first" else -1, 0, 0] += 0.01
    np.save(stopped / "mine.npy", np.clip(images, 0, 1))
    before = contents(stopped)
    assert "its data changed since it began" in refuse(capfd, "vae", "--resume", stopped / "run")
    assert contents(stopped) == before


def test_a_run_whose_data_are_gone_does_not_go_on(stopped, capfd):
    (stopped / "mine.npy").unlink()
    assert "mine.npy" in refuse(capfd, "vae", "--resume", stopped / "run")


def test_a_run_whose_data_are_as_they_were_goes_on(stopped):
    """Else the refusals would show nothing."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", "vae", "--resume", str(stopped / "run"), "--quiet"])
    assert ended.value.code == 0 and (stopped / "run" / "report.html").exists()


def other(**changes):
    return lambda config: config.update(changes)


def within(table, **changes):
    return lambda config: config[table].update(changes)


def argument(**changes):
    return lambda config: config["model"]["arguments"].update(changes)


CHANGED = "run/config.json has changed since this run was saved"
OF_THE_MODEL = "run cannot be resumed: its model"
ALTERED = {
    "an older format": (
        lambda config: config.pop("format"),
        "run/config.json has format 1, and this version",
    ),
    "another task": (other(task="text"), "run holds a run of the task text"),
    "an unknown task": (other(task="poet"), "run/config.json is damaged: no task is named 'poet'"),
    "a task that is no name": (other(task=["vae"]), "run/config.json is damaged (Expected `str`"),
    "a task of the same family": (other(task="vq"), "config.json: model is one of vq, not 'mlp'"),
    "more epochs": (within("settings", epochs=9), CHANGED),
    "another step size": (within("settings", learning_rate=0.5), CHANGED),
    "another width": (within("settings", hidden=5), OF_THE_MODEL),
    "a width of the model alone": (argument(hidden=5), OF_THE_MODEL),
    "another class of the model": (within("model", **{"class": "ConvVAE"}), OF_THE_MODEL),
    "an unknown class of model": (within("model", **{"class": "VEA"}), OF_THE_MODEL),
    "an argument that no model has": (argument(colour=3), OF_THE_MODEL),
    "no model": (lambda config: config.pop("model"), OF_THE_MODEL),
    "another seed": (other(seed=1), CHANGED),
    "a seed that is no number": (other(seed="one"), "run/config.json is damaged (Expected `int`, got `str`"),
    "a negative seed": (other(seed=-1), "run/config.json is damaged (Expected `int` >= 0"),
    "epochs in words": (
        within("settings", epochs="many"),
        "run/config.json: epochs is a whole number, not 'many'",
    ),
    "no epochs": (within("settings", epochs=0), "run/config.json: epochs is at least 1, not 0"),
    "an unknown setting": (
        within("settings", hiden=3),
        "run/config.json: no setting is named 'hiden'; did you mean hidden?",
    ),
    "a setting of another task": (
        within("settings", codes=3),
        "run/config.json: no setting is named 'codes'",
    ),
    "no settings": (lambda config: config.pop("settings"), "run/config.json is damaged (it has no settings)"),
    "settings that are none": (other(settings=[1]), "run/config.json is damaged (Expected `object`"),
    "no backend": (lambda config: config.pop("backend"), "run/config.json is damaged (it has no backend)"),
    "an unknown backend": (other(backend="fortran"), "unknown kernel backend 'fortran'"),
    "no source of data": (lambda config: config.pop("source"), "does not name the source of its data"),
    "data that are no name": (other(source=3), "run/config.json is damaged (Expected `str | null`"),
    "another digest of the data": (other(data_sha256="0"), "its data changed since it began"),
    "another image shape": (
        within("data_info", image_shape=[4, 9]),
        "run cannot be resumed: the description of its data changed",
    ),
    "no image shape": (
        lambda config: config["data_info"].pop("image_shape"),
        "the description of its data changed",
    ),
}


@pytest.mark.parametrize("case", ALTERED)
def test_a_run_whose_configuration_was_altered_does_not_go_on(case, stopped, capfd):
    alter, expected = ALTERED[case]
    path = stopped / "run" / "config.json"
    config = json.loads(path.read_text())
    alter(config)
    path.write_text(json.dumps(config))
    before = contents(stopped)
    assert expected in refuse(capfd, "vae", "--resume", stopped / "run")
    assert contents(stopped) == before


def test_a_run_does_not_resume_from_checkpoints_of_another_architecture(stopped, tmp_path, capfd):
    options = ("--data", stopped / "mine.npy", "--epochs", 5, "--max-minutes", 0, "--out", tmp_path / "other")
    with pytest.raises(SystemExit):
        cli.main(["train", "vae", "--hidden", "4", "--latent-dim", "3", *map(str, options)])
    shutil.rmtree(stopped / "run" / "checkpoints")
    shutil.copytree(tmp_path / "other" / "checkpoints", stopped / "run" / "checkpoints")
    before = contents(stopped)
    shown = refuse(capfd, "vae", "--resume", stopped / "run")
    assert "config.json has changed since this run was saved" in shown
    assert contents(stopped) == before
