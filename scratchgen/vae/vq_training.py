"""Training a VQ-VAE: first encoder, codebook and decoder; then the prior of the codes, with these fixed."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from scratchgen.autograd import Tensor, no_grad
from scratchgen.autograd.primitives import to_numpy
from scratchgen.data import batches, check_examples
from scratchgen.errors import BadInput, check_counts
from scratchgen.optim import Optimizer, Schedule, TrainingRun, check_parts, training_step
from scratchgen.optim.schedules import half_cosine
from scratchgen.optim.shards import WHOLE, Shards
from scratchgen.random import Generator, as_generator
from scratchgen.vae.objectives import vq_objective
from scratchgen.vae.quantise import perplexity
from scratchgen.vae.sigma import FollowingSigma
from scratchgen.vae.vq import IMAGES_AT_ONCE, VQVAE


def train_vq(
    model: VQVAE,
    images: np.ndarray,
    validation: np.ndarray,
    run: TrainingRun,
    *,
    epochs: int,
    prior_epochs: int,
    batch_size: int,
    optimizer: Optimizer,
    prior_optimizer: Optimizer,
    schedule: Schedule | None = None,
    rng: Generator,
    shards: Shards = WHOLE,
) -> None:
    """van den Oord et al. (2017), section 3.2-3.3.   images, validation: (N, D)

    epochs             of the autoencoder;  prior_epochs: of the prior, after these
    optimizer          of the parameters of model.encoder, model.decoder and, if it has some, model.likelihood: the
                       sigma of a Gaussian one follows the error, as in `vae.train`
    prior_optimizer    of the parameters of model.prior
    schedule           of the learning rate, over each of the two parts; by default half a cosine
    rng                draws the order of the images, and the examples that replace unused codes
    shards             the parts into which each batch is cut, and who computes them
    run                a `runs.Run` or `runs.History`, which records both parts as one sequence of epochs

    Raises BadInput for numbers below 1 and images that have no probability, Diverged when a loss or its gradient is not
    finite: that step changes no weight.
    """
    check_parts(run, {"schedule": schedule}, optimizer=optimizer, prior_optimizer=prior_optimizer)
    for name, examples in (("images", images), ("validation", validation)):
        check_examples(examples, name)
    check_counts(epochs=epochs, prior_epochs=prior_epochs, batch_size=batch_size)
    rng = as_generator(rng)
    schedule = schedule or half_cosine()
    epoch_steps = math.ceil(len(images) / batch_size)
    run.track(model=model, optimizer=optimizer, prior_optimizer=prior_optimizer, rng=rng)
    sigma = FollowingSigma(model, optimizer)
    sigma.start(images)
    for epoch in run.epochs(epochs + prior_epochs):
        for x in run.steps(batches(images, batch_size=batch_size, rng=rng, own=shards.own)):
            if epoch <= epochs:
                scale = schedule.scale(run, epochs, epoch_steps)
                with sigma.step(x.shape[1]):
                    autoencoder_step(model, x, optimizer, rng, run, scale, shards)
            else:
                scale = schedule.scale(run, prior_epochs, epoch_steps, before=epochs)
                training_step(
                    partial(_code_nats, model),
                    prior_optimizer,
                    run,
                    shards=shards,
                    parts=shards.cut(x),
                    scale=scale,
                )
        if epoch <= epochs:
            sigma.epoch_of_codes(validation)
            run.log(validation_objective=evaluate(model.objective, validation))
        else:
            run.log(validation_elbo=evaluate(model.elbo, validation))


def autoencoder_step(
    model: VQVAE,
    x: np.ndarray,
    optimizer: Optimizer,
    rng: Generator,
    run: TrainingRun | None = None,
    scale: float = 1.0,
    shards: Shards = WHOLE,
) -> None:
    """One step of encoder and decoder on images x (B, D); then the codes move to the vectors they stand for.

    Every rank moves the codes by the vectors of the whole batch; the logged perplexity is the mean over its parts.
    """
    vectors: list[np.ndarray] = []  # of the parts that were computed here, and their codes
    codes: list[np.ndarray] = []

    def objective(x: np.ndarray) -> tuple[Tensor, dict[str, float]]:
        z_e = model.encode(x)
        k, e = model.quantiser(z_e)
        vectors.append(to_numpy(z_e))
        codes.append(k)
        loss = -vq_objective(x, z_e, e, model.decode).mean()
        return loss, {"objective": -loss.item(), "perplexity": perplexity(k)}

    training_step(objective, optimizer, run, shards=shards, parts=shards.cut(x), scale=scale, data=x)
    model.quantiser.update(shards.joined(vectors), shards.joined(codes), rng)


def _code_nats(model: VQVAE, x: np.ndarray) -> tuple[Tensor, dict[str, float]]:
    """Minus the log-probability of the codes of images x (B, D) under the prior, the mean in nats."""
    loss = -model.prior.log_prob(model.codes(x)).mean()
    return loss, {"code_nats": loss.item()}


def evaluate(bound: Callable[[np.ndarray], Tensor], images: np.ndarray) -> float:
    """The mean of a bound x (B, D) ↦ (B,) over images, in nats: of `model.objective` or `model.elbo`.

    Raises BadInput for no images.
    """
    if not len(images):
        raise BadInput("there are no images to score; give at least one")
    chunks = np.array_split(images, max(1, len(images) // IMAGES_AT_ONCE))  # bounds the memory
    with no_grad():
        return float(np.mean(np.concatenate([bound(x).numpy() for x in chunks]), dtype=np.float64))
