"""Fill in: the transpose of broadcasting."""

from __future__ import annotations

import numpy as np

from scratchgen.exercises.exercise import STILL_TO_WRITE, Exercise, WrongAnswer, filled_in
from scratchgen.exercises.measure import as_array, constant, expect_close

HEAD = '''\
"""Undo broadcasting: what was repeated is summed."""

import numpy as np


def sum_to_shape(g, shape):
    """The gradient of an array that NumPy has broadcast.

        ∂L/∂v_j = Σ_i ∂L/∂Y_ij,    where Y_ij = v_j for every i

    g          ∂L/∂Y, an array of the shape to which the array was broadcast
    shape      the shape of the array itself: (3,), (4, 1) or () for example
    returns    ∂L/∂v, an array of this shape

    Broadcasting puts axes in front, and stretches axes of length 1.
    """
'''
STUB = filled_in(HEAD, STILL_TO_WRITE)
BODY = """\
new = g.ndim - len(shape)
g = g.sum(axis=tuple(range(new)))
stretched = tuple(axis for axis, length in enumerate(shape) if length == 1)
return g.sum(axis=stretched, keepdims=True)
"""
SOLUTION = filled_in(HEAD, BODY)

G = constant([[1.0, 2.0, 4.0], [10.0, 20.0, 40.0]])
KEPT = "an axis of length 1 stays, with length 1: keepdims=True"
BLOCK = constant(np.arange(24.0).reshape(2, 3, 4) ** 2)


def _result(sum_to_shape, g, shape, why=""):
    """The answer for these arguments."""
    return as_array(
        sum_to_shape(g, shape), shape, f"for g of shape {g.shape} and shape = {shape}, the result", why
    )


def same_shape(sum_to_shape):
    """where nothing was repeated, nothing is summed"""
    found = _result(sum_to_shape, G, (2, 3), "no axis was repeated, so none is summed")
    expect_close(found, G, "for g of shape (2, 3) and shape = (2, 3), an element is")
    one = _result(sum_to_shape, G[:1], (1, 3), KEPT)
    expect_close(one, G[:1], "for g of shape (1, 3) and shape = (1, 3), an element is")


def axis_in_front(sum_to_shape):
    """a row that was added to two rows: (2, 3) → (3,)"""
    why = "the axis in front was put there by broadcasting, and is summed away"
    found = _result(sum_to_shape, G, (3,), why)
    reasons = {
        5.5: "that is the mean of both uses; each use has its full share, and they are added",
        10.0: "that is the largest share; shares are added",
        1.0: "that is the first use alone; shares are added",
    }
    expect_close(found, [11, 22, 44], "1 + 10 is the gradient of the first element; found is", reasons)


def stretched_axis(sum_to_shape):
    """a column that was stretched to three columns: (2, 3) → (2, 1)"""
    found = _result(sum_to_shape, G, (2, 1), KEPT)
    reasons = {
        7 / 3: "that is the mean of the three uses; shares are added",
        4.0: "that is the largest share; shares are added",
        11.0: "that is the sum over the other axis",
    }
    expect_close(found, [[7], [70]], "1 + 2 + 4 is the gradient of the first element; found is", reasons)


def single_number(sum_to_shape):
    """a single number gets the sum of all shares"""
    reasons = {77 / 6: "that is the mean; shares are added"}
    found = _result(sum_to_shape, G, (), "a single number has no axis")
    expect_close(found, 77, "the gradient of a number that was used six times is", reasons)
    found = _result(sum_to_shape, G, (1, 1), KEPT)
    expect_close(found, 77, "the gradient of a number that was used six times is", reasons)


def both(sum_to_shape):
    """axes in front and stretched axes together: (2, 3, 4) → (3, 1)"""
    found = _result(sum_to_shape, BLOCK, (3, 1), KEPT)
    expect_close(found, BLOCK.sum(axis=(0, 2))[:, None], "of an array of shape (3, 1), a gradient is")
    found = _result(sum_to_shape, BLOCK, (1, 3, 1), KEPT)
    expect_close(
        found, BLOCK.sum(axis=(0, 2))[None, :, None], "of an array of shape (1, 3, 1), a gradient is"
    )


def first_order(sum_to_shape):
    """if v changes, L changes by the sum of gradient times change, for all shapes"""
    rng = np.random.default_rng(5)
    for shape, full in (
        ((4,), (2, 3, 4)),
        ((1, 4), (3, 4)),
        ((3, 1, 1), (3, 2, 5)),
        ((1,), (6,)),
        ((2, 1), (3, 2, 4)),
    ):
        g, change = rng.normal(size=full), rng.normal(size=shape)
        found = _result(sum_to_shape, g, shape)
        expected = np.sum(g * np.broadcast_to(change, full))  # of L = Σ g Y, where Y changes as v does
        expect_close(np.sum(found * change), expected, f"from {shape} to {full}, L changes by")


def changed(text: str, other: str) -> str:
    """The solution with another line."""
    assert SOLUTION.count(text) == 1
    return SOLUTION.replace(text, other)


EXERCISE = Exercise(
    name="sum-to-shape",
    title="Sum the gradients of repeated elements",
    page="1.2",
    kind="fill-in",
    ledger=("autograd.chain_rule",),
    stub=STUB,
    solution=SOLUTION,
    properties=(same_shape, axis_in_front, stretched_axis, single_number, both, first_order),
    hints=(
        "There are two cases: axes that the array does not have, and axes of length 1. Do the axes in front first. How "
        "many are there?",
        "g.sum(axis=(0, 1)) sums over two axes, and g.sum(axis=()) over none. With keepdims=True the axes stay, with "
        "length 1.",
        "After the axes in front, sum over every axis whose length in `shape` is 1, with keepdims=True.",
    ),
    explanation=(
        "Why: an element that was repeated is used once per copy, and by the chain rule the shares of all uses add up. "
        "Copies are along the new axes and along the stretched ones, so the sum is over these.\n\n"
        "In practice: this is the gradient of every bias, the row that a layer adds to each example of a batch. "
        "Without the sum its gradient has a row per example, and NumPy broadcasts that into the parameter without an "
        "error. With a mean the bias learns too slowly, by a factor of the batch size."
    ),
    wrong_answers=(
        WrongAnswer(filled_in(HEAD, "return g"), axis_in_front),
        WrongAnswer(filled_in(HEAD, "return g.sum(axis=0)"), same_shape),
        WrongAnswer(filled_in(HEAD, "return np.sum(g) * np.ones(shape)"), same_shape),
        WrongAnswer(
            changed("g = g.sum(axis=tuple(range(new)))", "g = g.mean(axis=tuple(range(new)))"), axis_in_front
        ),
        WrongAnswer(changed("return g.sum(axis=stretched", "return g.mean(axis=stretched"), stretched_axis),
        WrongAnswer(changed(", keepdims=True", ""), same_shape),
        WrongAnswer(changed("return g.sum(axis=stretched, keepdims=True)", "return g"), stretched_axis),
        WrongAnswer(filled_in(HEAD, "while g.ndim > len(shape):\n    g = g[0]\nreturn g"), axis_in_front),
    ),
)
