"""Run: a directory that keeps what a training says and makes, so that the loop has none of it.

config.json          what was trained on what, with every number needed to do it again
metrics.jsonl        one line an epoch
model.safetensors    the finished weights
samples/*.png        pictures
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import safetensors.numpy
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.training.files import replacing, writable_directory, write_json

REFRESH_SECONDS = 0.2  # numbers that change faster cannot be read


class Run:
    """The books of one training: its directory, log, progress bar and finished weights.

    directory    made if it is not there; one that holds a run already is refused unless `replace`
    config       a JSON value that describes the run
    console      where progress is shown
    """

    def __init__(self, directory, config: dict, *, console: Console | None = None, replace: bool = False):
        self.directory = writable_directory(Path(directory))
        if (self.directory / "config.json").exists() and not replace:
            raise BadInput(f"{directory} holds a run already; choose another --out or remove it")
        (self.directory / "samples").mkdir(exist_ok=True)
        self.config = config
        self.console = console or Console(stderr=True)
        self.history: dict[str, list[float]] = defaultdict(list)
        self._epoch: dict[str, list[float]] = defaultdict(list)
        self._progress = None
        (self.directory / "metrics.jsonl").write_text("", encoding="utf-8")
        write_json(self.directory / "config.json", config)

    def epochs(self, n: int) -> Iterator[int]:
        """Count epochs under a progress bar; at the end of each, write the means of what was logged in it."""
        columns = (
            TextColumn("{task.description:>4}"),
            *(BarColumn(bar_width=24), MofNCompleteColumn(), TimeRemainingColumn()),
            TextColumn("{task.fields[numbers]}"),
        )
        started = time.perf_counter()
        with Progress(*columns, console=self.console) as progress:
            self._progress = progress
            task = progress.add_task(self.config["kind"].upper(), total=n, numbers="")
            for epoch in range(1, n + 1):
                self._shown = 0.0
                yield epoch
                self._close_epoch(epoch, time.perf_counter() - started)
                progress.update(task, advance=1)
        self._progress = None

    def log(self, **numbers: float) -> None:
        """Note numbers of this step. What is logged several times in an epoch is averaged over it."""
        for name, number in numbers.items():
            self._epoch[name].append(number)
        if self._progress is not None and time.perf_counter() - self._shown > REFRESH_SECONDS:
            self._shown = time.perf_counter()
            latest = (f"{name} {series[-1]:.3f}" for name, series in self._epoch.items())
            self._progress.update(self._progress.task_ids[0], numbers="  ".join(latest))

    def _close_epoch(self, epoch: int, seconds: float) -> None:
        means = {name: sum(series) / len(series) for name, series in self._epoch.items()}
        self._epoch.clear()
        for name, mean in means.items():
            self.history[name].append(mean)
        line = json.dumps({"epoch": epoch, "seconds": round(seconds, 3), **means})
        with open(self.directory / "metrics.jsonl", "a", encoding="utf-8") as file:
            file.write(line + "\n")

    def save(self, model: Module) -> None:
        """Write the weights."""
        with replacing(self.directory / "model.safetensors") as temporary:
            safetensors.numpy.save_file(model.state_dict(), temporary)

    def picture(self, name: str) -> Path:
        """Where a picture of that name goes."""
        return self.directory / "samples" / f"{name}.png"
