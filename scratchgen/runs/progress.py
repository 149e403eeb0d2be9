"""The progress of a training: a bar on a terminal, a plain line now and then elsewhere, nothing when quiet."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from scratchgen.errors import printable

REFRESH_SECONDS = 0.2  # numbers that change faster cannot be read
LINE_SECONDS = 10.0  # between plain lines, so that a log of many short epochs stays short


def progress(label: str, monitored: Sequence[str], quiet: bool) -> Silent:
    """The display for standard error: a bar on a terminal, lines in a file or on a dumb terminal."""
    if quiet:
        return Silent()
    is_screen = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return Bar(label, monitored) if is_screen else Lines(label, monitored)


class Silent(AbstractContextManager):
    """Shows nothing; the interface of all displays.

        with display:
            display.begin(n, done)
            display.step(epochs, numbers)      often
            display.epoch(epoch, numbers)      once an epoch
            display.message(line)

    n, done, epochs    epochs in all, before this session, and so far, with a fraction
    note               shown behind the numbers; empty by default
    """

    note = ""

    def __exit__(self, *_: Any) -> None:
        pass

    def begin(self, n: int, done: int) -> None:
        """Training begins, or resumes after `done` epochs."""

    def step(self, epochs: float, numbers: dict[str, float]) -> None:
        """A step is done."""

    def epoch(self, epoch: int, numbers: dict[str, float]) -> None:
        """An epoch is over; the numbers are its means."""

    def message(self, line: str) -> None:
        """Show a line that deserves attention."""


class Lines(Silent):
    """Plain lines for a file or a pipe: at most one per epoch, and at most one in ten seconds."""

    def __init__(self, label: str, monitored: Sequence[str] = ()):
        self.label, self.monitored = label.upper(), monitored

    def begin(self, n: int, done: int) -> None:
        self.n, self.done = n, done
        self._started, self._printed_at = time.monotonic(), float("-inf")

    def epoch(self, epoch: int, numbers: dict[str, float]) -> None:
        """Print the numbers of an epoch, unless a line was printed shortly before."""
        now = time.monotonic()
        if epoch < self.n and now - self._printed_at < LINE_SECONDS:
            return
        self._printed_at = now
        left = _left(now - self._started, epoch - self.done, self.n - epoch)
        self.message(
            f"{self.label} epoch {epoch}/{self.n}  {in_words(self.monitored, numbers)}{left}{self.note}"
        )

    def message(self, line: str) -> None:
        print(printable(line), file=sys.stderr, flush=True)


class Bar(Silent):
    """A bar with the remaining time and the monitored numbers; in colour unless NO_COLOR is set."""

    def __init__(self, label: str, monitored: Sequence[str] = ()):
        self.label, self.monitored = label.upper(), monitored
        columns = (
            TextColumn("{task.description:>4}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[at]}", markup=False),
        )
        self._progress = Progress(*columns, console=Console(file=sys.stderr))
        self._shown = float("-inf")

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._progress.stop()

    def begin(self, n: int, done: int) -> None:
        self.n, self.done, self._started = n, done, time.monotonic()
        self._task = self._progress.add_task(self.label, total=n, completed=done, at=f"{done}/{n}")

    def step(self, epochs: float, numbers: dict[str, float]) -> None:
        if time.monotonic() - self._shown > REFRESH_SECONDS:
            self._show(epochs, numbers)

    def epoch(self, epoch: int, numbers: dict[str, float]) -> None:
        if epoch == self.n or time.monotonic() - self._shown > REFRESH_SECONDS:
            self._show(epoch, numbers)

    def message(self, line: str) -> None:
        self._progress.console.print(printable(line), markup=False, highlight=False, soft_wrap=True)

    def _show(self, epochs: float, numbers: dict[str, float]) -> None:
        self._shown = time.monotonic()
        left = _left(self._shown - self._started, epochs - self.done, self.n - epochs)
        at = f"{int(epochs)}/{self.n}  {in_words(self.monitored, numbers)}{left}{self.note}"
        self._progress.update(self._task, completed=epochs, at=at)


def in_words(monitored: Sequence[str], numbers: dict[str, float]) -> str:
    """The monitored numbers, or all if none are named: "elbo −18.512  validation elbo −18.730  best epoch 7"."""
    shown = [name for name in monitored or numbers if name in numbers]
    return "  ".join(f"{name.replace('_', ' ')} {_number(numbers[name])}" for name in shown)


def duration(seconds: float) -> str:
    """Seconds in a readable unit: 8 s, 3:05 min, 2:07 h."""
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes}:{seconds:02} min" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02} h"


def _left(seconds: float, done: float, to_do: float) -> str:
    """The remaining time, at the speed of the part that was done in `seconds`."""
    return f"  {duration(seconds / done * to_do)} left" if done > 0 and to_do > 0 else ""


def _number(number: float) -> str:
    return str(number) if isinstance(number, int) else f"{number:.3f}"
