"""The number that a formula in LaTeX has, read as it is displayed.

A name is any piece of LaTeX that has a value: `x`, `h_{t-1}`, `\\frac{dh_{t-1}}{dw}`, a whole sum. Around the names the
arithmetic is read: + − · /, powers, fractions, brackets, functions, and products that are written without a sign.
Anything that is neither a name nor arithmetic is an error, so that a changed formula is either refused or has another
value.
"""

import math
from typing import Any

import numpy as np

from .formulas import chain, normal, parts_of

FUNCTIONS = {r"\tanh": np.tanh, r"\log": np.log}
OPEN, CLOSE = ("(", "[", "{"), (")", "]", "}")
COMPARED = {
    "=": lambda a, b, tolerance: np.all(np.abs(a - b) <= tolerance),
    r"\approx": lambda a, b, tolerance: np.all(np.abs(a - b) <= tolerance),
    r"\le": lambda a, b, tolerance: np.all(a <= b + tolerance),
    r"\ge": lambda a, b, tolerance: np.all(a >= b - tolerance),
}


class NoFormula(ValueError):
    """A sign that is neither a name nor arithmetic."""


def false_relations(latex: str, names: dict[str, Any], tolerance: float) -> list[str]:
    """The relations of a formula that do not hold for the values of its names, such as "a = b: 2 and 3"."""
    found = []
    for part in parts_of(latex):
        members = chain(part)
        for left, relation, right in zip(members[::2], members[1::2], members[2::2], strict=False):
            a, b = value(left, names), value(right, names)
            if not COMPARED[relation](a, b, tolerance):
                found.append(f"{left} {relation} {right}: {a} and {b}")
    return found


def value(latex: str, names: dict[str, Any]) -> Any:
    """The value of an expression. Of two names that fit, the longer one is meant."""
    by_length = sorted(
        ((normal(name).split(), v) for name, v in names.items()), key=lambda item: -len(item[0])
    )
    reader = _Reader(normal(latex).split(), by_length)
    result = reader.sum()
    if reader.next() is not None:
        raise NoFormula(f"{reader.next()} in {latex}")
    return result


class _Reader:
    """A recursive descent over the signs of an expression."""

    def __init__(self, signs, names):
        self.signs, self.names, self.at = signs, names, 0

    def next(self):
        return self.signs[self.at] if self.at < len(self.signs) else None

    def take(self):
        self.at += 1
        return self.signs[self.at - 1]

    def sum(self):
        result = 0.0
        sign = self.take() if self.next() in ("+", "-") else "+"
        while sign:
            term = self.product()
            result = result + term if sign == "+" else result - term
            sign = self.take() if self.next() in ("+", "-") else None
        return result

    def product(self):
        result = self.power()
        while self.next() not in (None, "+", "-", *CLOSE):
            sign = self.take() if self.next() in ("/", r"\odot", r"\cdot") else ""
            factor = self.power()
            if sign == "/":
                result = result / factor
            elif sign or np.ndim(result) < 2 or np.ndim(factor) < 2:
                result = result * factor
            else:
                result = result @ factor
        return result

    def power(self):
        base = self.atom()
        if self.next() == "^":
            self.take()
            return base ** self.argument()
        return base

    def argument(self):
        """The argument of ^ or \\frac: a bracket, or one sign."""
        return float(self.take()) if (self.next() or "").isdigit() else self.atom()

    def atom(self):
        for name, v in self.names:
            if self.signs[self.at : self.at + len(name)] == name:
                self.at += len(name)
                return v(self.power()) if callable(v) else v
        sign = self.take() if self.next() is not None else ""
        if sign in OPEN:
            inside = self.sum()
            if self.next() != CLOSE[OPEN.index(sign)]:
                raise NoFormula(f"{self.next()} where {sign} should end")
            self.take()
            return inside
        if sign.isdigit():
            while (self.next() or "") == "." or (self.next() or "").isdigit():
                sign += self.take()
            return float(sign)
        if sign == "e":
            return math.e
        if sign == r"\frac":
            return self.argument() / self.argument()
        if sign in FUNCTIONS:
            exponent = 1.0
            if self.next() == "^":
                self.take()
                exponent = self.argument()
            return FUNCTIONS[sign](self.power()) ** exponent
        raise NoFormula(f"{sign or 'the end'} in {' '.join(self.signs)}")
