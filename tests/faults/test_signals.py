"""SIGTERM and SIGHUP end a command as Ctrl-C does: a training is saved, and a line says how to resume it."""

import signal
import subprocess
import sys
import time
import weakref

import pytest

from scratchgen import cli
from scratchgen.runs.stopped import Interrupted, ending_signals, interruptible, phrase

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
TRAINING = (
    "train",
    "vae",
    "--epochs",
    "400",
    "--hidden",
    "8",
    "--latent-dim",
    "2",
    "--quiet",
    "--save-every",
    "0",
)
SECONDS = 60


@pytest.mark.parametrize("received", SIGNALS, ids=phrase)
def test_a_training_is_saved_and_resumed(tmp_path, received):
    run = tmp_path / "run"
    command = [sys.executable, "-m", "scratchgen", *TRAINING, "--out", str(run)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        until = time.monotonic() + SECONDS
        while not list(run.glob("checkpoints/*")) and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(received)
        try:
            errors = process.communicate(timeout=SECONDS)[1]
        finally:
            process.kill()  # one that is not stopped by the signal
    assert process.returncode == 128 + received
    assert errors.startswith(f"scratchgen: {phrase(received)}; resume with: ") and errors.count("\n") == 1
    more = [
        sys.executable,
        "-m",
        "scratchgen",
        "train",
        "vae",
        "--resume",
        str(run),
        "--max-minutes",
        "0.0001",
    ]
    resumed = subprocess.run(more, capture_output=True, text=True, timeout=SECONDS)
    assert resumed.returncode == 0 and "resume with" in resumed.stderr


@pytest.mark.parametrize("received", SIGNALS, ids=phrase)
def test_a_command_that_saves_nothing_ends_in_one_line(monkeypatch, capfd, received):
    monkeypatch.setattr(cli, "_prepare_process", lambda: signal.raise_signal(received))
    with pytest.raises(SystemExit) as ended:
        cli.main(["info"])
    assert ended.value.code == 128 + received
    assert capfd.readouterr().err == f"scratchgen: {phrase(received)}\n"


@pytest.mark.parametrize("received", SIGNALS, ids=phrase)
def test_a_signal_within_a_command_ends_in_one_line_too(monkeypatch, capfd, received):
    from scratchgen.cli import info

    monkeypatch.setattr(info, "console", lambda *_: signal.raise_signal(received))
    with pytest.raises(SystemExit) as ended:
        cli.main(["info"])
    assert ended.value.code == 128 + received
    assert capfd.readouterr().err.strip() == f"scratchgen: {phrase(received)}"


def test_handlers_are_those_of_before_after_a_command():
    before = [signal.getsignal(one) for one in SIGNALS]
    with pytest.raises(SystemExit):
        cli.main(["info"])
    assert [signal.getsignal(one) for one in SIGNALS] == before


def test_a_signal_that_the_process_ignores_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert signal.SIGHUP not in ending_signals() and signal.SIGTERM in ending_signals()
        with interruptible():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize(
    "arguments", [("data", "list"), ("exercise", "start", "bptt"), ("--help",)], ids=" ".join
)
def test_a_pipe_that_nobody_reads_ends_a_command_in_silence(tmp_path, arguments):
    command = [sys.executable, "-m", "scratchgen", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as process:
        process.stdout.close()
        assert (process.stderr.read(), process.wait(SECONDS)) == (b"", 1)


def signal_in_a_callback():
    """Send Ctrl-C where Python drops exceptions, in the callback of a weak reference; then wait."""
    thing = set()
    watched = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
    del thing
    assert watched() is None
    time.sleep(2)


def test_a_signal_that_arrives_where_python_drops_exceptions_is_not_lost():
    with pytest.raises(Interrupted), interruptible():
        signal_in_a_callback()


def test_the_claim_above_rejects_an_exception_alone(monkeypatch):
    def end(number, frame):
        raise Interrupted(signal.Signals(number))

    dropped = []
    monkeypatch.setattr(sys, "unraisablehook", lambda event: dropped.append(event.exc_type))
    before = signal.signal(signal.SIGINT, end)
    try:
        signal_in_a_callback()
    finally:
        signal.signal(signal.SIGINT, before)
    assert dropped == [Interrupted]


def import_that_fails_by(received):
    """As a module in C that is being initialised: it reports every exception as an ImportError of its own."""
    try:
        signal.raise_signal(received)
    except BaseException as problem:
        raise ImportError("initialization failed") from problem


@pytest.mark.parametrize("received", SIGNALS, ids=phrase)
def test_an_error_that_a_signal_has_caused_is_that_signal(received):
    with pytest.raises(Interrupted) as ended, interruptible():
        import_that_fails_by(received)
    assert ended.value.received == received


def test_the_claim_above_rejects_an_error_without_a_signal():
    with pytest.raises(ImportError, match="no module"), interruptible():
        raise ImportError("no module of that name")
