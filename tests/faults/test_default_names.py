"""Trainings that start at the same moment, without --out: each gets a run directory of its own."""

import subprocess
import sys

from scratchgen.cli.train import _new_directory

N = 4
TRAINING = ("train", "vae", "--epochs", "1", "--hidden", "8", "--latent-dim", "2", "--quiet")


def test_processes_that_start_together_train_in_different_directories(tmp_path):
    commands = [[sys.executable, "-m", "scratchgen", *TRAINING, "--seed", str(seed)] for seed in range(N)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "cwd": tmp_path}
    processes = [subprocess.Popen(command, **pipes) for command in commands]
    ended = [(*process.communicate(), process.returncode) for process in processes]
    assert [(errors, status) for _, errors, status in ended] == [("", 0)] * N
    printed = {directory.strip() for directory, *_ in ended}
    assert printed == {f"runs/vae-binarized-digits-{n + 1}" for n in range(N)}
    assert all((tmp_path / directory / "model.safetensors").exists() for directory in printed)


def test_the_number_is_the_first_that_is_free(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a-1", "a-3", "b-1"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    assert [str(_new_directory("a")) for _ in range(3)] == ["runs/a-2", "runs/a-4", "runs/a-5"]
