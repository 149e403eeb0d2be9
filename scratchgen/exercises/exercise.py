"""An exercise: the reader's stub, the properties of a right answer, and the wrong answers that test the checker."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

STILL_TO_WRITE = "raise NotImplementedError  # your lines here"  # the body of the stub of a function
Property = Callable[..., None]
KINDS = {
    "fill-in": "fill in",
    "find-the-bug": "find the bug",
    "predict": "predict, then run",
    "derive": "derive",
}


@dataclass(frozen=True)
class WrongAnswer:
    """A typical wrong answer: its source, and the first property that must fail for it."""

    source: str
    fails: Property


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    name                kebab-case, as the command takes it
    page                the id of the page that it belongs to, such as "2.3"
    kind                one of `KINDS`
    ledger              the ids of the equations that it practises
    stub                the file that the reader starts with
    solution            a file that has every property
    properties          functions of the names that the file must define, which are the names of their parameters;
                        the first line of the docstring states the property, and a property that does not hold
                        raises `Refuted` with the number that was found and the reason
    hints               from a nudge to almost the answer
    explanation         why the answer is right; what goes wrong in practice
    wrong_answers       at least three, each with the property that it fails
    equivalent_mutants  automatic mutants of the solution that compute the same, each with the reason
    fault               of the kind find-the-bug: the name of the planted fault, in `tests/mutants/faults`
    """

    name: str
    title: str
    page: str
    kind: str
    ledger: tuple[str, ...]
    stub: str
    solution: str
    properties: tuple[Property, ...]
    hints: tuple[str, ...]
    explanation: str
    wrong_answers: tuple[WrongAnswer, ...]
    equivalent_mutants: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""

    @property
    def asked(self) -> tuple[str, ...]:
        """The names that an answer must define, in the order in which the properties ask for them."""
        return tuple(dict.fromkeys(name for p in self.properties for name in inspect.signature(p).parameters))


def filled_in(head: str, body: str) -> str:
    """The file of a function: the head, which ends with the docstring, and the lines of the body."""
    return head + "".join(f"    {line}".rstrip() + "\n" for line in body.splitlines())


def statement(claim: Property) -> str:
    """The statement of a property for the reader: the first line of its docstring."""
    return (claim.__doc__ or claim.__name__).strip().partition("\n")[0]
