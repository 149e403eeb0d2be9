"""The sign of a planted fault in a small training."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Numbers = Mapping[
    str, float
]  # the numbers that were logged last, by name, and the first ones, by "first name"


@dataclass(frozen=True)
class Sign:
    """The sign of a fault in a small training, next to the same training without it.

    training "family.name": the module of_<family> has the training under this name
    says     one or two sentences; {right[nats]:.1f} and {wrong[nats]:.1f} are numbers that were logged,
             {right[first nats]:.1f} and {wrong[first nats]:.1f} the first ones
    shows    shows(right, wrong): whether these numbers show the sign; with right for wrong they must not
    curve    the name of the number that is drawn
    """

    training: str
    curve: str
    says: str
    shows: Callable[[Numbers, Numbers], bool]


@dataclass(frozen=True)
class Nothing:
    """No training can show the fault.

    because    the reason, a sentence that follows "Nothing: "
    """

    because: str
