"""A sweep that is killed or stopped at any moment is resumed, and its runs are bit-identical to undisturbed ones."""

import json
import signal
import subprocess
import sys
import time

import filelock
import pytest

from scratchgen import cli
from scratchgen.runs.stopped import phrase

SECONDS = 300  # a limit for a machine with much else to do
SEEDS = 0, 1, 2
COMPARED = "model.safetensors", "metrics.jsonl", "scores.json"
FILE = """
train = "vae"
data = "digits"
seeds = {seeds}
[settings]
model = "linear"
epochs = {epochs}
[grid]
latent_dim = [2]
"""


def start(folder, *options):
    command = [sys.executable, "-m", "scratchgen", "sweep", "mine.toml", "--out", "out", *options]
    return subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def wait_for(condition):
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until, "the sweep does not proceed"
        time.sleep(0.02)


def contents(run):
    """The bytes of a run's files, and when each was written."""
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in run.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def is_free(run):
    """Whether no process trains in a run directory."""
    try:
        with filelock.FileLock(run / ".lock").acquire(timeout=0):
            return True
    except filelock.Timeout:
        return False


@pytest.mark.unrendered
def test_a_sweep_of_two_at_once_that_is_killed_ends_as_one_training_after_another(tmp_path, monkeypatch):
    (tmp_path / "mine.toml").write_text(FILE.format(seeds=[*SEEDS], epochs=2))
    run = {seed: tmp_path / "out" / f"latent_dim=2,seed={seed}" for seed in SEEDS}
    finished = lambda seed: (run[seed] / "model.safetensors").exists()
    with start(tmp_path, "--jobs", "2") as sweep:
        wait_for(lambda: any(map(finished, SEEDS)) or sweep.poll() is not None)
        sweep.kill()
    assert sweep.returncode == -signal.SIGKILL
    command = json.loads(next(tmp_path.glob("out/*/config.json")).read_text())["command"]
    assert command.startswith("scratchgen train vae "), "a run records the command that trains it"
    # its trainings have lost the process that started them, and end by themselves
    wait_for(lambda: all(is_free(run[seed]) for seed in SEEDS if run[seed].exists()))
    before = {seed: contents(run[seed]) for seed in SEEDS if finished(seed)}
    assert 0 < len(before) < len(SEEDS), "killed too late to leave anything to do"
    with start(tmp_path, "--jobs", "2") as sweep:
        shown, errors = sweep.communicate(timeout=SECONDS)
    assert sweep.returncode == 0, errors
    assert errors.count("finished ") == len(SEEDS) - len(before) and "Report: out/report.html" in shown
    assert {seed: contents(run[seed]) for seed in before} == before

    monkeypatch.chdir(tmp_path)
    for seed in SEEDS:
        words = (
            "--data",
            "digits",
            "--model",
            "linear",
            "--epochs",
            "2",
            "--latent-dim",
            "2",
            "--seed",
            str(seed),
        )
        with pytest.raises(SystemExit):
            cli.main(["train", "vae", *words, "--out", f"alone-{seed}", "--quiet"])
        for name in COMPARED:
            alone = (tmp_path / f"alone-{seed}" / name).read_bytes()
            assert (run[seed] / name).read_bytes() == alone, f"{name} of seed {seed}"


@pytest.mark.parametrize("received", [signal.SIGINT, signal.SIGTERM], ids=phrase)
def test_a_sweep_that_is_stopped_saves_its_trainings_and_says_how_to_resume(tmp_path, received):
    (tmp_path / "mine.toml").write_text(FILE.format(seeds=[0, 1], epochs=100_000))
    log = tmp_path / "out" / "latent_dim=2,seed=0" / "metrics.jsonl"
    with start(tmp_path, "--jobs", "1") as sweep:
        wait_for(lambda: (log.exists() and log.read_text()) or sweep.poll() is not None)
        sweep.send_signal(received)
        _, errors = sweep.communicate(timeout=SECONDS)
    assert sweep.returncode == 128 + received
    assert errors == (
        f"scratchgen: {phrase(received)}; 0 of 2 runs are finished; resume with: scratchgen sweep mine.toml --out out\n"
    )
    assert list(log.parent.glob("checkpoints/*.safetensors")) and is_free(log.parent)
    assert not (tmp_path / "out" / "latent_dim=2,seed=1").exists()
