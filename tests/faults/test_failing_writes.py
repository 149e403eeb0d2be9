"""A full disk, a permission that is gone: one line, status 2, and the run can be resumed from its last checkpoint.

Permissions do not bind the superuser, and a file system cannot be made read-only while the run holds its
lock on it; so a permission that is gone is an injected PermissionError, at the writes of a run in turn. A
full disk is injected in the same way, and is also a real one: a small tmpfs, where the test may mount one.
"""

import errno
import os
import subprocess
import sys
import time

import pytest

from scratchgen import cli, files

pytestmark = pytest.mark.unrendered

TINY = (
    "vae",
    "--data",
    "ring",
    "--epochs",
    "2",
    "--batch-size",
    "5000",
    "--hidden",
    "4",
)  # points: few pictures
OPTIONS = ("--save-every", "0", "--quiet")
COMPARED = "model.safetensors", "metrics.jsonl", "scores.json"


def train(*arguments):
    """Train in this process: the exit status."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", *arguments, *OPTIONS])
    return ended.value.code


def outcome(run):
    return {name: (run / name).read_bytes() for name in COMPARED}


class Failing:
    """Stands in for a function of a module; the n-th call raises, and counts from 1; with 0 none does."""

    def __init__(self, monkeypatch, module, name, n, error):
        self.function, self.n, self.error, self.calls = getattr(module, name), n, error, 0
        monkeypatch.setattr(module, name, self)

    def __call__(self, *arguments, **options):
        self.calls += 1
        if self.calls == self.n:
            raise OSError(self.error, os.strerror(self.error))
        return self.function(*arguments, **options)


FAULTS = {
    "permission": (os, "replace", errno.EACCES),
    "full disk": (os, "fsync", errno.ENOSPC),
    "no room for another file": (files, "_create", errno.ENOSPC),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_whichever_write_fails_the_run_says_so_and_goes_on_to_the_same_bits(
    fault, tmp_path, monkeypatch, capsys, count, figure
):
    module, name, error = FAULTS[fault]
    with monkeypatch.context() as patch:
        counted = Failing(patch, module, name, 0, error)
        assert train(*TINY, "--out", str(tmp_path / "whole")) == 0
    expected, tried = outcome(tmp_path / "whole"), 0
    for n in range(1, counted.calls + 1, count(9, 1)):
        run = tmp_path / f"run{n}"
        with monkeypatch.context() as patch:
            failing = Failing(patch, module, name, n, error)
            capsys.readouterr()
            status = train(*TINY, "--out", str(run))
        _, shown = capsys.readouterr()
        if status != 0 or failing.calls < n:  # a folder that cannot be synced is no fault
            assert status == 2 and len(shown.splitlines()) == 1, shown
            assert shown.startswith(f"scratchgen: cannot write in {run} ({os.strerror(error)})")
            assert not list(run.glob("**/.*-*")), "a temporary file is left"
            tried += 1
            begun = (run / "config.json").exists()
            assert f"train vae --resume {run}" in shown if begun else "choose another --out" in shown
            again = ("vae", "--resume", str(run)) if begun else (*TINY, "--out", str(run))
            assert train(*again) == 0
        assert outcome(run) == expected, f"{name} {n}"
    assert tried, f"{name} was never made to fail"
    figure(f"{fault}: {tried} runs whose {name} failed continued to the same weights, log and scores")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of two megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"this system does not let a test mount a tmpfs: {mounted.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_disk_that_fills_up_ends_the_run_in_one_line_and_with_room_it_goes_on(small_disk, tmp_path):
    settings = ("vae", "--data", "ring", "--epochs", "60", "--batch-size", "5000", "--hidden", "16")
    assert train(*settings, "--out", str(tmp_path / "whole")) == 0
    run = small_disk / "run"
    command = [sys.executable, "-m", "scratchgen", "train", *settings, "--out", str(run), *OPTIONS]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    log = run / "metrics.jsonl"
    while not (log.exists() and log.read_text().count("\n") >= 3) and process.poll() is None:
        time.sleep(0.01)
    fill(small_disk / "filler")
    _, shown = process.communicate(timeout=60)
    assert process.returncode == 2 and len(shown.splitlines()) == 1, shown
    assert "No space left on device" in shown and "--resume" in shown

    (small_disk / "filler").unlink()
    assert train("vae", "--resume", str(run)) == 0
    assert outcome(run) == outcome(tmp_path / "whole")


def fill(path):
    """Take all the room that there is."""
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC
