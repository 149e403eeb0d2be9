"""Schedules: what the learning rate is multiplied by, as training proceeds.

α_t = α · factor(t, T)        t of T steps, or of T epochs, are done

Ledger: optim.half_cosine, optim.warmup, optim.step_decay
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from scratchgen.errors import check_counts, check_numbers
from scratchgen.optim.training_run import TrainingRun


@dataclass(frozen=True)
class Schedule:
    """A schedule of the learning rate: a factor that depends on the number of steps, or of epochs, done.

    factor    the function (t, T) ↦ factor, for t of T done, t from 0 to T − 1
    per       what t and T count: "step" or "epoch"

    Any function makes a schedule: `Schedule(lambda t, T: 1 - t / T, per="epoch")`.
    Raises ValueError for a factor that is no function, and for another unit.
    """

    factor: Callable[[int, int], float]
    per: Literal["step", "epoch"] = "step"

    def __post_init__(self) -> None:
        if not callable(self.factor):
            raise ValueError(
                f"the factor of a schedule is a function (t, T) ↦ factor, not a {type(self.factor).__name__}"
            )
        if self.per not in ("step", "epoch"):
            raise ValueError(f"a schedule counts each step or each epoch, not each {self.per!r}")

    def scale(self, run: TrainingRun, epochs: int, epoch_steps: int, before: int = 0) -> float:
        """The factor for the next step of a run.

        run            a `runs.History` or `runs.Run`, which knows its epoch and its steps
        epochs         of the training;  epoch_steps: steps of one epoch
        before         epochs of the run before the training that this schedule belongs to
        """
        if self.per == "epoch":
            return self.factor(run.epoch - 1 - before, epochs)
        return self.factor(run.total_steps - before * epoch_steps, epochs * epoch_steps)


def constant() -> Schedule:
    """The learning rate as it is: factor 1."""
    return Schedule(lambda t, T: 1.0)


def half_cosine() -> Schedule:
    """From 1 to 0 along half a cosine, per step.   Ledger: optim.half_cosine"""
    return Schedule(cosine_factor)


def cosine_factor(t: float, T: float) -> float:
    """½ (1 + cos πt/T): from 1 at t = 0 to 0 at t = T.

    Source: Loshchilov & Hutter (2017), eq. 5, without restarts.   Ledger: optim.half_cosine
    """
    return 0.5 * (1 + math.cos(math.pi * (t / T)))


def warmup(steps: int, then: Schedule | None = None) -> Schedule:
    """From 1/steps to 1 in a straight line, per step; then another schedule over the steps that are left.

    steps    of the warm-up, at least 1
    then     a schedule per step, by default `constant()`

    Raises ValueError for fewer steps, and for a schedule per epoch.
    Ledger: optim.warmup
    """
    after = then or constant()
    check_counts(steps=steps)
    if after.per != "step":
        raise ValueError("a warm-up counts steps; the schedule after it must count steps too, not epochs")

    def factor(t: int, T: int) -> float:
        return warmup_factor(t, steps) if t < steps else after.factor(t - steps, T - steps)

    return Schedule(factor)


def warmup_factor(t: int, steps: int) -> float:
    """min(1, (t + 1) / n) after t steps, for a warm-up of n steps.

    Source: Goyal et al. (2017), Accurate, large minibatch SGD, section 2.2.   Ledger: optim.warmup
    """
    return min(1.0, (t + 1) / steps)


def step_decay(milestones: Iterable[int], gamma: float = 0.1) -> Schedule:
    """Multiplied by gamma at each milestone, per epoch.

    milestones    numbers of epochs, at least 1 each: (30, 60) changes the factor after epochs 30 and 60
    gamma         > 0

    Raises ValueError for no milestones, and for numbers out of range.
    Ledger: optim.step_decay
    """
    ordered = tuple(sorted(milestones))
    if not ordered:
        raise ValueError("milestones are numbers of epochs; give at least one")
    check_counts(**{f"milestone {i}": epoch for i, epoch in enumerate(ordered, 1)})
    check_numbers("(0, ∞)", gamma=gamma)
    return Schedule(lambda t, T: decay_factor(t, ordered, gamma), per="epoch")


def decay_factor(t: int, milestones: tuple[int, ...], gamma: float) -> float:
    """γ^k after t epochs, k of the milestones among them (in ascending order).

    Source: He et al. (2016), Deep residual learning, section 3.4.   Ledger: optim.step_decay
    """
    return gamma ** bisect_right(milestones, t)


SCHEDULES: dict[str, Callable[..., Schedule]] = {
    "constant": constant,
    "warmup": warmup,
    "half_cosine": half_cosine,
    "steps": step_decay,
}
