"""An application: what it makes, from which data, by which model, and how well compared with baselines.

<out>/<application>/report.html              the results of all seeds
<out>/<application>/seed-<n>/results.json    the numbers of one seed
<out>/<application>/seed-<n>/examples/       its texts, pictures and sounds
<out>/<application>/seed-<n>/<model>/        the run of each model, which is resumed if it was interrupted
"""

from __future__ import annotations

import math
import shlex
import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from scratchgen.data.catalogue import CATALOGUE
from scratchgen.errors import BadInput
from scratchgen.runs.files import decode_json, read_bytes, writable_directory, write_json
from scratchgen.runs.provenance import collect_provenance
from scratchgen.runs.record import read_record
from scratchgen.tasks import get_task
from scratchgen.tasks.load import load_run
from scratchgen.tasks.resume import Finished, open_unfinished
from scratchgen.tasks.task import Loaded, train_task

RESULTS, EXAMPLES = "results.json", "examples"
LARGEST_RESULTS = 2**20  # bytes


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table of results.

    measure             what is measured, with its unit
    ours                the number of the model
    baselines           name → number of each baseline
    real                the number of held-out real data, where the measure has a meaning for them
    target              the number to reach; None where nothing is promised
    rule                how the target follows from other numbers, such as "0.15 below the best n-gram model"
    higher_is_better    whether a higher number is better
    digits              after the decimal point
    """

    measure: str
    ours: float
    baselines: dict[str, float] = {}
    real: float | None = None
    target: float | None = None
    rule: str = ""
    higher_is_better: bool = True
    digits: int = 2

    @property
    def reached(self) -> bool:
        """Whether our number is at least as good as the target; True without one."""
        if self.target is None:
            return True
        return self.ours >= self.target if self.higher_is_better else self.ours <= self.target


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A text, picture or sound of the report: its path within the directory of the seed, and a caption."""

    file: str
    caption: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What one seed gave: results, things to look at or listen to, minutes of training, and the versions in use."""

    results: list[Result]
    shown: list[Shown]
    minutes: float = 0.0
    versions: dict[str, str] = {}


@dataclass(frozen=True)
class Job:
    """One seed of an application, for the function that carries it out.

    data          the names of the data sets of the application, or the path of a person's own data alone
    directory     of this seed
    quick         whether a few seconds of training on embedded data are wanted instead of the whole
    session       options of a `runs.Run`, such as quiet
    """

    data: tuple[str, ...]
    directory: Path
    seed: int
    quick: bool
    session: Mapping[str, Any] = field(default_factory=dict)

    @property
    def examples(self) -> Path:
        """The directory of the files that the report shows."""
        return writable_directory(self.directory / EXAMPLES)

    def train(
        self, task_name: str, data: str | Loaded | None = None, *, run: str | None = None, **given: Any
    ) -> tuple[Any, Any, Any]:
        """Train a model of a task, resume its training, or load it if it is finished: (model, data, settings).

        data     the data set or path (default: the first of the job), or data in memory, made from one of these
        run      the name of the run's directory (default: the task's), where a job trains several models of a task
        given    settings of the task that are not its defaults
        """
        task, source = get_task(task_name), data or self.data[0]
        name = source if isinstance(source, str) else source.name
        settings = task.complete(name, given)
        loaded = task.load(source, settings) if isinstance(source, str) else source
        directory = self.directory / (run or task_name)
        try:
            model, _ = train_task(
                replace(task, load=lambda source, settings: loaded),  # once
                name,
                settings,
                self.seed,
                partial(open_unfinished, directory, **self.session),
                given=given,
                settled=given,
            )
        except Finished:  # the job was interrupted after this training
            model = load_run(directory).model
        return model, loaded, settings

    def show(self, name: str, caption: str) -> tuple[Path, Shown]:
        """The path of a file of the examples, and its entry in the report."""
        return self.examples / name, Shown(file=f"{EXAMPLES}/{name}", caption=caption)


@dataclass(frozen=True)
class Application:
    """An application of the article.

    name, title     "text-generation", and a description in a few words
    about           data, model and measures in a few sentences
    data            the data sets by default;  quick_data: embedded ones for `quick`
    where_present   those of `data` that nobody hosts: they are left out where they are not on disk
    on              what `--on` takes, such as "a text file or a folder of texts"
    carry_out       job ↦ results and examples
    seeds           the number of seeds by default
    """

    name: str
    title: str
    about: str
    data: tuple[str, ...]
    quick_data: tuple[str, ...]
    on: str
    carry_out: Callable[[Job], Outcome]
    seeds: int = 1
    where_present: tuple[str, ...] = ()

    def data_here(self) -> tuple[str, ...]:
        """The data sets by default, without those of `where_present` that are not on disk."""
        return tuple(
            name for name in self.data if name not in self.where_present or CATALOGUE[name].is_present
        )


def run_application(
    application: Application,
    out: Path,
    seeds: Iterable[int],
    *,
    data: str | None = None,
    quick: bool = False,
    **session: Any,
) -> tuple[Path, list[Outcome]]:
    """Carry out the seeds that have no results yet; the directory of the application, and the outcomes of all seeds.

    data       the name of a data set or a path, in place of the application's own
    session    options of a `runs.Run`: quiet, save_every, max_minutes
    Raises BadInput where the directory has results for other data, or damaged ones.
    """
    source = (data,) if data else application.quick_data if quick else application.data_here()
    directory = out / (f"{application.name}-quick" if quick else application.name)
    outcomes = []
    for seed in seeds:
        job = Job(source, directory / f"seed-{seed}", seed, quick, session)
        path = job.directory / RESULTS
        if not path.exists():
            outcome = application.carry_out(job)
            versions = dict(collect_provenance()["versions"])
            whole = msgspec.structs.replace(outcome, minutes=_minutes(job.directory), versions=versions)
            write_json(path, {"data": source, **msgspec.to_builtins(whole)})
        outcomes.append(_outcome(path, source))
    return directory, outcomes


def _minutes(directory: Path) -> float:
    """The minutes of training of all runs of a seed, over all sessions."""
    timings = [read_record(config.parent).timing for config in directory.glob("*/config.json")]
    return sum(timing.seconds for timing in timings if timing) / 60


def _outcome(path: Path, source: tuple[str, ...]) -> Outcome:
    content = read_bytes(path, LARGEST_RESULTS)
    try:
        of_data = tuple(decode_json(content)["data"])
        outcome = decode_json(content, Outcome)
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path} is damaged ({error}); remove {path.parent} and run again") from None
    if of_data != source:
        raise BadInput(
            f"{path.parent} has the results for {' and '.join(of_data)}, not for {' and '.join(source)}; "
            "choose another --out"
        )
    return outcome


def over_seeds(outcomes: list[Outcome], place: int) -> tuple[float, float | None]:
    """The mean of a result over the seeds, and its standard error s/√n; None for a single seed.

    Ledger: evaluation.standard_error
    """
    numbers = [outcome.results[place].ours for outcome in outcomes]
    mean = statistics.mean(numbers)
    return mean, None if len(numbers) == 1 else statistics.stdev(numbers) / math.sqrt(len(numbers))


def described(application: Application, on: str | None, quick: bool) -> str:
    """What was carried out: the application as it is described, or how this run differs from the description."""
    if not (quick or on):
        return application.about
    model = "A short training of a small model" if quick else "The application's model"
    source, usual = on or " and ".join(application.quick_data), " and ".join(application.data)
    return f"{model}, on {source} instead of {usual}. The whole application: {application.about}"


def command_of(application: Application, on: str | None, seeds: int, quick: bool) -> str:
    """The command that carries the application out again."""
    words = ["scratchgen", "app", "run", application.name]
    words += ["--quick"] * quick
    words += ["--on", on] if on else []
    words += ["--seeds", str(seeds)] if seeds != (1 if quick else application.seeds) else []
    return shlex.join(words)
