"""Training a variational autoencoder: stochastic gradient descent on a bound, turned into a loss."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from scratchgen.autograd import Tensor, no_grad
from scratchgen.data import batches, check_examples
from scratchgen.data.preprocessing.binarise import bernoulli
from scratchgen.errors import BadInput, check_counts
from scratchgen.optim import Optimizer, Schedule, TrainingRun, check_parts, training_step
from scratchgen.optim.schedules import constant
from scratchgen.optim.shards import WHOLE, Shards
from scratchgen.random import HELD_OUT_SEED, Generator, as_generator
from scratchgen.vae.latent_model import LatentModel
from scratchgen.vae.losses import BetaLoss, Loss, check_loss, check_values
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
    shards: Shards = WHOLE,
) -> None:
    """Kingma & Welling (2014), algorithm 1.   images, validation: (N, D)

    run          a `runs.Run` or `runs.History`, which records the training
    optimizer    of the parameters of the model;  schedule: of its learning rate, by default constant
    rng          draws the order of the images and the noise
    loss         what is minimised (see `losses`); by default minus the evidence lower bound
    labels       (N,), the classes of the images; a conditional model needs them, and validation_labels
    binarise     grey images become black and white, by a new sample each time an image is used
    shards       the parts into which each batch is cut, and who computes them

    The sigma of a Gaussian likelihood begins at the deviation of the images from their mean, unless
    `init_output_bias` was given another scale, and follows the error (`vae.sigma`); a sigma that the optimiser
    does not have is left alone.

    Raises BadInput for data and settings that do not fit, TypeError for a loss of your own that is not as `Loss`
    says, Diverged when the loss or its gradient is not finite: that step changes no weight.
    """
    loss, schedule = loss or BetaLoss(), schedule or constant()
    check_loss(loss)
    check_parts(run, {"schedule": schedule}, optimizer=optimizer)
    check_counts(epochs=epochs, batch_size=batch_size)
    rng = as_generator(rng)
    _check(model, images, labels, "images", "labels")
    _check(model, validation, validation_labels, "validation", "validation_labels")
    epoch_steps = math.ceil(len(images) / batch_size)

    def objective(x: np.ndarray, y: np.ndarray | None = None) -> tuple[Tensor, Mapping[str, float]]:
        x = bernoulli(x, rng) if binarise else x
        values, terms = check_values(loss(model.given(y), x, rng), loss, len(x))
        return values.mean(), terms

    examples = (images,) if labels is None else (images, labels)
    sigma = FollowingSigma(model, optimizer)
    sigma.start(images)
    run.track(model=model, optimizer=optimizer, loss=loss, rng=rng)
    for _ in run.epochs(epochs):
        for batch in run.steps(batches(*examples, batch_size=batch_size, rng=rng, own=shards.own)):
            x, *y = (batch,) if labels is None else batch
            scale = schedule.scale(run, epochs, epoch_steps)
            with sigma.step(x.shape[-1]):
                training_step(
                    objective,
                    optimizer,
                    run,
                    shards=shards,
                    parts=shards.cut(x, *y),
                    scale=scale,
                    generators=(rng, loss),
                    data=x,
                )
        held_out = Generator(HELD_OUT_SEED)
        x = bernoulli(validation, held_out) if binarise else validation
        sigma.epoch(x, Generator(HELD_OUT_SEED), validation_labels)
        run.log(validation_elbo=evaluate(model, x, held_out, labels=validation_labels))


def evaluate(
    model: LatentModel, images: np.ndarray, rng: Generator, samples: int = 1, labels: np.ndarray | None = None
) -> float:
    """The mean evidence lower bound of a data set in nats per image, averaged over samples of the latent.

    labels    (N,), the classes of the images; a conditional model needs them

    Raises BadInput for no images, fewer than one sample, and classes that do not fit.
    """
    check_counts(samples=samples)
    rng = as_generator(rng)
    _check(model, images, labels, "images", "labels")
    parts = np.array_split(np.arange(len(images)), max(1, len(images) // 1000))  # bounds the memory
    with no_grad():
        bounds = [
            model.given(None if labels is None else labels[part]).elbo(images[part], rng).numpy()
            for _ in range(samples)
            for part in parts
        ]
    return float(np.mean(np.concatenate(bounds), dtype=np.float64))


def _check(
    model: LatentModel, images: np.ndarray, labels: np.ndarray | None, of: str, of_labels: str
) -> None:
    """Raise BadInput for no images, and for classes that are missing, of another length, or unknown to the model."""
    check_examples(images, of)
    if not len(images):
        raise BadInput(f"{of}: there are no examples; give at least one")
    if missing := [name for name in ("encode", "decode", "given", "elbo") if not hasattr(model, name)]:
        raise TypeError(
            f"a {type(model).__name__} has no {missing[0]}(); derive the model from vae.LatentModel"
        )
    if labels is not None and len(labels) != len(images):
        raise BadInput(
            f"{of_labels} hold {len(labels)} classes for {len(images)} {of}; give one class per example"
        )
    model.given(labels)
