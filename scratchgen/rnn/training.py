"""Training a recurrent network: back-propagation through time, truncated to chunks."""

from __future__ import annotations

import math

import numpy as np

from scratchgen.data import text_chunks
from scratchgen.errors import BadInput
from scratchgen.optim import Adam, clip_grad_norm, half_cosine
from scratchgen.rnn.models import LanguageModel
from scratchgen.rnn.scoring import check_length, evaluate


def train(
    model: LanguageModel, ids, validation, run, *, epochs: int, batch_size: int, chunk: int, alpha: float
):
    """Truncated BPTT: the state is carried from chunk to chunk, the gradient stops at the border.

    ids, validation    the texts as integers (N,)
    chunk              T, how many steps the gradient goes back
    Gradients are clipped to a joint norm of 1 (Pascanu et al. 2013); the step size falls as a half cosine.
    run                a `training.Run`, or a `training.History`, that keeps the books
    Raises BadInput for texts that are too short, and when the loss or its gradient is no longer finite: then
    all is as before that step, and the run has saved it, unless its loss is what is not finite.
    """
    check_length(validation)
    optimizer = Adam(model.parameters(), alpha)
    steps = epochs * sum(1 for _ in text_chunks(ids, batch_size, chunk))
    carried = {}
    run.track(model=model, optimizer=optimizer, carried=carried, dropout=model.rng)
    for _ in run.epochs(epochs):
        carried["state"] = None
        model.train()
        for inputs, targets in run.steps(text_chunks(ids, batch_size, chunk)):
            optimizer.alpha = alpha * half_cosine(run.total_steps / steps)
            optimizer.zero_grad()
            noise = model.rng.state
            with np.errstate(all="ignore"):  # what is not finite is told below
                losses, state = model.loss(inputs, targets, carried["state"])
                loss = losses.mean()
                loss.backward()
                norm = clip_grad_norm(optimizer.parameters, 1.0)
            if not (math.isfinite(loss.item()) and math.isfinite(norm)):
                model.rng.state = noise  # as all else: that before the step
                if math.isfinite(loss.item()):  # otherwise those that were saved before are better
                    run.save_checkpoint()
                raise exploded(loss.item(), norm, run.total_steps, alpha)
            optimizer.step()
            carried["state"] = state
            run.log(bits=loss.item() / math.log(2), gradient_norm=norm)
        run.log(validation_bits=evaluate(model, validation))


def truncation_bias(model: LanguageModel, inputs, targets, chunk: int) -> float:
    """‖ĝ − g‖ / ‖g‖: how far the gradient ĝ of BPTT truncated to chunks is from that of the whole, g.

    inputs, targets    (T, B) int; both are gradients of the mean loss, with the state carried throughout
    0 for chunk ≥ T. More text does not average it out: the error has a direction. Dropout is off.
    Source: Tallec & Ollivier (2017), section 2.   Ledger: rnn.truncation
    """
    with model.eval_mode():
        full, truncated = (_gradient(model, inputs, targets, k) for k in (len(inputs), chunk))
    return float(np.linalg.norm(truncated - full) / np.linalg.norm(full))


def _gradient(model, inputs, targets, chunk: int) -> np.ndarray:
    """The gradient of all parameters as one vector; the state is detached every `chunk` steps."""
    model.zero_grad()
    state = None
    for start in range(0, len(inputs), chunk):
        piece = slice(start, start + chunk)
        losses, state = model.loss(inputs[piece], targets[piece], state)
        (losses.sum() / inputs.size).backward()
    gradient = np.concatenate([p.grad.ravel() for p in model.parameters()])
    model.zero_grad()
    return gradient


def exploded(loss: float, norm: float, steps: int, alpha: float) -> BadInput:
    """What to say of it."""
    return BadInput(
        f"training exploded at step {steps + 1}: the loss is {loss:.4g}, the norm of its gradient "
        f"{norm:.4g}; choose a step size alpha below {alpha:g}. What was saved before is whole"
    )
