"""Training a model of frames: whole sequences, the gradient through all of their steps."""

from __future__ import annotations

import math
from contextlib import contextmanager

import numpy as np

from scratchgen.data.preprocessing.by_length import batches_by_length
from scratchgen.optim import Adam, clip_grad_norm, half_cosine
from scratchgen.random import Generator
from scratchgen.rnn.frames.model import FrameModel, nats_per_frame
from scratchgen.rnn.training import exploded


def train_frames(
    model: FrameModel,
    train: list[np.ndarray],
    validation: list[np.ndarray],
    run,
    *,
    epochs: int,
    batch_size: int,
    alpha: float,
    rng: Generator,
    weight_noise: float = 0.0,
):
    """Maximum likelihood: the loss is −log p a frame, over the real frames of a batch, in nats.

    train, validation    sequences (T_i, D), of what frames the model has
    run                  a `training.Run`, or a `training.History`, that keeps the books
    rng                  draws the order of the sequences, and the noise
    weight_noise         σ of what is added to every weight while its gradient is computed, and taken away
                         again (Graves 2011); 0: nothing
    Gradients are clipped to a joint norm of 1; the step size falls as a half cosine.
    Raises BadInput for sequences that are empty, and as `rnn.train` when the loss is no longer finite.
    Ledger: rnn.frames
    """
    optimizer = Adam(model.parameters(), alpha)
    steps = epochs * math.ceil(len(train) / batch_size)
    run.track(model=model, optimizer=optimizer, rng=rng, dropout=model.rng)
    for _ in run.epochs(epochs):
        model.train()
        # drawn now: the noise that is drawn between batches does not change their order
        order = Generator(int(rng.integers(2**53)))
        for x, mask, _ in run.steps(batches_by_length(train, batch_size, order)):
            optimizer.alpha = alpha * half_cosine(run.total_steps / steps)
            optimizer.zero_grad()
            before = rng.state, model.rng.state
            with np.errstate(all="ignore"):  # what is not finite is told below
                with noisy(optimizer.parameters, weight_noise, rng):
                    loss = -model.log_prob(x, mask).sum() / mask.sum()
                    loss.backward()
                norm = clip_grad_norm(optimizer.parameters, 1.0)
            if not (math.isfinite(loss.item()) and math.isfinite(norm)):
                rng.state, model.rng.state = before  # as all else: those before the step
                if math.isfinite(loss.item()):  # otherwise those that were saved before are better
                    run.save_checkpoint()
                raise exploded(loss.item(), norm, run.total_steps, alpha)
            optimizer.step()
            run.log(nats=loss.item(), gradient_norm=norm)
        run.log(validation_nats=nats_per_frame(model, validation))


@contextmanager
def noisy(parameters, sigma: float, rng: Generator):
    """Within it the parameters are θ + σ ε, ε ~ N(0, I); afterwards they are θ again, to the bit.

    Ledger: rnn.weight_noise
    """
    if sigma == 0:
        yield
        return
    exact = [p.data for p in parameters]
    for p in parameters:
        p.data = disturbed(p.data, sigma, rng)
    try:
        yield
    finally:
        for p, theta in zip(parameters, exact, strict=True):
            p.data = theta


def disturbed(theta: np.ndarray, sigma: float, rng: Generator) -> np.ndarray:
    """θ + σ ε, ε ~ N(0, I), of θ's shape and dtype.

    The mean of the gradients there is the gradient of the mean loss under the noise: wide minima are better.
    Source: Graves (2011), Practical variational inference for neural networks.   Ledger: rnn.weight_noise
    """
    return theta + np.asarray(sigma * rng.standard_normal(theta.shape, theta.dtype), theta.dtype)
