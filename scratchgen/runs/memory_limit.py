"""A limit on the memory of a command: an error in one line, before the system ends processes for want of memory."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

OF_CONTAINER = Path("/sys/fs/cgroup/memory.max")  # bytes, or "max"


def limit_memory() -> None:
    """Let an allocation that exceeds the memory of the machine, or of its container, raise MemoryError at once.

    Linux grants memory that it does not have, and kills a process that uses it, without a word. Files that are mapped
    for reading do not count. The commands call it when they start; a system without such a limit is left as it is.
    """
    with suppress(ImportError, AttributeError, OSError, ValueError):
        import resource  # Unix has it

        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        limits = [n for n in (soft, hard, available_memory()) if n != resource.RLIM_INFINITY]
        resource.setrlimit(resource.RLIMIT_DATA, (min(limits), hard))


def available_memory() -> int:
    """The bytes of memory of the machine, or of its container."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with suppress(OSError, ValueError):
        return min(machine, int(OF_CONTAINER.read_text()))
    return machine
