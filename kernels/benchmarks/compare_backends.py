"""Time every kernel on every backend, and say which one `auto` should try first.

    python kernels/benchmarks/compare_backends.py

Rounds are interleaved (each backend once, then each again), so that a machine that slows down slows all of
them; the figure is the median. The first call, in which Numba compiles, is timed apart (once a kernel: later
sizes use what was compiled). Scalar loops would take minutes at full size: they run a smaller case and are
scaled by the count of inner-loop steps.

Prints a table and writes it to kernels/benchmarks/results/<cpu>.md.
"""

# ruff: noqa: E402  (the environment must be set before NumPy and Numba load)
import datetime
import os
import platform
import re
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when NumPy loads: one thread for every backend
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
COMPILED = tempfile.TemporaryDirectory()  # empty, so that the first call does compile
os.environ["NUMBA_CACHE_DIR"] = COMPILED.name

import numpy as np
from cases import CASES
from rich.console import Console
from rich.table import Table

import scratchgen_kernels as kernels
from scratchgen_kernels.registry import MODULES

ROUNDS = 15
LEAST_TIME = 0.005  # seconds a round should last, so that the clock's own steps do not matter
RESULTS = Path(__file__).with_name("results")


def seconds(call, repeats=1):
    """Seconds for one call, over `repeats` calls in a row."""
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - start) / repeats


def available():
    off = {state.backend for state in kernels.backends() if not state.available}
    return [name for name in MODULES if name not in off]


def measure(case, backends):
    """{backend: (first call, median)} in seconds; those of "loops" scaled to the full size."""
    calls = {name: case.call(name, small=name == "loops") for name in backends}
    first = {name: seconds(call) for name, call in calls.items()}
    repeats = {name: max(1, int(LEAST_TIME / seconds(call))) for name, call in calls.items()}
    rounds = {name: [] for name in backends}
    for number in range(ROUNDS):
        for name, call in calls.items():
            if name != "loops" or number < 3:
                rounds[name].append(seconds(call, repeats[name]))
    medians = {name: statistics.median(times) for name, times in rounds.items()}
    if "loops" in medians:
        medians["loops"] *= case.work_ratio
    return {name: (first[name], medians[name]) for name in backends}


def rows(case, results):
    """Table rows of one case: kernel, size, backend, first call, time, and the two speed-ups."""
    for name, (first, median) in results.items():
        scaled = f" (×{case.work_ratio:.0f})" if name == "loops" else ""
        yield (
            case.kernel,
            case.size,
            name,
            f"{1e3 * first:.1f}",
            f"{1e6 * median:,.0f}{scaled}",
            f"{results['loops'][1] / median:,.1f}",
            f"{results['numpy'][1] / median:.2f}",
        )


def orders(measured):
    """For each kernel folder its backends, fastest first by the time of all its cases together.

    The sum, not a mean of ratios: what a user waits for is the large sizes.
    """
    totals = {}
    for case, results in measured:
        of_folder = totals.setdefault(case.folder, dict.fromkeys(results, 0.0))
        for name, (_, median) in results.items():
            of_folder[name] += median
    return {folder: sorted(total, key=total.get) for folder, total in totals.items()}


HEADINGS = "kernel", "size", "backend", "first call, ms", "median, µs", "× loops", "× numpy"


def cpu():
    """The model's name as the system tells it; never the name of the host."""
    try:
        return re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())[1].strip()
    except (OSError, TypeError):
        return platform.processor() or platform.machine()


def versions():
    """What the times depend on, in one line."""
    found = {"Python": platform.python_version(), "NumPy": np.__version__}
    try:
        import numba

        found["Numba"] = numba.__version__
    except ImportError:
        pass
    record = kernels.build_record() or {}
    found["Cython"] = f"{record.get('cython')} with {' '.join(record.get('flags', [])) or 'no flags'}"
    return ", ".join(f"{name} {version}" for name, version in found.items())


def report(lines, fastest):
    """The table as a page of Markdown."""
    head = [
        "# Backends compared",
        "",
        f"{datetime.date.today()}; {cpu()}, {os.cpu_count()} cores, one thread; {versions()}.",
        "",
        "Median of interleaved rounds, float32. A kernel's first call on Numba includes compiling. Scalar",
        "loops ran a smaller case; (×n) is the ratio of inner-loop steps by which their time is scaled. The",
        "last two columns are speed-ups over loops and over NumPy.",
        "",
    ]
    table = [HEADINGS, ("---",) * len(HEADINGS), *lines]
    tail = ["", "Fastest first, by the sum over the sizes:", ""]
    tail += [f"- {folder}: {', '.join(order)}" for folder, order in fastest.items()]
    return "\n".join([*head, *(f"| {' | '.join(line)} |" for line in table), *tail]) + "\n"


def main():
    """Measure every case on every backend, print the table and write it to results/."""
    backends, measured = available(), []
    for case in CASES:
        measured.append((case, measure(case, backends)))
    lines = [line for case, results in measured for line in rows(case, results)]
    table = Table(*HEADINGS)
    for line in lines:
        table.add_row(*line)
    Console().print(table)
    fastest = orders(measured)
    for folder, order in fastest.items():
        print(f"{folder}: {', '.join(order)}")
    path = RESULTS / (re.sub(r"[^a-z0-9]+", "-", cpu().lower()).strip("-") + ".md")
    path.parent.mkdir(exist_ok=True)
    path.write_text(report(lines, fastest), encoding="utf-8")
    print(f"written to {path}")


if __name__ == "__main__":
    main()
