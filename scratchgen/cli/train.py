"""scratchgen train {vae,gan,rnn}: train a model on a data set, score it, draw it.

The tasks declare the options of the settings (`scratchgen/tasks`); the options of the command itself are here.
"""

from __future__ import annotations

import inspect
import itertools
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from scratchgen.cli import help_of_group
from scratchgen.cli.declared import with_parameters
from scratchgen.cli.output import console, print_line, print_text, scores_table
from scratchgen.distributed.launcher import connect
from scratchgen.distributed.together import Together
from scratchgen.errors import BadInput
from scratchgen.nn import Module
from scratchgen.optim import Ranks
from scratchgen.optim.ranks import ALONE
from scratchgen.random import HELD_OUT_SEED
from scratchgen.runs.config import RunConfig
from scratchgen.runs.files import writable_directory
from scratchgen.runs.run import SAVE_SECONDS, Run
from scratchgen.runs.schema import Field, fields
from scratchgen.runs.score import Score
from scratchgen.runs.tensorboard import check_tensorboard
from scratchgen.tasks import FAMILIES, choose, tasks_of
from scratchgen.tasks.further import MoreEpochs, epochs_from
from scratchgen.tasks.initialise import InitialWeights
from scratchgen.tasks.load import load_run
from scratchgen.tasks.resume import resume
from scratchgen.tasks.settings import GivenSettings, from_assignments, from_file, from_options, from_run
from scratchgen.tasks.task import Task, train_task

app = typer.Typer(help="Train a model: vae, gan or rnn.", callback=help_of_group, invoke_without_command=True)

DEFAULT_DATA = {"vae": "binarized-digits", "gan": "digits", "rnn": "stdlib"}
DEFAULTS_NOTE = "\n\nSome data sets have other defaults than those below; config.json of a run shows them."
HELP = {
    "vae": "Train a variational autoencoder on images, frames of music or sound, or points." + DEFAULTS_NOTE,
    "gan": "Train a generative adversarial network on images, frames of music or sound, or points."
    + DEFAULTS_NOTE,
    "rnn": (
        "Train a recurrent network: on a text as a language model, on music or on sound frame by frame, or on "
        "sentence pairs.\n\nThe task follows from the data. Sentence pairs are read as a text, one pair per line; with "
        "--task translation an encoder reads the first sentence and a decoder with attention writes the second."
        + DEFAULTS_NOTE
    ),
}
SESSION = ("save_every", "max_minutes", "quiet", "tensorboard")  # may differ when a run is resumed
COMMAND: dict[str, Any] = {  # options of the command: name → (type, default)
    "data": (
        Annotated[str, typer.Option(help="Name of a data set, or path of your own file or folder.")],
        None,
    ),
    "task": (
        Annotated[str | None, typer.Option(help=f"{', '.join(FAMILIES['rnn'])} (default: by the data).")],
        None,
    ),
    "seed": (Annotated[int, typer.Option(min=0, max=HELD_OUT_SEED - 1, help="Seed of all noise.")], 0),
    "out": (
        Annotated[Path | None, typer.Option(help="Run directory (default: runs/<task>-<data>-<n>).")],
        None,
    ),
    "config": (
        Annotated[
            Path | None, typer.Option(help="Settings from a TOML file, or those of a run directory again.")
        ],
        None,
    ),
    "init_from": (
        Annotated[
            Path | None,
            typer.Option(
                help="Begin with the weights and the settings of this run, on other --data; its length is set anew."
            ),
        ],
        None,
    ),
    "set_": (
        Annotated[
            list[str] | None, typer.Option("--set", help="One setting as name=value; may be repeated.")
        ],
        None,
    ),
    "resume": (
        Annotated[
            Path | None,
            typer.Option(
                help="Run directory to resume, with its own settings; --epochs +20 trains a finished run further."
            ),
        ],
        None,
    ),
    "break_": (
        Annotated[
            list[str] | None,
            typer.Option(
                "--break", help="Stop in the debugger at the code of an equation, vae.elbo for instance."
            ),
        ],
        None,
    ),
    "save_every": (Annotated[float, typer.Option(min=0, help="Seconds between checkpoints.")], SAVE_SECONDS),
    "max_minutes": (
        Annotated[float | None, typer.Option(min=0, help="Save and stop after this many minutes.")],
        None,
    ),
    "quiet": (Annotated[bool, typer.Option("--quiet", help="Print nothing but the run directory.")], False),
    "tensorboard": (
        Annotated[
            bool, typer.Option("--tensorboard", help="Also write event files, into tensorboard/ of the run.")
        ],
        False,
    ),
}


def _command(family: str) -> Callable[[typer.Context], None]:
    """The command of a family, with one option per declared setting of its tasks."""

    def train(context: typer.Context, **given: Any) -> None:
        _train(context, family, given)

    parameters: list[tuple[str, Any, Any]] = [("context", typer.Context, inspect.Parameter.empty)]
    for name, (kind, default) in COMMAND.items():
        if name != "task" or family == "rnn":
            parameters.append((name, kind, DEFAULT_DATA[family] if name == "data" else default))
    for name, (field, users) in _settings_of(family).items():
        parameters.append((name, Annotated[field.kind | None, _option(field, users)], None))
    train.__doc__ = HELP[family]
    return with_parameters(train, parameters)


def _settings_of(family: str) -> dict[str, tuple[Field, list[Task]]]:
    """Every setting of the tasks of a family, and the tasks that have it."""
    found: dict[str, tuple[Field, list[Task]]] = {}
    for task in tasks_of(family):
        for name, field in fields(task.settings).items():
            found.setdefault(name, (field, []))[1].append(task)
    return found


def _option(field: Field, users: list[Task]) -> Any:
    """The option of a setting: its help gives its meaning, unit, choices, tasks and default."""
    declared = {task.name: fields(task.settings)[field.name] for task in users}
    everywhere = len(users) == len(FAMILIES[users[0].family])
    texts = _tasks_by({name: f.help + (f", {f.unit}" if f.unit else "") for name, f in declared.items()})
    text = "; ".join(
        text if everywhere and len(texts) == 1 else f"{text} [{', '.join(names)}]"
        for text, names in texts.items()
    )
    choices = list(dict.fromkeys(choice for f in declared.values() for choice in f.choices))
    text += f": {', '.join(choices)}" if choices else ""
    defaults = _tasks_by({name: str(f.default) for name, f in declared.items()})
    default = ", ".join(
        value if len(defaults) == 1 else f"{' and '.join(names)} {value}" for value, names in defaults.items()
    )
    flags = field.options if field.kind is not bool else tuple(f"{o}/--no-{o[2:]}" for o in field.options)
    short = (f"-{field.name}",) if len(field.name) == 1 else ()
    text = text[0].upper() + text[1:] if text[0].isascii() else text
    form: dict[str, Any] = {}
    if field.name == "epochs":
        text += "; with --resume, +20 trains 20 epochs further"
        form = {"parser": _parse_epochs, "metavar": "INTEGER"}
    return typer.Option(*flags, *short, help=f"{text}. (default: {default})", show_default=False, **form)


def _parse_epochs(text: str) -> int:
    try:
        return epochs_from(str(text))
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a valid integer.") from None


def _tasks_by(values: Mapping[str, str]) -> dict[str, list[str]]:
    """Each value, and the names of the tasks that have it."""
    found: dict[str, list[str]] = {}
    for name, value in values.items():
        found.setdefault(value, []).append(name)
    return found


for _family in FAMILIES:
    app.command(_family)(_command(_family))


def _train(context: typer.Context, family: str, given: dict[str, Any]) -> None:
    with Together(connect()) as together:
        _train_on(together, context, family, given)


def _train_on(together: Together, context: typer.Context, family: str, given: dict[str, Any]) -> None:
    session = {name: given[name] for name in SESSION}
    if given["tensorboard"]:
        check_tensorboard()
    if (directory := given["resume"]) is not None:
        _refuse_other_options(context)
        moved = given["data"] if _typed(context, "data") else None
        compute = lambda: resume(
            directory, family, epochs=given["epochs"], source=moved, opening=together.opening, **session
        )
    else:
        if isinstance(given["epochs"], MoreEpochs):
            raise BadInput(
                f"--epochs {given['epochs']:+d} adds to the epochs of a run: name it with --resume RUN, or leave out "
                "the +"
            )
        task, chosen = _choose(context, family, given)
        init = InitialWeights(load_run(given["init_from"])) if given["init_from"] else None
        chosen = chosen.for_data(init.run.info if init else None)
        settings = task.complete(chosen.data, chosen.settings)

        def open_run(config: RunConfig, ranks: Ranks = ALONE) -> Run:
            nonlocal directory  # the report says where
            directory = given["out"] or _new_directory(f"{task.name}-{Path(chosen.data).stem}")
            return Run(directory, config, ranks=ranks, **session)

        # the file of a run names every setting, also those that it does not read
        inherited = ("--config", "--init-from")
        typed = [name for name, place in chosen.places.items() if not place.startswith(inherited)]
        compute = lambda: train_task(
            task,
            chosen.data,
            settings,
            chosen.seed,
            together.opening(open_run),
            typed,
            chosen.settings,
            init,
        )
    done = _with_breakpoints(given["break_"], compute)
    if done is not None and together.ranks.rank == 0:
        model, scores = done
        _report(directory, model, scores, quiet=given["quiet"])


def _with_breakpoints(
    ids: list[str] | None, compute: Callable[[], tuple[Module, list[Score]]]
) -> tuple[Module, list[Score]] | None:
    """The result of a training; None if the reader leaves the debugger before its end."""
    if not ids:
        return compute()
    from scratchgen.equations.debugger import run_under_pdb  # the ledger is loaded only for --break

    return run_under_pdb(ids, compute)


def _report(directory: Path, model: Module, scores: list[Score], quiet: bool) -> None:
    if quiet:
        print_line(str(directory))
        return
    from scratchgen.runs.config import read_config

    config, screen = read_config(directory), console()
    print_text(repr(model))
    screen.print(scores_table([(config.task, score) for score in scores]))
    for advice in filter(None, (score.advice for score in scores)):
        print_line(advice)
    print_line(f"Report: {directory / 'report.html'}    Pictures: {directory / 'samples'}")
    print_line(f"Next: scratchgen sample {shlex.quote(str(directory))} {config.example}")


def _choose(context: typer.Context, family: str, given: dict[str, Any]) -> tuple[Task, GivenSettings]:
    """The task, and data, seed and settings: a file overrides the defaults, --set the file, an option both."""
    if given["config"] and given["init_from"]:
        raise BadInput("--config and --init-from both give settings; leave one out")
    file = GivenSettings()
    if given["config"]:
        file = from_file(given["config"], family)
    elif given["init_from"]:
        file = from_run(given["init_from"], family)
    options = {name: given[name] for name in _settings_of(family) if _typed(context, name)}
    assigned = from_assignments(given["set_"] or (), family)
    merged = file | assigned | from_options(options)
    typed = {name: given[name] for name in ("data", "seed", "task") if _typed(context, name)}
    merged = GivenSettings(data=given["data"], seed=given["seed"]) | merged | GivenSettings(**typed)
    task = choose(family, merged.data, merged.settings, merged.task)
    return task, merged.checked(task)


def _typed(context: typer.Context, name: str) -> bool:
    """Whether an option was given on the command line."""
    source = context.get_parameter_source(name) if name in context.params else None
    return source is not None and source.name == "COMMANDLINE"


def _refuse_other_options(context: typer.Context) -> None:
    """A resumed run has its settings already."""
    for name in context.params.keys() - {"resume", "data", "epochs", "break_", *SESSION}:
        if _typed(context, name):
            option = "--" + name.strip("_").replace("_", "-")
            raise BadInput(
                f"{option} cannot be combined with --resume: the run has its own settings; leave it out"
            )


def _new_directory(name: str) -> Path:
    """Make runs/<name>-1, or the first number that is free: of several processes each gets a directory of its own."""
    runs = writable_directory(Path("runs"))
    for n in itertools.count(1):
        directory = runs / f"{name}-{n}"
        try:
            directory.mkdir()
        except FileExistsError:
            continue
        except OSError as error:
            raise BadInput(
                f"cannot make {directory} ({error.strerror}); choose a directory with --out"
            ) from None
        return directory
    raise AssertionError("there is always a next number")
