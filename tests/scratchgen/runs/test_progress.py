"""The progress of a training, as printed while it runs."""

import io
import os
import pty
import subprocess
import sys

import pytest

from scratchgen.runs import progress
from scratchgen.runs.progress import Lines, Silent, duration, in_words

ESCAPE = "\x1b"
TRAIN = (
    sys.executable,
    "-m",
    "scratchgen",
    "train",
    "vae",
    "--data",
    "ring",
    "--epochs",
    "5",
    "--hidden",
    "8",
)
LOOP = (  # without a model, which would take longer than the display
    sys.executable,
    "-c",
    "from scratchgen.runs import Run\nrun = Run('run', {})\nfor _ in run.epochs(5):\n    run.log(loss=1)",
)


class Clock:
    """Seconds that pass when told to."""

    now = 0.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(progress, "time", Clock())
    return progress.time


def shown(lines, clock, epochs, seconds):
    """Show the progress of a training whose epochs take this many seconds each."""
    lines.begin(epochs, 0)
    for epoch in range(1, epochs + 1):
        clock.now += seconds
        lines.epoch(epoch, {"elbo": -epoch, "secret": 3.0})


def test_there_is_one_plain_line_an_epoch_with_the_time_left(clock, capsys):
    shown(Lines("vae", ("elbo",)), clock, epochs=3, seconds=60)
    assert capsys.readouterr().err.splitlines() == [
        "VAE epoch 1/3  elbo -1  2:00 min left",
        "VAE epoch 2/3  elbo -2  1:00 min left",
        "VAE epoch 3/3  elbo -3",
    ]


def test_of_many_short_epochs_few_are_told_and_the_last_always(clock, capsys):
    shown(Lines("vae", ("elbo",)), clock, epochs=100, seconds=1)
    printed = [int(line.split()[2].split("/")[0]) for line in capsys.readouterr().err.splitlines()]
    assert printed == [1, 11, 21, 31, 41, 51, 61, 71, 81, 91, 100]


def test_only_numbers_that_matter_are_shown():
    numbers = {"elbo": -18.51234, "validation_elbo": -19.0, "best_epoch": 7, "norm": 3.0}
    assert (
        in_words(("elbo", "validation_elbo", "best_epoch"), numbers)
        == "elbo -18.512  validation elbo -19.000  best epoch 7"
    )


def test_durations_are_in_the_unit_that_fits():
    assert [duration(s) for s in (7.6, 59.6, 185, 7620)] == ["8 s", "1:00 min", "3:05 min", "2:07 h"]


def test_a_pipe_gets_no_escape_codes_and_quiet_gets_nothing(tmp_path):
    for more, lines in ((), 2), (("--quiet",), 0):
        done = subprocess.run(
            [*TRAIN, *more, "--out", str(len(more))], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0 and ESCAPE not in done.stderr + done.stdout
        assert len(done.stderr.splitlines()) == lines
    assert done.stdout == "1\n"


def test_the_display_follows_what_standard_error_is(monkeypatch):
    assert type(progress.progress("vae", (), quiet=True)) is Silent
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert type(progress.progress("vae", (), quiet=False)) is Lines


def on_a_terminal(folder, **environment):
    """The output of a loop with a run to standard error when that is a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        LOOP, cwd=folder, stdout=subprocess.DEVNULL, stderr=theirs, env={**os.environ, **environment}
    )
    os.close(theirs)
    written = b""
    try:
        while piece := os.read(ours, 4096):
            written += piece
    except OSError:  # the other side is closed
        pass
    os.close(ours)
    assert process.wait(60) == 0
    return written.decode()


def test_a_terminal_gets_a_bar_without_colour_if_asked(tmp_path):
    coloured = on_a_terminal(tmp_path, TERM="xterm-256color", NO_COLOR="")
    (tmp_path / "run").rename(tmp_path / "first")
    plain = on_a_terminal(tmp_path, TERM="xterm-256color", NO_COLOR="1")
    assert "━" in coloured and "5/5" in coloured and "\x1b[38;5;" in coloured
    assert "━" in plain and "5/5" in plain and "\x1b[38;5;" not in plain


def test_a_dumb_terminal_gets_plain_lines(tmp_path):
    assert ESCAPE not in on_a_terminal(tmp_path, TERM="dumb")
