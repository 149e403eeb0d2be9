"""Training a recurrent network: back-propagation through time, truncated to chunks."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.autograd import no_grad
from scratchgen.data import text_chunks
from scratchgen.optim import Adam, clip_grad_norm
from scratchgen.rnn.models import LanguageModel


def train(
    model: LanguageModel, ids, validation, run, *, epochs: int, batch_size: int, chunk: int, alpha: float
):
    """Truncated BPTT: the state is carried from chunk to chunk, the gradient stops at the border.

    ids, validation    the texts as integers (N,)
    chunk              T, how many steps the gradient goes back
    Gradients are clipped to a joint norm of 1 (Pascanu et al. 2013); the step size falls as a half cosine.
    run                a `training.Run`, or a `training.History`, that keeps the books
    """
    optimizer = Adam(model.parameters(), alpha)
    steps = epochs * sum(1 for _ in text_chunks(ids, batch_size, chunk))
    carried = {}
    run.keep(model=model, optimizer=optimizer, carried=carried)
    for _ in run.epochs(epochs):
        carried["h"] = model.initial_state(batch_size)
        for inputs, targets in run.steps(text_chunks(ids, batch_size, chunk)):
            optimizer.alpha = alpha * 0.5 * (1 + math.cos(math.pi * run.total_steps / steps))
            optimizer.zero_grad()
            losses, carried["h"] = model.loss(inputs, targets, carried["h"])
            loss = losses.mean()
            loss.backward()
            norm = clip_grad_norm(optimizer.parameters, 1.0)
            optimizer.step()
            run.log(bits=loss.item() / math.log(2), gradient_norm=norm)
        run.log(validation_bits=evaluate(model, validation))


def evaluate(model: LanguageModel, ids, chunk: int = 200) -> float:
    """Bits per character, −log₂ p(text) / (N − 1), in one pass with the state carried along."""
    total, h = 0.0, model.initial_state(1)
    with no_grad():
        for start in range(0, len(ids) - 1, chunk):
            piece = ids[start : start + chunk + 1]
            losses, h = model.loss(piece[:-1, None], piece[1:, None], h)
            total += float(np.sum(losses.numpy(), dtype=np.float64))
    return total / (len(ids) - 1) / math.log(2)
