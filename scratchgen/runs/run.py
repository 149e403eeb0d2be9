"""A run: a training that is recorded in a directory, so that the loop holds nothing but the algorithm.

A History records in memory. A Run also writes a directory, shows its progress, and can be killed at any moment
and resumed: the result is bit-identical.

    config.json          the task, its settings, the data, the model: every number needed to train again
    metrics.jsonl        one line per epoch
    checkpoints/         the states to resume from
    model.safetensors    the finished weights;  model-10-epochs.safetensors: those before it was trained further
    initial.safetensors  the weights that it was begun with, if they are those of another run
    samples/             pictures, and text
    scores.json          the scores;  timing.json: the seconds it took
    report.html          all of it on one page
"""

from __future__ import annotations

import json
import math
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import msgspec
import numpy as np

from scratchgen.errors import BadInput, check_numbers, described, one_line
from scratchgen.nn import Module
from scratchgen.optim import Ranks
from scratchgen.optim.ranks import ALONE
from scratchgen.runs import checkpoint
from scratchgen.runs.config import RunConfig, as_config, read_config
from scratchgen.runs.files import INITIAL_WEIGHTS, writable_directory, write_json, write_text
from scratchgen.runs.history import History
from scratchgen.runs.progress import progress
from scratchgen.runs.rank_comparison import agreed
from scratchgen.runs.report import write_report
from scratchgen.runs.saving import facts_of
from scratchgen.runs.stopped import Interrupted, Stopped, phrase, stopping_gently
from scratchgen.runs.tensorboard import Events
from scratchgen.runs.weights import write_weights

SAVE_SECONDS = 30.0  # what a killed run may lose
UNNAMED = ".[a-z]*-" + 8 * "[0-9a-f]" + ".*"  # temporary files of a killed process (`files.replacing`)


class Run(History):
    """A training that is recorded in a directory.

    directory      made if it is not there; one that holds a finished run is refused unless `replace`
    config         the settings of the run as a dictionary of JSON values, or a RunConfig
    resume         continue from the newest checkpoint in the directory, or begin if there is none
    further        with resume: also continue a finished run. `config` is that of the run with other settings
                   (`RunConfig.further`); the finished weights stay there as model-10-epochs.safetensors
    save_every     seconds between checkpoints
    max_minutes    save and stop after this many minutes
    quiet          show no progress
    tensorboard    also write event files, into the folder tensorboard
    resume_with    the command that resumes it, shown when it stops; by default `train --resume`
    ranks          that train together; this one is rank 0, and the others have a `Follower` each

    Raises BadInput for a configuration that is none and for negative times, when the directory cannot be written,
    is in use by another process, or holds a finished run; when resuming, also when the checkpoints are damaged.
    """

    def __init__(
        self,
        directory: str | Path,
        config: RunConfig | dict,
        *,
        replace: bool = False,
        resume: bool = False,
        further: bool = False,
        save_every: float = SAVE_SECONDS,
        max_minutes: float | None = None,
        quiet: bool = False,
        tensorboard: bool = False,
        resume_with: str | None = None,
        ranks: Ranks = ALONE,
    ) -> None:
        super().__init__(ranks)
        check_numbers("[0, ∞)", save_every=save_every)
        if max_minutes is not None:
            check_numbers("[0, ∞)", max_minutes=max_minutes)
        self.directory = writable_directory(Path(directory))
        self.config = self._begun_config(config) if resume else as_config(config)
        family = self.config.family
        self._resume_with = resume_with or (
            f"scratchgen train {family} --resume {shlex.quote(str(directory))}"
            if family
            else f"Run({str(directory)!r}, config, resume=True) in the same program"
        )
        self.save_every, self.max_minutes = save_every, max_minutes
        self._lock = filelock.FileLock(self.directory / ".lock")
        try:
            self._lock.acquire(timeout=0)
        except filelock.Timeout:
            raise BadInput(
                f"another process is training in {directory}; wait for it, or choose another --out"
            ) from None
        except OSError as error:
            raise _no_room(directory, error) from None
        if (self.directory / "model.safetensors").exists() and not (replace or further):
            way_out = "train it further with --epochs +10" if resume and family else "remove it"
            raise BadInput(f"{directory} holds a finished run; choose another --out or {way_out}")
        for left_over in self.directory.glob(UNNAMED):
            left_over.unlink()
        label = f"{family or 'run'} on {ranks.size} ranks" if ranks.size > 1 else family or "run"
        self._display = progress(label, self.config.monitored, quiet)
        self.resumed: tuple[dict[str, np.ndarray], dict, bool] | None = None  # the state, for other ranks
        self._steps_of_an_epoch: int | None = None  # known once one is over
        self._seconds_before, self._sessions = 0.0, 1
        self._stop: str | None = None
        self._received: signal.Signals | None = None
        self._started = self._saved_at = time.monotonic()
        found = self._newest() if resume else None
        if found is None:
            self._begin()
        with self.saving():
            self._events = Events(self.directory / "tensorboard") if tensorboard else None
        if found is not None:
            self._resume_from(found, further)

    def _begun_config(self, config: RunConfig | dict) -> RunConfig:
        """The configuration that a run was begun with. Raises BadInput if a dictionary has other settings."""
        if isinstance(config, RunConfig) or not (self.directory / "config.json").exists():
            return as_config(config)
        begun = read_config(self.directory)
        if begun.settings != as_config(config).settings:
            raise BadInput(
                f"{self.directory} was begun with other settings; resume it with those in its config.json, or "
                "train in another directory"
            )
        return begun

    def _begin(self) -> None:
        """Begin with an empty directory: the files of a former run are removed."""
        try:
            self._clear()
            write_text(self.directory / "metrics.jsonl", "")
            write_json(self.directory / "config.json", msgspec.to_builtins(self.config))
        except OSError as error:
            raise _no_room(self.directory, error) from None

    def _clear(self) -> None:
        self._clear_results("model*.safetensors", INITIAL_WEIGHTS)
        for folder in ("checkpoints", "tensorboard"):
            shutil.rmtree(self.directory / folder, ignore_errors=True)
        (self.directory / "samples").mkdir(exist_ok=True)

    def _clear_results(self, *further: str) -> None:
        """Remove the files that are written at the end of a training."""
        for name in ("scores.json", "timing.json", "report.html", "samples/*", *further):
            for left_over in self.directory.glob(name):
                left_over.unlink()

    def _newest(self) -> checkpoint.Checkpoint | None:
        found, damages = checkpoint.newest(self.directory / "checkpoints")
        for damage in damages:
            print(f"scratchgen: {one_line(damage)}; resuming from the one before", file=sys.stderr)
        return found

    def _resume_from(self, found: checkpoint.Checkpoint, further: bool) -> None:
        saved_with, configs = found.numbers["config_sha256"], [self.config, *self.config.former()]
        digests = [checkpoint.digest_of(msgspec.to_builtins(config)) for config in configs]
        if saved_with not in digests:
            raise BadInput(
                f"{self.directory / 'config.json'} has changed since this run was saved; restore it, or "
                f"train again with --config {self.directory} and another --out"
            )
        self.trained_further = saved_with != digests[0]
        if further:
            self._reopen(len(found.numbers["by_epoch"]))
        timing = found.numbers["timing"]
        self._seconds_before, self._sessions = timing["seconds"], timing["sessions"] + 1
        self.resume(found.arrays, found.numbers)
        self.resumed = found.arrays, found.numbers, self.trained_further
        lines = (_line(epoch, means) for epoch, means in enumerate(self.by_epoch, 1))
        with self.saving():
            write_text(self.directory / "metrics.jsonl", "".join(lines))

    def _reopen(self, epochs: int) -> None:
        """Make a finished run, trained for this many epochs, an unfinished one with its new configuration.

        A process that is killed between two of these lines leaves a run that resumes: with the old configuration,
        until the new one is written.
        """
        with self.saving():
            if (weights := self.directory / "model.safetensors").exists():
                weights.replace(self.directory / f"model-{epochs}-epochs.safetensors")
            self._clear_results()
            write_json(self.directory / "config.json", msgspec.to_builtins(self.config))

    # --- the loop -----------------------------------------------------------------------------------------

    def epochs(self, n: int) -> Iterator[int]:
        """As `History.epochs`, under a progress bar; the first Ctrl-C ends the step, saves and stops."""
        with stopping_gently(self._stop_for), self._display as display:
            display.begin(n, self.epoch - 1)
            yield from super().epochs(n)
            if self.early_stopping:
                display.message(self.early_stopping.summary(len(self.by_epoch), n))

    def after_step(self) -> None:
        """Show the progress; save when it is time; stop when asked to."""
        now = time.monotonic()
        # the length of an epoch is known after the first one; until then only the numbers show progress
        part = min(1.0, self.step / self._steps_of_an_epoch) if self._steps_of_an_epoch else 0.0
        self._display.step(self.epoch - 1 + part, self.latest)
        if self.max_minutes is not None and now - self._started >= 60 * self.max_minutes:
            self._stop = self._stop or f"stopped after {self.max_minutes:g} minutes"
        reason = agreed(self.ranks, self._stop)  # a signal from here on stops after the next step
        if reason or now - self._saved_at >= self.save_every:
            self.save_checkpoint()
        if reason:
            raise Stopped(f"{reason}; {self._how_to_resume()}", self._received, agreed=True)

    def after_epochs(self) -> None:
        """Save the last state; with early stopping, the finished weights may be those of an earlier epoch."""
        self.save_checkpoint()

    def message(self, line: str) -> None:
        """Show a line under the progress bar."""
        self._display.message(line)

    def _record(self, means: dict[str, float]) -> None:
        super()._record(means)
        if self._events:
            with self.saving():
                self._events.epoch(len(self.by_epoch), means)
        if self._pending is not None:  # epochs of before: the file is written whole
            return
        with self.saving(), open(self.directory / "metrics.jsonl", "a", encoding="utf-8") as file:
            file.write(_line(len(self.by_epoch), means))
        self._steps_of_an_epoch = self.step
        for line in self._comparison.of_epoch(self._tracked):
            self._display.message(line)
        self._display.note = self._comparison.note
        self._display.epoch(self.epoch, means)

    def _stop_for(self, received: signal.Signals) -> None:
        """Save and stop after this step."""
        self._received, self._stop = received, phrase(received)

    @contextmanager
    def resumable(self) -> Iterator[None]:
        """A signal that ends the process says how to resume the run also before and after its epochs."""
        try:
            yield
        except Interrupted as ended:
            raise Stopped(f"{ended}; {self._how_to_resume()}", ended.received) from None

    # --- files --------------------------------------------------------------------------------------------

    def save_checkpoint(self) -> None:
        """Write everything that is needed to resume from here."""
        moment = self.total_steps + len(self.by_epoch)  # the end of an epoch is a moment after its last step
        arrays, numbers = self.state()
        of_the_run = {
            "timing": self.timing,
            "config_sha256": checkpoint.digest_of(msgspec.to_builtins(self.config)),
        }
        state = checkpoint.Checkpoint(moment, arrays, {**numbers, **of_the_run})
        try:
            with self.saving():
                checkpoint.write(self.directory / "checkpoints", state)
        except TypeError as error:  # of JSON
            raise TypeError(
                f"the run cannot be saved ({error}): what it tracks holds arrays, numbers, texts and lists of them"
            ) from None
        self._saved_at = time.monotonic()

    @property
    def timing(self) -> dict:
        """Seconds in all sessions, and the number of sessions."""
        seconds = self._seconds_before + time.monotonic() - self._started
        return {"seconds": round(seconds, 3), "sessions": self._sessions}

    def save(self, model: Module) -> None:
        """Write timing, report and the finished weights; the weights mark the run as finished and come last.

        Another process may then use the directory. Raises TypeError for a model without weights.
        """
        if not isinstance(model, Module):
            raise TypeError(f"save writes the weights of a nn.Module, not of {described(model)}")
        with self.saving():
            write_json(self.directory / "timing.json", self.timing)
            write_report(self.directory)
            write_weights(self.directory / "model.safetensors", model.state_dict(), **facts_of(model))
        if self._events:
            self._events.close()
        self._lock.release()

    def picture(self, name: str, kind: str = "png") -> Path:
        """The path of a picture of this name."""
        return self.directory / "samples" / f"{name}.{kind}"

    @contextmanager
    def saving(self) -> Iterator[None]:
        """A full disk or a lost permission ends the run in one line; the last checkpoint is intact.

        The directory is then free for the training that resumes, also in this process.
        """
        try:
            yield
        except OSError as error:
            self._lock.release()
            raise BadInput(
                f"cannot write in {self.directory} ({error.strerror or error}); the last checkpoint is intact. "
                f"Make room, then {self._how_to_resume()}"
            ) from None

    def _how_to_resume(self) -> str:
        return f"resume with: {self._resume_with}"


def _no_room(directory: str | Path, error: OSError) -> BadInput:
    """A run that cannot even begin."""
    return BadInput(f"cannot write in {directory} ({error.strerror or error}); choose another --out")


def _line(epoch: int, means: dict[str, float]) -> str:
    """One line of metrics.jsonl; a number that is not finite is null, as JSON has no word for it."""
    numbers = {name: mean if math.isfinite(mean) else None for name, mean in means.items()}
    return json.dumps({"epoch": epoch, **numbers}) + "\n"
