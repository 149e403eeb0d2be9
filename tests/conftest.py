"""Settings and fixtures of all tests. BLAS gets one thread per process: the tests run in several processes already."""

import gc
import os
import sys
from pathlib import Path

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# Without bytecode every worker would compile the tests anew, and every process of a test the library. Where Python is
# told not to write it next to the sources, it goes into a folder of its own.
if sys.dont_write_bytecode:
    sys.pycache_prefix = str(Path(__file__).parents[1] / "build" / "bytecode")
    sys.dont_write_bytecode = False
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

import hypothesis
import numpy as np
import pytest

import scratchgen

# a first call may compile a kernel: how long an example takes says nothing
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")

SEED = 20140101
QUICK_BACKENDS, QUICK_DTYPE = ("numpy", "cython"), np.float64  # in which `-m fast` tests a kernel
LONG_FIXTURES = {"threads", "real_data"}  # their tests compile for Numba, or load whole data sets

pytest_plugins = ["scratchgen.equations.pytest_plugin"]  # the report of equations, and the fixture `measured`


def pytest_addoption(parser):
    parser.addoption(
        "--full",
        action="store_true",
        help="test with the published number of faults and the full number of epochs",
    )


def pytest_ignore_collect(collection_path, config):
    """`-m fast` does not import a file that nowhere bears the mark: collection would take longer than the tests."""
    if config.option.markexpr == "fast" and collection_path.match("test_*.py"):
        return "pytest.mark.fast" not in collection_path.read_text(encoding="utf-8") or None
    return None


def pytest_collection_modifyitems(config, items):
    """`-m fast` leaves out, in a file with the mark, what takes long, and other backends and dtypes of a kernel."""
    if config.option.markexpr == "fast":
        config.hook.pytest_deselected(items=[item for item in items if not _is_quick(item)])
        items[:] = [item for item in items if _is_quick(item)]


def pytest_collection_finish(session):
    """The collected tests live to the end: a collection of garbage need not go through thousands of them."""
    gc.freeze()


def _is_quick(item):
    case = item.callspec.params if hasattr(item, "callspec") else {}
    backend, dtype = case.get("backend", "numpy"), case.get("dtype", QUICK_DTYPE)
    long = item.get_closest_marker("slow") or LONG_FIXTURES & {*item.fixturenames}
    return not long and backend in QUICK_BACKENDS and np.dtype(dtype) == QUICK_DTYPE


def pytest_report_header(config):
    return f"random seed of the tests: {SEED}"


@pytest.fixture(autouse=True)
def default_stream_at_its_start():
    """Numbers that a test draws without an rng do not depend on the tests before it."""
    scratchgen.random.seed(0)


@pytest.fixture(autouse=True)
def one_pixel_per_picture(request):
    """In a test with the mark `unrendered`, the pictures of a run are drawn, but written as one pixel.

    Tests without the mark, and runs that the tests of a file share, render each kind of picture; with `--full` all do.
    """
    if not request.node.get_closest_marker("unrendered") or request.config.getoption("--full"):
        return
    from .unrendered import write_one_pixel

    write_one_pixel(request.getfixturevalue("monkeypatch").setattr)


@pytest.fixture
def rng():
    """NumPy's generator, not ours: an oracle shares no code with the code that it judges."""
    return np.random.default_rng(SEED)


@pytest.fixture
def real_data():
    """The folder of real data sets; without one the test is skipped."""
    folder = os.environ.get("SCRATCHGEN_DATA")
    if not folder:
        pytest.skip("SCRATCHGEN_DATA names no folder with the real data sets")
    return Path(folder)
