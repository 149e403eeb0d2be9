"""A small training, and the numbers that it logs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Training:
    """A training of some seconds, the same in each run.

    says      the model, the data and the number of steps
    curves    by the name of a number that is logged: the label of its axis, with the unit
    run       run() yields (step, {name: number}) a few times
    """

    says: str
    curves: dict[str, str]
    run: Callable[[], Iterable[tuple[int, dict[str, float]]]]
