"""Training of a generative adversarial network with batch normalisation in the generator."""

import numpy as np

from scratchgen import no_grad
from scratchgen.data.sets.gaussians import ring
from scratchgen.gan import Game
from scratchgen.random import Generator

from .of_gan import DISTANCE, V, WithBatchNorm, energy_distance, steps_of
from .training import Training

BATCH = 4  # so small that a variance over n and one over n − 1 differ by a third


def small_batches():
    """Points on a ring of eight Gaussians; the numbers are about G in evaluation mode, but for V."""
    data, model = ring(), WithBatchNorm("G")
    real = data.sample(200, Generator(3))[0]
    z = Generator(6).standard_normal((400, model.latent_dim))
    linear, norm = model.G.layers[:2]
    for step, numbers in steps_of(model, Game(), lambda rng: (data.sample(BATCH, rng)[0],), 300, 30):
        with no_grad():
            features = linear(z).numpy()
        numbers["variance"] = float(np.mean(np.var(features, axis=0) / norm.variance.data))
        few, many = (model.sample(n, Generator(4)) for n in (2, 200))
        numbers["change"] = float(np.linalg.norm(few[0] - many[0]))
        numbers["distance"] = energy_distance(many, real)
        yield step, numbers


TRAININGS = {
    "small batches": Training(
        "a GAN (4–64–2 and 2–64–1 units) with batch normalisation in G, on a ring of eight Gaussians, 300 steps of "
        "each player with batches of 4. Samples are generated in evaluation mode.",
        {
            "V": V,
            "distance": DISTANCE,
            "variance": "variance of a normalised feature in evaluation mode",
            "change": "change of a sample with the size of its batch",
        },
        small_batches,
    ),
}
