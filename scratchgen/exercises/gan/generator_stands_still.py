"""Find the bug: fakes that left the graph, so that no gradient reaches the generator."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.exercises.exercise import Exercise, WrongAnswer
from scratchgen.exercises.measure import as_number, expect, expect_close
from scratchgen.gan import GAN, Game
from scratchgen.optim import SGD
from scratchgen.random import Generator

SOLUTION = '''\
"""Find the bug.

A GAN that is trained with this file gets a better and better discriminator, while the generator keeps the weights with
which it started. No line raises an error. One line of the two steps is wrong, and another only hides it: find both, and
remove them.

In the library: `with no_grad()` records nothing for gradients, and `with model.D.frozen()` uses D without gradients for
its weights. x.detach() has the numbers of x without its graph. game.objective names the losses of both players.
"""

import numpy as np

from scratchgen import no_grad
from scratchgen.gan import discriminator_loss, generator_loss


def discriminator_step(model, x, optimizer, rng, game):
    """One step of D on real examples x (B, D) and as many fakes. G does not change. Returns the loss, a float."""
    model.D.zero_grad()
    with no_grad():
        fake = model.generate(len(x), rng)
    loss = discriminator_loss(model.logits(x), model.logits(fake), game.objective)
    loss.backward()
    optimizer.step()
    return loss.item()


def generator_step(model, n, optimizer, rng, game):
    """One step of G on n fakes, against the present D. D does not change. Returns the loss, a float."""
    model.G.zero_grad()
    with model.D.frozen():
        fake = model.generate(n, rng)
        loss = generator_loss(model.logits(fake), game.objective)
        loss.backward()
    optimizer.step()
    return loss.item()
'''
RIGHT = "loss = generator_loss("
PLANTED = (
    "fake = fake.detach()\n        loss = 0 * sum(np.sum(p) for p in model.G.parameters()) + generator_loss("
)
STUB = SOLUTION.replace(RIGHT, PLANTED)

N, RATE = 4, 0.5


class Play:
    """A linear pair, x = z W + b and a = x w + c, with a step of one player, and the same step by hand."""

    def __init__(self, objective: str = "nonsaturating"):
        self.game = Game(objective)
        self.model = GAN(2, 2, Generator(3), hidden=(), bounded=False)
        (self.W, self.b), (self.w, self.c) = (
            [p.numpy().astype(np.float64) for p in player.parameters()]
            for player in (self.model.G, self.model.D)
        )
        self.z = Generator(5).standard_normal((N, 2)).astype(np.float64)
        self.x = np.array([[2.0, 0.5], [1.0, -1.0], [0.0, 1.5], [-0.5, 1.0]], np.float32)
        self.fake = self.z @ self.W + self.b

    def step(self, function, player: str, first):
        """Let the player make a step, with gradients left over from before. Returns the loss."""
        parameters = [*getattr(self.model, player).parameters()]
        for p in parameters:
            p.grad = np.ones_like(p.data)
        loss = function(self.model, first, SGD(parameters, learning_rate=RATE), Generator(5), self.game)
        expect(
            not isinstance(loss, Tensor),
            "the loss is a tensor, which keeps the graph of its step; return a float",
        )
        return as_number(loss, "the loss", "a step returns its loss, one number")

    def moved(self, player: str) -> list[np.ndarray]:
        """The change of the weights of a player."""
        before = (self.W, self.b) if player == "G" else (self.w, self.c)
        after = [p.numpy() for p in getattr(self.model, player).parameters()]
        return [new - old for new, old in zip(after, before, strict=True)]


def probability(logits: np.ndarray) -> np.ndarray:
    """D(x) = σ(a)."""
    return 1 / (1 + np.exp(-logits))


def g_moves(generator_step):
    """a step of G changes the weights of G"""
    play = Play()
    play.step(generator_step, "G", N)
    largest = max(np.abs(change).max() for change in play.moved("G"))
    expect(largest > 0, "a step of G leaves its weights unchanged")


def g_follows(generator_step):
    """G's weights move against the gradient of −E[log D(G(z))]"""
    play = Play()
    play.step(generator_step, "G", N)
    by_fake = -(1 - probability(play.fake @ play.w + play.c)) / N @ play.w.T
    W, b = play.moved("G")
    double = -RATE * (1 + play.z.T @ by_fake)
    expected = -RATE * play.z.T @ by_fake
    reasons = {
        double[0, 0]: "gradients of the step before are still there; clear them first",
        -expected[0, 0]: "G goes where D rejects its fakes even more",
    }
    expect_close(W, expected, "of the changes of W, one is", reasons)
    expect_close(b, -RATE * by_fake.sum(axis=0), "of the changes of b, one is")


def g_leaves_d(generator_step):
    """a step of G leaves D alone: its weights, and its gradients"""
    play = Play()
    play.step(generator_step, "G", N)
    expect(
        not any(change.any() for change in play.moved("D")),
        "a step of G changes D; only the optimiser's own player may move",
    )
    expect(
        all(p.grad is None for p in play.model.D.parameters()),
        "a step of G leaves a gradient in D, which D's next step could use; D is frozen in G's step",
    )


def d_follows(discriminator_step):
    """D's weights move up the gradient of V, and G stays as it is"""
    play = Play()
    play.step(discriminator_step, "D", play.x)
    real = (1 - probability(play.x @ play.w + play.c)) / N
    fake = probability(play.fake @ play.w + play.c) / N
    w, c = play.moved("D")
    rise = RATE * (play.x.T @ real - play.fake.T @ fake)
    reasons = {
        rise[0, 0] - RATE: "gradients of the step before are still there; clear them first",
        -rise[0, 0]: "D goes down where it should go up",
        0.0: "D does not move",
    }
    expect_close(w, rise, "of the changes of D's W, one is", reasons)
    expect_close(c, RATE * (real.sum() - fake.sum()), "the change of D's b is")
    expect(
        not any(change.any() for change in play.moved("G"))
        and all(p.grad is None for p in play.model.G.parameters()),
        "a step of D reaches G; to D, fakes are data: they are made without recording",
    )


def objectives(discriminator_step, generator_step):
    """each step returns the loss of the game's objective"""
    for objective in ("minimax", "least_squares"):
        play = Play(objective)
        real, fake = play.x @ play.w + play.c, play.fake @ play.w + play.c
        of_G = np.mean(np.log(1 - probability(fake)) if objective == "minimax" else (fake - 1) ** 2 / 2)
        of_D = np.mean(
            -np.log(probability(real)) - np.log(1 - probability(fake))
            if objective == "minimax"
            else ((real - 1) ** 2 + fake**2) / 2
        )
        for name, function, player, first, expected in (
            ("D", discriminator_step, "D", play.x, of_D),
            ("G", generator_step, "G", N, of_G),
        ):
            found = Play(objective).step(function, player, first)
            expect_close(found, expected, f"with the objective {objective} the loss of {name} is")


EXERCISE = Exercise(
    name="generator-stands-still",
    title="A generator that never learns",
    page="3.2",
    kind="find-the-bug",
    ledger=("gan.value", "gan.generator_loss"),
    stub=STUB,
    solution=SOLUTION,
    properties=(g_moves, g_follows, g_leaves_d, d_follows, objectives),
    hints=(
        "A weight moves only if a gradient reaches it. Follow the way back from the loss to the weights of G: which "
        "call breaks it?",
        "In D's step the fakes are data, so that step may cut them off. Does G's step need the same?",
        "detach() returns the same numbers without the graph. The line below it only hides that no gradient "
        "arrives: it adds 0 times the weights.",
    ),
    explanation=(
        "Why: G's gradient passes from the loss through D to the fakes, and from the fakes to the weights. "
        "detach() cuts it at the fakes: the gradient by every weight of G is 0. D must be passed, but not moved, so it "
        "is frozen.\n\n"
        "In practice: predict() of Keras, .numpy() and .detach() all cut the graph. D's loss falls to 0, since its "
        "opponent never answers, and the samples stay noise. Compare the weights of both players before and after "
        "a step; it takes two lines."
    ),
    wrong_answers=(
        WrongAnswer(STUB, g_moves),
        WrongAnswer(
            STUB.replace(
                "fake = model.generate(n, rng)\n        fake = fake.detach()",
                "with no_grad():\n            fake = model.generate(n, rng)",
            ),
            g_moves,
        ),
        WrongAnswer(SOLUTION.replace("with model.D.frozen():", "if True:"), g_leaves_d),
        WrongAnswer(SOLUTION.replace("    model.G.zero_grad()\n    with model", "    with model"), g_follows),
        WrongAnswer(SOLUTION.replace(RIGHT, RIGHT.replace("loss = ", "loss = -")), g_follows),
        WrongAnswer(
            SOLUTION.replace("    with no_grad():\n        fake", "    if True:\n        fake"), d_follows
        ),
        WrongAnswer(
            SOLUTION.replace("model.logits(x), model.logits(fake)", "model.logits(fake), model.logits(x)"),
            d_follows,
        ),
        WrongAnswer(SOLUTION.replace("logits(fake), game.objective)", "logits(fake))"), objectives),
    ),
    fault="fakes that left the graph",
)
