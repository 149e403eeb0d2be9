"""A command in one of the processes of a launcher: rank 0 prints, the others are silent, and none waits for ever."""

from __future__ import annotations

import io
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from scratchgen.distributed.launcher import connect, launched, launched_place
from scratchgen.errors import BadInput, one_line

GRACE_SECONDS = 2.0  # in which rank 0 prints the reason, if all ranks found it
FORWARD_SECONDS = 0.3  # in which the launcher shows the message of a rank; later it drops the message
FAILED = 2  # the status
ON_RANKS = ("train", "--help", None)


def run_on_ranks(command: Callable[[], int], chosen: str | None) -> int:
    """Carry out a command in this process of several, and return its status.

    chosen    the name of the command; only a training is shared among ranks
    """
    with _silent(launched_place() > 0) as messages:
        try:
            if chosen not in ON_RANKS:
                raise BadInput(
                    f"mpiexec started {launched()} processes of `scratchgen {chosen}`, which works in one; ranks share "
                    "`scratchgen train` alone: leave mpiexec out"
                )
            ranks: Any = connect()
        except BadInput as error:
            print(f"scratchgen: {one_line(error)}", file=sys.stderr)
            return FAILED
        status = _status_of(command)
    if ranks.others_wait:
        if ranks.rank:
            time.sleep(GRACE_SECONDS)
            print(f"rank {ranks.rank} of {ranks.size}: {messages.getvalue().rstrip()}", file=sys.stderr)
        sys.stdout.flush(), sys.stderr.flush()
        time.sleep(FORWARD_SECONDS)
        ranks.abort(status or FAILED)
    ranks.gather(None)  # the others have nothing left to do, while rank 0 scores and draws
    return status


def _status_of(command: Callable[[], int]) -> int:
    try:
        return command()
    except BaseException:  # a fault of the program: its traceback, and the end of all ranks
        traceback.print_exc()
        return FAILED


@contextmanager
def _silent(silent: bool) -> Iterator[io.StringIO]:
    """Within it nothing is shown if `silent`; what would have been on standard error is collected."""
    messages = io.StringIO()
    if not silent:
        yield messages
        return
    before = sys.stdout, sys.stderr
    with open(os.devnull, "w") as nothing:
        sys.stdout, sys.stderr = nothing, messages
        try:
            yield messages
        finally:
            sys.stdout, sys.stderr = before
