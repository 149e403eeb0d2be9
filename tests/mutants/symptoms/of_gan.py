"""Trainings of generative adversarial networks.

The samples are judged by their energy distance from data, 2 E‖x − y‖ − E‖x − x′‖ − E‖y − y′‖, which is 0 for equal
distributions. It is computed here in plain NumPy.
"""

from functools import partial

import numpy as np

from scratchgen import nn
from scratchgen.data.sets.gaussians import ring
from scratchgen.gan import (
    GAN,
    AdversarialPair,
    ConditionalGAN,
    Game,
    discriminator_step,
    generator_step,
)
from scratchgen.optim import Adam, MovingAverage
from scratchgen.random import Generator

from .training import Training

BATCH = 64


def energy_distance(x: np.ndarray, y: np.ndarray) -> float:
    """Between two sets of points (n, D) and (m, D)."""
    mean = lambda a, b: float(np.mean(np.sqrt(np.sum((a[:, None] - b) ** 2, axis=2))))
    return 2 * mean(x, y) - mean(x, x) - mean(y, y)


def steps_of(model, game, batch, steps, every, learning_rate=1e-3):
    """Play the game on batches of data, which batch(rng) draws; after every few steps yield the step and means.

    "spread of D(x)" is the standard deviation, over these steps, of the mean of D(x) over a batch.
    """
    rng = Generator(2)
    of_G, of_D = (
        Adam(player.parameters(), learning_rate=learning_rate, beta1=0.5) for player in (model.G, model.D)
    )
    logged = []
    for step in range(1, steps + 1):
        x, *labels = batch(rng)
        players = model.given(*labels) if labels else model
        for _ in range(game.discriminator_steps):
            numbers = discriminator_step(players, x, of_D, rng, game)
        numbers |= generator_step(players, len(x), of_G, rng, game)
        logged.append(numbers)
        if step % every == 0:
            means = {name: float(np.mean([row[name] for row in logged])) for name in numbers}
            yield step, means | {"spread of D(x)": float(np.std([row["D_real"] for row in logged]))}
            logged.clear()


class WithBatchNorm(AdversarialPair):
    """A pair for points of the plane, with batch normalisation in one player."""

    latent_dim, bounded, scale, pack = 4, False, 1.0, 1

    def __init__(self, player: str):
        rng = Generator(1)
        norm = {"G": [], "D": []} | {player: [nn.BatchNorm(64)]}
        self.G = nn.Sequential(nn.Linear(4, 64, rng), *norm["G"], nn.ReLU(), nn.Linear(64, 2, rng))
        self.D = nn.Sequential(nn.Linear(2, 64, rng), *norm["D"], nn.ReLU(), nn.Linear(64, 1, rng))


def pair(scale=1.4, **options):
    return GAN(2, 4, Generator(1), hidden=(64, 64), bounded=False, scale=scale, **options)


def plane(make=pair, steps=300, learning_rate=1e-3, **rules):
    """Points on a ring of eight Gaussians."""
    data = ring()
    model = make()
    real = data.sample(200, Generator(3))[0]
    batch = lambda rng: (data.sample(BATCH, rng)[0],)
    for step, numbers in steps_of(model, Game(**rules), batch, steps, steps // 10, learning_rate):
        yield step, numbers | {"distance": energy_distance(model.sample(200, Generator(4)), real)}


def far(**rules):
    """Numbers around 4, while a G that is not trained yet begins around 0 and D is already sure."""
    model, game, rng = GAN(1, 2, Generator(1), hidden=(32,), bounded=False), Game(**rules), Generator(5)
    batch = lambda rng: (4 + 0.3 * rng.standard_normal((BATCH, 1)),)
    optimizer = Adam(model.D.parameters(), learning_rate=2e-2)
    for _ in range(400):
        discriminator_step(model, *batch(rng), optimizer, rng, game)
    for step, numbers in steps_of(model, game, batch, 300, 30):
        yield step, numbers | {"mean": float(np.mean(model.sample(400, Generator(4))))}


def classes():
    """Points on a ring of eight Gaussians, conditioned on the Gaussian, under a projection discriminator."""
    data = ring()
    model = ConditionalGAN(2, 4, 8, Generator(1), projection=True, hidden=(64, 64), bounded=False, scale=1.4)
    labels = np.arange(400) % 8
    for step, numbers in steps_of(model, Game(), lambda rng: data.sample(BATCH, rng), 300, 30):
        samples = model.sample(400, Generator(4), labels=labels)
        nearest = np.argmin(((samples[:, None] - data.centres) ** 2).sum(axis=2), axis=1)
        yield step, numbers | {"right class": 100 * float(np.mean(nearest == labels))}


def averaged():
    """The moving average of a parameter that noisy gradients move around its optimum 0."""
    theta, rng = nn.Parameter(np.full(1, 3.0)), np.random.default_rng(0)
    average, averages = MovingAverage([theta], decay=0.99), []
    for step in range(1, 401):
        theta.data -= 0.1 * (theta.data + rng.standard_normal(1) * 2)
        average.update()
        if step % 10 == 0:
            averages.append(float(average.average[0][0]))
            yield step, {"average": averages[-1], "spread": float(np.std(averages))}


V = "V(D, G) that is printed"
DISTANCE = "energy distance of samples from data"
RING = "a GAN (4–64–64–2 and 2–64–64–1 units) on a ring of eight Gaussians, 300 steps of each player"
FAR = (
    "a GAN (one hidden layer of 32 units) on numbers around 4, while G begins around 0 and D has learned for 400 "
    "steps; 300 steps of each player"
)
TRAININGS = {
    "ring": Training(f"{RING}.", {"V": V, "distance": DISTANCE}, plane),
    "hinge": Training(
        f"{RING}; hinge loss.", {"V": V, "distance": DISTANCE}, partial(plane, objective="hinge")
    ),
    "batch normalisation of D": Training(
        f"{RING}; one hidden layer, with batch normalisation in D.",
        {"V": V, "distance": DISTANCE},
        partial(plane, partial(WithBatchNorm, "D"), learning_rate=3e-3),
    ),
    "far": Training(f"{FAR}.", {"norm_G": "norm of the gradient of G", "mean": "mean of the samples"}, far),
    "far, minimax": Training(
        f"{FAR}; minimax loss of G.",
        {"norm_G": "norm of the gradient of G", "mean": "mean of the samples"},
        partial(far, objective="minimax"),
    ),
    "classes": Training(
        f"{RING}, conditioned on the Gaussian, with a projection discriminator.",
        {"V": V, "right class": "samples at the Gaussian of their class (%)"},
        classes,
    ),
    "average": Training(
        "one parameter that noisy gradients move around its optimum 0, 400 steps, and its moving average.",
        {"average": "moving average of the parameter", "spread": "its standard deviation so far"},
        averaged,
    ),
}
