"""Run Python as a browser does (Pyodide): NumPy, matplotlib and scratchgen alone, no processes, no threads, no data.

Nothing is emulated: modules and functions that a browser lacks are removed, with the error that Pyodide raises.
"""

import os
import sys
import threading
from importlib.abc import MetaPathFinder
from importlib.metadata import packages_distributions, requires

from packaging.requirements import Requirement

GIVEN_PACKAGES = ("numpy", "matplotlib")  # with their own requirements
OUR_PACKAGES = {"scratchgen", "scratchgen_kernels"}
PROCESS_EVENTS = ("subprocess.Popen", "os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.system")
ABSENT_MODULES = (
    "multiprocessing.pool",
    "concurrent.futures.process",
)  # in Pyodide they cannot be imported, or are of no use


def as_in_a_browser():
    """From now on, imports of other packages, compiled kernels, processes, threads and sockets raise."""
    os.environ.pop("SCRATCHGEN_DATA", None)
    sys.meta_path.insert(0, OnlyGiven())
    sys.addaudithook(_refuse)
    threading._start_new_thread = _no_thread


def given_modules():
    """The top-level modules of NumPy, matplotlib and the distributions that they require."""
    found, unvisited = set(), [*GIVEN_PACKAGES]
    while unvisited:
        name = unvisited.pop().lower().replace("_", "-")
        if name not in found:
            found.add(name)
            needed = map(Requirement, requires(name) or ())
            unvisited += [r.name for r in needed if r.marker is None or r.marker.evaluate({"extra": ""})]
    by_module = packages_distributions()
    return {
        module
        for module, names in by_module.items()
        if found & {name.lower().replace("_", "-") for name in names}
    }


class OnlyGiven(MetaPathFinder):
    """Finds no module, and raises for one that a browser does not have."""

    def __init__(self):
        self.given = given_modules() | OUR_PACKAGES | set(sys.stdlib_module_names)

    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        is_compiled_kernel = top == "scratchgen_kernels" and name.endswith(".cython_")
        if is_compiled_kernel or name in ABSENT_MODULES or (top not in self.given and path is None):
            raise ModuleNotFoundError(f"a browser has no {name}", name=name)
        return None


def _refuse(event, arguments):
    if event in PROCESS_EVENTS:
        raise OSError(f"a browser starts no process: {event} {arguments[:1]}")
    if event in ("socket.connect", "socket.bind"):
        raise OSError(f"a browser has no sockets: {event}")


def _no_thread(*_):
    raise RuntimeError("can't start new thread")
