"""The adding problem over a hundred steps, solved by a gated recurrent network."""

from __future__ import annotations

from functools import partial

import numpy as np

from scratchgen import rnn
from scratchgen.autograd import Tensor, no_grad
from scratchgen.data.sets.adding import BASELINE, adding
from scratchgen.optim import Adam, training_step
from scratchgen.optim.schedules import cosine_factor
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.reproductions.reproduction import Measured, Part, Reproduction, formula_config
from scratchgen.tasks.task import OpenRun

T, HIDDEN, BATCH, ALPHA = 100, 100, 50, 3e-3
EPOCHS, STEPS, TEST = 10, 100, 10_000


def measure(seed: int, open_run: OpenRun, cell: str) -> Measured:
    """Train on new sequences at every step, and measure the squared error on held-out sequences."""
    rng = Generator(seed)
    x, y = adding(TEST, T, Generator(HELD_OUT_SEED))
    model = rnn.SequenceRegression(2, 1, HIDDEN, rng, cell=cell)
    settings = {"epochs": EPOCHS, "steps": STEPS, "batch_size": BATCH, "learning_rate": ALPHA}
    run = open_run(formula_config(f"adding, {T} steps", {"x": x, "y": y}, seed, model, settings))
    optimizer = Adam(model.parameters(), ALPHA)

    def objective() -> tuple[Tensor, dict[str, float]]:
        loss = model.loss(*adding(BATCH, T, rng)).mean()
        return loss, {"squared_error": loss.item()}

    run.track(model=model, optimizer=optimizer, noise=rng)
    for _ in run.epochs(EPOCHS):
        for _ in run.steps(range(STEPS)):
            scale = cosine_factor(run.total_steps, EPOCHS * STEPS)
            training_step(objective, optimizer, run, scale=scale, max_norm=1.0, generators=(rng,))
    with no_grad():
        error = float(np.mean(model.loss(x, y).numpy(), dtype=np.float64))
    return run, model, {"error": error, "constant output 1": float(np.mean((y - 1) ** 2, dtype=np.float64))}


ADDING_100 = Reproduction(
    name="adding-100",
    title=f"The adding problem over {T} steps, mean squared error",
    source="Hochreiter & Schmidhuber (1997), experiment 4; the number: Bai, Kolter & Koltun (2018), table 1",
    unit="squared error",
    setting=(
        f"Two of {T} uniform numbers are marked, one in each half, and the target at the end is their "
        f"sum; {HIDDEN} units, batch {BATCH}, {EPOCHS * STEPS:,} steps of Adam with α = {ALPHA:g} to 0 by "
        f"half a cosine, gradients clipped to norm 1; {TEST:,} test sequences. A constant output of 1 has an "
        f"error of 1/6 = {BASELINE:.4f}; the problem counts as solved below 0.01."
    ),
    deviations=(f"{T} steps instead of 600; every step uses new sequences.",),
    seeds=3,
    parts=(Part("gru", "GRU", "5.3e-5 (600 steps)", 0.01, partial(measure, cell="gru")),),
)
