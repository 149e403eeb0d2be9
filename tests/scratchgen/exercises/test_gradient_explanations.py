"""Statements of an exercise about training with a wrong line: the network of page 1.3 with that line."""

import numpy as np

import scratchgen as sg
from scratchgen import exercises, nn
from scratchgen.data import batches

from .test_explanations import names_of


def losses(answer, epochs):
    """The training loss after each epoch of two moons, with the steps of an answer to `steps-that-grow`."""
    rng = sg.random.default_rng(2)
    y = np.arange(30) % 2
    t, side = np.pi * rng.random(30), 1 - 2 * y
    x = np.stack([y + side * np.cos(t), y / 2 + side * np.sin(t)], axis=1) + 0.3 * rng.standard_normal(
        (30, 2)
    )
    x, y = x.astype(np.float32), y[:, None].astype(np.float32)
    first, second, third = nn.Linear(2, 64, rng), nn.Linear(64, 64, rng), nn.Linear(64, 1, rng)
    model = nn.Sequential(first, nn.Tanh(), second, nn.Tanh(), third)
    optimizer, found = answer.SGD(model.parameters(), learning_rate=0.3), []
    for _ in range(epochs):
        for batch in batches(x, y, batch_size=10, rng=rng):
            answer.training_step(model, optimizer, *batch)
        with sg.no_grad():
            found.append(answer.loss(model, x, y).item())
    return found


def test_gradients_that_are_not_cleared_swing_above_4_nats_where_the_right_steps_fall_below_a_half():
    exercise = exercises.get("steps-that-grow")
    right = losses(names_of(exercise.name), 60)
    piled = losses(names_of(exercise.name, exercise.stub), 60)
    assert max(right) < 0.65 and right[-1] < 0.51
    assert piled[0] < 0.65 and max(piled) > 4
