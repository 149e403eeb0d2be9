"""scratchgen app: the article's applications, each with data, baselines and results to look at or listen to."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from scratchgen.cli import help_of_group
from scratchgen.cli.output import PlainTable, console, print_line
from scratchgen.errors import BadInput
from scratchgen.runs.schema import MOST_SEEDS

app = typer.Typer(
    help="Applications of generative models: train, compare with baselines, look at the results.",
    callback=help_of_group,
    invoke_without_command=True,
    rich_markup_mode=None,
)


@app.command("list")
def list_() -> None:
    """List the applications."""
    from scratchgen.applications.catalogue import APPLICATIONS

    table = PlainTable()
    for heading in ("name", "application", "data", "with your own data (--on)"):
        table.add_column(heading)
    for application in APPLICATIONS.values():
        table.add_row(application.name, application.title, ", ".join(application.data), application.on)
    console().print(table)


@app.command()
def run(
    name: Annotated[str, typer.Argument(help="Name of the application; `scratchgen app list` has them all.")],
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="A short training on embedded data: it shows the form, not the quality."
        ),
    ] = False,
    on: Annotated[
        str | None, typer.Option(help="Data set or path of your own data, instead of the application's data.")
    ] = None,
    seeds: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_SEEDS, help="Number of seeds (default: as stated in the application)."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the applications; what is in it is resumed.")] = Path(
        "applications"
    ),
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Train an application, compare it with its baselines, and write a report."""
    from scratchgen.applications.application import command_of, described, run_application
    from scratchgen.applications.catalogue import APPLICATIONS
    from scratchgen.applications.report import write_report

    if name not in APPLICATIONS:
        raise BadInput(f"no application is named {name!r}; choose one of {', '.join(APPLICATIONS)}")
    application = APPLICATIONS[name]
    number = seeds or (1 if quick else application.seeds)
    if not (on or quick):
        for absent in sorted(set(application.data) - set(application.data_here())):
            print_line(
                f"{name}: leaving out {absent}, which nobody hosts; set SCRATCHGEN_DATA to a folder that contains it"
            )
    command = command_of(application, on, number, quick)
    session = {"quiet": quiet, "resume_with": f"{command} --out {shlex.quote(str(out))}"}
    directory, outcomes = run_application(application, out, range(number), data=on, quick=quick, **session)
    report = write_report(
        application,
        directory,
        outcomes,
        directory / "seed-0",
        command,
        described(application, on, quick),
        quick,
    )
    print_line(f"{name}: {report}")
