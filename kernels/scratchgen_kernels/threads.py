"""Several cores for one call: the rows of a result are shared among threads.

Compiled code releases the interpreter's lock, so plain Python threads run it in parallel. Each thread computes whole
rows, in the same order as a single thread, and no two threads write to the same memory: the result has the same bits
for any number of threads. There is no second pool of threads (such as OpenMP's) that competes with the threads of
the BLAS, and none that loses its threads in a fork.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

VARIABLE = "OMP_NUM_THREADS"
# A thread gets this many times the work that pays for waking it. On an idle machine less would do; where another
# program occupies the core, a thread waits for its turn far longer than a short call takes.
MARGIN = 8


def cores() -> int:
    """The number of cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _from_environment() -> int:
    value = os.environ.get(VARIABLE, "").split(",")[0].strip()  # OpenMP allows one number per nesting level
    return max(1, int(value)) if value.isdigit() else cores()


_threads = _from_environment()
_pool: ThreadPoolExecutor | None = None
_lock = threading.Lock()


def get_num_threads() -> int:
    """The number of threads that a kernel may use: OMP_NUM_THREADS if it is set, else the cores of this process."""
    return _threads


def set_num_threads(n: int) -> None:
    """Let kernels use up to n threads, n ≥ 1, in the whole process. Results do not depend on it."""
    global _threads, _pool
    if isinstance(n, bool) or not isinstance(n, int):
        raise TypeError(f"set_num_threads: n must be an integer, got {type(n).__name__} {n!r}")
    if n < 1:
        raise ValueError(f"set_num_threads: n must be at least 1, got {n}")
    with _lock:
        _threads, _pool = n, None


def in_parallel(
    work: Callable[[int, int], object], rows: int, grain_size: int = 1, multiple: int = 1
) -> None:
    """Call work(start, stop) for stretches that together cover 0 … rows, one stretch per thread.

    work        computes rows start … stop − 1 and nothing else; it must release the interpreter's lock
    grain_size  the rows that pay for waking a thread, which takes some 20 µs; a thread gets MARGIN times more
    multiple    stretches begin at multiples of this (the height of a register tile)

    The caller's own thread takes the first stretch. An exception in any stretch reaches the caller.
    """
    if _threads == 1:
        work(0, rows)
        return
    blocks = -(-rows // multiple)
    parts = max(1, min(_threads, rows // max(MARGIN * grain_size, 1), blocks))
    if parts == 1:
        work(0, rows)
        return
    bounds = [min(blocks * i // parts * multiple, rows) for i in range(parts + 1)]
    first, *others = pairwise(bounds)
    futures = [_workers().submit(work, *stretch) for stretch in others]
    try:
        work(*first)
    finally:
        for future in futures:
            future.result()


def _workers() -> ThreadPoolExecutor:
    global _pool
    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(max(1, _threads - 1), thread_name_prefix="scratchgen_kernels")
        return _pool


def _after_fork() -> None:
    """Drop the pool in a child process, which inherits it without its threads and makes a new one when needed."""
    global _pool, _lock
    _pool, _lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
