"""Run command lines, each in a new process forked from this one, which has imported what they need and run nothing.

    python forking.py [--unrendered] < requests    one JSON list of arguments of `scratchgen` per line

For each request the process prints the number of the new process, and when it has ended, its exit status: the status of
the command, or minus the signal that killed it. The output of the command goes to standard error. With
--unrendered the pictures of runs are one pixel, so that a run spends its time on what it resumes.
"""

import json
import os
import sys
from pathlib import Path

import matplotlib.pyplot  # noqa: F401 (imported once for all requests, as what follows)

import scratchgen.cli.train  # noqa: F401
from scratchgen import cli

sys.path.insert(0, str(Path(__file__).parents[1]))
from unrendered import write_one_pixel


def run(arguments):
    """The exit status of a command line."""
    try:
        cli.main(arguments)
    except SystemExit as ended:
        return ended.code
    finally:
        sys.stdout.flush()


if __name__ == "__main__":
    if "--unrendered" in sys.argv:
        write_one_pixel()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os.dup2(2, 1)
            os._exit(run(json.loads(line)))
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
