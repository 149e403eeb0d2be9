"""A description of the measured machine: the processor, its measured peak, and the versions of the packages."""

from __future__ import annotations

import datetime
import os
import platform
import re
from importlib import metadata
from pathlib import Path

import numpy as np

from scratchgen.benchmarks.kernels.rounds import interleaved
from scratchgen_kernels.installation import build_record
from scratchgen_kernels.variants import variant

PACKAGES = "numpy", "numba", "torch", "jax"


def cpu() -> str:
    """The model name that the system gives; never the name of the host."""
    try:
        found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()


def description() -> dict[str, str]:
    """The date, the processor, and every version that the times depend on."""
    found = {"date": str(datetime.date.today()), "cpu": cpu(), "cores": str(os.cpu_count())}
    found["python"] = platform.python_version()
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    record = build_record() or {}
    found["cython"] = f"{record.get('cython')} with {' '.join(record.get('flags', [])) or 'no flags'}"
    if chosen := variant():
        found["cython"] += f", {chosen}"
    return found


def slug() -> str:
    """The processor as a file name."""
    return re.sub(r"[^a-z0-9]+", "-", cpu().lower()).strip("-")


def peaks(dtype=np.float32) -> dict[str, float]:
    """The peak that this machine reaches now, on one thread of NumPy: {"GFLOP/s": ..., "GB/s": ...}.

    Arithmetic: the BLAS product of two 1024 × 1024 matrices. Memory: a copy of 256 MB, more than
    a cache holds, counted as read and written.
    """
    n, bytes_ = 1024, 2**28
    a = np.ones((n, n), dtype)
    c, source, target = np.empty_like(a), np.ones(bytes_, np.uint8), np.empty(bytes_, np.uint8)
    calls = {"product": lambda: np.matmul(a, a, out=c), "copy": lambda: np.copyto(target, source)}
    t = interleaved(calls, rounds=9)
    return {"GFLOP/s": 2e-9 * n**3 / t["product"].median, "GB/s": 2e-9 * bytes_ / t["copy"].median}
