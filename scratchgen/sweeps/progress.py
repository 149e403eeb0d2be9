"""The progress of a sweep: a live table on a terminal, and a line per trial that ended, there and elsewhere."""

from __future__ import annotations

import os
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

    with progress.shown():
        progress.show(ended)
    """

    def __init__(self, sweep: Sweep):
        self._sweep = sweep
        self._failures: dict[str, str] = {}
        self._finished = len(sweep.finished())
        self._console = Console(stderr=True)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """A live table within the block, where standard error is a terminal."""
        if not self._console.is_terminal or os.environ.get("TERM") == "dumb":
            yield
            return
        live = Live(
            console=self._console,
            get_renderable=self.table,
            refresh_per_second=REFRESHES_PER_SECOND,
            transient=True,
        )
        with live:
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
        """The state, the progress and the score of the trials, as many as the screen has room for."""
        rows = [self._row(trial) for trial in self._sweep.plan.trials]
        counts = ", ".join(f"{sum(row[1] == state for row in rows)} {state}" for state in STATES)
        table = Table(box=None, padding=(0, 2, 0, 0), title=counts, title_justify="left", title_style="bold")
        for heading in ("run", "state", "progress", "score"):
            table.add_column(heading, header_style="bold", no_wrap=True)
        rows.sort(key=lambda row: STATES.index(row[1]))
        room = max(1, self._console.height - ROOM)
        for row in rows[:room]:
            table.add_row(*(Text(printable(cell)) for cell in row))
        if len(rows) > room:
            table.add_row(f"and {len(rows) - room} more")
        return table

    def _row(self, trial: Trial) -> tuple[str, str, str, str]:
        directory = self._sweep.path(trial)
        if is_finished(directory):
            return trial.name, "finished", "", self._score(trial.name)
        if trial.name in self._failures:
            return trial.name, "failed", "", self._failures[trial.name]
        if not (directory / "config.json").exists():
            return trial.name, "waiting", "", ""
        return trial.name, "training", *self._training(trial)

    def _training(self, trial: Trial) -> tuple[str, str]:
        try:
            record = read_record(self._sweep.path(trial))
        except BadInput:  # its files are being written
            return "", ""
        done = f"{len(record.epochs)}/{record.config.settings['epochs']} epochs"
        return done, in_words(record.monitored, record.epochs[-1]) if record.epochs else ""

    def _score(self, name: str) -> str:
        """The score of a finished run that decides: by default its first one."""
        record = read_record(self._sweep.directory / name)
        measures = [score.measure for score in record.scores if score.value is not None]
        score = self._sweep.plan.score or next(iter(measures), None)
        value = value_of(record, score) if score else None
        return f"{score.replace('_', ' ')} {value:.5g}" if score and value is not None else ""
