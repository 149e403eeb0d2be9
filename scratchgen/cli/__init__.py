"""The command `scratchgen`. Each command is a file of its own; wrong input is one line and exit status 2."""

from __future__ import annotations

import os
import sys

import typer
from threadpoolctl import threadpool_limits

from scratchgen import kernels
from scratchgen.cli import (
    bench,
    compare,
    data,
    debug,
    demo,
    equations,
    evaluate,
    info,
    reproduce,
    sample,
    train,
)
from scratchgen.errors import BadInput
from scratchgen.runs import Stopped
from scratchgen.runs.allocator import raise_mmap_threshold

app = typer.Typer(
    help="Generative models from scratch in NumPy.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(demo.demo)
app.add_typer(train.app, name="train")
app.command("evaluate")(evaluate.evaluate)
app.command("sample")(sample.sample)
app.add_typer(data.app, name="data")
app.command("compare")(compare.compare)
app.command("reproduce")(reproduce.reproduce)
app.command("equations")(equations.equations)
app.command("debug")(debug.debug)
app.command("bench")(bench.bench)
app.command("info")(info.info)

INTERRUPTED = 130  # as shells count it: 128 + SIGINT

# typer's errors of usage share this base, which it does not export under a name of its own
UsageProblem = typer.BadParameter.__base__.__base__


def main(arguments: list[str] | None = None) -> None:
    """Run a command line and exit with its status."""
    try:
        kernels.check_name(kernels.current())
        _one_thread_for_blas()
        raise_mmap_threshold()
        status = typer.main.get_command(app)(arguments, prog_name="scratchgen", standalone_mode=False)
    except UsageProblem as problem:
        if "NoArgs" in type(problem).__name__:  # a command group alone: its help is the answer
            print(problem.format_message())
            sys.exit(2)
        context = getattr(problem, "ctx", None)
        where = context.command_path if context else "scratchgen"
        message = " ".join(problem.format_message().split()) or "a command is missing"
        status = _fail(f"{message.rstrip('.')}; see `{where} --help`")
    except (BadInput, kernels.UnknownBackend, kernels.BackendUnavailable) as problem:
        status = _fail(" ".join(str(problem).split()))
    except MemoryError as problem:
        status = _fail(f"this needs more memory than there is ({problem}); choose smaller sizes")
    except Stopped as stop:
        print(f"scratchgen: {stop}", file=sys.stderr)
        status = INTERRUPTED if stop.interrupted else 0
    except (KeyboardInterrupt, typer.Abort):
        print("scratchgen: interrupted", file=sys.stderr)
        status = INTERRUPTED
    sys.exit(status or 0)


def _one_thread_for_blas() -> None:
    """Let BLAS work in one thread, unless the environment says how many.

    The matrices of these models are so small that a second thread gains next to nothing, and while another
    program wants the core, the threads wait for one another and training takes several times as long.
    """
    if not any(name in os.environ for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")):
        threadpool_limits(1, user_api="blas")


def _fail(message: str) -> int:
    print(f"scratchgen: {message}", file=sys.stderr)
    return 2
