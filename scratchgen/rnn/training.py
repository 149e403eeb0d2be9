"""Training a recurrent network: truncated back-propagation through time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.data import text_chunks
from scratchgen.data.batches import number_of_chunks
from scratchgen.data.stored import StoredArray
from scratchgen.errors import check_counts
from scratchgen.optim import Optimizer, Schedule, TrainingRun, check_parts, training_step
from scratchgen.optim.schedules import half_cosine
from scratchgen.optim.shards import WHOLE, Shards
from scratchgen.rnn.models import LanguageModel
from scratchgen.rnn.scoring import check_length, check_symbols, evaluate

MAX_NORM = 1.0  # of the gradient: Pascanu et al. (2013)
STREAMS = (1, 1, 2)  # the axis of the streams in inputs and targets (T, B), and in the state (L, S, B, H)


def train(
    model: LanguageModel,
    ids: np.ndarray | StoredArray,
    validation: np.ndarray | StoredArray,
    run: TrainingRun,
    *,
    epochs: int,
    batch_size: int,
    bptt_steps: int,
    optimizer: Optimizer,
    schedule: Schedule | None = None,
    shards: Shards = WHOLE,
) -> None:
    """Truncated BPTT: the state is carried from chunk to chunk; the gradient stops at the border of a chunk.

    ids, validation    the texts as integers (N,), in memory or stored (`data.tokenizers.encode_text`)
    bptt_steps         T, the length of a chunk: the number of steps that the gradient goes back
    optimizer          of the parameters of the model
    schedule           of its learning rate, by default half a cosine
    run                a `runs.Run` or `runs.History`, which records the training
    shards             the parts into which the streams of a batch are cut, and who computes them

    Gradients are clipped to a joint norm of 1. Raises BadInput for texts that are too short and numbers below 1,
    and Diverged as `optim.training_step`.
    """
    check_parts(run, {"schedule": schedule}, optimizer=optimizer)
    check_counts(epochs=epochs, batch_size=batch_size, bptt_steps=bptt_steps)
    if missing := [name for name in ("loss", "rng", "eval_mode") if not hasattr(model, name)]:
        raise TypeError(
            f"the model is an rnn.LanguageModel, and a {type(model).__name__} has no {missing[0]}"
        )
    check_symbols(ids)
    check_length(validation)
    schedule = schedule or half_cosine()
    epoch_steps = number_of_chunks(len(ids), batch_size, bptt_steps)
    carried: dict[str, Any] = {}
    states: list[np.ndarray] = []  # after this chunk, of the parts that were computed here

    def objective(
        inputs: np.ndarray, targets: np.ndarray, before: np.ndarray | None
    ) -> tuple[Tensor, dict[str, float]]:
        losses, state = model.loss(inputs, targets, before)
        states.append(state)
        loss = losses.mean()
        return loss, {"bits": loss.item() / math.log(2)}

    run.track(model=model, optimizer=optimizer, carried=carried, dropout=model.rng)
    for _ in run.epochs(epochs):
        carried["state"] = None
        model.train()
        for inputs, targets in run.steps(text_chunks(ids, batch_size, bptt_steps, shards.own)):
            states.clear()
            norm = training_step(
                objective,
                optimizer,
                run,
                shards=shards,
                parts=shards.cut(inputs, targets, carried["state"], axes=STREAMS),
                scale=schedule.scale(run, epochs, epoch_steps),
                max_norm=MAX_NORM,
                generators=(model.rng,),
            )
            carried["state"] = shards.joined(states, axis=STREAMS[-1])
            run.log(gradient_norm=norm)
        run.log(validation_bits=evaluate(model, validation))


def truncation_bias(model: LanguageModel, inputs: np.ndarray, targets: np.ndarray, bptt_steps: int) -> float:
    """‖ĝ − g‖ / ‖g‖: how far the gradient ĝ of truncated BPTT is from the gradient g of the whole text.

    inputs, targets    (T, B) int; both are gradients of the mean loss, with the state carried throughout

    0 for bptt_steps ≥ T, and where both gradients are 0. More text does not average it out: the error has a
    direction. Dropout is off. Raises BadInput for fewer than one step.
    Source: Tallec & Ollivier (2017), section 2.   Ledger: rnn.truncation
    """
    check_counts(bptt_steps=bptt_steps)
    with model.eval_mode():
        full, truncated = (_gradient(model, inputs, targets, k) for k in (len(inputs), bptt_steps))
    error, norm = (float(np.linalg.norm(g)) for g in (truncated - full, full))
    return error / norm if error else 0.0


def _gradient(model: LanguageModel, inputs: np.ndarray, targets: np.ndarray, bptt_steps: int) -> np.ndarray:
    """The gradient of all parameters as one vector; the state is detached every `bptt_steps` steps."""
    model.zero_grad()
    state = None
    for start in range(0, len(inputs), bptt_steps):
        piece = slice(start, start + bptt_steps)
        losses, state = model.loss(inputs[piece], targets[piece], state)
        (losses.sum() / inputs.size).backward()
    gradient = np.concatenate([p.grad.ravel() for p in model.parameters() if p.grad is not None])
    model.zero_grad()
    return gradient
