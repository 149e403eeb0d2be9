"""Run command lines, each in a new process forked from this one, which has imported what they need and run nothing.

    python forking.py [--unrendered] [--output FOLDER] < requests    one JSON list of arguments of `scratchgen` per line

For each request the process prints the number of the new process, and when it has ended, its exit status: the status of
the command, or minus the signal that killed it. The output of the command goes to standard error, or to the files
<process>.out and <process>.err of a folder. With --unrendered the pictures of runs are one pixel, so that a run spends
its time on what it resumes.
"""

import json
import os
import signal
import sys
from pathlib import Path

import matplotlib.pyplot  # noqa: F401 (imported once for all requests, as what follows)

import scratchgen.cli.train  # noqa: F401
from scratchgen.__main__ import main

sys.path.insert(0, str(Path(__file__).parents[1]))
from unrendered import write_one_pixel

del sys.path[0]  # the folder tests/scratchgen is not the library


def run(arguments):
    """The exit status of a command line."""
    try:
        main(arguments)
    except SystemExit as ended:
        return ended.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def redirect(folder):
    """Send the output of this process to files of a folder, or all of it to standard error."""
    if folder is None:
        os.dup2(2, 1)
    else:
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(f"{folder}/{os.getpid()}.{name}", os.O_CREAT | os.O_WRONLY | os.O_TRUNC), number)


if __name__ == "__main__":
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # which a shell ignores for commands in the background
    folder = sys.argv[sys.argv.index("--output") + 1] if "--output" in sys.argv else None
    if "--unrendered" in sys.argv:
        write_one_pixel()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            redirect(folder)
            os._exit(run(json.loads(line)))
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
