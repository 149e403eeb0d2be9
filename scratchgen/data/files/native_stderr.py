"""What a C library writes to the standard error stream, caught: it goes past `sys.stderr`, to file descriptor 2."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

STDERR = 2
_one_at_a_time = threading.Lock()  # the descriptor is the whole process's


@contextmanager
def caught_stderr(prefixes: tuple[str, ...]) -> Iterator[list[str]]:
    """Catch the lines that begin with one of the prefixes; the list has them when the block is left.

    Other lines, which another thread may have written meanwhile, are written to the stream then. Without a stream
    (a process may have closed it) nothing is caught.
    """
    lines: list[str] = []
    with _one_at_a_time:
        try:
            stream = os.dup(STDERR)
        except OSError:
            yield lines
            return
        try:
            with tempfile.TemporaryFile() as caught:  # no pipe: a full one would stop the library
                if sys.stderr is not None:
                    sys.stderr.flush()  # what was written before stays before
                os.dup2(caught.fileno(), STDERR)
                try:
                    yield lines
                finally:
                    os.dup2(stream, STDERR)
                    caught.seek(0)
                    for line in caught.read().splitlines(keepends=True):
                        text = line.decode("utf-8", "replace")
                        if text.startswith(prefixes):
                            lines.append(text.rstrip())
                        elif text.strip():
                            os.write(STDERR, line)
        finally:
            os.close(stream)
