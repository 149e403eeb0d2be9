"""A case: a way to call rows of the table, with the shapes and the domain of its arguments."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

REAL, POSITIVE, DISTINCT = "real", "positive", "distinct"
INSIDE, FRACTION = "inside (−1, 1)", "inside (0, 1)"
LONGEST = 3
EXAMPLES = 6


@dataclass(frozen=True)
class Case:
    """A function of arrays that calls the row under test, as a user would write it.

    f         takes tensors as well as plain arrays
    shapes    of its arguments, "(...,n,k),(k,m+1)": a letter is a side of 0 to 3 elements, the same at
              every place; +1 makes it longer by one, where a function of nothing has no value; a number stands
              for itself. "..." are up to three axes in front (two if there are letters), which broadcast
    domain    range of the values. DISTINCT ones are at least 0.08 apart over all arguments, so that no
              difference quotient crosses a kink
    oracle    the same function of plain arrays, and none of ours: NumPy's own, or an independent formula.
              Left out where f is that already, being written in NumPy alone
    order     1 for rows that are differentiable once
    drawn     how many shapes are drawn, in addition to the corners
    """

    f: Callable
    shapes: str = "(...)"
    domain: str = REAL
    oracle: Callable | None = None
    order: int = 2
    drawn: int = EXAMPLES

    @property
    def terms(self) -> list[list[str]]:
        return [[d for d in t.split(",") if d] for t in re.findall(r"\(([^)]*)\)", self.shapes)]

    @property
    def letters(self) -> list[str]:
        return sorted({d[0] for term in self.terms for d in term if d[0].isalpha()})

    @property
    def stacked(self) -> int:
        """The number of arguments with axes in front."""
        return sum("..." in term for term in self.terms)

    def filled_in(self, sides: dict[str, int], fronts) -> tuple[tuple[int, ...], ...]:
        """The shapes with numbers in place of letters, and the axes in front."""
        fronts = iter(fronts)
        return tuple(
            sum((next(fronts) if d == "..." else (_number(d, sides),) for d in term), ())
            for term in self.terms
        )

    def any_shapes(self) -> st.SearchStrategy:
        """Everything that `shapes` may stand for."""
        sides = st.fixed_dictionaries({c: st.integers(0, LONGEST) for c in self.letters})
        fronts = st.just(())
        if self.stacked:
            axes = 2 if self.letters else 3
            fronts = mutually_broadcastable_shapes(
                num_shapes=self.stacked, max_dims=axes, min_side=0, max_side=LONGEST
            ).map(lambda drawn: drawn.input_shapes)
        return st.builds(self.filled_in, sides, fronts)

    def corners(self) -> list:
        """The shapes that no check may miss: of nothing, of one, and of several with broadcasting."""
        corners = []
        for side, fronts in (
            (0, [(0,), (0,)]),
            (1, [(1,), (1,)]),
            (2, [(2, 1), (3,)]),
            (3, [(1, 2), (2, 1)]),
        ):
            corners.append(
                self.filled_in(
                    dict.fromkeys(self.letters, side), [fronts[i % 2] for i in range(self.stacked)]
                )
            )
        return list(dict.fromkeys(corners))

    def draw(self, shapes, seed: int) -> list[np.ndarray]:
        """Random arguments of these shapes, in the domain."""
        rng = np.random.default_rng(seed)
        sizes = [int(np.prod(s)) for s in shapes]
        values = _in_domain(rng, sum(sizes), self.domain)
        return [
            part.reshape(s) for part, s in zip(np.split(values, np.cumsum(sizes)[:-1]), shapes, strict=True)
        ]


def at_corners(cases: list[Case]) -> list[Case]:
    """The given cases at their corners only: for a row that other cases, or another row, check at drawn shapes."""
    return [replace(case, drawn=0) for case in cases]


def _number(side: str, sides: dict[str, int]) -> int:
    letter, _, more = side.partition("+")
    return (int(letter) if letter.isdigit() else sides[letter]) + int(more or 0)


def _in_domain(rng, n: int, domain: str) -> np.ndarray:
    if domain == DISTINCT:  # none is within 0.015 of zero
        return (rng.permutation(n) - n // 2 + 0.25) * 0.1 + rng.uniform(-0.01, 0.01, n)
    if domain == INSIDE:
        return rng.uniform(-0.7, 0.7, n)
    if domain == FRACTION:
        return rng.uniform(0.2, 0.8, n)
    if domain == POSITIVE:
        return rng.uniform(0.5, 2, n)
    return rng.uniform(-1.5, 1.5, n)
