"""Trainings of generative adversarial networks with a penalty on the slope of the discriminator.

The slope is measured here by difference quotients, in units of the pair's scale.
"""

from functools import partial

import numpy as np

from scratchgen import no_grad
from scratchgen.data.sets.gaussians import ring
from scratchgen.gan import Game
from scratchgen.random import Generator

from .of_gan import BATCH, DISTANCE, V, energy_distance, pair, steps_of
from .training import Training


def slopes(model, x: np.ndarray) -> np.ndarray:
    """‖s ∇a‖ at each of the points x (n, 2)."""
    h = 1e-2 * model.scale
    with no_grad():
        differences = [
            model.logits(x + h * axis).numpy() - model.logits(x - h * axis).numpy()
            for axis in np.eye(2, dtype=np.float32)
        ]
    return np.hypot(*differences) * model.scale / (2 * h)


def penalised(unit=1.0, steps=150, **rules):
    """Points on a ring of eight Gaussians with radius 2 · unit."""
    data, model = ring(radius=2 * unit, sigma=0.1 * unit), pair(1.4 * unit)
    real = data.sample(200, Generator(3))[0].astype(np.float32)
    u = np.random.default_rng(0).random((200, 1), np.float32)
    batch = lambda rng: (data.sample(BATCH, rng)[0],)
    for step, numbers in steps_of(model, Game(**rules), batch, steps, steps // 10, learning_rate=3e-3):
        samples = model.sample(200, Generator(4))
        between = slopes(model, u * real + (1 - u) * samples)
        numbers["distance"] = energy_distance(samples, real) / unit
        numbers["slope"] = float(between.mean())
        numbers["from one"] = float(np.sqrt(np.mean((between - 1) ** 2)))
        numbers["slope at data"] = float(slopes(model, real).mean())
        yield step, numbers


NUMBERS = {
    "V": V,
    "distance": DISTANCE,
    "slope": "mean slope of D between data and samples",
    "from one": "distance of this slope from 1 (root mean square)",
    "slope at data": "mean slope of D at the data",
}
RING = "a GAN (4–64–64–2 and 2–64–64–1 units) on a ring of eight Gaussians, learning rate 0.003"
RULES = {"objective": "wasserstein", "gradient_penalty": 1.0, "discriminator_steps": 5}
WASSERSTEIN = "Wasserstein loss, gradient penalty of weight 1, 150 steps of G and 750 of D"
TRAININGS = {
    "wasserstein": Training(f"{RING}; {WASSERSTEIN}.", NUMBERS, partial(penalised, **RULES)),
    "thousandths": Training(
        f"{RING}; {WASSERSTEIN}. The data are in another unit: the radius is 2000 in place of 2.",
        NUMBERS,
        partial(penalised, 1000.0, **RULES),
    ),
    "r1": Training(
        f"{RING}; R1 penalty with γ = 1, 300 steps of each player.",
        NUMBERS,
        partial(penalised, steps=300, r1=1.0),
    ),
}
