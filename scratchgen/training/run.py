"""The books of a training, so that the loop has none of it.

History keeps them in memory. A Run also keeps them in a directory, and shows how far it is:

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
from scratchgen.files import replacing
from scratchgen.nn import Module
from scratchgen.training.files import writable_directory, write_json

REFRESH_SECONDS = 0.2  # numbers that change faster cannot be read


class History:
    """What a training loop needs: `epochs` counts, `log` notes numbers, `history` has means by epoch."""

    def __init__(self):
        self.history: dict[str, list[float]] = defaultdict(list)
        self._epoch: dict[str, list[float]] = defaultdict(list)

    def epochs(self, n: int) -> Iterator[int]:
        """1, 2, …, n; at the end of each, the means of what was logged in it go into `history`."""
        for epoch in range(1, n + 1):
            yield epoch
            self._close_epoch(epoch)

    def log(self, **numbers: float) -> None:
        """Note numbers of this step. What is logged several times in an epoch is averaged over it."""
        for name, number in numbers.items():
            self._epoch[name].append(number)

    def _close_epoch(self, epoch: int) -> dict[str, float]:
        means = {name: sum(series) / len(series) for name, series in self._epoch.items()}
        self._epoch.clear()
        for name, mean in means.items():
            self.history[name].append(mean)
        return means


class Run(History):
    """A training that is kept in a directory.

    directory    made if it is not there; one that holds a finished run is refused unless `replace`
    config       a JSON value that describes the run
    """

    def __init__(self, directory, config: dict, *, replace: bool = False):
        super().__init__()
        self.directory = writable_directory(Path(directory))
        if (self.directory / "model.safetensors").exists() and not replace:
            raise BadInput(f"{directory} holds a run already; choose another --out or remove it")
        for name in ("model.safetensors", "scores.json", "samples/*"):  # of the run, or half a run, before
            for left_over in self.directory.glob(name):
                left_over.unlink()
        (self.directory / "samples").mkdir(exist_ok=True)
        self.config = config
        self._progress = None
        self._started = self._shown = time.perf_counter()
        (self.directory / "metrics.jsonl").write_text("", encoding="utf-8")
        write_json(self.directory / "config.json", config)

    def epochs(self, n: int) -> Iterator[int]:
        """As `History.epochs`, under a progress bar."""
        columns = (
            TextColumn("{task.description:>4}"),
            *(BarColumn(bar_width=24), MofNCompleteColumn(), TimeRemainingColumn()),
            TextColumn("{task.fields[numbers]}"),
        )
        with Progress(*columns, console=Console(stderr=True)) as self._progress:
            task = self._progress.add_task(self.config["kind"].upper(), total=n, numbers="")
            for epoch in super().epochs(n):
                yield epoch
                self._progress.update(task, advance=1)
        self._progress = None

    def log(self, **numbers: float) -> None:
        """As `History.log`; the progress bar shows the latest."""
        super().log(**numbers)
        if self._progress is not None and time.perf_counter() - self._shown > REFRESH_SECONDS:
            self._shown = time.perf_counter()
            latest = (f"{name} {series[-1]:.3f}" for name, series in self._epoch.items())
            self._progress.update(self._progress.task_ids[0], numbers="  ".join(latest))

    def _close_epoch(self, epoch: int) -> dict[str, float]:
        means = super()._close_epoch(epoch)
        seconds = round(time.perf_counter() - self._started, 3)
        with open(self.directory / "metrics.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps({"epoch": epoch, "seconds": seconds, **means}) + "\n")
        return means

    def save(self, model: Module) -> None:
        """Write the weights."""
        with replacing(self.directory / "model.safetensors") as temporary:
            safetensors.numpy.save_file(model.state_dict(), temporary)

    def picture(self, name: str) -> Path:
        """Where a picture of that name goes."""
        return self.directory / "samples" / f"{name}.png"
