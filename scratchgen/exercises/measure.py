"""Helpers for properties: compare a number with the expected one, and give the reason for the difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from scratchgen.autograd.primitives import to_numpy
from scratchgen.errors import described

Reasons = Mapping[float, str]  # wrong number → its cause

TOLERANCE = 1e-5  # relative, or absolute below 1: an answer may compute in float32
TWO_DECIMALS = 0.006  # of a prediction, which may be rounded in either way


class Refuted(Exception):
    """A property does not hold. The message gives the number found and the reason why it is wrong."""


def constant(values: ArrayLike) -> np.ndarray:
    """An array of float64 that an answer cannot write into: the next check finds it as it was."""
    array = np.array(values, np.float64)
    array.setflags(write=False)
    return array


def expect(holds: bool | np.bool_, reason: str) -> None:
    """Raise Refuted with the reason unless the condition holds."""
    if not holds:
        raise Refuted(reason)


def as_array(value: Any, shape: tuple[int, ...], what: str, why: str = "") -> np.ndarray:
    """A result as an array of float64. Raises Refuted, which names the result, for another shape or no numbers.

    why    the reason for the shape
    """
    expect(value is not None, f"{what} is None; does the function end with a return?")
    try:
        array = np.asarray(to_numpy(value), np.float64)
    except (TypeError, ValueError):
        raise Refuted(f"{what} is {described(value)}, which is no array of numbers") from None
    expect(
        array.shape == shape, f"{what} has the shape {array.shape}, not {shape}" + (f"; {why}" if why else "")
    )
    return array


def as_number(value: Any, what: str, why: str = "") -> float:
    """A result as one number. Raises Refuted for anything else."""
    return as_array(value, (), what, why).item()


def expect_close(
    found: ArrayLike,
    expected: ArrayLike,
    what: str,
    reasons: Reasons | None = None,
) -> None:
    """Raise Refuted unless every number that was found is the expected one, but for rounding.

    what     the subject and the verb: "the samples have variance"
    reasons  the cause of a certain wrong number: {0.0625: "exp(logvar) is the variance, …"}

    The message: "the samples have variance 0.0625, not 0.25; exp(logvar) is the variance, …"
    """
    numbers, wanted = np.broadcast_arrays(np.asarray(found, np.float64), np.asarray(expected, np.float64))
    off = ~(np.abs(numbers - wanted) <= TOLERANCE * np.maximum(1, np.abs(wanted)))  # NaN is off
    if not off.any():
        return
    number, right = numbers[off][0], wanted[off][0]
    why = _reason(number, reasons or {}, 1e-4 * abs(number))
    raise Refuted(f"{what} {number:.5g}, not {right:.5g}" + (f"; {why}" if why else ""))


def expect_prediction(predicted: Any, found: float, what: str, reasons: Reasons | None = None) -> None:
    """Raise Refuted unless a prediction is the number that was found, to two decimals.

    The message has the reason for a known wrong number, or else the side on which the prediction is off. It does not
    give the number away.
    """
    number = as_number(predicted, what)
    if abs(number - found) <= TWO_DECIMALS:
        return
    why = _reason(number, reasons or {}, TWO_DECIMALS)
    why = why or f"measured, it is {'higher' if found > number else 'lower'}"
    raise Refuted(f"you predicted {what} = {number:.5g}; {why}")


def _reason(number: float, reasons: Reasons, tolerance: float) -> str:
    """The reason for a wrong number; "" if it is not known. An infinite number has none but its own."""
    within = tolerance if np.isfinite(number) else 0
    return next((why for n, why in reasons.items() if np.isclose(number, n, 0, within, equal_nan=True)), "")
