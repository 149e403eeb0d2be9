"""The books of a training, so that the loop has none of it.

History keeps them in memory. A Run also keeps them in a directory, shows how far it is, and can be killed at
any moment and resumed: it ends with the same bits.

    config.json          what was trained on what, with every number needed to do it again
    metrics.jsonl        one line an epoch
    checkpoints/         where to go on
    model.safetensors    the finished weights
    samples/             pictures, and text
    scores.json          how good it is;  timing.json: how long it took
    report.html          all of it on a page
"""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import safetensors.numpy

from scratchgen.errors import BadInput
from scratchgen.files import replacing
from scratchgen.nn import Module
from scratchgen.runs import checkpoint
from scratchgen.runs.files import writable_directory, write_json, write_text
from scratchgen.runs.history import History
from scratchgen.runs.progress import progress
from scratchgen.runs.provenance import SHA256, fingerprint
from scratchgen.runs.tensorboard import Events

SAVE_SECONDS = 30.0  # what a killed run may lose
INTERRUPTED = "interrupted"


class Stopped(Exception):
    """The run has ended before its time, and everything is saved. The message says how to go on."""

    def __init__(self, message: str, interrupted: bool):
        super().__init__(message)
        self.interrupted = interrupted


class Run(History):
    """A training that is kept in a directory.

    directory      made if it is not there; one that holds a finished run is refused unless `replace`
    config         a JSON value that describes the run
    resume         go on from the newest checkpoint in the directory, or from the beginning if there is none
    save_every     seconds between checkpoints
    max_minutes    save and stop after as many
    quiet          show no progress
    tensorboard    write event files too, into the folder tensorboard
    go_on          the command that goes on with it, to be shown when it stops; by default `train --resume`

    Raises BadInput when the directory cannot be written, is in use by another process, or holds a finished
    run; when resuming, also when the checkpoints are damaged.
    """

    def __init__(
        self,
        directory,
        config: dict,
        *,
        replace: bool = False,
        resume: bool = False,
        save_every: float = SAVE_SECONDS,
        max_minutes: float | None = None,
        quiet: bool = False,
        tensorboard: bool = False,
        go_on: str | None = None,
    ):
        super().__init__()
        self.directory = writable_directory(Path(directory))
        self.config = config
        self._go_on = go_on or f"scratchgen train {config['kind']} --resume {shlex.quote(str(directory))}"
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
        if (self.directory / "model.safetensors").exists() and not replace:
            raise BadInput(f"{directory} holds a finished run; choose another --out or remove it")
        self._display = progress(config["kind"], quiet)
        self._steps_of_an_epoch: int | None = None  # known once one is over
        self._seconds_before, self._sittings = 0.0, 1
        self._stop: str | None = None
        self._started = self._saved_at = time.monotonic()
        found = self._newest() if resume else None
        if found is None:
            self._begin()
        with self.saving():
            self._events = Events(self.directory / "tensorboard") if tensorboard else None
        if found is not None:
            self._go_on_from(found)

    def _begin(self) -> None:
        """An empty book: whatever is left of a run before goes."""
        try:
            self._clear()
            write_text(self.directory / "metrics.jsonl", "")
            write_json(self.directory / "config.json", self.config)
        except OSError as error:
            raise _no_room(self.directory, error) from None

    def _clear(self) -> None:
        for name in ("model.safetensors", "scores.json", "timing.json", "report.html", "samples/*"):
            for left_over in self.directory.glob(name):
                left_over.unlink()
        for folder in ("checkpoints", "tensorboard"):
            shutil.rmtree(self.directory / folder, ignore_errors=True)
        (self.directory / "samples").mkdir(exist_ok=True)

    def _newest(self) -> checkpoint.Checkpoint | None:
        found, damages = checkpoint.newest(self.directory / "checkpoints")
        for damage in damages:
            print(f"scratchgen: {damage}; going on from the one before", file=sys.stderr)
        return found

    def _go_on_from(self, found: checkpoint.Checkpoint) -> None:
        if found.numbers["config_sha256"] != checkpoint.digest_of(self.config):
            raise BadInput(
                f"{self.directory / 'config.json'} is not what it was when this run was saved; put it "
                f"back, or train anew with --config {self.directory} and another --out"
            )
        timing = found.numbers["timing"]
        self._seconds_before, self._sittings = timing["seconds"], timing["sittings"] + 1
        self.resume(found.arrays, found.numbers)
        lines = (_line(epoch, means) for epoch, means in enumerate(self.by_epoch, 1))
        with self.saving():
            write_text(self.directory / "metrics.jsonl", "".join(lines))

    # --- the loop -----------------------------------------------------------------------------------------

    def epochs(self, n: int) -> Iterator[int]:
        """As `History.epochs`, under a progress bar; the first Ctrl-C ends the step, saves and stops."""
        with self._stopping_gently(), self._display as display:
            display.begin(n, self.epoch - 1)
            yield from super().epochs(n)
            if self.patience:
                display.say(self.patience.verdict(len(self.by_epoch), n))

    def after_step(self) -> None:
        """Show how far it is; save when it is time; stop when asked to."""
        now = time.monotonic()
        # how long an epoch is, the first one tells; until then the numbers alone show that it goes on
        part = min(1.0, self.step / self._steps_of_an_epoch) if self._steps_of_an_epoch else 0.0
        self._display.step(self.epoch - 1 + part, self.latest)
        if self.max_minutes is not None and now - self._started >= 60 * self.max_minutes:
            self._stop = self._stop or f"stopped after {self.max_minutes:g} minutes"
        if self._stop or now - self._saved_at >= self.save_every:
            self.save_checkpoint()
        if self._stop:
            raise Stopped(f"{self._stop}; {self._how_to_go_on()}", self._stop == INTERRUPTED)

    def after_epochs(self) -> None:
        """The last state is saved; with patience, the finished weights may be of an epoch before it."""
        self.save_checkpoint()

    def message(self, line: str) -> None:
        """Show a line under the progress bar."""
        self._display.say(line)

    def _note(self, means: dict[str, float]) -> None:
        super()._note(means)
        if self._events:
            with self.saving():
                self._events.epoch(len(self.by_epoch), means)
        if self._to_put_back is not None:  # epochs of before: the file is written whole
            return
        with self.saving(), open(self.directory / "metrics.jsonl", "a", encoding="utf-8") as file:
            file.write(_line(len(self.by_epoch), means))
        self._steps_of_an_epoch = self.step
        self._display.epoch(self.epoch, means)

    @contextmanager
    def _stopping_gently(self):
        """The first Ctrl-C lets the step end; the second is as abrupt as ever."""
        if threading.current_thread() is not threading.main_thread():  # signals reach the main thread alone
            yield
            return

        def stop(*_):
            self._stop = INTERRUPTED
            signal.signal(signal.SIGINT, before)

        before = signal.signal(signal.SIGINT, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    # --- files --------------------------------------------------------------------------------------------

    def save_checkpoint(self) -> None:
        """Write everything that is needed to go on from here."""
        moment = self.total_steps + len(self.by_epoch)  # the end of an epoch is a moment after its last step
        arrays, numbers = self.state()
        of_the_run = {"timing": self.timing, "config_sha256": checkpoint.digest_of(self.config)}
        state = checkpoint.Checkpoint(moment, arrays, {**numbers, **of_the_run})
        with self.saving():
            checkpoint.write(self.directory / "checkpoints", state)
        self._saved_at = time.monotonic()

    @property
    def timing(self) -> dict:
        """Seconds in all sittings, and how many there were."""
        seconds = self._seconds_before + time.monotonic() - self._started
        return {"seconds": round(seconds, 3), "sittings": self._sittings}

    def save(self, model: Module) -> None:
        """Write the finished weights, which mark the run as finished: they come last of all its files.

        Another process may then use the directory.
        """
        with self.saving(), replacing(self.directory / "model.safetensors") as temporary:
            weights = model.state_dict()
            temporary.write_bytes(safetensors.numpy.save(weights, {SHA256: fingerprint(weights)}))
        if self._events:
            self._events.close()
        self._lock.release()

    def picture(self, name: str, kind: str = "png") -> Path:
        """Where a picture of that name goes."""
        return self.directory / "samples" / f"{name}.{kind}"

    @contextmanager
    def saving(self):
        """A full disk, or a permission that is gone, ends the run in one line; what was saved stays."""
        try:
            yield
        except OSError as error:
            raise BadInput(
                f"cannot write in {self.directory} ({error.strerror or error}); what was saved before is "
                f"whole. Mend that, then {self._how_to_go_on()}"
            ) from None

    def _how_to_go_on(self) -> str:
        return f"go on with: {self._go_on}"


def _no_room(directory: Path, error: OSError) -> BadInput:
    """A run that cannot even begin."""
    return BadInput(f"cannot write in {directory} ({error.strerror or error}); choose another --out")


def _line(epoch: int, means: dict[str, float]) -> str:
    return json.dumps({"epoch": epoch, **means}) + "\n"
