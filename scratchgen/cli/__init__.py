"""The command `scratchgen`. One file per command; wrong input is answered by one line and exit status 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module

import typer

from scratchgen.cli.streams import OutputLost, standard_streams
from scratchgen.distributed.launcher import launched
from scratchgen.errors import BadInput, one_line

COMMANDS = {  # name → its help; the file of that name defines the command, and is loaded on its first use
    "demo": "Train a VAE, a GAN and an RNN on embedded data; show samples and scores.",
    "train": "Train a model: vae, gan or rnn.",
    "evaluate": "Evaluate a trained model on held-out data.",
    "sample": "Sample images, text, music or sound from a trained model, or translate.",
    "encode": "Encode data by a trained VAE: the latents, with labels.",
    "export": "Write a trained model for NumPy, PyTorch or ONNX.",
    "compare": "Compare runs: settings that differ, scores, curves.",
    "sweep": "Train with many settings and seeds, and compare them.",
    "app": "Run one of the article's applications, with its baselines and a report.",
    "reproduce": "Reproduce a published result.",
    "data": "List, download and show data sets.",
    "equations": "Show the equations, their code and their tests.",
    "debug": "Step through an equation in a debugger.",
    "exercise": "Do exercises; a check explains wrong answers.",
    "bench": "Measure the speed of the kernels and of whole training steps.",
    "info": "Show versions and the available kernel backends.",
}
GROUPS = ("train", "data", "exercise", "app")  # commands with sub-commands

BY_SIGNAL = 128  # added to the number of the signal that ended a process, as shells do

OUTPUT_LOST = 1  # the status when nobody reads the output, or it cannot be written; typer's too


def main(arguments: list[str] | None = None) -> None:
    """Run a command line and exit with its status."""
    given = sys.argv[1:] if arguments is None else arguments
    chosen = next((word for word in given if not word.startswith("-")), None)
    command = partial(_run, given, chosen if chosen in COMMANDS else None)
    with standard_streams():
        status = command() if launched() == 1 else _run_on_ranks(command, chosen)
    sys.exit(status)


def _run_on_ranks(command: Callable[[], int], chosen: str | None) -> int:
    from scratchgen.distributed.process import run_on_ranks  # which imports what trains

    return run_on_ranks(command, chosen)


def build_app(chosen: str | None) -> typer.Typer:
    """The app with one command loaded, and the others as lines of its help."""
    app = typer.Typer(
        help="Generative models from scratch in NumPy.",
        callback=help_of_group,
        invoke_without_command=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for name, text in COMMANDS.items():
        if name != chosen:
            app.command(name, short_help=text)(lambda: None)
        elif name in GROUPS:
            app.add_typer(import_module(f"scratchgen.cli.{name}").app, name=name, short_help=text)
        else:
            app.command(name, short_help=text)(getattr(import_module(f"scratchgen.cli.{name}"), name))
    return app


def help_of_group(context: typer.Context) -> None:
    """Print the help of a group of commands that is called without one of them, and end with status 2."""
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(2)


def _run(arguments: list[str], chosen: str | None) -> int:
    from scratchgen import kernels
    from scratchgen.cli.warning_lines import warnings_in_one_line
    from scratchgen.runs.stopped import Interrupted, Stopped, interruptible

    try:
        with interruptible(), warnings_in_one_line():
            if chosen:
                kernels.check_name(kernels.current())
                _prepare_process()
            command = typer.main.get_command(build_app(chosen))
            status = command(arguments, prog_name="scratchgen", standalone_mode=False) or 0
            sys.stdout.flush()  # here, where a pipe that nobody reads any more is still noticed
            return status
    except BrokenPipeError:  # what reads the output has ended, as `| head` does
        return OUTPUT_LOST
    except OutputLost as problem:
        _say(f"standard output cannot be written ({problem}); the files that the command wrote are complete")
        return OUTPUT_LOST
    except typer.TyperException as problem:
        context = getattr(problem, "ctx", None)
        where = context.command_path if context else "scratchgen"
        message = " ".join(problem.format_message().split()) or "a command is missing"
        return _fail(f"{message.rstrip('.')}{_synonym(problem)}; see `{where} --help`")
    except (BadInput, kernels.UnknownBackend, kernels.BackendUnavailable) as problem:
        return _fail(problem)
    except MemoryError as problem:
        return _fail(
            f"this needs more memory than there is ({problem or 'none is left'}); choose smaller sizes"
        )
    except OSError as problem:  # a full disk, a name that is too long, a folder that is gone
        return _fail(
            f"{_named_file(problem)}{problem.strerror or problem}; make room, or choose another file"
        )
    except Stopped as stop:
        _say(stop)
        return BY_SIGNAL + stop.received if stop.received else 0
    except Interrupted as ended:
        _say(ended)
        return BY_SIGNAL + ended.received


def _named_file(problem: OSError) -> str:
    """The path of a failure and a colon, if it is about a path."""
    return f"{os.fsdecode(problem.filename)}: " if isinstance(problem.filename, str | bytes) else ""


def _synonym(problem: Exception) -> str:
    """The hint for an option that goes by another name here: `--lr`, for instance."""
    from scratchgen.runs.schema import SYNONYMS

    name = SYNONYMS.get(getattr(problem, "option_name", "").lstrip("-"))
    return f"; did you mean --{name.replace('_', '-')}?" if name else ""


def _prepare_process() -> None:
    """Settings of the process that make training fast and bound its memory; `import scratchgen` changes none of them.

    BLAS works in one thread, unless the environment says how many: the matrices of these models are so small
    that a second thread gains next to nothing, and while another program wants the core, the threads wait for
    one another and training takes several times as long.
    """
    from threadpoolctl import threadpool_limits

    from scratchgen.runs.allocator import raise_mmap_threshold
    from scratchgen.runs.memory_limit import limit_memory

    raise_mmap_threshold()
    limit_memory()
    if not any(name in os.environ for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")):
        threadpool_limits(1, user_api="blas")


def _fail(problem: object) -> int:
    _say(problem)
    return 2


def _say(message: object) -> None:
    """Print a message in one line. Commands have `print_error` for that, whose module takes longer to import."""
    print(f"scratchgen: {one_line(message)}", file=sys.stderr)
