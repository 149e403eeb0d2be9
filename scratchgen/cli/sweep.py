"""scratchgen sweep FILE.toml: train with many settings and seeds, and compare them on one page."""

from __future__ import annotations

import shlex
from contextlib import closing, nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from scratchgen.cli.output import PlainTable, console, print_line
from scratchgen.errors import BadInput
from scratchgen.runs.record import read_record
from scratchgen.runs.stopped import Interrupted, Stopped, phrase
from scratchgen.sweeps.dask import dask_runner
from scratchgen.sweeps.directory import Sweep, opened
from scratchgen.sweeps.local import run_locally
from scratchgen.sweeps.plan import read_plan
from scratchgen.sweeps.progress import SweepProgress
from scratchgen.sweeps.report import explanation, write_sweep_report
from scratchgen.sweeps.results import Results, check_score, collect_results, score_rows
from scratchgen.sweeps.trial import Runner
from scratchgen_kernels.threads import cores


def sweep(
    file: Annotated[Path, typer.Argument(help="TOML file with the settings to vary.")],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the runs; a sweep that it already holds is resumed (default: sweeps/<file>)."
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Number of trainings at once (default: the number of cores).")
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            help="local: train in processes of this machine; dask: on a Dask cluster that is started here, with --jobs "
            "workers (default: local)."
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="Train on the workers of this running Dask scheduler, such as tcp://10.0.0.5:8786; all of them must "
            "see the folder of --out."
        ),
    ] = None,
) -> None:
    """Train with every combination of settings, or with random ones, and compare scores over seeds.

    The same command again resumes unfinished trainings. Each training is an ordinary run directory.
    """
    on_dask = _is_on_dask(on, scheduler, jobs)
    plan = read_plan(file)
    directory = out or Path("sweeps") / file.stem
    jobs = jobs or cores()
    runner = (
        dask_runner(directory, jobs, scheduler) if on_dask else nullcontext(partial(run_locally, jobs=jobs))
    )
    with (
        runner as run,
        opened(plan, directory) as found,
    ):  # a cluster must be there before anything is written
        try:
            failures = _train(found, run)
        except Interrupted as ended:
            where = ["--scheduler", scheduler] if scheduler else ["--on", "dask"] if on_dask else []
            again = shlex.join(["scratchgen", "sweep", str(file), "--out", str(directory), *where])
            raise Stopped(
                f"{phrase(ended.received)}; {len(found.finished())} of {len(plan.trials)} runs are finished; "
                f"resume with: {again}",
                ended.received,
            ) from None
        results = collect_results(found)
        report = write_sweep_report(found, results, failures)
    _print(found, results, report)
    if failures:
        raise typer.Exit(1)


def _is_on_dask(on: str | None, scheduler: str | None, jobs: int | None) -> bool:
    """Whether the trainings run on Dask. Raises BadInput for options that contradict each other."""
    if on not in (None, "local", "dask"):
        raise BadInput(f"--on is local or dask, not {on!r}")
    if scheduler is None:
        return on == "dask"
    if on == "local" or jobs is not None:
        given = "--on local" if on == "local" else "--jobs"
        raise BadInput(f"--scheduler trains on the workers of that Dask cluster; leave {given} out")
    return True


def _train(found: Sweep, run: Runner) -> dict[str, str]:
    """Finish the trainings; the names of the trainings that failed, each with its line."""
    failures: dict[str, str] = {}
    for trial in found.finished():
        check_score(found.plan.score, read_record(found.path(trial)))
        break
    progress = SweepProgress(found)
    with progress.live(), closing(run(found.unfinished())) as trainings:
        for ended in trainings:
            progress.show(ended)
            if ended.failure is None:
                check_score(found.plan.score, read_record(found.directory / ended.name))
            else:
                failures[ended.name] = ended.failure
    return failures


def _print(found: Sweep, results: Results, report: Path) -> None:
    headings, rows = score_rows(results)
    table = PlainTable()
    for k, heading in enumerate(headings):
        width = max(len(row[k]) for row in rows)  # a heading may be folded, a number may not
        table.add_column(heading, overflow="fold", min_width=width)
    for row in rows:
        table.add_row(*row)
    console().print(table)
    print_line(explanation(found, results))
    if results.best:
        print_line(f"Best settings: {results.best.label}")
    print_line(f"Report: {report}")
