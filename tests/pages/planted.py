"""Run pages, each on a library in which a fault is planted; nothing on disk is changed.

    python planted.py < requests    one per line: {"page": …, "module": …, "text": …, "wrong": …, "output": file}

Each page runs in a new process, forked from this one, which has imported what pages need of other packages, but
nothing of ours. What the page prints is written to the file; then this process prints the exit status of the page.
"""

import json
import os
import runpy
import signal
import sys
import traceback
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot
import numpy  # noqa: F401

sys.path.insert(0, str(Path(__file__).parents[1] / "mutants"))
from finder import Finder

TIME_LIMIT = 300  # seconds per page


def run(page: str, module: str, text: str, wrong: str) -> int:
    """The exit status of a page, in a process that has imported nothing of ours so far."""
    ours = [name for name in sys.modules if name.startswith("scratchgen")]
    assert not ours, f"imported before the fault was planted: {ours}"
    sys.meta_path.insert(0, Finder(module, text, wrong))
    try:
        runpy.run_path(page, run_name="__main__")
    except BaseException:
        sys.stdout.flush()
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    for line in sys.stdin:
        request = json.loads(line)
        output = request.pop("output")
        child = os.fork()
        if not child:
            signal.alarm(TIME_LIMIT)
            file = os.open(output, os.O_WRONLY | os.O_TRUNC)
            os.dup2(file, 1)
            os.dup2(file, 2)
            os._exit(run(**request))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
