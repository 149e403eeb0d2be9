"""scratchgen data {list,fetch,show}: list, download and inspect data sets."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer

from scratchgen.cli import help_of_group
from scratchgen.cli.output import PlainTable, console, print_line, print_text
from scratchgen.data import CATALOGUE, DataSet, PairData, TextData, load_any
from scratchgen.data.catalogue import KINDS, MODELS
from scratchgen.data.options import ARRAY_KINDS, CHANNELS, DEFAULT, LoadOptions
from scratchgen.data.remote.fetch import FOLDER_VARIABLE, locate, locate_folder, own_folder
from scratchgen.data.remote.sources import RemoteFile
from scratchgen.data.statistics import describe
from scratchgen.errors import BadInput
from scratchgen.plots.data_sets import data_set
from scratchgen.runs.files import writable_file

app = typer.Typer(
    help="List, download and inspect data sets.", callback=help_of_group, invoke_without_command=True
)

EXCERPT, PAIRS, MAX_WIDTH = 600, 12, 160  # characters of a text; pairs of texts; characters of one of them


@app.command("list")
def list_sets() -> None:
    """List all data sets: kind, size, licence, origin, and whether they are on disk."""
    screen = console()
    table = PlainTable()
    for heading in ("name", "kind", "size", "licence", "origin", "on disk"):
        table.add_column(heading, no_wrap=heading in ("name", "kind"))
    for entry in CATALOGUE.values():
        cells = entry.name, entry.kind, size(entry), entry.licence, entry.origin, state(entry)
        table.add_row(*cells)
    screen.print(table)
    for model in dict.fromkeys(model for models in MODELS.values() for model in models):
        kinds = ", ".join(kind for kind, models in MODELS.items() if model in models)
        print_line(f"scratchgen train {model}: {kinds}")
    folder = own_folder()
    print_line(
        f"{FOLDER_VARIABLE}: {folder}"
        if folder
        else f"{FOLDER_VARIABLE} is not set: data sets are downloaded",
    )


@app.command()
def fetch(name: Annotated[str, typer.Argument(help="Name of a data set.")]) -> None:
    """Download a data set once, check its hashes, and print its path."""
    entry = _entry(name)
    if entry.is_embedded:
        print_line(f"{name} is always available; there is nothing to download")
        return
    for wanted in entry.remote:
        if isinstance(wanted, RemoteFile):
            print_line(str(locate(wanted.set, wanted.file)))
        else:
            print_line(str(locate_folder(wanted.set, wanted.folder)))
    print_line(f"{name} is complete, and its hashes are correct. Licence: {entry.licence}")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Name of a data set, or path of your own file or folder.")],
    out: Annotated[
        Path | None, typer.Option(help="Save a picture of the data set to this .png file.")
    ] = None,
    size: Annotated[int, typer.Option(min=0, help="Scale your pictures to this size.")] = DEFAULT.size,
    channels: Annotated[
        str, typer.Option(help=f"Channels of your pictures: {', '.join(CHANNELS)}.")
    ] = DEFAULT.channels,
    background: Annotated[str, typer.Option(help="Colour behind transparent pictures.")] = DEFAULT.background,
    image_shape: Annotated[
        str, typer.Option(help="Shape of the images in an array of flat rows, such as 32,32,3.")
    ] = DEFAULT.image_shape,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Continue without files that cannot be read.")
    ] = False,
    encoding: Annotated[str, typer.Option(help="Encoding of your text files.")] = DEFAULT.encoding,
    columns: Annotated[
        str, typer.Option(help="Kinds of your table's columns, age:count,income:positive, or a .toml file.")
    ] = DEFAULT.columns,
    kind: Annotated[
        str, typer.Option(help=f"Of the flat rows in an array or a CSV file: {', '.join(ARRAY_KINDS)}.")
    ] = DEFAULT.kind,
) -> None:
    """Print what loading found and changed, and statistics of a data set; with --out, save a picture of it.

    The loading options are for your own files, and the same as in `train`.
    """
    if out is not None and out.suffix != ".png":
        raise BadInput(f"pictures are PNG files: give --out FILE.png, not {out}")
    options = LoadOptions(size, channels, background, image_shape, skip_bad, encoding, columns, kind)  # type: ignore[arg-type]
    data = load_any(name, streamed=True, **options.changed())
    is_text = isinstance(data, TextData | PairData)
    if out is not None and is_text:
        raise BadInput(f"{name} is text, which has no picture; leave out --out to print an excerpt")
    picture = None if out is None else data_set(data, writable_file(out))
    if (entry := CATALOGUE.get(name)) is not None:
        rows = ("origin", entry.origin), ("licence", entry.licence), ("split", entry.split)
        _print_facts([("name", name), ("kind", entry.kind), *rows])
    _print_facts([*data.report.lines(), *describe(data)])
    if picture:
        print_line(f"Picture: {picture}")
    elif isinstance(data, TextData | PairData):
        print_text("\n" + excerpt(data))
    else:
        print_line(f"For a picture: scratchgen data show {name} --out FILE.png")


def size(entry: DataSet) -> str:
    """The number of examples, and of megabytes on disk, as text."""
    sizes = "about 720,000" if entry.sizes is None else " + ".join(f"{n:,}" for n in entry.sizes)
    megabytes = f", {entry.bytes / 1e6:.1f} MB" if entry.bytes else ""
    return f"{sizes} {KINDS[entry.kind]}{megabytes}"


def state(entry: DataSet) -> str:
    """Whether the data set is on disk: "always", "yes" or "no"."""
    if entry.is_embedded:
        return "always"
    return "yes" if entry.is_present else "no"


def excerpt(data: TextData | PairData) -> str:
    """The beginning of a text, or evenly spaced pairs of the training part."""
    if isinstance(data, TextData):
        return data.train[:EXCERPT]
    step = max(1, len(data.train) // PAIRS)
    return "\n".join(f"{_short(a)}\n    → {_short(b)}" for a, b in data.train[::step][:PAIRS])


def _short(text: str) -> str:
    return text if len(text) <= MAX_WIDTH else text[: MAX_WIDTH - 1] + "…"


def _print_facts(facts: list[tuple[str, str]]) -> None:
    for label, value in facts:
        print_line(f"{label:<28}{value}")


def _entry(name: str) -> DataSet:
    if name in CATALOGUE:
        return CATALOGUE[name]
    close = difflib.get_close_matches(name, CATALOGUE, 1)
    hint = f"did you mean {close[0]}?" if close else "see `scratchgen data list`"
    raise BadInput(f"there is no data set {name!r}; {hint}")
