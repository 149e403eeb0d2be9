"""Run a page as a script, and look at every figure that it saves.

    python tests/pages/run.py tutorials/2.3_vae_on_digits.py [--browser]

With --browser the page has what a browser has (see `browser`), and nothing else. The page prints what it prints, and
fails if one of its assertions does. Then each fault of a picture is one line, and the exit status is 1.
"""

import runpy
import sys

import matplotlib
from browser import as_in_a_browser  # the folder of this file is on the path
from pictures import faults, saved_figures

if __name__ == "__main__":
    matplotlib.use("Agg")
    if "--browser" in sys.argv:
        as_in_a_browser()
    with saved_figures() as figures:
        runpy.run_path(sys.argv[1], run_name="__main__")
    found = [
        f"picture {number}: {fault}" for number, figure in enumerate(figures, 1) for fault in faults(figure)
    ]
    print(f"{len(figures)} pictures looked at, {len(found)} faults", *found, sep="\n")
    sys.exit(bool(found))
