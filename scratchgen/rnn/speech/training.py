"""Training a model that speaks on utterances whose durations are known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np

from scratchgen.autograd import Tensor, no_grad
from scratchgen.data.preprocessing.by_length import batches_by_length, pad
from scratchgen.errors import BadInput, check_counts
from scratchgen.optim import Optimizer, Schedule, TrainingRun, check_parts, training_step
from scratchgen.optim.schedules import half_cosine
from scratchgen.optim.shards import WHOLE, Part, Shards
from scratchgen.random import Generator, as_generator
from scratchgen.rnn.speech.acoustic import AcousticModel
from scratchgen.rnn.training import MAX_NORM

SCORING_BATCH = 16  # utterances that are scored in one call


class Spoken(Protocol):
    """An utterance: phones (P,), durations (P,), log_mel (T, D)."""

    @property
    def phones(self) -> np.ndarray: ...

    @property
    def durations(self) -> np.ndarray: ...

    @property
    def log_mel(self) -> np.ndarray: ...


def speech_loss(
    logs: Any, target_logs: Any, y: Any, target: Any, mask: Any, real: Any, phones: float | None = None
) -> Any:
    """L = (1/P) Σ_p (l̂_p − l_p)² + (1/(T D)) Σ_t Σ_d |ŷ_td − y_td|, over the real phones and frames of a batch.

    logs, target_logs    l̂ and l (P, B), standardised log(1 + d)
    y, target            ŷ and y (T, B, D), standardised frames
    mask, real           (P, B) and (T, B) bool, True where a phone or frame is real
    phones               P, if it is not the number of phones in mask: of a part of a batch
    → a number
    Absolute errors blur less than squared ones where frames differ in a way that the phones do not tell.
    Source: Ren et al. (2019), section 3.3, with absolute errors of the frames as in Wang et al. (2017), section 4.
    Ledger: rnn.speech_loss
    """
    zero = lambda x: np.zeros((), x.dtype)
    squared, absolute = (logs - target_logs) ** 2, np.abs(y - target).mean(axis=-1)
    of_durations = np.where(mask, squared, zero(squared)).sum() / (mask.sum() if phones is None else phones)
    of_frames = np.where(real, absolute, zero(absolute)).sum() / real.sum()
    return of_durations + of_frames


def train_acoustic(
    model: AcousticModel,
    train: Sequence[Spoken],
    validation: Sequence[Spoken],
    run: TrainingRun,
    *,
    epochs: int,
    batch_size: int,
    optimizer: Optimizer,
    schedule: Schedule | None = None,
    rng: Generator,
    shards: Shards = WHOLE,
) -> None:
    """Minimise `speech_loss`; frames are computed with the true durations.

    train, validation    utterances
    run                  a `runs.Run` or `runs.History`, which records the training
    optimizer            of the parameters of the model
    schedule             of its learning rate, by default half a cosine
    rng                  draws the order of the utterances
    shards               the parts into which each batch is cut, and who computes them

    Gradients are clipped to a joint norm of 1. Raises BadInput for no utterances and for numbers below 1, and
    Diverged as `optim.training_step`.   Source: Ren et al. (2019), section 3.   Ledger: rnn.speech_loss
    """
    check_parts(run, {"schedule": schedule}, optimizer=optimizer)
    check_counts(epochs=epochs, batch_size=batch_size)
    for name, part in (("train", train), ("validation", validation)):
        if not len(part):
            raise BadInput(f"{name} is empty; give at least one utterance")
    rng = as_generator(rng)
    schedule = schedule or half_cosine()
    epoch_steps = math.ceil(len(train) / batch_size)

    def objective(*batch: Any) -> tuple[Tensor, dict[str, float]]:
        loss = batch_loss(model, *batch)
        return loss, {"loss": loss.item()}

    run.track(model=model, optimizer=optimizer, rng=rng, dropout=model.rng)
    for _ in run.epochs(epochs):
        model.train()
        order = Generator(int(rng.integers(2**53)))
        for batch in run.steps(utterance_batches(train, batch_size, order)):
            norm = training_step(
                objective,
                optimizer,
                run,
                shards=shards,
                parts=parts_of(batch, shards),
                scale=schedule.scale(run, epochs, epoch_steps),
                max_norm=MAX_NORM,
                generators=(rng, model.rng),
            )
            run.log(gradient_norm=norm)
        run.log(validation_loss=mean_loss(model, validation))


def parts_of(batch: tuple, shards: Shards) -> list[Part]:
    """The parts of a batch, whose weights are their shares of the frames; the losses add up to that of the batch.

    A part with F_s of the F frames divides its phones' errors by P F_s / F, with the P phones of the batch.
    """
    frames_of = lambda phones, mask, durations, log_mel: durations.sum()
    P, found = batch[1].sum(), []
    for part in shards.cut(*batch, axes=(1, 1, 1, 1), terms=frames_of):
        phones, mask, durations, log_mel = part.arguments
        longest = durations.sum(axis=0).max(initial=0)  # the model computes this many frames
        found.append(Part((phones, mask, durations, log_mel[:longest], P * part.weight), part.weight))
    return found


def batch_loss(
    model: AcousticModel,
    phones: np.ndarray,
    mask: np.ndarray,
    durations: np.ndarray,
    log_mel: np.ndarray,
    count: float | None = None,
) -> Any:
    """The `speech_loss` of a batch: phones, mask, durations (P, B), log_mel (T, B, D), and the count of its phones."""
    logs, y, real = model(phones, durations, mask)
    target_logs = model.log_durations(np.log1p(durations)[..., None].astype(np.float32))[..., 0]
    return speech_loss(logs, target_logs, y, model.frames(log_mel), mask, real, count)


def utterance_batches(utterances: Sequence[Spoken], batch_size: int, rng: Generator) -> Iterator[tuple]:
    """One epoch as (phones, mask, durations, log_mel), in batches of similar length."""
    for log_mel, _, rows in batches_by_length([u.log_mel for u in utterances], batch_size, rng):
        phones, mask = pad([utterances[i].phones for i in rows])
        durations, _ = pad([utterances[i].durations for i in rows])
        yield phones, mask, durations, log_mel


def mean_loss(model: AcousticModel, utterances: Sequence[Spoken]) -> float:
    """The mean over batches of `SCORING_BATCH` utterances of their `speech_loss`."""
    with no_grad(), model.eval_mode():
        batches = utterance_batches(utterances, SCORING_BATCH, Generator(0))
        return float(np.mean([float(np.asarray(batch_loss(model, *batch).numpy())) for batch in batches]))
