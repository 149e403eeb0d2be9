"""Run a page on a library in which a fault is planted; nothing on disk is changed.

python tests/pages/planted.py PAGE MODULE TEXT WRONG
"""

import runpy
import sys
from pathlib import Path

import matplotlib

sys.path.insert(0, str(Path(__file__).parents[1] / "mutants"))
from planting import Finder

if __name__ == "__main__":
    page, *fault = sys.argv[1:]
    matplotlib.use("Agg")
    sys.meta_path.insert(0, Finder(*fault))
    runpy.run_path(page, run_name="__main__")
