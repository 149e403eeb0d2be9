"""report.html of an application: results compared with baselines, examples, and the commands."""

from __future__ import annotations

import statistics
from pathlib import Path

from scratchgen.applications.application import Application, Outcome, over_seeds
from scratchgen.runs import html
from scratchgen.runs.files import write_text

HEADINGS = ("measure", "this model", "baselines", "real data", "expected", "")
LISTENED, SEEN = (".wav",), (".png", ".gif")


def write_report(
    application: Application,
    directory: Path,
    outcomes: list[Outcome],
    first: Path,
    command: str,
    about: str,
    quick: bool = False,
) -> Path:
    """Write report.html into the directory of the application.

    first    the directory of the seed whose examples are shown
    about    what was carried out, in a few sentences
    quick    whether the training was too short to reach what is expected, so that nothing is said to be missed
    """
    path = directory / "report.html"
    n = len(outcomes)
    minutes = statistics.mean(outcome.minutes for outcome in outcomes)
    subtitle = f"{n} seed{'s' if n > 1 else ''} · {minutes:.1f} minutes of training per seed"
    shown = outcomes[0].shown
    parts = (
        html.note(about),
        html.section("Results", html.table(HEADINGS, rows(outcomes, quick))),
        html.section(
            "Examples",
            html.pictures(
                _figure(first / item.file, item.caption) for item in shown if _is_figure(item.file)
            ),
            *(
                html.note(item.caption) + html.verbatim((first / item.file).read_text(encoding="utf-8"))
                for item in shown
                if not _is_figure(item.file)
            ),
        ),
        html.section("Command", html.verbatim(command)),
        html.section("Versions", html.table((), outcomes[0].versions.items())),
    )
    write_text(path, html.render_page(application.title, subtitle, parts))
    return path


def rows(outcomes: list[Outcome], quick: bool = False) -> list[tuple]:
    """The rows of the table of results, as HTML: numbers are means over seeds ± their standard error.

    quick    as in `write_report`: the expected numbers are those of a whole training
    """
    found = []
    for place, result in enumerate(outcomes[0].results):
        mean, error = over_seeds(outcomes, place)
        number = lambda x, digits=result.digits: f"{round(x, digits) + 0.0:,.{digits}f}"  # no −0.00
        baselines = "; ".join(f"{number(value)} ({name})" for name, value in result.baselines.items())
        reached = all(outcome.results[place].reached for outcome in outcomes)
        sign = "≥" if result.higher_is_better else "≤"
        expected = "" if result.target is None else f"{sign} {number(result.target)}"
        found.append(
            (
                result.measure,
                number(mean) + ("" if error is None else f" ± {number(error)}"),
                baselines,
                "" if result.real is None else number(result.real),
                expected + (f" ({result.rule})" if expected and result.rule else ""),
                "" if not expected else "in full" if quick else html.outcome(reached),
            )
        )
    return found


def _is_figure(file: str) -> bool:
    return file.endswith((*SEEN, *LISTENED))


def _figure(path: Path, caption: str) -> str:
    if path.suffix in LISTENED:
        return html.sound(path.read_bytes(), caption)
    return html.picture(path.read_bytes(), caption, kind=path.suffix[1:])
