"""Training an encoder-decoder on pairs of texts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from scratchgen.optim import Adam, clip_grad_norm, half_cosine
from scratchgen.random import Generator
from scratchgen.rnn.training import exploded
from scratchgen.rnn.translation.translator import SentencePair, Translator, nats_per_symbol, pair_batches


def train_pairs(
    model: Translator,
    train: Sequence[SentencePair],
    validation: Sequence[SentencePair],
    run,
    *,
    epochs: int,
    batch_size: int,
    alpha: float,
    rng: Generator,
    sampling: float = 0.0,
):
    """Maximum likelihood: the loss is −log p(y and its end | x) a symbol, over the real symbols of a batch.

    train, validation    pairs of integers, (T,) and (T′,) each
    run                  a `training.Run`, or a `training.History`, that keeps the books
    rng                  draws the order of the pairs, and what is drawn in place of symbols
    sampling             the probability, in the end, that the decoder is given a symbol of its own in place
                         of the right one; it grows from 0 in a straight line. 0 is teacher forcing throughout
    Gradients are clipped to a joint norm of 1; the step size falls as a half cosine.
    Raises BadInput as `rnn.train` when the loss is no longer finite.
    Source: Sutskever et al. (2014), section 3.4; sampling: Bengio et al. (2015), section 2.4.
    Ledger: rnn.seq2seq
    """
    optimizer = Adam(model.parameters(), alpha)
    steps = epochs * math.ceil(len(train) / batch_size)
    run.track(model=model, optimizer=optimizer, rng=rng, dropout=model.rng)
    for _ in run.epochs(epochs):
        model.train()
        # drawn now: what is drawn between batches does not change their order
        order = Generator(int(rng.integers(2**53)))
        for x, x_mask, y, y_mask, _ in run.steps(pair_batches(train, batch_size, order)):
            done = run.total_steps / steps
            optimizer.alpha = alpha * half_cosine(done)
            optimizer.zero_grad()
            before = rng.state, model.rng.state
            with np.errstate(all="ignore"):  # what is not finite is told below
                losses = model.loss(x, x_mask, y, y_mask, rng, sampling * done)
                loss = losses.sum() / (y_mask.sum() + len(losses))
                loss.backward()
                norm = clip_grad_norm(optimizer.parameters, 1.0)
            if not (math.isfinite(loss.item()) and math.isfinite(norm)):
                rng.state, model.rng.state = before  # as all else: those before the step
                if math.isfinite(loss.item()):  # otherwise those that were saved before are better
                    run.save_checkpoint()
                raise exploded(loss.item(), norm, run.total_steps, alpha)
            optimizer.step()
            run.log(nats=loss.item(), gradient_norm=norm)
        run.log(validation_nats=nats_per_symbol(model, validation))
