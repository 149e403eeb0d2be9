"""Run a page as a script, and look at every figure that it saves.

    python tests/pages/run.py tutorials/01_gradients.py

The page prints what it prints, and fails if one of its assertions does. Then each fault of a picture is one line, and
the exit status is 1.
"""

import runpy
import sys

import matplotlib
from pictures import faults, saved_figures  # the folder of this file is on the path

if __name__ == "__main__":
    matplotlib.use("Agg")
    with saved_figures() as figures:
        runpy.run_path(sys.argv[1], run_name="__main__")
    found = [
        f"picture {number}: {fault}" for number, figure in enumerate(figures, 1) for fault in faults(figure)
    ]
    print(f"{len(figures)} pictures looked at, {len(found)} faults", *found, sep="\n")
    sys.exit(bool(found))
