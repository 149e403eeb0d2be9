"""Fill in: back-propagation through time."""

from __future__ import annotations

import numpy as np

from scratchgen.exercises.exercise import STILL_TO_WRITE, Exercise, WrongAnswer, filled_in
from scratchgen.exercises.measure import as_array, constant, expect, expect_close

HEAD = '''\
"""Carry gradients back through time: the sweep of a recurrent network."""

import numpy as np


def bptt(g, h, x, h0, W_hh):
    """The gradients of the recurrence h_t = tanh(x_t W_xh + h_{t−1} W_hh + b_h), for t = 1 … T.

        δ_t = (g_t + δ_{t+1} W_hhᵀ) ⊙ (1 − h_t²),    δ_{T+1} = 0

        ∂L/∂h_0  = δ_1 W_hhᵀ              ∂L/∂W_xh = Σ_t x_tᵀ δ_t
        ∂L/∂W_hh = Σ_t h_{t−1}ᵀ δ_t       ∂L/∂b_h  = Σ_t δ_t, summed over the rows as well

    g          (T, B, H), ∂L/∂h_t through the output of step t; g_t is g[t − 1]
    h          (T, B, H), the states; h_t is h[t − 1]
    x          (T, B, D), the inputs; x_t is x[t − 1]
    h0         (B, H), the state before the first step
    W_hh       (H, H)
    returns    the gradients by h0 (B, H), W_xh (D, H), W_hh (H, H) and b_h (H,), in this order
    """
'''
STUB = filled_in(HEAD, STILL_TO_WRITE)
BODY = """\
T = len(h)
g_W_xh = g_W_hh = g_b_h = 0.0
from_later = np.zeros_like(h0)
for t in reversed(range(T)):
    delta = (g[t] + from_later) * (1 - h[t] ** 2)
    before = h[t - 1] if t > 0 else h0
    g_W_xh = g_W_xh + x[t].T @ delta
    g_W_hh = g_W_hh + before.T @ delta
    g_b_h = g_b_h + delta.sum(axis=0)
    from_later = delta @ W_hh.T
return from_later, g_W_xh, g_W_hh, g_b_h
"""
SOLUTION = filled_in(HEAD, BODY)

NAMES = ("∂L/∂h_0", "∂L/∂W_xh", "∂L/∂W_hh", "∂L/∂b_h")
STATES = constant([[[0.6]], [[0.8]], [[0.0]]])  # the three steps of page 4.1
INPUTS = constant([[[1.0]], [[2.0]], [[3.0]]])
LAST = constant([[[0.0]], [[0.0]], [[1.0]]])
EVERY = constant([[[1.0]], [[1.0]], [[1.0]]])


def _gradients(bptt, g, h, x, h0, W_hh) -> list[np.ndarray]:
    """The four gradients, with their shapes checked."""
    D, (B, H) = x.shape[2], h0.shape
    found = bptt(g, h, x, h0, W_hh)
    expect(
        isinstance(found, tuple | list) and len(found) == 4,
        "bptt returns four gradients: by h0, W_xh, W_hh and b_h",
    )
    for gradient, name in zip(found, NAMES, strict=True):
        started = not (isinstance(gradient, int | float) and gradient == 0)
        expect(started, f"{name} is still the number 0: no share was added; does the loop reach the index 0?")
    why = (
        "a gradient has the shape of its array, and the order is h0, W_xh, W_hh, b_h; sums are over time and, but for "
        "h0, over the rows"
    )
    shapes = ((B, H), (D, H), (H, H), (H,))
    return [as_array(*given, why) for given in zip(found, shapes, NAMES, strict=True)]


def _one_unit(bptt, g, h=STATES, h0=0.0) -> list[float]:
    """The four gradients of one unit with w = ½, as numbers."""
    w = np.full((1, 1), 0.5)
    return [found.item() for found in _gradients(bptt, g, h, INPUTS[: len(h)], np.full((1, 1), h0), w)]


class Network:
    """A network of random numbers, and its gradients by the complex step, which needs no derivation."""

    def __init__(self, T, B, D, H, seed):
        rng = np.random.default_rng(seed)
        self.x, self.g = rng.normal(size=(T, B, D)), rng.normal(size=(T, B, H))
        self.values = [rng.normal(size=shape) for shape in ((B, H), (D, H), (H, H), (H,))]
        self.h = self.states(*self.values)

    def states(self, h, W_xh, W_hh, b_h):
        """The states of all steps."""
        found = []
        for x_t in self.x:
            h = np.tanh(x_t @ W_xh + h @ W_hh + b_h)
            found.append(h)
        return np.stack(found)

    def expected(self, number):
        """The gradient of L = Σ g ⊙ h by one of the four arrays."""
        gradient = np.zeros_like(self.values[number])
        for place in np.ndindex(gradient.shape):
            moved = [value.astype(complex) for value in self.values]
            moved[number][place] += 1e-20j
            gradient[place] = np.sum(self.g * self.states(*moved)).imag / 1e-20
        return gradient

    def found(self, bptt):
        """The answer's four gradients."""
        h0, _, W_hh, _ = self.values
        return _gradients(bptt, *map(constant, (self.g, self.h, self.x, h0, W_hh)))


def one_step(bptt):
    """with one step, δ_1 = g_1 (1 − h_1²)"""
    by_h0, by_W_xh, by_W_hh, by_b_h = _one_unit(bptt, EVERY[:1], STATES[:1], 0.5)
    reasons = {
        1.0: "the slope of the tanh is missing: 1 − h²",
        0.0: "the only step, of index 0, gave nothing: does the loop reach it, and does δ contain its own g?",
        0.4: "the slope of the tanh is 1 − h², with a square",
        1.36: "the slope of the tanh is 1 − h², with a minus",
        1.28: "the sweep begins with 0, for nothing comes after the last step",
        0.8: "the sweep begins with 0, for nothing comes after the last step",
    }
    expect_close(by_b_h, 0.64, "at g = 1 and h = 0.6, ∂L/∂b_h = δ is", reasons)
    expect_close(by_W_xh, 0.64, "at x = 1 and δ = 0.64, ∂L/∂W_xh is")
    reasons = {0.384: "the factor is h_0, the state before the step", 0.0: "h_0 is not 0 here"}
    expect_close(by_W_hh, 0.32, "at h_0 = 0.5 and δ = 0.64, ∂L/∂W_hh is", reasons)
    reasons = {
        0.64: "h_0 reaches the tanh through W_hh, so W_hh is a factor",
        0.5: "what goes back is δ W_hhᵀ; δ contains the slope of the tanh",
        0.0: "δ W_hhᵀ was not handed on to the step before",
    }
    expect_close(by_h0, 0.32, "at W_hh = 0.5 and δ = 0.64, ∂L/∂h_0 is", reasons)


def back_through_three_steps(bptt):
    """for L = h_3, δ is 1, then 0.18, then 0.0576"""
    by_h0, _, by_W_hh, by_b_h = _one_unit(bptt, LAST)
    reasons = {
        0.125: "a step back multiplies by W_hh and by the slope of the tanh; the slope is missing",
        0.5: "this stopped after one step back; δ_t needs δ_{t+1}",
        0.0: "the gradient of L = h_3 gets lost on its way back to h_0",
        0.0576 / 0.64 * 0.5: "the slope at step t is that of h_t, not of h_{t+1}",
    }
    expect_close(by_h0, 0.0288, "∂L/∂h_0 is", reasons)
    reasons = {
        1.0: "that is the share of step 3 alone; every step uses b_h, and the shares add up",
        0.0576: "that is the share of step 1 alone; a share is added to those before",
        0.4125333333: "that is the mean over time; shares add up",
    }
    expect_close(by_b_h, 1.2376, "∂L/∂b_h is", reasons)
    reasons = {
        0.8: "that is the share of step 3 alone; every step uses W_hh, and the shares add up",
        0.0: "that is the share of step 1 alone; a share is added to those before",
        0.17856: "that is h_tᵀ δ_t; W_hh is multiplied by the state before, h_{t−1}",
    }
    expect_close(by_W_hh, 0.908, "∂L/∂W_hh is", reasons)


def outputs_of_all_steps(bptt):
    """each step adds its own g_t: for L = h_1 + h_2 + h_3, δ is 1, 0.54 and 0.8128"""
    _, by_W_xh, _, by_b_h = _one_unit(bptt, EVERY)
    reasons = {2.0: "that is Σ g_t (1 − h_t²): later steps are missing", 1.2376: "that is from g_3 alone"}
    expect_close(by_b_h, 1 + 0.54 + 0.8128, "∂L/∂b_h is", reasons)
    reasons = {3.0: "that is the share of step 3 alone", 0.8128: "that is the share of step 1 alone"}
    expect_close(by_W_xh, 3 + 2 * 0.54 + 0.8128, "for the inputs 1, 2 and 3, ∂L/∂W_xh is", reasons)


def way_back_of_two_units(bptt):
    """if unit 1 feeds unit 2, the gradient goes from unit 2 back to unit 1"""
    W_hh = constant([[0.0, 0.5], [0.0, 0.0]])  # h_{t−1} W_hh: row 1 to column 2
    g = constant([[[0.0, 0.0]], [[0.0, 1.0]]])
    by_h0, *_, by_b_h = _gradients(bptt, g, 0 * g, 0 * g, np.zeros((1, 2)), W_hh)
    reasons = {0.0: "the transpose is missing: back from unit 2 to unit 1 it is δ W_hhᵀ"}
    expect_close(by_b_h, [0.5, 1.0], "with L = unit 2 at step 2, of ∂L/∂b_h one is", reasons)
    expect_close(by_h0, 0, "unit 1 is fed by none, so ∂L/∂h_0 is")


def rows_of_a_batch(bptt):
    """gradients of parameters are summed over the rows; h0 keeps its rows"""
    network = Network(T=1, B=3, D=2, H=2, seed=1)
    by_h0, *by_parameters = network.found(bptt)
    expect_close(by_h0, network.expected(0), "each row of h0 has its own gradient; one is")
    for number, (name, found) in enumerate(zip(NAMES[1:], by_parameters, strict=True), 1):
        expected = network.expected(number)
        reasons = {expected.ravel()[0] / 3: "that is the mean over the rows; shares add up"}
        expect_close(found, expected, f"of {name} for three rows, one is", reasons)


def compared_with_differences(bptt):
    """for five steps of a random network, all four gradients agree with a change of one number"""
    network = Network(T=5, B=2, D=3, H=4, seed=2)
    for number, (name, found) in enumerate(zip(NAMES, network.found(bptt), strict=True)):
        expect_close(found, network.expected(number), f"of {name}, one is")


def changed(text: str, other: str) -> str:
    """The solution with another line."""
    assert SOLUTION.count(text) == 1
    return SOLUTION.replace(text, other)


ZEROS = (
    "g_W_xh, g_W_hh, g_b_h = np.zeros((x.shape[2], h.shape[2])), np.zeros_like(W_hh), np.zeros(h.shape[2])"
)

EXERCISE = Exercise(
    name="bptt",
    title="Back-propagation through time",
    page="4.1",
    kind="fill-in",
    ledger=("rnn.bptt",),
    stub=STUB,
    solution=SOLUTION,
    properties=(
        one_step,
        back_through_three_steps,
        outputs_of_all_steps,
        way_back_of_two_units,
        rows_of_a_batch,
        compared_with_differences,
    ),
    hints=(
        "Go from the last step to the first. What does a step need from the step after it? Begin with 0 for that.",
        "Of arrays, step t is t − 1. For t in reversed(range(T)) the state before is h[t − 1], but h0 for t = 0.",
        "delta = (g[t] + from_later) * (1 - h[t] ** 2), then add the three shares, then from_later = delta @ W_hh.T. "
        "After the loop, from_later is the gradient by h0.",
    ),
    explanation=(
        "Why: h_t is used by its output and by the next step, so its gradient is g_t + δ_{t+1} W_hhᵀ, and the slope of "
        "its tanh is 1 − h_t². A parameter is used at every step and for every row, so its shares add up.\n\n"
        "In practice: square matrices hide a missing transpose, states near 0 hide a missing slope, and h_0 = 0 hides "
        "a wrong first step. Check with random numbers, at least two units and a h_0 that is not 0. The library "
        "computes the same in a kernel, and stores all states for it: the memory grows with the number of steps."
    ),
    wrong_answers=(
        WrongAnswer(changed(" * (1 - h[t] ** 2)", ""), one_step),
        WrongAnswer(changed("reversed(range(T))", "reversed(range(T - 1))"), one_step),
        WrongAnswer(changed("before = h[t - 1] if t > 0 else h0", "before = h[t]"), one_step),
        WrongAnswer(changed("np.zeros_like(h0)", "h0 @ W_hh.T"), one_step),
        WrongAnswer(changed("from_later = delta @ W_hh.T", "from_later = delta"), one_step),
        WrongAnswer(changed("    from_later = delta @ W_hh.T\n", ""), one_step),
        WrongAnswer(changed("reversed(range(T))", "range(T - 1, 0, -1)"), one_step),
        WrongAnswer(
            changed("g_W_xh = g_W_hh = g_b_h = 0.0", ZEROS).replace(
                "reversed(range(T))", "range(T - 1, 0, -1)"
            ),
            one_step,
        ),
        WrongAnswer(
            changed("return from_later, g_W_xh, g_W_hh, g_b_h", "return g_W_xh, g_W_hh, g_b_h, from_later"),
            one_step,
        ),
        WrongAnswer(
            changed("(g[t] + from_later) * (1 - h[t] ** 2)", "g[t] * (1 - h[t] ** 2)"),
            back_through_three_steps,
        ),
        WrongAnswer(
            changed(
                "delta = (g[t] + from_later) * (1 - h[t] ** 2)",
                "delta = (g[t] + from_later) * (1 - h[min(t + 1, T - 1)] ** 2)",
            ),
            back_through_three_steps,
        ),
        WrongAnswer(changed("delta @ W_hh.T", "(g[t] + from_later) @ W_hh.T"), one_step),
        WrongAnswer(changed("g_W_hh + before.T", "before.T"), back_through_three_steps),
        WrongAnswer(changed("g_b_h + delta", "delta"), back_through_three_steps),
        WrongAnswer(changed("g_W_xh + x[t].T", "x[t].T"), outputs_of_all_steps),
        WrongAnswer(changed("delta @ W_hh.T", "delta @ W_hh"), way_back_of_two_units),
        WrongAnswer(changed("delta.sum(axis=0)", "delta.mean(axis=0)"), rows_of_a_batch),
    ),
    equivalent_mutants={
        "T = len(g)": "g and h have the same number of steps",
        "T = len(x)": "x and h have the same number of steps",
    },
)
