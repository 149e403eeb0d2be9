"""A sweep of linear VAEs by the command, and the same trainings one by one."""

import signal
import subprocess
import sys
import time

import filelock
import pytest

from scratchgen import cli

SECONDS = 300  # a limit for a machine with much else to do
RESULTS = "model.safetensors", "metrics.jsonl", "scores.json"
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
    """The process of a sweep of mine.toml in the folder; it is the first of a group of processes."""
    command = [sys.executable, "-m", "scratchgen", "sweep", "mine.toml", "--out", "out", *options]
    return subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def wait_for(condition):
    """Wait until a condition holds."""
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until, "the sweep does not proceed"
        time.sleep(0.02)


def is_free(run):
    """Whether no process trains in a run directory."""
    try:
        with filelock.FileLock(run / ".lock").acquire(timeout=0):
            return True
    except filelock.Timeout:
        return False


def results(run):
    """The bytes of the weights, of the history and of the scores of a run."""
    return {name: (run / name).read_bytes() for name in RESULTS}


def train_alone(folder, seed, epochs):
    """The results of the training of a seed by `scratchgen train`, in this process."""
    words = ["--data", "digits", "--model", "linear", "--latent-dim", "2", "--epochs", str(epochs)]
    with pytest.raises(SystemExit):
        cli.main(
            ["train", "vae", *words, "--seed", str(seed), "--out", str(folder / f"alone-{seed}"), "--quiet"]
        )
    return results(folder / f"alone-{seed}")
