"""Training a variational autoencoder: stochastic gradient ascent on the evidence lower bound."""

from __future__ import annotations

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.data import batches
from scratchgen.optim import Adam
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.vae.models import VAE


def train(model: VAE, images, validation, run, *, epochs: int, batch_size: int, alpha: float, rng: Generator):
    """Kingma & Welling (2014), algorithm 1, with Adam.   images, validation: (N, D) in [0, 1]

    run    a `training.Run`, or a `training.History`, that keeps the books
    """
    optimizer = Adam(model.parameters(), alpha)
    run.keep(model=model, optimizer=optimizer, rng=rng)
    for _ in run.epochs(epochs):
        for x in run.steps(batches(images, batch_size=batch_size, rng=rng)):
            optimizer.zero_grad()
            loss = -model.elbo(x, rng).mean()
            loss.backward()
            optimizer.step()
            run.log(elbo=-loss.item())
        run.log(validation_elbo=evaluate(model, validation, Generator(HELD_OUT_SEED)))


def evaluate(model: VAE, images: np.ndarray, rng: Generator, samples: int = 1) -> float:
    """The mean evidence lower bound of a data set in nats an image, averaged over samples of the latent."""
    chunks = np.array_split(images, max(1, len(images) // 1000))  # bounds the memory
    with no_grad():
        bounds = [model.elbo(x, rng).numpy() for _ in range(samples) for x in chunks]
    return float(np.mean(np.concatenate(bounds), dtype=np.float64))
