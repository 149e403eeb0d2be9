"""Warnings on the command line: one line each, without the place in the code that gave it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def warnings_in_one_line() -> Iterator[None]:
    """Within it, a warning is one line on standard error, as an error is."""
    with warnings.catch_warnings():
        warnings.showwarning = _print_line
        yield


def _print_line(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    from scratchgen.cli.output import print_error  # loaded when there is a warning: it takes long to import

    print_error(message)
