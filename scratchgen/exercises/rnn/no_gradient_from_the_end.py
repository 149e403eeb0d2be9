"""Find the bug: a sweep whose δ is 0 at the last step."""

from __future__ import annotations

import numpy as np

from scratchgen.exercises.exercise import Exercise, WrongAnswer
from scratchgen.exercises.measure import as_array, constant, expect, expect_close

SOLUTION = '''\
"""Find the bug.

A recurrent network whose loss uses the state of each step learns with this file. If the loss uses the last state alone,
the network learns nothing. No line raises an error. One line is wrong: find it, and repair it.
"""

import numpy as np


def recurrence(x, h0, W_xh, W_hh, b_h):
    """h_t = tanh(x_t W_xh + h_{t−1} W_hh + b_h), for x (T, B, D) and h0 (B, H): all states, (T, B, H)."""
    h = np.zeros((len(x), *h0.shape))
    before = h0
    for t in range(len(x)):
        h[t] = np.tanh(x[t] @ W_xh + before @ W_hh + b_h)
        before = h[t]
    return h


def backward(g, h, x, h0, W_xh, W_hh):
    """The gradients by x, h0, W_xh, W_hh and b_h, from g = ∂L/∂h; step t has the index t − 1."""
    T, delta = len(h), np.zeros_like(h)
    g_h = np.zeros_like(h0)
    for t in reversed(range(T)):
        np.multiply(g[t] + g_h, 1 - h[t] * h[t], out=delta[t])
        g_h = delta[t] @ W_hh.T
    before = np.concatenate([h0[None], h[:-1]])
    g_W_xh = np.einsum("tbd,tbh->dh", x, delta)
    g_W_hh = np.einsum("tbk,tbh->kh", before, delta)
    return delta @ W_xh.T, g_h, g_W_xh, g_W_hh, delta.sum(axis=(0, 1))
'''
RIGHT = "np.multiply(g[t] + g_h, 1 - h[t] * h[t], out=delta[t])"
PLANTED = "np.multiply((g[t] + g_h) * (t < len(h) - 1), 1 - h[t] * h[t], out=delta[t])"
STUB = SOLUTION.replace(RIGHT, PLANTED)

NAMES = ("∂L/∂x", "∂L/∂h_0", "∂L/∂W_xh", "∂L/∂W_hh", "∂L/∂b_h")
RNG = np.random.default_rng(3)
T, B, D, H = 4, 2, 5, 3
X, H0, W_XH, W_HH, B_H = VALUES = [
    constant(RNG.normal(size=shape)) for shape in ((T, B, D), (B, H), (D, H), (H, H), (H,))
]
G = constant(RNG.normal(size=(T, B, H)))


def _states(x, h, W_xh, W_hh, b_h):
    """The states of all steps, also of complex numbers."""
    found = []
    for x_t in x:
        h = np.tanh(x_t @ W_xh + h @ W_hh + b_h)
        found.append(h)
    return np.stack(found)


def _by_complex_step(g, number):
    """The gradient of L = Σ g ⊙ h by one of the five arrays, without a derivation."""
    gradient = np.zeros_like(VALUES[number])
    for place in np.ndindex(gradient.shape):
        moved = [value.astype(complex) for value in VALUES]
        moved[number][place] += 1e-20j
        gradient[place] = np.sum(g * _states(*moved)).imag / 1e-20
    return gradient


def _swept(backward, g):
    """The five gradients, with their shapes checked."""
    found = backward(g, constant(_states(*VALUES)), X, H0, W_XH, W_HH)
    expect(isinstance(found, tuple | list) and len(found) == 5, "backward returns five gradients")
    return [
        as_array(gradient, value.shape, name)
        for gradient, value, name in zip(found, VALUES, NAMES, strict=True)
    ]


def states(recurrence):
    """the states follow h_t = tanh(x_t W_xh + h_{t−1} W_hh + b_h)"""
    h = as_array(recurrence(*VALUES), (T, B, H), "h")
    reasons = {np.tanh(X[1] @ W_XH + H0 @ W_HH + B_H)[0, 0]: "every step begins from h_0: there is no memory"}
    expect_close(h[1], _states(*VALUES)[1], "of the states of step 2, one is", reasons)
    expect_close(h, _states(*VALUES), "of all states, one is")


def one_step(backward):
    """a sequence of one step has gradients: δ_1 = g_1 (1 − h_1²)"""
    one = constant([[[1.0]]])
    found = backward(one, constant([[[0.6]]]), 2 * one, 0.5 * one[0], 3 * one[0], 0.25 * one[0])
    expect(isinstance(found, tuple | list) and len(found) == 5, "backward returns five gradients")
    reasons = {  # but none for 0, the number of the reader's file: its cause is for the hints
        1.0: "the slope of the tanh is missing",
        0.4: "the slope of the tanh is 1 − h², with a square",
        1.36: "the slope of the tanh is 1 − h², with a minus",
    }
    by_x, by_h0, by_W_xh, by_W_hh, by_b_h = found
    expect_close(as_array(by_b_h, (1,), NAMES[4]), 0.64, "at g = 1 and h = 0.6, ∂L/∂b_h = δ is", reasons)
    expect_close(as_array(by_x, (1, 1, 1), NAMES[0]), 3 * 0.64, "at W_xh = 3, ∂L/∂x is")
    expect_close(as_array(by_h0, (1, 1), NAMES[1]), 0.25 * 0.64, "at W_hh = ¼, ∂L/∂h_0 is")
    expect_close(as_array(by_W_xh, (1, 1), NAMES[2]), 2 * 0.64, "at x = 2, ∂L/∂W_xh is")
    reasons = {0.6 * 0.64: "step 1 multiplies W_hh by h_0, the state before it"}
    expect_close(as_array(by_W_hh, (1, 1), NAMES[3]), 0.5 * 0.64, "at h_0 = ½, ∂L/∂W_hh is", reasons)


def loss_of_the_last_state(backward):
    """a loss of the last state alone reaches every step"""
    g = constant(G * (np.arange(T) == T - 1)[:, None, None])
    by_x = _swept(backward, g)[0]
    expected, slopes = _by_complex_step(g, 0), 1 - _states(*VALUES) ** 2
    forwards = g[3] * slopes[3] @ W_HH * slopes[2] @ W_XH.T
    reasons = {
        0.0: "the gradient of the last state is lost on its way",
        forwards[0, 0]: "the way back is δ W_hhᵀ; W_hh is square, so nothing complains",
    }
    expect_close(by_x[3], expected[3], "of ∂L/∂x at the last step, one is", reasons)
    expect_close(by_x[2], expected[2], "of ∂L/∂x at the step before it, one is", reasons)
    expect_close(by_x, expected, "of ∂L/∂x at all steps, one is")


def loss_of_all_states(backward):
    """for a loss of all states, the gradients agree with a change of one number"""
    for number, (name, found) in enumerate(zip(NAMES, _swept(backward, G), strict=True)):
        expect_close(found, _by_complex_step(G, number), f"of {name}, one is")


EXERCISE = Exercise(
    name="no-gradient-from-the-end",
    title="A recurrent network that cannot hear its last answer",
    page="4.1",
    kind="find-the-bug",
    ledger=("rnn.bptt",),
    stub=STUB,
    solution=SOLUTION,
    properties=(states, one_step, loss_of_the_last_state, loss_of_all_states),
    hints=(
        "Take a sequence of one step. What is δ_1 by the equation, and what does the loop compute?",
        "δ_{T+1} = 0 stands for the step that does not exist. Which line of the code says this? And which line says "
        "it a second time, for another step?",
        "With T steps, the last index is T − 1. For which t is `t < len(h) - 1` false?",
    ),
    explanation=(
        "Why: nothing comes after step T, so δ_{T+1} = 0, and the zeros with which g_h begins say so. The last step "
        "itself has δ = g_T ⊙ (1 − h_T²). If this is 0, a loss of the last state has no gradient at all.\n\n"
        "In practice: books count steps from 1 and arrays from 0, and sums in printed formulas end at T − 1 or at T. "
        "A sequence of one step, and a loss of the last state alone, are the cheapest tests of a recurrence."
    ),
    wrong_answers=(
        WrongAnswer(STUB, one_step),
        WrongAnswer(STUB.replace("len(h) - 1)", "len(h) - 2)"), one_step),
        WrongAnswer(SOLUTION.replace("reversed(range(T))", "reversed(range(T - 1))"), one_step),
        WrongAnswer(SOLUTION.replace("1 - h[t] * h[t]", "1 + h[t] * h[t]"), one_step),
        WrongAnswer(SOLUTION.replace("1 - h[t] * h[t]", "1 - h[t]"), one_step),
        WrongAnswer(SOLUTION.replace("delta[t] @ W_hh.T", "delta[t] @ W_hh"), loss_of_the_last_state),
        WrongAnswer(SOLUTION.replace("before = h[t]\n", "before = h0\n"), states),
        WrongAnswer(SOLUTION.replace("(g[t] + g_h", "(g_h"), one_step),
        WrongAnswer(
            SOLUTION.replace("concatenate([h0[None], h[:-1]])", "concatenate([h[:1], h[:-1]])"), one_step
        ),
    ),
    equivalent_mutants={
        "T, delta = (len(g), np.zeros_like(h))": "g and h have the same number of steps",
        "T, delta = (len(x), np.zeros_like(h))": "x and h have the same number of steps",
        "T, delta = (len(h), np.zeros_like(g))": "g and h have the same shape",
        "np.multiply(1 - h[t] * h[t], g[t] + g_h, out=delta[t])": "the order of two factors is of no account",
    },
    fault="sweep whose delta is 0 in the last step",
)
