"""The result of a check."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field

NARROW = 40  # columns: a telephone, or the margin of a page
Line = tuple[bool | None, str]
MARKS = {True: "✓", False: "✗", None: "–"}


@dataclass(frozen=True, repr=False)
class Result:
    """The result of checking an answer.

    lines      one per property: (whether it holds, what it says), with None for one that could not be checked, because
               its code is not written or ends with an error; none if the answer cannot be run at all
    message    the reason why the first property fails; if all hold, the explanation of the exercise
    failed     the name of the first property that does not hold, "" if all do
    """

    name: str
    lines: list[Line] = field(default_factory=list)
    message: str = ""
    failed: str = ""

    @property
    def passed(self) -> bool:
        """Whether every property holds."""
        return self.could_run and all(ok for ok, _ in self.lines)

    @property
    def could_run(self) -> bool:
        """Whether the answer was Python that runs to its end, so that its properties could be checked."""
        return bool(self.lines)

    def __repr__(self) -> str:  # a cell of a notebook that ends with a check shows it, and so does print
        return self.text(NARROW)

    def text(self, width: int) -> str:
        """The result as text of at most this many columns."""
        marks = [ok for ok, _ in self.lines]
        head = f"{self.name}: {marks.count(True)} of {len(marks)} properties hold" if marks else self.name
        if None in marks:
            head += f" ({MARKS[None]} not checked)"
        claims = [
            textwrap.fill(f"{MARKS[ok]} {says}", width, subsequent_indent="  ") for ok, says in self.lines
        ]
        message = [textwrap.fill(part, width) for part in self.message.split("\n\n")]
        return "\n\n".join([textwrap.fill(head, width), *(["\n".join(claims)] if claims else []), *message])
