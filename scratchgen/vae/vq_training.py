"""Training a VQ-VAE: first encoder, codes and decoder; then, with these held, the prior of the codes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.data import batches
from scratchgen.optim import Adam, half_cosine
from scratchgen.random import Generator
from scratchgen.vae.objectives import vq_objective
from scratchgen.vae.quantise import perplexity
from scratchgen.vae.training import descend
from scratchgen.vae.vq import VQVAE


def train(
    model: VQVAE,
    images,
    validation,
    run,
    *,
    epochs: int,
    prior_epochs: int,
    batch_size: int,
    alpha: float,
    prior_alpha: float,
    rng: Generator,
):
    """van den Oord et al. (2017), section 3.2-3.3, with Adam.   images, validation: (N, D) in [0, 1]

    epochs          of the autoencoder, with steps of alpha
    prior_epochs    after these, of the prior, with steps of prior_alpha; both fall as a half cosine
    run             a `training.Run`, or a `training.History`, that keeps the books; both parts are one
                    sequence of epochs in it

    Raises BadInput when a loss or its gradient is no longer finite: that step changes no weight.
    """
    autoencoder = Adam([*model.encoder.parameters(), *model.decoder.parameters()], alpha)
    prior = Adam(model.prior.parameters(), prior_alpha)
    an_epoch = math.ceil(len(images) / batch_size)
    run.track(model=model, autoencoder=autoencoder, prior=prior, rng=rng)
    for epoch in run.epochs(epochs + prior_epochs):
        for x in run.steps(batches(images, batch_size=batch_size, rng=rng)):
            done = run.total_steps / an_epoch  # epochs, and the part of this one
            if epoch <= epochs:
                autoencoder.alpha = alpha * half_cosine(done / epochs)
                autoencoder.zero_grad()
                z_e = model.encode(x)
                k, e = model.quantiser(z_e)
                loss = -vq_objective(x, z_e, e, model.decode).mean()
                descend(loss, autoencoder, run)
                model.quantiser.update(z_e, k, rng)
                run.log(objective=-loss.item(), perplexity=perplexity(k))
            else:
                prior.alpha = prior_alpha * half_cosine((done - epochs) / prior_epochs)
                prior.zero_grad()
                loss = -model.prior.log_prob(model.codes(x)).mean()
                descend(loss, prior, run)
                run.log(code_nats=loss.item())
        if epoch <= epochs:
            run.log(validation_objective=evaluate(model.objective, validation))
        else:
            run.log(validation_elbo=evaluate(model.elbo, validation))


def evaluate(bound: Callable, images: np.ndarray) -> float:
    """The mean of a bound x (B, D) ↦ (B,) over images, in nats: of `model.objective` or `model.elbo`."""
    chunks = np.array_split(images, max(1, len(images) // 1000))  # bounds the memory
    with no_grad():
        return float(np.mean(np.concatenate([bound(x).numpy() for x in chunks]), dtype=np.float64))
