"""A score: a measured number in words, next to its baseline and to the expected value."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeVar

from scratchgen.evaluation import Mean

C = TypeVar("C")


class Show(Protocol):
    """(chunks of long work, its name) ↦ the chunks, under a progress bar."""

    def __call__(self, chunks: Sequence[C], name: str, /) -> Iterable[C]: ...


@dataclass(frozen=True)
class Score:
    """A number that says how good a model is, and a number to compare it with.

    ours, baseline     in words
    expected           the promised value, and whether it is `reached`; "" where nothing is promised
    value              the number itself, with its standard error over examples where it has one
    baseline_value     the number of the baseline, where it is one
    advice             what to try where the expected value is not reached
    """

    measure: str
    ours: str
    baseline: str = ""
    expected: str = ""
    reached: bool = True
    value: float | None = None
    standard_error: float | None = None
    baseline_value: float | None = None
    advice: str = ""

    def number(self, of: Literal["value", "baseline_value"] = "value") -> float:
        """The value, or the baseline's value. Raises ValueError for a score without it."""
        found = self.value if of == "value" else self.baseline_value
        if found is None:
            raise ValueError(f"the score {self.measure!r} has no {of}")
        return found

    def below(self, baseline: float, words: str, digits: int = 2) -> Score:
        """This score with the expectation that it is lower than a baseline."""
        return replace(
            self,
            baseline=words,
            expected=f"below {baseline:.{digits}f}",
            reached=bool(self.number() < baseline),
            baseline_value=baseline,
        )


def mean_score(
    measure: str, mean: Mean, baseline: float | None = None, what: str = "", digits: int = 2
) -> Score:
    """A mean with its standard error, next to a baseline and the baseline's name."""
    value, error = float(mean.mean), float(mean.standard_error)
    known = math.isfinite(error)  # one example has no standard error
    return Score(
        measure,
        f"{value:.{digits}f}" + (f" ± {error:.{digits}f}" if known else ""),
        "" if baseline is None else f"{baseline:.{digits}f} ({what})",
        value=value,
        standard_error=error if known else None,
        baseline_value=baseline,
    )


def no_progress(chunks: Sequence[C], name: str) -> Iterable[C]:
    """A `Show` without a progress bar."""
    return chunks
