"""Fill in: the reverse sweep over a list of nodes."""

from __future__ import annotations

import numpy as np

from scratchgen.exercises.exercise import STILL_TO_WRITE, Exercise, WrongAnswer, filled_in
from scratchgen.exercises.measure import as_array, expect, expect_close

HEAD = '''\
"""Carry derivatives back through a computation: the reverse sweep."""


def sweep(nodes):
    """The gradients of all nodes, ∂L/∂x for each node x, where L is the last node.

        ∂L/∂x = Σ_y ∂L/∂y ∂y/∂x,    over every y that is computed from x directly

    Here a node is a pair, not an object as on the page; keep the gradients in a list of your own.

    nodes      one pair (parents, slopes) per node, in the order in which the nodes were computed
               parents   the indices in `nodes` of the numbers that it was computed from; () for an input
               slopes    the local derivative by each parent
    returns    a list of numbers, the gradient of each node

    c = x z with x = 2 and z = 5 is [((), ()), ((), ()), ((0, 1), (5.0, 2.0))].
    """
'''
STUB = filled_in(HEAD, STILL_TO_WRITE)
BODY = """\
gradients = [0.0 for node in nodes]
gradients[-1] = 1.0
for place in reversed(range(len(nodes))):
    parents, slopes = nodes[place]
    for parent, slope in zip(parents, slopes):
        gradients[parent] += gradients[place] * slope
return gradients
"""
SOLUTION = filled_in(HEAD, BODY)

INPUT = ((), ())
PRODUCT = (INPUT, INPUT, ((0, 1), (5.0, 2.0)))  # 2 · 5
TWICE = (INPUT, ((0, 0), (1.0, 1.0)))  # a + a
SQUARES = (INPUT, ((0, 0), (3.0, 3.0)), ((0,), (2.0,)), ((1, 2), (1.0, 1.0)))  # a · a + 2 a at a = 3
THREE_LINES = (INPUT, ((0, 0), (1.0, 1.0)), ((1, 0), (3.0, 6.0)), ((1, 2), (1.0, 1.0)))  # at a = 3


def _swept(sweep, nodes) -> np.ndarray:
    why = "each node has a gradient, inputs and results alike"
    return as_array(sweep(nodes), (len(nodes),), "the list of gradients", why)


def end(sweep):
    """the last node has the gradient 1"""
    for nodes in (PRODUCT, TWICE, THREE_LINES):
        reasons = {0.0: "L changes as fast as itself, so the sweep begins with ∂L/∂L = 1"}
        expect_close(_swept(sweep, nodes)[-1], 1, "the last node has the gradient", reasons)


def one_step(sweep):
    """in x z, at 2 · 5, the gradients are 5 and 2"""
    x, z, _ = _swept(sweep, PRODUCT)
    expect_close(
        x,
        5,
        "x has the gradient",
        {2.0: "each slope belongs to the parent at the same place", 0.0: "x got no share"},
    )
    expect_close(
        z,
        2,
        "z has the gradient",
        {5.0: "each slope belongs to the parent at the same place", 0.0: "z got no share"},
    )


def product_along_a_chain(sweep):
    """along a chain the local derivatives are multiplied"""
    chain = (INPUT, ((0,), (2.0,)), ((1,), (-3.0,)), ((2,), (5.0,)))
    reasons = {
        2.0: "that is the local derivative alone; it is multiplied by the gradient of the node",
        0.0: "nothing arrives: a node passes on its gradient after it has got it, so the last node comes first",
        4.0: "along a chain slopes are multiplied, not added",
    }
    expect_close(
        _swept(sweep, chain), [-30, -15, 5, 1], "with the slopes 2, −3 and 5, a gradient is", reasons
    )


def sum_over_uses(sweep):
    """the shares of several uses add up"""
    reasons = {
        1.0: "the second share replaced the first: they are added, +=",
        3.0: "1 was there before the sweep",
    }
    expect_close(_swept(sweep, TWICE)[0], 2, "in a + a, a has the gradient", reasons)
    reasons = {
        2.0: "that is the share of 2 a alone; they are added, +=",
        3.0: "that is one share of a · a alone; they are added, +=",
    }
    expect_close(_swept(sweep, SQUARES)[0], 8, "in a · a + 2 a, at 3, a has the gradient", reasons)


def complete_before_it_is_passed_on(sweep):
    """a node passes on its gradient once, after all its uses"""
    found = _swept(sweep, THREE_LINES)
    reasons = {
        16.0: "b was passed on twice, with 1 and with 4; pass it on once, when it is 4",
        8.0: "b was passed on when it was 1; it is complete after both of its uses, at 4",
        3.0: "the shares are added, +=",
    }
    expect_close(found[0], 14, "in b = a + a, m = b a, c = b + m, at a = 3, a has the gradient", reasons)
    expect_close(found, [14, 4, 1, 1], "of the gradients of a, b, m and c, one is")


def unused(sweep):
    """a node that L does not depend on has the gradient 0"""
    nodes = (INPUT, INPUT, ((1,), (7.0,)), ((0,), (4.0,)))  # the third node is used by nobody
    reasons = {
        1.0: "only the last node begins with 1",
        7.0: "the third node has no use, and nothing to pass on",
    }
    expect_close(_swept(sweep, nodes), [4, 0, 0, 1], "where two nodes lead nowhere, a gradient is", reasons)


def all_paths(sweep):
    """the gradient is the sum over all paths, of the products along each"""
    rng = np.random.default_rng(3)
    n = 12
    slopes = np.tril(rng.normal(size=(n, n)), -1)  # slopes[y, x] = ∂y/∂x
    nodes = tuple((tuple(range(y)), tuple(slopes[y, :y])) for y in range(n))
    paths = np.linalg.inv(np.eye(n) - slopes)  # 1 + S + S² + …: Sᵏ sums over the paths of k arrows
    expect_close(
        _swept(sweep, nodes), paths[-1], "in a graph with every arrow that is possible, a gradient is"
    )


def deep(sweep):
    """a chain of 5,000 nodes raises no RecursionError"""
    chain = (INPUT, *(((place,), (1.0,)) for place in range(4999)))
    try:
        sweep(chain)
    except RecursionError:
        expect(False, "Python allows about 1,000 nested calls; go through the list in a loop")


def changed(text: str, other: str) -> str:
    """The solution with another line."""
    assert SOLUTION.count(text) == 1
    return SOLUTION.replace(text, other)


RECURSIVE = """\
gradients = [0.0] * len(nodes)

def visit(place, share):
    gradients[place] += share
    for parent, slope in zip(*nodes[place]):
        visit(parent, share * slope)

visit(len(nodes) - 1, 1.0)
return gradients
"""
PASSED_ON_TWICE = """\
gradients = [0.0] * len(nodes)
gradients[-1] = 1.0
places = [len(nodes) - 1]
while places:
    place = places.pop()
    for parent, slope in zip(*nodes[place]):
        gradients[parent] += gradients[place] * slope
        places.append(parent)
return gradients
"""

EXERCISE = Exercise(
    name="reverse-sweep",
    title="The reverse sweep",
    page="1.2",
    kind="fill-in",
    ledger=("autograd.chain_rule",),
    stub=STUB,
    solution=SOLUTION,
    properties=(
        end,
        one_step,
        product_along_a_chain,
        sum_over_uses,
        complete_before_it_is_passed_on,
        unused,
        all_paths,
        deep,
    ),
    hints=(
        "Begin with a list of zeros, and 1 for the last node. In which order must the nodes pass on their gradients, "
        "so that each is complete?",
        "From the last node to the first: reversed(range(len(nodes))). Each parent gets the node's gradient times the "
        "slope.",
        "gradients[parent] += gradients[place] * slope, in a loop over zip(parents, slopes).",
    ),
    explanation=(
        "Why: a node is computed after its parents, so backwards every node comes after all its uses. Then "
        "its gradient is the complete sum, and one visit passes it on.\n\n"
        "In practice: the sweep costs one multiplication and one addition per arrow, whatever the number of inputs. "
        "The library does the same with arrays, and sorts by a serial number. A recursion over all paths gives the "
        "same numbers, but a program of n lines, each of which uses the line before twice, has 2ⁿ paths."
    ),
    wrong_answers=(
        WrongAnswer(changed("] += gradients", "] = gradients"), sum_over_uses),
        WrongAnswer(changed("reversed(range(len(nodes)))", "range(len(nodes))"), product_along_a_chain),
        WrongAnswer(changed("gradients[place] * slope", "slope"), product_along_a_chain),
        WrongAnswer(changed("gradients[place] * slope", "gradients[place] + slope"), one_step),
        WrongAnswer(changed("gradients[-1] = 1.0", "pass"), end),
        WrongAnswer(changed("[0.0 for node in nodes]", "[1.0 for node in nodes]"), one_step),
        WrongAnswer(changed("return gradients", "return gradients[0]"), end),
        WrongAnswer(filled_in(HEAD, PASSED_ON_TWICE), complete_before_it_is_passed_on),
        WrongAnswer(filled_in(HEAD, RECURSIVE), deep),
    ),
)
