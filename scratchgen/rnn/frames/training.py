"""Training a model of frames: whole sequences, with the gradient through all of their steps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.data.preprocessing.by_length import batches_by_length
from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.nn import Parameter
from scratchgen.nn.overrides import overridden
from scratchgen.optim import Optimizer, Schedule, TrainingRun, check_parts, training_step
from scratchgen.optim.schedules import half_cosine
from scratchgen.optim.shards import WHOLE, Shards
from scratchgen.random import Generator, as_generator
from scratchgen.rnn.frames.model import FrameModel, nats_per_frame
from scratchgen.rnn.training import MAX_NORM


def train_frames(
    model: FrameModel,
    train: list[np.ndarray],
    validation: list[np.ndarray],
    run: TrainingRun,
    *,
    epochs: int,
    batch_size: int,
    optimizer: Optimizer,
    schedule: Schedule | None = None,
    rng: Generator,
    weight_noise: float = 0.0,
    shards: Shards = WHOLE,
) -> None:
    """Maximum likelihood: the loss is −log p per frame, over the real frames of a batch, in nats.

    train, validation    sequences (T_i, D) of the frames that the model takes
    run                  a `runs.Run` or `runs.History`, which records the training
    optimizer            of the parameters of the model
    schedule             of its learning rate, by default half a cosine
    rng                  draws the order of the sequences, and the noise
    weight_noise         σ of the noise that is added to every weight while its gradient is computed (Graves
                         2011); 0: none. Each part of a batch has noise of its own
    shards               the parts into which each batch is cut, and who computes them

    Gradients are clipped to a joint norm of 1. Raises BadInput for sequences that are empty and numbers out of
    range, and Diverged as `optim.training_step`.   Ledger: rnn.frames
    """
    check_parts(run, {"schedule": schedule}, optimizer=optimizer)
    check_counts(epochs=epochs, batch_size=batch_size)
    check_numbers("[0, ∞)", weight_noise=weight_noise)
    for name, part in (("train", train), ("validation", validation)):
        if not len(part):
            raise BadInput(f"{name} is empty; give at least one sequence")
    rng = as_generator(rng)
    schedule = schedule or half_cosine()
    epoch_steps = math.ceil(len(train) / batch_size)

    def objective(x: np.ndarray, mask: np.ndarray) -> tuple[Tensor, dict[str, float]]:
        with noisy(optimizer.parameters, weight_noise, rng):  # the graph keeps the weights that it used
            loss = -model.log_prob(x, mask).sum() / mask.sum()
        return loss, {"nats": loss.item()}

    run.track(model=model, optimizer=optimizer, rng=rng, dropout=model.rng)
    for _ in run.epochs(epochs):
        model.train()
        # drawn before the first batch: the noise drawn between batches does not change their order
        order = Generator(int(rng.integers(2**53)))
        for x, mask, _ in run.steps(batches_by_length(train, batch_size, order)):
            norm = training_step(
                objective,
                optimizer,
                run,
                shards=shards,
                parts=shards.cut(x, mask, axes=(1, 1), terms=lambda x, mask: mask.sum()),
                scale=schedule.scale(run, epochs, epoch_steps),
                max_norm=MAX_NORM,
                generators=(rng, model.rng),
                data=x,
            )
            run.log(gradient_norm=norm)
        run.log(validation_nats=nats_per_frame(model, validation))


@contextmanager
def noisy(parameters: Iterable[Parameter], sigma: float, rng: Generator) -> Iterator[None]:
    """A context in which the parameters are θ + σ ε, ε ~ N(0, I); after it they are θ again, to the bit.

    Ledger: rnn.weight_noise
    """
    if sigma == 0:
        yield
        return
    with overridden([(p, "data", disturbed(p.data, sigma, rng)) for p in parameters]):
        yield


def disturbed(theta: np.ndarray, sigma: float, rng: Generator) -> np.ndarray:
    """θ + σ ε, ε ~ N(0, I), of θ's shape and dtype.

    The mean of the gradients there is the gradient of the mean loss under the noise: wide minima are better.
    Source: Graves (2011), Practical variational inference for neural networks.   Ledger: rnn.weight_noise
    """
    return theta + np.asarray(sigma * rng.standard_normal(theta.shape, theta.dtype), theta.dtype)
