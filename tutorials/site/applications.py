"""A page per application, and the page that lists them: from the catalogue and the committed results.

The numbers and the examples are those of tutorials/applications, which `python -m scratchgen.applications.table`
writes. An application without results has its page too.
"""

from __future__ import annotations

import re
import shutil
from html import escape
from pathlib import Path

from library import raw_html

from scratchgen.applications.application import Application, command_of
from scratchgen.applications.catalogue import ALL
from scratchgen.applications.report import HEADINGS, LISTENED, SEEN, rows
from scratchgen.applications.table import COMMITTED, Entry, Table, read_table
from scratchgen.data.catalogue import CATALOGUE

EXAMPLES = "_static/applications"  # in the site
NOT_RUN = "The whole application has not been run yet, so that there are no results on this page."


def page(application: Application, entry: Entry | None, folder: Path = COMMITTED) -> str:
    """The page of an application as Markdown.

    entry     its results, or None
    folder    of the committed examples
    """
    parts = [
        f"# {heading(application)}",
        f"[Applications](index.md) › {application.title}",
        _text(application.about),
        _commands(application),
        _data(application.data),
    ]
    if entry is None:
        return "\n\n".join([*parts, f"## Results\n\n{NOT_RUN}"]) + "\n"
    parts += [_models(entry), _results(entry), _examples(application, entry, folder), _versions(entry)]
    return "\n\n".join(part for part in parts if part) + "\n"


def heading(application: Application) -> str:
    """The name of an application in words, "Text generation"."""
    return application.name.replace("-", " ").capitalize()


def index(table: Table) -> str:
    """The page that lists the applications, with the results of those that have some."""
    lines = [
        "# Applications",
        "",
        "Each application trains a model on real data, compares it with simple baselines and with held-out data, and "
        "writes a report with texts, pictures and sounds to read, look at or listen to. `scratchgen app list` lists "
        "them, and `scratchgen app run NAME` runs one.",
        "",
    ]
    lines += [f"- [{heading(app)}]({app.name}.md): {_text(app.title)}" for app in ALL]
    for application in ALL:
        if application.name in table:
            title = f"## [{heading(application)}]({application.name}.md)"
            lines += ["", title, "", _table_of_results(table[application.name])]
    lines += ["", "## Targets that are missed", "", (COMMITTED / "missed.md").read_text(encoding="utf-8")]
    if missing := [heading(application) for application in ALL if application.name not in table]:
        lines += ["", "## Not run", "", f"No full run yet: {', '.join(missing)}."]
    return "\n".join(lines) + "\n"


def write(folder: Path) -> list[str]:
    """Write all pages and the examples below a folder of sources; the names of the documents."""
    table = read_table()
    (folder / "applications").mkdir()
    (folder / "applications" / "index.md").write_text(index(table), encoding="utf-8")
    for application in ALL:
        entry = table.get(application.name)
        text = page(application, entry)
        (folder / "applications" / f"{application.name}.md").write_text(text, encoding="utf-8")
        if (examples := COMMITTED / application.name).is_dir():
            shutil.copytree(examples, folder / EXAMPLES / application.name)
    return ["applications/index", *(f"applications/{application.name}" for application in ALL)]


def _commands(application: Application) -> str:
    whole, quick = (command_of(application, None, 1 if q else application.seeds, q) for q in (False, True))
    fetched = [
        name
        for name in application.data
        if not CATALOGUE[name].is_embedded and name not in application.where_present
    ]
    fetch = "".join(f"scratchgen data fetch {name}\n" for name in fetched)
    return (
        f"## Commands\n\n```{{code-block}} bash\n:class: wraps\n{fetch}{whole}\n```\n\n"
        f"A short training on embedded data, which shows the form and not the quality: `{quick}`. On your own data, "
        f"{application.on}: `scratchgen app run {application.name} --on PATH`.{_left_out(application)}"
    )


def _left_out(application: Application) -> str:
    if not (names := " and ".join(f"`{name}`" for name in application.where_present)):
        return ""
    return (
        f"\n\nNobody hosts {names}: put it in the folder that `SCRATCHGEN_DATA` names "
        "(see [your data](../tutorials/your_data.md)). Without it that part is left out."
    )


def _data(names: tuple[str, ...]) -> str:
    lines = []
    for name in names:
        data = CATALOGUE[name]
        sizes = (
            ""
            if data.sizes is None
            else f"{' + '.join(f'{n:,}' for n in data.sizes)} to train, validate and test"
        )
        lines.append([f"`{name}`", data.origin, data.licence, data.split, sizes])
    return "## Data\n\n" + _table(("name", "origin", "licence", "split", "size"), lines)


def _models(entry: Entry) -> str:
    lines = [
        [
            name,
            model.task,
            model.data,
            ", ".join(f"{setting.replace('_', ' ')} {value}" for setting, value in model.settings.items()),
        ]
        for name, model in entry.models.items()
    ]
    return (
        "## Models\n\n" + _table(("model", "task", "data", "settings that are not defaults"), lines)
        if lines
        else ""
    )


def _results(entry: Entry) -> str:
    n = len(entry.outcomes)
    minutes = sum(outcome.minutes for outcome in entry.outcomes) / n
    seeds = f"means over {n} seeds ± their standard error" if n > 1 else "of one seed"
    return (
        f"## Results\n\nNumbers are {seeds}; baselines, real data and expected numbers are those of the first seed. "
        f"All trainings of a seed took {minutes:.1f} minutes, with other work on the same two cores.\n\n"
        f"{_table_of_results(entry)}"
    )


def _table_of_results(entry: Entry) -> str:
    return _table(HEADINGS, [[_without_tags(cell) for cell in row] for row in rows(entry.outcomes)])


def _examples(application: Application, entry: Entry, folder: Path) -> str:
    captions = {shown.file: shown.caption for shown in entry.outcomes[0].shown}
    figures = [
        _figure(folder / application.name / Path(file).name, application.name, captions[file])
        for file in entry.examples
        if (folder / application.name / Path(file).name).is_file()
    ]
    return "## Examples\n\n" + "\n".join(raw_html(figure) for figure in figures) if figures else ""


def _figure(path: Path, name: str, caption: str) -> str:
    """An example as HTML: a picture, a player, or a text in a box that a keyboard can scroll."""
    url, label = f"../{EXAMPLES}/{name}/{path.name}", escape(caption)
    if path.suffix in SEEN:
        shown = f'<img src="{url}" alt="{label}">'
    elif path.suffix in LISTENED:
        shown = f'<audio controls preload="none" src="{url}" aria-label="{label}"></audio>'
    else:
        lines = path.read_text(encoding="utf-8").splitlines()
        shown = f'<pre class="doc" tabindex="0">{"&#10;".join(map(escape, lines))}</pre>'
    return f'<figure class="example">{shown}<figcaption>{label}</figcaption></figure>'


def _versions(entry: Entry) -> str:
    found = ", ".join(f"{name} {version}" for name, version in entry.outcomes[0].versions.items())
    return f"Versions: {found}." if found else ""


def _table(headings: tuple[str, ...], lines: list[list[str]]) -> str:
    cells = lambda line: (
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |"
    )
    return "\n".join(
        [cells(list(headings)), cells(["---"] * len(headings)), *(cells(map(_text, line)) for line in lines)]
    )


def _text(text: str) -> str:
    """Text in which Markdown finds no markup but code."""
    return re.sub(r"([*_$<\[\]])", r"\\\1", text) if "`" not in text else text


def _without_tags(cell: str) -> str:
    return re.sub(r"<[^>]+>", "", cell)
