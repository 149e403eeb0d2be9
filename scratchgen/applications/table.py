"""The committed results of the applications, with small examples: what the pages of the site are made from.

    python -m scratchgen.applications.table applications

reads <application>/seed-<n>/results.json of full runs in the folder `applications`, and writes into
tutorials/applications of the repository:

    results.json             the numbers of every application: data, models with their settings, one outcome per seed
    <application>/           the examples of seed 0 that are small enough

An application without a full run in the folder keeps its results.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec

from scratchgen.applications.application import LARGEST_RESULTS, RESULTS, Application, Outcome
from scratchgen.applications.catalogue import ALL
from scratchgen.errors import BadInput
from scratchgen.runs.files import decode_json, read_bytes, writable_directory, write_json
from scratchgen.runs.record import read_record
from scratchgen.tasks import NAMES, get_task

COMMITTED = Path(__file__).parents[2] / "tutorials" / "applications"
LARGEST_EXAMPLES = 600_000  # bytes of the examples of an application
LARGEST_TABLE = 2**24  # bytes


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model of an application: its task, the data that it is trained on, and the settings that are not defaults."""

    task: str
    data: str
    settings: dict[str, Any]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """The results of an application.

    data        names of its data sets
    models      the name of the run ↦ the model, as in seed 0
    outcomes    one per seed
    examples    names of the copied files, as in `shown` of the first outcome
    """

    data: tuple[str, ...]
    models: dict[str, Model]
    outcomes: list[Outcome]
    examples: list[str] = []


Table = dict[str, Entry]


def read_table(folder: Path = COMMITTED) -> Table:
    """The committed results by the name of the application; {} where there are none. Raises BadInput if damaged."""
    path = folder / RESULTS
    return _decoded(path, Table, LARGEST_TABLE) if path.exists() else {}


def collect(runs: Path, applications: tuple[Application, ...] = ALL) -> Table:
    """The results of all full runs in a folder of `scratchgen app run`, without examples.

    Raises BadInput for damaged results, seeds that are missing in between, and a folder without a full run.
    """
    table = {}
    for application in applications:
        directory = runs / application.name
        seeds = sorted(
            int(path.parent.name.removeprefix("seed-")) for path in directory.glob(f"seed-*/{RESULTS}")
        )
        if not seeds:
            continue
        if seeds != list(range(len(seeds))):
            raise BadInput(
                f"{directory} has the seeds {seeds}, and not all below {seeds[-1] + 1}; run the others"
            )
        paths = [directory / f"seed-{seed}" / RESULTS for seed in seeds]
        of_data = [tuple(_decoded(path, dict, LARGEST_RESULTS).get("data", ())) for path in paths]
        if set(of_data) != {application.data}:
            raise BadInput(
                f"{directory} has the results for {' and '.join(of_data[0])}, and the table is for "
                f"{' and '.join(application.data)}; run {application.name} without --on"
            )
        outcomes = [_decoded(path, Outcome, LARGEST_RESULTS) for path in paths]
        measures = [[result.measure for result in outcome.results] for outcome in outcomes]
        if any(found != measures[0] for found in measures):
            raise BadInput(f"the seeds of {directory} have different measures; run all again in a new folder")
        table[application.name] = Entry(
            data=application.data, models=_models(directory / "seed-0"), outcomes=outcomes
        )
    if not table:
        raise BadInput(
            f"{runs} has no full run of an application; run `scratchgen app run NAME --out {runs}`"
        )
    return table


def merge(runs: Path, folder: Path = COMMITTED, applications: tuple[Application, ...] = ALL) -> Table:
    """Merge the full runs of a folder into the committed results, and copy their examples; the whole table.

    Nothing is written where `collect` refuses.
    """
    table, found = read_table(folder), collect(runs, applications)
    for name, entry in found.items():
        target = writable_directory(folder) / name
        if target.exists():
            shutil.rmtree(target)
        examples = _copied(runs / name / "seed-0", entry, target)
        table[name] = msgspec.structs.replace(entry, examples=examples)
    order = {application.name: place for place, application in enumerate(applications)}
    ordered = {
        name: table[name] for name in sorted(table, key=lambda name: (order.get(name, len(order)), name))
    }
    write_json(folder / RESULTS, msgspec.to_builtins(ordered))
    return ordered


def _copied(seed: Path, entry: Entry, target: Path) -> list[str]:
    """Copy the examples of a seed in their order, each that still fits into `LARGEST_EXAMPLES`; the names of these."""
    left, examples = LARGEST_EXAMPLES, []
    for shown in entry.outcomes[0].shown:
        source = seed / shown.file
        if not source.is_file() or (size := source.stat().st_size) > left:
            continue
        shutil.copyfile(source, writable_directory(target) / source.name)
        left -= size
        examples.append(shown.file)
    return examples


def _models(seed: Path) -> dict[str, Model]:
    """The models of a seed, by the names of their runs."""
    found = {}
    for path in sorted(seed.glob("*/config.json")):
        config = read_record(path.parent).config
        defaults = msgspec.to_builtins(get_task(config.task).settings()) if config.task in NAMES else {}
        settings = {name: value for name, value in config.settings.items() if defaults.get(name) != value}
        found[path.parent.name] = Model(task=config.task, data=config.data, settings=settings)
    return found


def _decoded(path: Path, kind: Any, most: int) -> Any:
    try:
        return decode_json(read_bytes(path, most), kind)
    except ValueError as error:
        raise BadInput(f"{path} is damaged ({error}); restore it, or remove it and run again") from None


def main() -> int:
    """Merge the full runs of the folder that the command names; the exit status."""
    if len(sys.argv) != 2:
        print("usage: python -m scratchgen.applications.table FOLDER", file=sys.stderr)
        return 2
    try:
        table = merge(Path(sys.argv[1]))
    except BadInput as problem:
        print(problem, file=sys.stderr)
        return 2
    missing = [application.name for application in ALL if application.name not in table]
    print(
        f"{COMMITTED / RESULTS}: {', '.join(table)}" + (f"; not run: {', '.join(missing)}" if missing else "")
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
