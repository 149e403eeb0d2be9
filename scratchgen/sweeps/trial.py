"""One trial: `scratchgen train` in a process of its own, begun or resumed, and tried once more if it fails."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import filelock

from scratchgen.tasks.further import is_finished

ATTEMPTS = 2
POLL_SECONDS = 0.1  # how soon the end of a training is noticed
FREE_SECONDS = 60.0  # a training whose sweep was killed saves and ends within this time
LONGEST_MESSAGE = 2**16  # bytes at the end of standard error that are read


@dataclass(frozen=True)
class Training:
    """A training that a runner carries out.

    directory    of its run, as an absolute path
    begin        its command, `scratchgen train …`;  resume: the command that continues it
    folder       in which both are given
    """

    name: str
    directory: Path
    begin: list[str]
    resume: list[str]
    folder: Path


@dataclass(frozen=True)
class Ended:
    """A training that is finished, or that failed: then with the line that says why."""

    name: str
    failure: str | None


Runner = Callable[
    [Sequence[Training]], Generator[Ended, None, None]
]  # trainings ↦ those that ended, as they end


def train(training: Training, environment: Mapping[str, str], stopping: threading.Event) -> Ended | None:
    """Train until the run is finished; None if it was stopped, and saved, before.

    environment    the variables of its process
    stopping       is set to stop it
    """
    failure = None
    for _ in range(ATTEMPTS):
        wait_until_free(training.directory, stopping)
        if stopping.is_set():
            return None
        if is_finished(training.directory):
            return Ended(training.name, None)
        failure = _attempt(training, environment, stopping)
        if is_finished(training.directory):
            return Ended(training.name, None)
    return None if stopping.is_set() else Ended(training.name, failure)


def _attempt(training: Training, environment: Mapping[str, str], stopping: threading.Event) -> str:
    """Run the command of a training to its end; its last line on standard error."""
    words = training.resume if (training.directory / "config.json").exists() else training.begin
    # -P: as for the command scratchgen, modules of the working folder do not hide others
    command = [sys.executable, "-P", "-m", "scratchgen.sweeps.process", *words[1:], "--quiet"]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd=training.folder,
            env=environment,
            start_new_session=True,  # Ctrl-C reaches the sweep alone, which then stops each training once
        )
        with process:
            while process.poll() is None and not stopping.wait(POLL_SECONDS):
                pass
            # leaving the block closes standard input, which ends the process if it has not ended
        return last_line(errors) or _how_it_ended(process.returncode)


def wait_until_free(directory: Path, stopping: threading.Event) -> None:
    """Wait while another process trains in the directory: one whose sweep was killed is about to save and end."""
    until = time.monotonic() + FREE_SECONDS
    while directory.is_dir() and time.monotonic() < until and not stopping.is_set():
        try:
            filelock.FileLock(directory / ".lock").acquire(timeout=0).lock.release()
            return
        except filelock.Timeout:
            stopping.wait(POLL_SECONDS)


def last_line(errors: IO[bytes]) -> str:
    """The last line that is not empty of what a process wrote to standard error, "" if there is none."""
    size = errors.seek(0, 2)
    errors.seek(max(0, size - LONGEST_MESSAGE))
    lines = errors.read().decode(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "").removeprefix("scratchgen: ")


def _how_it_ended(status: int) -> str:
    if status < 0:
        return f"the process was ended by {signal.Signals(-status).name}"
    return f"the process ended with status {status} and no message"
