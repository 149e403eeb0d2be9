"""The error for bad input from a user, and the checks of numbers that raise it."""

from __future__ import annotations

import functools
import operator
import unicodedata
from collections.abc import Callable, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np

LONGEST_LINE = 1000  # characters
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"


class BadInput(ValueError):
    """Input that cannot be used. The message is one line: what is wrong, why, and how to correct it.

    The command line prints it to stderr and exits with status 2.
    """


class NotInstalled(BadInput):
    """An optional library is needed and not installed. The message says how to install it."""


def check_counts(at_least: int = 1, /, **counts: Any) -> None:
    """Raise BadInput unless every value is a whole number of at least `at_least`; the message has its name.

    check_counts(hidden=64, layers=2)
    check_counts(0, padding=1)
    """
    for name, n in counts.items():
        if not isinstance(n, Integral) or isinstance(n, bool) or n < at_least:
            raise BadInput(f"{name} must be a whole number of at least {at_least}, not {described(n)}")


def check_numbers(interval: str = "(-∞, ∞)", /, **numbers: Any) -> None:
    """Raise BadInput unless every value is a finite number in an interval; the message has its name.

    interval    as in mathematics: "[0, 1)" holds 0 and not 1

        check_numbers("[0, 1)", dropout=0.2)
    """
    low, high, above, below = _limits(interval)
    for name, x in numbers.items():
        if not isinstance(x, Real) or isinstance(x, bool) or not (above(x, low) and below(x, high)):
            where = "" if interval == "(-∞, ∞)" else f" in {interval}"
            raise BadInput(f"{name} must be a finite number{where}, not {described(x)}")


@functools.cache
def _limits(interval: str) -> tuple[float, float, Callable[..., bool], Callable[..., bool]]:
    """The ends of an interval, and the comparisons that its brackets mean."""
    low, high = (float(end.replace("∞", "inf")) for end in interval[1:-1].split(","))
    above = operator.ge if interval[0] == "[" else operator.gt
    below = operator.le if interval[-1] == "]" else operator.lt
    return low, high, above, below


def check_each(interval: str, size: int | None = None, /, **values: Any) -> None:
    """Raise BadInput unless every value is one number, or an array or list of `size`, each in the interval.

    check_each("(0, ∞)", 3, scale=[1, 2, 5])
    """
    for name, value in values.items():
        x = np.ravel(value)
        if size is not None and len(x) not in (1, size):
            raise BadInput(f"{name} must be one number or {size}, not {len(x)}")
        # the smallest and the largest are NaN where any number is
        ends = [x.min().item(), x.max().item()] if x.size and x.dtype.kind in "iuf" else x.tolist()
        for number in ends:
            check_numbers(interval, **{name: number})


def described(value: Any) -> str:
    """A value in a message: a number as itself, a text in quotes, a tuple by its types, the type of anything else."""
    if isinstance(value, Real) or value is None:
        return str(value)
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, tuple):
        return f"a tuple of ({', '.join(type(part).__name__ for part in value)})"
    return f"an object of type {type(value).__name__}"


def printable(text: str, allowed: str = "") -> str:
    """A text that is safe on a terminal: characters that it would obey or hide are escaped, \\x1b and \\u202e.

    These are control characters and escape sequences, marks of the direction of writing, invisible characters, and
    bytes that are no text. A name of a file, and data, may hold any. Spaces of every width stay, and the joiners that
    some scripts are spelled with.

    allowed    control characters that stay too: "\\n\\t" where a text is shown as it is
    """
    return (
        text if text.isprintable() else "".join(c if _is_safe(c, allowed) else ascii(c)[1:-1] for c in text)
    )


def _is_safe(character: str, allowed: str) -> bool:
    return (
        character.isprintable() or unicodedata.category(character) == "Zs" or character in JOINERS + allowed
    )


def one_line(problem: object) -> str:
    """A message as one line that is safe on a terminal; of a very long one, which quotes data, both ends."""
    line = printable(" ".join(str(problem).split()))
    return (
        line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE // 2]} … {line[-LONGEST_LINE // 4 :]}"
    )


def height_width_channels(image_shape: Sequence[int]) -> tuple[int, int, int]:
    """(H, W, C) of images of the shape (H, W, C), or of grey ones (H, W).   Raises BadInput for another shape."""
    if np.ndim(image_shape) != 1 or len(image_shape) not in (2, 3):
        raise BadInput(f"image_shape is (height, width) or (height, width, channels), not {image_shape}")
    H, W, *rest = image_shape
    C = rest[0] if rest else 1
    check_counts(height=H, width=W, channels=C)
    return int(H), int(W), int(C)
