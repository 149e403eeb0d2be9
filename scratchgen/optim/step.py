"""One training step, the same for every model."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import BadInput
from scratchgen.optim.clipping import clip_grad_norm
from scratchgen.optim.optimizer import Optimizer
from scratchgen.optim.training_run import TrainingRun


class Diverged(BadInput):
    """The loss or its gradient is not finite. The step that found this changed no parameter."""


def training_step(
    objective: Callable[[], tuple[Tensor, dict[str, float]]],
    optimizer: Optimizer,
    run: TrainingRun | None = None,
    *,
    scale: float = 1.0,
    max_norm: float = math.inf,
    generators: Iterable[Any] = (),
    save: bool = True,
    loss_name: str = "loss",
    advice: str = "",
) -> float:
    """Take one step down the gradient of a loss; return the norm of the gradient before clipping.

    objective     returns the loss, a single number, and the numbers to log
    run           a `runs.History` or `runs.Run`, which records these numbers; None records nothing
    scale         the factor of a schedule, which multiplies the learning rate
    max_norm      the gradients are scaled so that their joint norm is at most this
    generators    objects that the objective changes: random number generators (`state`), or a loss that counts
                  its steps (`state_dict`)
    save          whether the run may be saved when the step fails: all that the run tracks is as before the
                  step, once the states of the generators are restored
    loss_name     the name of the loss in the error;  advice: a second way out, besides the learning rate

    Raises Diverged when the loss or the norm of its gradient is not finite. No parameter has changed then, the
    states of the generators are those before the step, and the run has saved a checkpoint if the loss itself
    is finite. Raises ValueError when the loss depends on no parameter of the optimiser.
    """
    generators = tuple(generators)
    before = [_state(generator) for generator in generators]
    optimizer.zero_grad()
    with np.errstate(all="ignore"):  # values that are not finite are reported below
        loss, terms = objective()
        loss.backward()
        # Here several processes would sum their gradients: each then checks, clips and takes the same step.
        norm = clip_grad_norm(optimizer.parameters, max_norm)
    if not (math.isfinite(loss.item()) and math.isfinite(norm)):
        for generator, state in zip(generators, before, strict=True):
            _restore(generator, state)
        if run is not None and save and math.isfinite(loss.item()):  # otherwise the last checkpoint is better
            run.save_checkpoint()
        raise _diverged(loss.item(), norm, optimizer, run, loss_name, advice)
    if all(p.grad is None for p in optimizer.parameters):
        raise ValueError(
            "the loss depends on no parameter of the optimiser; is it the optimiser of this model?"
        )
    optimizer.step(scale)
    if run is not None:
        run.log(**terms)
    return norm


def _diverged(
    loss: float, norm: float, optimizer: Optimizer, run: TrainingRun | None, loss_name: str, advice: str
) -> Diverged:
    where = f" in step {run.step + 1} of epoch {run.epoch}" if run is not None else ""
    way_out = f"choose a learning rate below {optimizer.learning_rate:g}" + (
        f", or {advice}" if advice else ""
    )
    return Diverged(
        f"training diverged{where}: the {loss_name} is {loss:.4g}, the norm of its gradient {norm:.4g}; "
        f"{way_out}. The last checkpoint is intact"
    )


def _state(thing: Any) -> Any:
    return thing.state_dict() if hasattr(thing, "state_dict") else thing.state


def _restore(thing: Any, state: Any) -> None:
    if hasattr(thing, "load_state_dict"):
        thing.load_state_dict(state)
    else:
        thing.state = state
