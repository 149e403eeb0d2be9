"""Trainings of small networks, for faults of derivatives and of layers."""

from functools import partial

import numpy as np

from scratchgen import functional, nn
from scratchgen.optim import SGD, Adam, training_step
from scratchgen.random import Generator

from .training import Training

ADAM = partial(Adam, learning_rate=3e-3)


def wave(make, optimizer=ADAM, batch=64, micro_batches=1):
    """The mean square error of a network that learns sin 3x, by gradients of several micro-batches that add up."""
    model, rng = make(), np.random.default_rng(0)
    optimizer, shown = optimizer(model.parameters()), []
    for step in range(1, 301):
        x = rng.uniform(-1, 1, size=(batch, 1)).astype(np.float32)
        y = np.sin(3 * x)
        optimizer.zero_grad()
        for part, of_part in zip(*(np.split(a, micro_batches) for a in (x, y)), strict=True):
            loss = np.mean((model(part) - of_part) ** 2) / micro_batches
            loss.backward()
            shown.append(loss.item() * micro_batches)
        optimizer.step()
        if step % 20 == 0:
            yield step, {"error": float(np.mean(shown))}
            shown.clear()


class Plain(nn.Module):
    """1–16–16–1 units in plain NumPy, with a square matrix in the middle and biases that are broadcast."""

    def __init__(self):
        rng = Generator(1)
        matrix = lambda a, b: nn.Parameter(rng.standard_normal((a, b)) / np.float32(np.sqrt(a)))
        self.W_1, self.W_2, self.W_3 = matrix(1, 16), matrix(16, 16), matrix(16, 1)
        self.b_1, self.b_2, self.b_3 = (nn.Parameter(np.zeros(n, np.float32)) for n in (16, 16, 1))

    def forward(self, x):
        h = np.tanh(x @ self.W_1 * 3 + self.b_1)
        h = h + np.tanh(h @ self.W_2 + self.b_2)  # h is used twice
        return h @ self.W_3 + self.b_3


def fused():
    """1–16–16–1 units of the library's layers."""
    rng = Generator(1)
    layers = [nn.Linear(1, 16, rng), nn.Tanh(), nn.Linear(16, 16, rng), nn.Tanh(), nn.Linear(16, 1, rng)]
    return nn.Sequential(*layers)


class Lookup(nn.Module):
    """Attention of a query to eight keys of 64 numbers, whose values it learns to read."""

    def __init__(self):
        rng = Generator(1)
        self.query, self.key = nn.Linear(16, 64, rng), nn.Linear(16, 64, rng)

    def forward(self, x, items):
        q, k = self.query(x)[:, None], self.key(items)
        return functional.scaled_dot_product_attention(q, k, items)[0][:, 0]


def lookup():
    """The share of the attention's error: find the item that resembles the query among eight."""
    model, rng = Lookup(), np.random.default_rng(0)
    optimizer, shown = Adam(model.parameters(), learning_rate=3e-3), []

    def objective():
        items = rng.standard_normal((64, 8, 16)).astype(np.float32)
        x = items[:, 0] + 0.1 * rng.standard_normal((64, 16)).astype(np.float32)
        loss = np.mean((model(x, items) - items[:, 0]) ** 2)
        shown.append(loss.item())
        return loss, {}

    for step in range(1, 201):
        training_step(objective, optimizer)
        if step % 20 == 0:
            yield step, {"error": float(np.mean(shown))}
            shown.clear()


TRAININGS = {
    "plain network": Training(
        "a tanh network (1–16–16–1 units, plain NumPy) that learns sin 3x, 300 steps of SGD.",
        {"error": "mean square error"},
        partial(wave, Plain, partial(SGD, learning_rate=0.05)),
    ),
    "network": Training(
        "a tanh network (1–16–16–1 units) that learns sin 3x, 300 steps of Adam on batches of "
        "16, so that the states are a square matrix.",
        {"error": "mean square error"},
        partial(wave, fused, batch=16),
    ),
    "micro-batches": Training(
        "a tanh network (1–16–16–1 units) that learns sin 3x, 300 steps of Adam; the gradients of four micro-batches "
        "add up to that of a batch.",
        {"error": "mean square error"},
        partial(wave, fused, micro_batches=4),
    ),
    "attention": Training(
        "dot-product attention over eight items with keys of 64 numbers, 200 steps of Adam.",
        {"error": "mean square error of the item found"},
        lookup,
    ),
}
