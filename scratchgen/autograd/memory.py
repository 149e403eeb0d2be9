"""Memory that arrays have given back stays with the process, for the arrays of the next step.

A training step makes the same arrays again and again. The C library of Linux returns memory of some megabytes
to the system when it is freed, and gets it back empty, page by page: a fifth of the time of a step of a
recurrent network. It keeps blocks as large as those that it has seen come and go, up to 32 MiB: so one comes
and goes first. Nothing is written into it, so it takes no memory; elsewhere it changes nothing.
"""

import numpy as np

KEPT = 31 * 2**20  # bytes; glibc's mallopt(3) on M_MMAP_THRESHOLD has the rule and its limit


def keep_freed_memory() -> None:
    """Let the allocator keep what is freed, in blocks of up to KEPT bytes."""
    np.empty(KEPT, np.uint8)
