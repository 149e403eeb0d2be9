"""The progress of a sweep: a live table on a terminal, and a line per trial that ended, there and elsewhere."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from scratchgen.errors import BadInput, printable
from scratchgen.runs.progress import in_words
from scratchgen.runs.record import read_record
from scratchgen.sweeps.directory import Sweep
from scratchgen.sweeps.plan import Trial
from scratchgen.sweeps.results import value_of
from scratchgen.sweeps.trial import Ended
from scratchgen.tasks.further import is_finished

REFRESHES_PER_SECOND = 1
STATES = ("training", "failed", "finished", "waiting")  # in the order of their rows
ROOM = 4  # lines of the screen that are left to what is above and below the rows


class SweepProgress:
    """Shows the trials of a sweep on standard error.

    with progress.live():
        progress.show(ended)
    """

    def __init__(self, sweep: Sweep):
        self._sweep = sweep
        self._failures: dict[str, str] = {}
        self._finished = len(sweep.finished())
        self._console = Console(file=sys.stderr)

    @contextmanager
    def live(self) -> Iterator[None]:
        """A live table within the block, where standard error is a terminal."""
        if not self._console.is_terminal or os.environ.get("TERM") == "dumb":
            yield
            return
        display = Live(
            console=self._console,
            get_renderable=self.table,
            refresh_per_second=REFRESHES_PER_SECOND,
            transient=True,
        )
        with display:
            yield

    def show(self, ended: Ended) -> None:
        """Print the line of a trial that ended."""
        if ended.failure is None:
            self._finished += 1
            line = f"finished {self._finished}/{len(self._sweep.plan.trials)}  {ended.name}  {self._score(ended.name)}"
        else:
            self._failures[ended.name] = ended.failure
            line = f"failed  {ended.name}  {ended.failure}"
        self._console.print(printable(line.rstrip()), markup=False, highlight=False, soft_wrap=True)

    def table(self) -> Table:
        """The state, the progress and the score of the trials that fit on the screen."""
        states = [(self._state(trial), trial) for trial in self._sweep.plan.trials]
        states.sort(key=lambda found: STATES.index(found[0]))
        found = Counter(state for state, _ in states)
        counts = ", ".join(f"{found[state]} {state}" for state in STATES)
        table = Table(box=None, padding=(0, 2, 0, 0), title=counts, title_justify="left", title_style="bold")
        for heading in ("run", "state", "progress", "score"):
            table.add_column(heading, header_style="bold", no_wrap=True)
        room = max(1, self._console.height - ROOM)
        for state, trial in states[:room]:
            cells = trial.name, state, *self._details(state, trial)
            table.add_row(*(Text(printable(cell)) for cell in cells))
        if len(states) > room:
            table.add_row(f"and {len(states) - room} more")
        return table

    def _state(self, trial: Trial) -> str:
        directory = self._sweep.path(trial)
        if is_finished(directory):
            return "finished"
        if trial.name in self._failures:
            return "failed"
        return "training" if (directory / "config.json").exists() else "waiting"

    def _details(self, state: str, trial: Trial) -> tuple[str, str]:
        """The progress of a trial, and its score: while it is trained, the numbers of its last epoch."""
        if state == "finished":
            return "", self._score(trial.name)
        if state == "failed":
            return "", self._failures[trial.name]
        return self._training(trial) if state == "training" else ("", "")

    def _training(self, trial: Trial) -> tuple[str, str]:
        try:
            record = read_record(self._sweep.path(trial))
        except BadInput:  # its files are being written
            return "", ""
        settings = record.config.settings
        epochs = settings["epochs"] + sum(settings[name] for name in self._sweep.plan.task.further_epochs)
        done = f"{len(record.epochs)}/{epochs} epochs"
        return done, in_words(record.monitored, record.epochs[-1]) if record.epochs else ""

    def _score(self, name: str) -> str:
        """The score of a finished run that decides: by default its first one."""
        record = read_record(self._sweep.directory / name)
        measures = [score.measure for score in record.scores if score.value is not None]
        score = self._sweep.plan.score or next(iter(measures), None)
        value = value_of(record, score) if score else None
        return f"{score.replace('_', ' ')} {value:.5g}" if score and value is not None else ""
