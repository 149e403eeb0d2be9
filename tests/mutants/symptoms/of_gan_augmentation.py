"""Training of a generative adversarial network on augmented images."""

import numpy as np

from scratchgen.data import load_images
from scratchgen.gan import GAN, Game
from scratchgen.gan.augmentation import ImageAugmentation
from scratchgen.random import Generator

from .of_gan import BATCH, DISTANCE, V, energy_distance, steps_of
from .training import Training


def digits():
    """Images of 8×8 pixels, whose outermost columns are almost black."""
    x = load_images("digits").train
    model, game = GAN(64, 16, Generator(1), hidden=(64, 64)), Game(augmentation=ImageAugmentation((8, 8)))
    batch = lambda rng: (x[rng.integers(len(x), size=BATCH)],)
    borders = []
    for step, numbers in steps_of(model, game, batch, 500, 50, learning_rate=2e-3):
        samples = model.sample(300, Generator(4))
        numbers["distance"] = energy_distance(samples, x[:300])
        borders.append(samples.reshape(-1, 8, 8)[:, :, [0, 7]].mean())
        numbers["border"] = float(np.mean(borders))
        yield step, numbers


TRAININGS = {
    "digits": Training(
        "a GAN (16–64–64–64 and 64–64–64–1 units) on the 8×8 digits with augmentation, 500 steps of each player. "
        "The outermost columns of the data have a brightness of 0.003.",
        {
            "V": V,
            "distance": DISTANCE,
            "border": "brightness of the outermost columns, mean so far",
            "spread of D(x)": "standard deviation of the mean of D(x) over the steps",
        },
        digits,
    ),
}
