"""Let the C library keep freed memory for the arrays of the next training step."""

import numpy as np

BLOCK = 31 * 2**20  # bytes; glibc's mallopt(3) gives the rule for M_MMAP_THRESHOLD and its limit of 32 MiB


def raise_mmap_threshold() -> None:
    """Raise glibc's threshold above which freed memory goes back to the system; elsewhere it does nothing.

    A training step allocates the same arrays again and again. glibc returns blocks of some megabytes to the
    system when they are freed and gets them back page by page, which takes a fifth of the time of a step of a
    recurrent network. The threshold grows with the largest block that was freed, so one block of 31 MiB is
    allocated and freed here; nothing is written into it, so it occupies no memory.

    The commands call it when they start. `import scratchgen` does not: a library must not change the process.
    """
    np.empty(BLOCK, np.uint8)
