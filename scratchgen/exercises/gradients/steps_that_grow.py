"""Find the bug: gradients that are not cleared between two steps."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.exercises.exercise import Exercise, WrongAnswer
from scratchgen.exercises.measure import as_number, constant, expect, expect_close
from scratchgen.nn import Linear, Parameter
from scratchgen.random import Generator

SOLUTION = '''\
"""Find the bug.

The first step of this training is right. Later steps become larger and larger, and the loss swings up and down. No line
raises an error. One line is missing or wrong: find its place, and repair it.
"""

import numpy as np


class SGD:
    """Gradient descent: θ ← θ − α g for each parameter."""

    def __init__(self, parameters, learning_rate):
        self.parameters = parameters
        self.learning_rate = learning_rate

    def zero_grad(self):
        """Clear the gradients."""
        for p in self.parameters:
            p.grad = None

    def step(self):
        """Move each parameter against its gradient."""
        for p in self.parameters:
            p.data -= self.learning_rate * p.grad


def loss(model, x, y):
    """The mean of log(1 + exp(a)) − y a, where a = model(x): points x (B, D), labels y (B, 1)."""
    a = model(x)
    return np.mean(np.logaddexp(0, a) - y * a)


def training_step(model, optimizer, x, y):
    """One step on a minibatch. Returns the loss before the step, a float."""
    optimizer.zero_grad()
    value = loss(model, x, y)
    value.backward()
    optimizer.step()
    return value.item()
'''
RIGHT = "    optimizer.zero_grad()\n"
STUB = SOLUTION.replace(RIGHT, "")

RATE = 0.5
X = constant([[1.0, -2.0], [0.5, 1.0], [-1.5, 0.25]])
Y = constant([[1.0], [0.0], [1.0]])
LARGE = constant([[1000.0, 0.0], [-1000.0, 0.0]])


class ByHand:
    """A layer a = x W + b of the library, and a copy of its parameters that is trained by hand."""

    def __init__(self) -> None:
        self.model = Linear(2, 1, Generator(4))
        self.W, self.b = (p.numpy().astype(np.float64) for p in self.model.parameters())

    def gradients(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The gradients of the mean loss with respect to W and b."""
        by_logit = (1 / (1 + np.exp(-(x @ self.W + self.b))) - y) / len(x)
        return x.T @ by_logit, by_logit.sum(axis=0)

    def step(self, x: np.ndarray, y: np.ndarray) -> None:
        """θ ← θ − α g."""
        g_W, g_b = self.gradients(x, y)
        self.W, self.b = self.W - RATE * g_W, self.b - RATE * g_b

    def loss(self, x: np.ndarray, y: np.ndarray) -> float:
        """The mean loss of the examples x with the labels y."""
        a = x @ self.W + self.b
        return float(np.mean(np.logaddexp(0, a) - y * a))


def value_of_the_loss(loss):
    """the loss is the mean of −log p(label), for logits of any size"""
    both = ByHand()
    expected = both.loss(X, Y)
    reasons = {3 * expected: "that is the sum over the 3 points; the loss is their mean"}
    expect_close(as_number(loss(both.model, X, Y), "the loss"), expected, "the loss of 3 points is", reasons)
    both.model.W.data[...], both.model.b.data[...] = [[1.0], [0.0]], 0.0
    reasons = {np.inf: "exp(1000) is inf; np.logaddexp does not overflow", np.nan: "exp(1000) is inf"}
    labels = constant([[0.0], [0.0]])
    found = as_number(loss(both.model, LARGE, labels), "the loss")
    expect_close(found, 500, "with the logits 1000 and −1000, and labels 0, the loss is", reasons)


def optimiser_alone(SGD):
    """a step of the optimiser is −α g, and zero_grad leaves no gradient"""
    theta = Parameter(np.array([1.0, -1.0]))
    optimizer = SGD([theta], 0.1)
    theta.grad = np.array([3.0, 0.5])
    optimizer.step()
    reasons = {1.3: "that is up the gradient", -2.0: "the learning rate is missing"}
    expect_close(theta.numpy(), [0.7, -1.05], "θ = 1, g = 3, α = 0.1: after a step, θ is", reasons)
    optimizer.zero_grad()
    expect(theta.grad is None or not np.any(theta.grad), "after zero_grad there is still a gradient")


def first_step(SGD, training_step):
    """the first step is −α g"""
    both = ByHand()
    before = both.W
    training_step(both.model, SGD(both.model.parameters(), RATE), X, Y)
    both.step(X, Y)
    up = 2 * before - both.W
    reasons = {up[0, 0]: "that is up the gradient", before[0, 0]: "nothing has moved"}
    expect_close(both.model.W.numpy(), both.W, "after one step, a number of W is", reasons)
    expect_close(both.model.b.numpy(), both.b, "after one step, b is")


def second_step(SGD, training_step):
    """the second step is −α g with the gradient at its own place"""
    both = ByHand()
    optimizer = SGD(both.model.parameters(), RATE)
    for _ in range(2):
        training_step(both.model, optimizer, X, Y)
        both.step(X, Y)
    expect_close(
        both.model.W.numpy(), both.W, "after two steps, a number of W is"
    )  # the cause is for the hints
    cause = "b has moved by another number than −α g; is its gradient cleared, too?"
    expect(bool(np.allclose(both.model.b.numpy(), both.b, atol=1e-5)), cause)


def many_steps(SGD, training_step):
    """fifty steps on three minibatches end where the same steps by hand end"""
    both = ByHand()
    optimizer = SGD(both.model.parameters(), RATE)
    for n in range(50):
        x, y = X[n % 3 : n % 3 + 2], Y[n % 3 : n % 3 + 2]
        training_step(both.model, optimizer, x, y)
        both.step(x, y)
    expect_close(both.model.W.numpy(), both.W, "after fifty steps, a number of W is")


def returned(SGD, training_step):
    """a step returns the loss before it, a float"""
    both = ByHand()
    expected = both.loss(X, Y)
    found = training_step(both.model, SGD(both.model.parameters(), RATE), X, Y)
    expect(
        not isinstance(found, Tensor),
        "the loss is a tensor, which keeps the graph of its step; return a float, value.item()",
    )
    both.step(X, Y)
    reasons = {both.loss(X, Y): "that is the loss after the step"}
    expect_close(as_number(found, "the loss"), expected, "the loss before the step is", reasons)


def changed(text: str, other: str) -> str:
    """The solution with another line."""
    assert SOLUTION.count(text) == 1
    return SOLUTION.replace(text, other)


EXERCISE = Exercise(
    name="steps-that-grow",
    title="A training whose steps grow",
    page="1.3",
    kind="find-the-bug",
    ledger=("optim.sgd",),
    stub=STUB,
    solution=SOLUTION,
    properties=(value_of_the_loss, optimiser_alone, first_step, second_step, many_steps, returned),
    hints=(
        "Make two steps with the same minibatch and a tiny learning rate, so that the gradient is the same in both. "
        "Is the second step as large as the first?",
        "What does backward() do with a gradient that is there already? Print p.grad before and after it.",
        "The optimiser has a method that nobody calls. It belongs before backward().",
    ),
    explanation=(
        "Why: backward() adds to p.grad, as the sweep adds the shares of several uses. Without zero_grad, step n moves "
        "along the sum of n gradients. The first step is right, because no gradient was there before.\n\n"
        "In practice: with the network of page 1.3 the loss begins to fall as it should. But the sum still points "
        "in the old direction when the slope has turned, so the loss swings, and within 60 epochs it is above 4 nats; "
        "with zero_grad it is 0.5. A test of a single step does not see this; compare two steps."
    ),
    wrong_answers=(
        WrongAnswer(STUB, second_step),
        WrongAnswer(changed("            p.grad = None", "            pass"), optimiser_alone),
        WrongAnswer(
            changed(
                "for p in self.parameters:\n            p.grad = None",
                "for p in self.parameters[:1]:\n            p.grad = None",
            ),
            second_step,
        ),
        WrongAnswer(changed("p.data -= ", "p.data += "), optimiser_alone),
        WrongAnswer(changed("self.learning_rate * p.grad", "p.grad"), optimiser_alone),
        WrongAnswer(changed("return np.mean(", "return np.sum("), value_of_the_loss),
        WrongAnswer(changed("np.logaddexp(0, a)", "np.log(1 + np.exp(a))"), value_of_the_loss),
        WrongAnswer(changed("    optimizer.step()\n", ""), first_step),
        WrongAnswer(changed("return value.item()", "return value"), returned),
        WrongAnswer(changed("return value.item()", "return loss(model, x, y).item()"), returned),
    ),
    equivalent_mutants={
        "return np.mean(np.logaddexp(a, 0) - y * a)": "log(eᵘ + eᵛ) is symmetric in u and v",
        "model.zero_grad()": "it clears the gradients of the same parameters",
    },
    fault="gradients that are not cleared",
)
