"""Training an encoder-decoder on pairs of texts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import BadInput, check_counts, check_numbers
from scratchgen.optim import Optimizer, Schedule, TrainingRun, check_parts, training_step
from scratchgen.optim.schedules import half_cosine
from scratchgen.optim.shards import WHOLE, Shards
from scratchgen.random import Generator, as_generator
from scratchgen.rnn.training import MAX_NORM
from scratchgen.rnn.translation.translator import SentencePair, Translator, nats_per_symbol, pair_batches


def train_translator(
    model: Translator,
    train: Sequence[SentencePair],
    validation: Sequence[SentencePair],
    run: TrainingRun,
    *,
    epochs: int,
    batch_size: int,
    optimizer: Optimizer,
    schedule: Schedule | None = None,
    rng: Generator,
    scheduled_sampling: float = 0.0,
    coverage_weight: float = 0.0,
    shards: Shards = WHOLE,
) -> None:
    """Maximum likelihood: the loss is −log p(y and its end | x) per symbol, over the real symbols of a batch.

    train, validation     pairs of integer arrays, (T,) and (T′,) each
    run                   a `runs.Run` or `runs.History`, which records the training
    optimizer             of the parameters of the model
    schedule              of its learning rate, by default half a cosine
    rng                   draws the order of the pairs, and the symbols of scheduled sampling
    scheduled_sampling    the probability at the end of the training that the decoder's input is a symbol that
                          it drew itself; it grows linearly from 0. 0 is teacher forcing throughout
    coverage_weight       λ of `coverage_loss`, which is added to the loss
    shards                the parts into which each batch is cut, and who computes them

    Gradients are clipped to a joint norm of 1. Raises BadInput for no pairs and for numbers out of range, and
    Diverged as `optim.training_step`.
    Source: Sutskever et al. (2014), section 3.4; scheduled sampling: Bengio et al. (2015), section 2.4;
    coverage: See, Liu & Manning (2017), eq. 13.   Ledger: rnn.seq2seq, rnn.coverage_loss
    """
    check_parts(run, {"schedule": schedule}, optimizer=optimizer)
    check_counts(epochs=epochs, batch_size=batch_size)
    check_numbers("[0, 1]", scheduled_sampling=scheduled_sampling)
    check_numbers("[0, ∞)", coverage_weight=coverage_weight)
    for name, part in (("train", train), ("validation", validation)):
        if not len(part):
            raise BadInput(f"{name} is empty; give at least one pair")
    rng = as_generator(rng)
    schedule = schedule or half_cosine()
    epoch_steps = math.ceil(len(train) / batch_size)

    def objective(
        x: np.ndarray, x_mask: np.ndarray, y: np.ndarray, y_mask: np.ndarray
    ) -> tuple[Tensor, dict[str, float]]:
        own_symbols = scheduled_sampling * (run.total_steps / (epochs * epoch_steps))
        losses = model.loss(x, x_mask, y, y_mask, rng, own_symbols, coverage_weight)
        loss = losses.sum() / symbols(x, x_mask, y, y_mask)
        return loss, {"nats": loss.item()}

    run.track(model=model, optimizer=optimizer, rng=rng, dropout=model.rng)
    for _ in run.epochs(epochs):
        model.train()
        # drawn before the first batch: the symbols drawn between batches do not change their order
        order = Generator(int(rng.integers(2**53)))
        for x, x_mask, y, y_mask, _ in run.steps(pair_batches(train, batch_size, order)):
            norm = training_step(
                objective,
                optimizer,
                run,
                shards=shards,
                parts=shards.cut(x, x_mask, y, y_mask, axes=(1, 1, 1, 1), terms=symbols),
                scale=schedule.scale(run, epochs, epoch_steps),
                max_norm=MAX_NORM,
                generators=(rng, model.rng),
            )
            run.log(gradient_norm=norm)
        run.log(validation_nats=nats_per_symbol(model, validation))


def symbols(x: np.ndarray, x_mask: np.ndarray, y: np.ndarray, y_mask: np.ndarray) -> int:
    """The number of symbols of the targets y (T′, B), with the end of each."""
    return y_mask.sum() + y.shape[1]
