"""Find the bug: the slope of tanh, computed from its argument."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.exercises.exercise import Exercise, WrongAnswer
from scratchgen.exercises.measure import as_array, constant, expect, expect_close

SOLUTION = '''\
"""Find the bug.

The gradients of this autograd are right as long as all numbers are near zero, and wrong where they are not. No line
raises an error. One line is wrong: find it, and repair it.
"""

import numpy as np

RULES = {}


def define(function, *rules):
    """Store the rules of a function: each turns g = ∂L/∂y into the gradient of one argument."""
    RULES[function] = rules


define(np.add, lambda g, y, a, b: g, lambda g, y, a, b: g)
define(np.multiply, lambda g, y, a, b: g * b, lambda g, y, a, b: g * a)
define(np.exp, lambda g, y, x: g * y)
define(np.tanh, lambda g, y, x: g * (1 - y * y))


class Node:
    """The value of a function of other nodes, or an input."""

    def __init__(self, value, function=None, parents=()):
        self.value = value
        self.function = function
        self.parents = parents
        self.grad = 0.0


def call(function, *parents):
    """A node for function(*parents)."""
    return Node(function(*[parent.value for parent in parents]), function, parents)


def sweep(nodes):
    """Set the gradients of all nodes, in the order in which they were computed; the last one is L."""
    nodes[-1].grad = 1.0
    for node in reversed(nodes):
        if node.function is not None:
            values = [parent.value for parent in node.parents]
            for parent, rule in zip(node.parents, RULES[node.function]):
                parent.grad += rule(node.grad, node.value, *values)
'''
RIGHT = "(np.tanh, lambda g, y, x: g * (1 - y * y))"
PLANTED = "(np.tanh, lambda g, y, x: g * (1 - x * x))"
STUB = SOLUTION.replace(RIGHT, PLANTED)

POINTS = constant([-2.0, -0.5, 0.01, 1.5])


def _gradients(Node, call, sweep, function, *values: float) -> list[float]:
    """The gradients of the arguments in 3 f(…)."""
    inputs, factor = [Node(float(v)) for v in values], Node(3.0)
    y = call(function, *inputs)
    sweep([*inputs, factor, y, call(np.multiply, factor, y)])
    return [as_array(node.grad, (), "a gradient").item() for node in inputs]


def sum_and_product(Node, call, sweep):
    """in 3 (a + b) and 3 a b the gradients are 3, and 3 times the other factor"""
    for a, b in ((2.0, 5.0), (-1.5, 0.25)):
        expect_close(_gradients(Node, call, sweep, np.add, a, b), 3, "in 3 (a + b) a gradient is")
        reasons = {3 * a: "that is its own value: the slope by one factor is the other factor"}
        found = _gradients(Node, call, sweep, np.multiply, a, b)
        expect_close(found[0], 3 * b, f"in 3 a b, at a = {a:g} and b = {b:g}, a has the gradient", reasons)
        expect_close(found[1], 3 * a, f"in 3 a b, at a = {a:g} and b = {b:g}, b has the gradient")


def exponential(Node, call, sweep):
    """in 3 exp(x) the gradient is 3 exp(x)"""
    for x in POINTS:
        (found,) = _gradients(Node, call, sweep, np.exp, x)
        reasons = {
            3 * x: "exp is its own slope: y, not x",
            3 * math.exp(2 * x): "exp is its own slope: y, once",
        }
        expect_close(found, 3 * math.exp(x), f"at x = {x:g} the gradient is", reasons)


def hyperbolic_tangent(Node, call, sweep):
    """in 3 tanh(x) the gradient is 3 / cosh(x)², near zero and far from it"""
    for x in POINTS[::-1]:
        (found,) = _gradients(Node, call, sweep, np.tanh, x)
        reasons = {
            3 * (1 - x * x): "tanh never falls, so its slope is never negative",
            3 * (1 + math.tanh(x) ** 2): "the slope is steepest at 0, and less at other places",
            1 - math.tanh(x) ** 2: "the rule ignores g, the gradient of the result",
            3 * (1 - math.tanh(x)): "tanh² is missing a square",
        }
        expect_close(found, 3 / math.cosh(x) ** 2, f"at x = {x:g} the gradient is", reasons)


def used_twice(Node, call, sweep):
    """a node that is used twice gets both shares"""
    a = Node(3.0)
    b = call(np.add, a, a)
    m = call(np.multiply, b, a)
    sweep([a, b, m, call(np.add, b, m)])
    reasons = {3.0: "the second share replaced the first"}
    expect_close(
        as_array(a.grad, (), "the gradient of a"), 14, "in b = a + a, c = b + b a, at 3, a has", reasons
    )


def compared_with_differences(Node, call, sweep):
    """in exp(w tanh(v x)) the gradients agree with finite differences"""

    def result(v, w, x):
        return math.exp(w * math.tanh(v * x))

    v, w, x, h = 1.2, -0.7, 1.1, 1e-5
    nodes = [Node(v), Node(w), Node(x)]
    nodes.append(call(np.multiply, nodes[0], nodes[2]))
    nodes.append(call(np.tanh, nodes[3]))
    nodes.append(call(np.multiply, nodes[1], nodes[4]))
    nodes.append(call(np.exp, nodes[5]))
    sweep(nodes)
    expect(bool(np.isclose(nodes[-1].value, result(v, w, x))), "the value of exp(w tanh(v x)) is wrong")
    expected = [
        (result(v + h, w, x) - result(v - h, w, x)) / (2 * h),
        (result(v, w + h, x) - result(v, w - h, x)) / (2 * h),
        (result(v, w, x + h) - result(v, w, x - h)) / (2 * h),
    ]
    found = [as_array(node.grad, (), "a gradient").item() for node in nodes[:3]]
    expect_close(found, expected, "of the gradients of v, w and x, one is")


EXERCISE = Exercise(
    name="right-near-zero",
    title="An autograd that is right near zero",
    page="1.2",
    kind="find-the-bug",
    ledger=("autograd.chain_rule",),
    stub=STUB,
    solution=SOLUTION,
    properties=(sum_and_product, exponential, hyperbolic_tangent, used_twice, compared_with_differences),
    hints=(
        "Which of the functions is bent, so that its slope depends on x? Compare each rule with a difference quotient "
        "at x = 1.5, not at x = 0.01.",
        "Every rule gets the result y and the arguments. Which of them does the derivative of each function need?",
        "tanh′ = 1 − tanh². Is the result or the argument squared here? For small x both give nearly the same.",
    ),
    explanation=(
        "Why: the slope of tanh is 1 − tanh(x)², which is 1 − y² of the result, not 1 − x² of the argument. At "
        "x = 0.01 they differ by 7 · 10⁻⁹, at x = 1.5 one is 0.18 and the other −1.25.\n\n"
        "In practice: take random numbers of size 1 or larger for a gradient check. With weights near zero, as before "
        "training, a wrong rule of a function that is nearly a straight line there passes it."
    ),
    wrong_answers=(
        WrongAnswer(STUB, hyperbolic_tangent),
        WrongAnswer(SOLUTION.replace("(1 - y * y)", "(1 + y * y)"), hyperbolic_tangent),
        WrongAnswer(SOLUTION.replace("g * (1 - y * y)", "1 - y * y"), hyperbolic_tangent),
        WrongAnswer(SOLUTION.replace("(1 - y * y)", "(1 - y)"), hyperbolic_tangent),
        WrongAnswer(STUB.replace("lambda g, y, x: g * y)", "lambda g, y, x: g * x)"), exponential),
        WrongAnswer(
            SOLUTION.replace("g * b, lambda g, y, a, b: g * a", "g * a, lambda g, y, a, b: g * b"),
            sum_and_product,
        ),
        WrongAnswer(SOLUTION.replace("parent.grad += ", "parent.grad = "), used_twice),
    ),
    fault="slope of tanh from its argument",
)
