"""A reproduction: a published result, its setting, and the numbers of this library.

Each number of a table is a part, which is trained once per seed in a separate run directory, so that an
interrupted reproduction can be resumed:

    <out>/<reproduction>/<part>/seed-<n>/
"""

from __future__ import annotations

import json
import math
import shlex
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from scratchgen.errors import BadInput
from scratchgen.files import distinct_names
from scratchgen.nn import Module
from scratchgen.nn.saving import describe
from scratchgen.runs.config import RunConfig
from scratchgen.runs.files import RESULT, read_bytes, write_json
from scratchgen.runs.provenance import collect_provenance, fingerprint
from scratchgen.runs.run import Run
from scratchgen.runs.score import Score
from scratchgen.tasks.resume import open_again
from scratchgen.tasks.task import OpenRun, finished

LARGEST_RESULT = 2**20  # bytes

Measured = tuple[Run, Module, dict[str, float]]  # the numbers; the first is the published one


@dataclass(frozen=True)
class Part:
    """One number of a published table.

    published           the published number as text; "–" without one
    target              the number to reach here; None without a target
    measure             (seed, open_run) ↦ the run, the trained model and its numbers
    higher_is_better    whether a higher number is better
    """

    name: str
    title: str
    published: str
    target: float | None
    measure: Callable[[int, OpenRun], Measured]
    higher_is_better: bool = False

    def score(self, name: str, value: float) -> Score:
        """The score of one seed, next to the published number and the target."""
        compared = Score(name, f"{value:.4g}", self.published)
        if self.target is None:
            return compared
        sign = "≥" if self.higher_is_better else "≤"
        reached = value >= self.target if self.higher_is_better else value <= self.target
        return replace(compared, expected=f"{sign} {self.target:.4g}", reached=reached)


@dataclass(frozen=True)
class Reproduction:
    """A published table, or a row of it.

    source        the paper and the place in it
    unit          of its numbers
    setting       the model, the data and the training, in a few sentences
    deviations    all differences from the published training
    seeds         the number of seeds by default
    """

    name: str
    title: str
    source: str
    unit: str
    setting: str
    deviations: tuple[str, ...]
    parts: tuple[Part, ...]
    seeds: int = 1


@dataclass(frozen=True)
class Row:
    """The result of a part: its numbers and its minutes for each seed."""

    part: Part
    numbers: list[dict[str, float]]
    minutes: list[float]

    def of(self, name: str) -> list[float]:
        """The values of one number, of the seeds that have it."""
        return [found[name] for found in self.numbers if name in found]

    def mean(self, name: str) -> float:
        """The mean of a number over these seeds."""
        return statistics.mean(self.of(name))

    def standard_error(self, name: str) -> float | None:
        """The standard error of that mean, s/√n; None for a single seed.

        Ledger: evaluation.standard_error
        """
        found = self.of(name)
        return None if len(found) == 1 else statistics.stdev(found) / math.sqrt(len(found))


def formula_config(
    data: str, held_out: dict[str, np.ndarray], seed: int, model: Module, settings: dict[str, Any]
) -> RunConfig:
    """The configuration of a training on data from a formula, which no task loads."""
    described, sha256 = describe(model), fingerprint(held_out)
    return RunConfig(
        data=data, data_sha256=sha256, seed=seed, model=described, settings=settings, **collect_provenance()
    )


def reproduce(reproduction: Reproduction, out: Path, seeds: Iterable[int], **session: Any) -> list[Row]:
    """Train the parts and seeds without a result, and collect the numbers of all of them."""
    seeds = list(seeds)
    return [_row(reproduction, part, out, seeds, session) for part in reproduction.parts]


def _row(reproduction: Reproduction, part: Part, out: Path, seeds: list[int], session: dict) -> Row:
    found = []
    for seed in seeds:
        train_run(reproduction, part, seed, out, **session)
        found.append(read_result(run_directory(reproduction, part, seed, out)))
    return Row(part, [result["numbers"] for result in found], [result["minutes"] for result in found])


def run_directory(reproduction: Reproduction, part: Part, seed: int, out: Path) -> Path:
    """The run directory of one seed of a part."""
    return out / reproduction.name / part.name / f"seed-{seed}"


def train_run(reproduction: Reproduction, part: Part, seed: int, out: Path, **session: Any) -> None:
    """Train one seed of a part, unless it has a result."""
    directory = run_directory(reproduction, part, seed, out)
    if not (directory / RESULT).exists():
        resume_with = f"scratchgen reproduce {reproduction.name} --out {shlex.quote(str(out))}"
        _measure(reproduction.name, part, seed, directory, {**session, "resume_with": resume_with})


def _measure(reproduction: str, part: Part, seed: int, directory: Path, options: dict) -> None:
    def open_run(config: RunConfig) -> Run:
        return open_again(directory, msgspec.structs.replace(config, reproduction=reproduction), **options)

    run, model, numbers = part.measure(seed, open_run)
    name, value = next(iter(numbers.items()))
    write_json(directory / RESULT, {"numbers": numbers, "minutes": run.timing["seconds"] / 60})
    finished(run, model, [part.score(name, value)])


def read_result(directory: Path) -> dict:
    """The numbers and the minutes of a run. Raises BadInput for a damaged file."""
    path = directory / RESULT
    try:
        found = json.loads(read_bytes(path, LARGEST_RESULT), object_pairs_hook=distinct_names)
        return {"numbers": dict(found["numbers"]), "minutes": float(found["minutes"])}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadInput(f"{path} is damaged ({error}); remove {directory} and reproduce again") from None
