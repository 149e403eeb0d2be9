"""Standard output and standard error in any encoding, closed or full: no symbol and no terminal ends a training."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from scratchgen.cli.fallbacks import READABLE

STDOUT, STDERR = 1, 2  # file descriptors


class OutputLost(Exception):
    """Standard output cannot be written. Not an OSError, which a training answers as a failure of its own files."""


@contextmanager
def standard_streams() -> Iterator[None]:
    """Within it, standard output and error take any text.

    A character that the encoding lacks is replaced by a readable one, or escaped. Standard error that cannot be
    written is dropped: nobody could be told. Standard output that cannot be written raises OutputLost, once; a pipe
    that nobody reads raises BrokenPipeError.
    """
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _Output(before[0], STDOUT), _Messages(before[1], STDERR)
    try:
        yield
    finally:
        sys.stdout.restore()
        sys.stderr.restore()
        sys.stdout, sys.stderr = before


class _Output(io.TextIOBase):
    """A standard stream. It has no `buffer`, so that nobody writes bytes past it."""

    def __init__(self, stream: TextIO | None, descriptor: int):
        self._stream = _closed(descriptor) if stream is None else stream
        self._errors = self._stream.errors
        self._handle_errors(READABLE)

    @property
    def encoding(self) -> str:  # type: ignore[override]  # what io declares as an attribute
        return self._stream.encoding or "utf-8"

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        return self._stream.errors

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as error:
            self._fail(error)
        return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            self._fail(error)

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    def restore(self) -> None:
        """Give the stream back as it was."""
        self.flush()
        self._handle_errors(self._errors)

    def _handle_errors(self, name: str | None) -> None:
        if isinstance(self._stream, io.TextIOWrapper):
            with suppress(OSError):
                self._stream.reconfigure(errors=name)

    def _fail(self, error: OSError) -> None:
        """Discard what the stream still holds, which Python would try to write again when it ends."""
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
        if isinstance(error, BrokenPipeError):
            raise error
        raise OutputLost(error.strerror or str(error))


class _Messages(_Output):
    """Standard error: messages that cannot be written are dropped."""

    def _fail(self, error: OSError) -> None:
        with suppress(OSError, OutputLost):
            super()._fail(error)


def _closed(descriptor: int) -> TextIO:
    """A stream in place of one that is closed: every write fails.

    It takes the place of the descriptor, which the next file that is opened would have otherwise, a checkpoint say,
    and libraries and child processes write to that descriptor.
    """
    opened = [os.open(os.devnull, os.O_RDONLY)]
    while opened[-1] < descriptor:
        opened.append(os.open(os.devnull, os.O_RDONLY))
    return open(opened[-1], "w", encoding="utf-8", closefd=False)
