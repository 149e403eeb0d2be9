"""Training a variational autoencoder: stochastic gradient descent on a bound, turned into a loss."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from scratchgen.autograd import Tensor, no_grad
from scratchgen.data import batches
from scratchgen.data.preprocessing.binarise import bernoulli
from scratchgen.optim import Optimizer, Schedule, TrainingRun, training_step
from scratchgen.optim.schedules import constant
from scratchgen.random import HELD_OUT_SEED, Generator
from scratchgen.vae.latent_model import LatentModel
from scratchgen.vae.losses import BetaLoss, Loss
from scratchgen.vae.sigma import FollowingSigma


def train(
    model: LatentModel,
    images: np.ndarray,
    validation: np.ndarray,
    run: TrainingRun,
    *,
    epochs: int,
    batch_size: int,
    optimizer: Optimizer,
    schedule: Schedule | None = None,
    rng: Generator,
    loss: Loss | None = None,
    labels: np.ndarray | None = None,
    validation_labels: np.ndarray | None = None,
    binarise: bool = False,
) -> None:
    """Kingma & Welling (2014), algorithm 1.   images, validation: (N, D)

    run          a `runs.Run` or `runs.History`, which records the training
    optimizer    of the parameters of the model;  schedule: of its learning rate, by default constant
    rng          draws the order of the images and the noise
    loss         what is minimised (see `losses`); by default minus the evidence lower bound
    labels       (N,), the classes of the images, for a conditional model
    binarise     grey images become black and white, by a new sample each time an image is used

    The sigma of a Gaussian likelihood begins at the deviation of the images from their mean, unless
    `init_output_bias` was given another scale, and follows the error (`vae.sigma`); a sigma that the optimiser
    does not have is left alone.

    Raises Diverged when the loss or its gradient is not finite: that step changes no weight.
    """
    loss, schedule = loss or BetaLoss(), schedule or constant()
    labels = np.zeros(len(images), np.int64) if labels is None else labels
    epoch_steps = math.ceil(len(images) / batch_size)

    def objective(x: np.ndarray, y: np.ndarray) -> tuple[Tensor, dict[str, float]]:
        x = bernoulli(x, rng) if binarise else x
        values, terms = loss(model.given(y), x, rng)
        return values.mean(), terms

    sigma = FollowingSigma(model, optimizer)
    sigma.start(images)
    run.track(model=model, optimizer=optimizer, loss=loss, rng=rng)
    for _ in run.epochs(epochs):
        for x, y in run.steps(batches(images, labels, batch_size=batch_size, rng=rng)):
            scale = schedule.scale(run, epochs, epoch_steps)
            with sigma.step(x.shape[-1]):
                training_step(partial(objective, x, y), optimizer, run, scale=scale, generators=(rng, loss))
        held_out = Generator(HELD_OUT_SEED)
        x = bernoulli(validation, held_out) if binarise else validation
        sigma.epoch(x, Generator(HELD_OUT_SEED), validation_labels)
        run.log(validation_elbo=evaluate(model, x, held_out, labels=validation_labels))


def evaluate(
    model: LatentModel, images: np.ndarray, rng: Generator, samples: int = 1, labels: np.ndarray | None = None
) -> float:
    """The mean evidence lower bound of a data set in nats per image, averaged over samples of the latent."""
    labels = np.zeros(len(images), np.int64) if labels is None else labels
    parts = np.array_split(np.arange(len(images)), max(1, len(images) // 1000))  # bounds the memory
    with no_grad():
        bounds = [
            model.given(labels[part]).elbo(images[part], rng).numpy()
            for _ in range(samples)
            for part in parts
        ]
    return float(np.mean(np.concatenate(bounds), dtype=np.float64))
