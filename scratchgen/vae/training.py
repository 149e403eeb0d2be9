"""Training a variational autoencoder: stochastic gradient descent on a bound, turned into a loss."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.data import batches
from scratchgen.data.preprocessing.binarise import bernoulli
from scratchgen.errors import BadInput
from scratchgen.optim import Adam, Optimizer, grad_norm
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.vae.latent_model import LatentModel
from scratchgen.vae.losses import BetaLoss


def train(
    model,
    images,
    validation,
    run,
    *,
    epochs: int,
    batch_size: int,
    alpha: float | Callable[[int], float],
    rng: Generator,
    loss=None,
    labels=None,
    validation_labels=None,
    binarise: bool = False,
    eps: float = 1e-8,
):
    """Kingma & Welling (2014), algorithm 1, with Adam.   images, validation: (N, D)

    run          a `training.Run`, or a `training.History`, that keeps the books
    alpha        the step size, or a function that gives it for each epoch, counted from 1; eps: Adam's
    loss         what is minimised (see `losses`); by default minus the evidence lower bound
    labels       (N,), the classes of the images, for a conditional model
    binarise     grey images become black and white, by a new draw whenever one is shown

    Raises BadInput when the loss or its gradient is no longer finite: that step changes no weight.
    """
    loss = loss or BetaLoss()
    labels = np.zeros(len(images), np.int64) if labels is None else labels
    optimizer = Adam(model.parameters(), 1.0, eps=eps)
    run.track(model=model, optimizer=optimizer, loss=loss, rng=rng)
    for epoch in run.epochs(epochs):
        optimizer.alpha = alpha(epoch) if callable(alpha) else alpha
        for x, y in run.steps(batches(images, labels, batch_size=batch_size, rng=rng)):
            x = bernoulli(x, rng) if binarise else x
            optimizer.zero_grad()
            value, terms = loss(model.given(y), x, rng)
            descend(value.mean(), optimizer, run)
            run.log(**terms)
        held_out = Generator(HELD_OUT_SEED)
        x = bernoulli(validation, held_out) if binarise else validation
        run.log(validation_elbo=evaluate(model, x, held_out, labels=validation_labels))


def descend(loss, optimizer: Optimizer, run) -> None:
    """A step down the loss (). Raises BadInput, and changes no weight, where its gradient is not finite."""
    loss.backward()
    norm = grad_norm(optimizer.parameters)
    if not math.isfinite(norm):  # as it is where the loss is not
        raise BadInput(
            f"training exploded in step {run.step + 1} of epoch {run.epoch}: the loss is {loss.item():.4g}, "
            f"the norm of its gradient {norm:.4g}; choose a step size alpha below {optimizer.alpha:g}. What "
            "was saved before is whole"
        )
    optimizer.step()


def evaluate(model: LatentModel, images, rng: Generator, samples: int = 1, labels=None) -> float:
    """The mean evidence lower bound of a data set in nats an image, averaged over samples of the latent."""
    labels = np.zeros(len(images), np.int64) if labels is None else labels
    parts = np.array_split(np.arange(len(images)), max(1, len(images) // 1000))  # bounds the memory
    with no_grad():
        bounds = [
            model.given(labels[part]).elbo(images[part], rng).numpy()
            for _ in range(samples)
            for part in parts
        ]
    return float(np.mean(np.concatenate(bounds), dtype=np.float64))
