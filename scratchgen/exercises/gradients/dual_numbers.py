"""Fill in: the product and the quotient of dual numbers."""

from __future__ import annotations

import math

from scratchgen.exercises.exercise import STILL_TO_WRITE, Exercise, WrongAnswer
from scratchgen.exercises.measure import as_number, expect, expect_close

HEAD = '''\
"""Forward mode: values that carry their derivatives along."""

import math


class Dual:
    """A value u, and its derivative u' by the input."""

    def __init__(self, value, slope):
        self.value = value
        self.slope = slope

    def sin(self):
        """(sin u)' = u' cos u"""
        return Dual(math.sin(self.value), self.slope * math.cos(self.value))

    def __mul__(self, other):
        """(u v)' = u' v + u v', where u is self and v is other; returns a Dual."""
'''
QUOTIENT = '''
    def __truediv__(self, other):
        """(u / v)' = (u' v - u v') / v², where u is self and v is other; returns a Dual."""
'''


def both(product: str, quotient: str) -> str:
    """The file with these bodies of the two methods."""
    indented = ("".join(f"        {line}\n" for line in body.splitlines()) for body in (product, quotient))
    return HEAD + next(indented) + QUOTIENT + next(indented)


PRODUCT = "return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope)"
RATIO = """\
slope = (self.slope * other.value - self.value * other.slope) / other.value**2
return Dual(self.value / other.value, slope)
"""
STUB = both(STILL_TO_WRITE, STILL_TO_WRITE)
SOLUTION = both(PRODUCT, RATIO)

STEP = 1e-20  # of the complex step, whose error is rounding alone


def _pair(dual, Dual, what: str) -> tuple[float, float]:
    expect(isinstance(dual, Dual), f"{what} is no Dual; return Dual(value, slope)")
    return as_number(dual.value, f"the value of {what}"), as_number(dual.slope, f"the slope of {what}")


def product_value(Dual):
    """the value of a product is the product of the values"""
    value, _ = _pair(Dual(3.0, 2.0) * Dual(5.0, -1.0), Dual, "a product")
    expect_close(value, 15, "3 · 5 is", {7.0: "that is the slope", -2.0: "that is the product of the slopes"})


def product_slope(Dual):
    """the slope of a product is u' v + u v'"""
    _, slope = _pair(Dual(3.0, 2.0) * Dual(5.0, -1.0), Dual, "a product")
    reasons = {
        -2.0: "the derivative of a product is not the product of the derivatives",
        10.0: "v changes, too: u v' is missing",
        -3.0: "u changes, too: u' v is missing",
        13.0: "both changes are added",
        1.0: "each slope is multiplied by the other value",
    }
    expect_close(slope, 7, "with (u, u') = (3, 2) and (v, v') = (5, −1), the slope is", reasons)


def square(Dual):
    """x · x has the slope 2x, also when both factors are one object"""
    x = Dual(3.0, 1.0)
    _, slope = _pair(x * x, Dual, "x · x")
    expect_close(slope, 6, "at 3 the slope of x · x is", {3.0: "both factors change", 1.0: "that is x' x'"})
    pair = (x.value, x.slope)
    expect(pair == (3.0, 1.0), f"x itself was changed to {pair}; return a new Dual")


def quotient(Dual):
    """the quotient has the value u / v and the slope (u' v - u v') / v²"""
    value, slope = _pair(Dual(3.0, 2.0) / Dual(5.0, -1.0), Dual, "a quotient")
    expect_close(value, 0.6, "3 / 5 is", {15.0: "that is the product", 5 / 3: "that is 5 / 3"})
    reasons = {
        -2.0: "the derivative of a quotient is not the quotient of the derivatives",
        0.28: "the two terms are subtracted",
        -0.52: "the terms are exchanged: u' v comes first",
        13 / 5: "the denominator is v²",
        13.0: "the division by v² is missing",
    }
    expect_close(slope, 0.52, "with (u, u') = (3, 2) and (v, v') = (5, −1), the slope is", reasons)


def constant_factor(Dual):
    """a constant has the slope 0: 4 x has the slope 4, and 4 / x has −4 / x²"""
    x, four = Dual(0.5, 1.0), Dual(4.0, 0.0)
    for result, expected, what in ((four * x, 4, "4 x"), (x * four, 4, "x · 4"), (four / x, -16, "4 / x")):
        _, slope = _pair(result, Dual, what)
        expect_close(slope, expected, f"at ½ the slope of {what} is", {0.0: "x changes, although 4 does not"})


def composed(Dual):
    """in x² sin x / (x sin x²) the slope is right, too"""

    def function(x, sin):
        return x * x * sin(x) / (x * sin(x * x))

    def complex_sin(z: complex) -> complex:
        return complex(math.sin(z.real), math.cos(z.real) * z.imag)

    for x in (0.7, 1.3, -0.4):
        _, slope = _pair(function(Dual(x, 1.0), Dual.sin), Dual, "the result")
        expected = function(complex(x, STEP), complex_sin).imag / STEP
        expect_close(slope, expected, f"at {x:g} the slope of x² sin x / (x sin x²) is")


EXERCISE = Exercise(
    name="dual-numbers",
    title="Values that carry their derivatives along",
    page="1.1",
    kind="fill-in",
    ledger=("autograd.transposition",),
    stub=STUB,
    solution=SOLUTION,
    properties=(product_value, product_slope, square, quotient, constant_factor, composed),
    hints=(
        "A Dual is a pair. The value of the result needs the two values; its slope needs all four numbers.",
        "u is self.value, u' is self.slope, v is other.value, v' is other.slope. Put these into the two formulas.",
        "return Dual(self.value * other.value, self.slope * other.value + self.value * other.slope); the quotient in "
        "the same way, with other.value**2 below.",
    ),
    explanation=(
        "Why: each operation turns right pairs into a right pair, by a rule of school. So the last pair is right, "
        "however long the program is: no step, no truncation error.\n\n"
        "In practice: one run gives the derivative along one direction of the inputs, so n inputs take n runs. Forward "
        "mode therefore suits few inputs and many results; networks have it the other way round."
    ),
    wrong_answers=(
        WrongAnswer(
            both("return Dual(self.value * other.value, self.slope * other.slope)", RATIO), product_slope
        ),
        WrongAnswer(
            both("return Dual(self.value * other.value, self.slope * other.value)", RATIO), product_slope
        ),
        WrongAnswer(both(PRODUCT.replace(" + ", " - "), RATIO), product_slope),
        WrongAnswer(both("return self.value * other.value", RATIO), product_value),
        WrongAnswer(
            both(
                "self.slope = self.slope * other.value + self.value * other.slope\n"
                "self.value *= other.value\n"
                "return self",
                RATIO,
            ),
            square,
        ),
        WrongAnswer(
            both(PRODUCT, "return Dual(self.value / other.value, self.slope / other.slope)"), quotient
        ),
        WrongAnswer(both(PRODUCT, RATIO.replace(" - ", " + ")), quotient),
        WrongAnswer(both(PRODUCT, RATIO.replace("**2", "")), quotient),
    ),
)
