"""Ctrl-C, SIGTERM and SIGHUP end every command at any moment in one line: no traceback, and never in silence."""

import heapq
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from scratchgen import cli
from scratchgen.cli import BY_SIGNAL
from scratchgen.runs.stopped import phrase
from scratchgen.tasks import get_task

from .forked import commands

SEED = 20261130
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
TRAIN = ("--epochs", "2", "--hidden", "8", "--latent-dim", "2", "--quiet")
COMMANDS = {  # RUN is the directory of a finished run, NEW one that does not exist
    "train vae": ("train", "vae", *TRAIN, "--out", "NEW"),
    "train rnn": ("train", "rnn", "--data", heapq.__file__, "--epochs", "1", "--hidden", "8", "--out", "NEW"),
    "resume": ("train", "vae", "--resume", "RUN", "--epochs", "+1"),
    "sample": ("sample", "RUN", "--out", "NEW/samples.png"),
    "evaluate": ("evaluate", "RUN", "-k", "50"),
    "encode": ("encode", "RUN", "--out", "NEW.npz"),
    "compare": ("compare", "RUN", "RUN", "--out", "NEW.html"),
    "app run": ("app", "run", "image-generation", "--quick", "--out", "NEW"),
    "reproduce": ("reproduce", "ppca", "--seeds", "1", "--out", "NEW"),
    "data show": ("data", "show", "digits", "--out", "NEW.png"),
    "equations": ("equations", "vae.elbo"),
    "bench": ("bench", "adam"),
    "exercise check": ("exercise", "check", "bptt"),
    "info": ("info",),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Commands in a folder that holds a finished run, and an exercise that was begun."""
    folder, before = tmp_path_factory.mktemp("folder"), os.getcwd()
    (folder / "output").mkdir()
    os.chdir(folder)  # the working folder of the commands
    try:
        with commands("--unrendered", "--output", folder / "output") as server:
            for arguments in (("train", "vae", *TRAIN, "--out", "run"), ("exercise", "start", "bptt")):
                server.start(*arguments)
                assert server.status() == 0, server.output()
            yield server, folder
    finally:
        os.chdir(before)


def judge(status, shown, errors, sent):
    """(whether the signal ended the command, what is wrong with the status or the output)."""
    if "Traceback" in shown + errors or "Error" in errors:
        return False, shown + errors
    if status in (0, 1):  # 1: of an exercise that is not solved
        return False, ""
    lines = errors.splitlines() or [""]
    is_right = status == BY_SIGNAL + sent and lines[-1].startswith(f"scratchgen: {phrase(sent)}")
    return True, "" if is_right and errors.count("scratchgen: ") == 1 else f"status {status}, {errors!r}"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_signal_at_any_moment_ends_a_command_in_one_line(name, server, count, figure):
    command, folder = server
    rng = np.random.default_rng([SEED, *name.encode()])
    began, received = time.monotonic(), 0
    seconds = count(0.5, 4.0) if name in ("app run", "reproduce", "bench") else None  # they take minutes
    for moment in range(count(3, 40) + (seconds is None)):
        new = str(folder / f"{name}-{moment}".replace(" ", "-"))
        finished = shutil.copytree("run", f"{new}-run") if name == "resume" else "run"
        arguments = [word.replace("NEW", new).replace("RUN", finished) for word in COMMANDS[name]]
        command.start(*arguments)
        one = SIGNALS[moment % 3]
        if seconds is None:  # the first run says how long the command takes
            seconds = 0.0 if command.ends_within(60) else 60.0
            assert command.status() in (0, 1), command.output()
            seconds = time.monotonic() - began
            continue
        if not command.ends_within(rng.uniform(0.02, 1.0) * seconds):
            command.send(one)
        ended_by_signal, failure = judge(command.status(), *command.output(), one)
        assert not failure, f"moment {moment}: {failure}"
        received += ended_by_signal
    assert received or name == "info"
    figure(f"{name}: ended by a signal at {received} moments, each in one line (seed {SEED})")


PLANTED = {  # (status, standard output, standard error) of a command that SIGTERM has ended
    "with a traceback": (BY_SIGNAL + signal.SIGTERM, "Traceback (most recent call last)", ""),
    "with an exception": (1, "", "OSError: [Errno 4]"),
    "in silence": (BY_SIGNAL + signal.SIGTERM, "", ""),
    "killed": (-signal.SIGTERM, "", ""),
    "in two lines": (BY_SIGNAL + signal.SIGTERM, "", "scratchgen: bad\nscratchgen: ended by SIGTERM\n"),
    "as by another signal": (BY_SIGNAL + signal.SIGINT, "", "scratchgen: ended by SIGTERM\n"),
    "in the words of another signal": (BY_SIGNAL + signal.SIGTERM, "", "scratchgen: interrupted\n"),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_the_claim_above_rejects_a_command_that_ends(planted):
    line = f"scratchgen: {phrase(signal.SIGTERM)}\n"
    assert judge(BY_SIGNAL + signal.SIGTERM, "", line, signal.SIGTERM) == (True, "")
    assert judge(*PLANTED[planted], signal.SIGTERM)[1]


@pytest.mark.parametrize("received", SIGNALS, ids=phrase)
@pytest.mark.parametrize("step", ["prepare", "score", "draw"])
def test_a_signal_before_or_after_the_epochs_says_how_to_resume(step, received, tmp_path, monkeypatch, capfd):
    run = tmp_path / "run"
    task = get_task("vae")
    called = getattr(task, step)

    def interrupted(*arguments):
        signal.raise_signal(received)
        return called(*arguments)

    with monkeypatch.context() as patch:
        patch.setitem(task.__dict__, step, interrupted)
        with pytest.raises(SystemExit) as ended:
            cli.main(["train", "vae", *TRAIN, "--out", str(run)])
    assert ended.value.code == 128 + received
    shown = capfd.readouterr().err
    if step == "prepare":  # nothing was begun
        assert shown == f"scratchgen: {phrase(received)}\n" and not run.exists()
        return
    assert shown == f"scratchgen: {phrase(received)}; resume with: scratchgen train vae --resume {run}\n"
    with pytest.raises(SystemExit) as ended:
        cli.main(["train", "vae", "--resume", str(run), "--quiet"])
    assert ended.value.code == 0 and (run / "model.safetensors").exists()


def test_ctrl_c_during_the_imports_is_one_line():
    """The imports take longest; before them Python itself starts, of which the command knows nothing."""
    program = "import sys, signal, builtins\nimport scratchgen.__main__ as command\n" + (
        "class Interrupt:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'numpy': signal.raise_signal(signal.SIGINT)\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "command.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program, "info"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "scratchgen: interrupted\n")


def test_ctrl_c_ends_the_watch_of_an_exercise(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "scratchgen", "exercise", "start", "bptt"], cwd=tmp_path, check=True
    )
    command = [sys.executable, "-u", "-m", "scratchgen", "exercise", "watch"]
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        watch = subprocess.Popen(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
    finally:
        signal.signal(signal.SIGINT, handler)
    assert watch.stdout.readline().startswith("Save your file")
    watch.send_signal(signal.SIGINT)
    _, errors = watch.communicate(timeout=60)
    assert (watch.returncode, errors) == (0, "")


def test_a_check_whose_command_was_interrupted_ends_in_silence():
    command = [sys.executable, "-m", "scratchgen.exercises.child", "bptt", "10"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as check:
        check.stdout.close()
        check.stdin.close()
        assert check.stderr.read() == b""
