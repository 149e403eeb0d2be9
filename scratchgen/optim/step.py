"""One training step, the same for every model."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.errors import BadInput, described
from scratchgen.nn import Buffer
from scratchgen.optim.clipping import clip_grad_norm
from scratchgen.optim.gradient_of_parts import gradient_of_parts
from scratchgen.optim.optimizer import Optimizer
from scratchgen.optim.shards import WHOLE, Part, Shards
from scratchgen.optim.training_run import TrainingRun

NO_RETURN = " (is a `return` missing?)"
LARGE_VALUE = 30.0  # of data: standardised data and pixels in [0, 1] are far below, bytes far above


class Diverged(BadInput):
    """The loss or its gradient is not finite. The step that found this changed no parameter."""


def training_step(
    objective: Callable[..., tuple[Tensor, Mapping[str, float]]],
    optimizer: Optimizer,
    run: TrainingRun | None = None,
    **options: Any,
) -> float:
    """Take one step down the gradient of a loss; return the norm of the gradient before clipping.

    objective     returns the loss, a single number, and the numbers to log
    run           a `runs.History` or `runs.Run`, which records these numbers; None records nothing
    options       of `gradient_step`: scale, max_norm, generators, and others

    Raises as `gradient_step`.
    """
    norm, terms = gradient_step(objective, optimizer, run, **options)
    if run is not None:
        run.log(**terms)
    return norm


def gradient_step(
    objective: Callable[..., tuple[Tensor, Mapping[str, float]]],
    optimizer: Optimizer,
    run: TrainingRun | None = None,
    *,
    shards: Shards = WHOLE,
    parts: Sequence[Part] = (Part((), 1.0),),
    scale: float = 1.0,
    max_norm: float = math.inf,
    generators: Iterable[Any] = (),
    buffers: Iterable[Buffer] = (),
    save: bool = True,
    loss_name: str = "loss",
    advice: str = "",
    data: Any = None,
) -> tuple[float, dict[str, float]]:
    """One step without a record: (the norm of the gradient before clipping, the numbers to log).

    objective     arguments of a part ↦ the loss, a single number, and the numbers to log
    run           names the step in an error
    shards, parts the parts of the batch, `shards.cut(...)`, and who computes which; by default one part without
                  arguments. The loss of the batch is the mean of the parts' losses by their weights, and so are
                  the numbers to log
    scale         the factor of a schedule, which multiplies the learning rate
    max_norm      the gradients are scaled so that their joint norm is at most this
    generators    objects that the objective changes: random number generators (`state`), or a loss that remembers
                  something (`state_dict`), whose `end_step` is then called with the numbers of the whole batch
    buffers       that the objective changes: each part begins with the same ones, and the step leaves their mean
    save          whether the run may be saved when the step fails: all that the run tracks is as before the
                  step, once the states of the generators are restored
    loss_name     the name of the loss in the error;  advice: a second way out, besides the learning rate
    data          the examples of the step, whose range the error reports where it may be the reason

    Raises Diverged when the loss or the norm of its gradient is not finite. No parameter has changed then, the
    states of the generators are those before the step, and the run has saved a checkpoint if the loss itself
    is finite. Raises TypeError when the objective does not return a loss and numbers to log; ValueError when the
    loss is not a single number, or depends on no parameter of the optimiser.
    """
    if not callable(objective):
        raise TypeError(
            f"the objective is a function that computes the {loss_name} anew, such as `lambda: (loss(), {{}})`, not "
            f"{described(objective)}"
        )
    generators = tuple(generators)
    before = [_state(generator) for generator in generators]
    checked = lambda *arguments: _checked(objective(*arguments), loss_name)
    with np.errstate(all="ignore"):  # values that are not finite are reported below
        total = gradient_of_parts(checked, optimizer, shards, parts, generators, tuple(buffers))
        norm = clip_grad_norm(optimizer.parameters, max_norm)
    if not (math.isfinite(total.loss) and math.isfinite(norm)):
        for generator, state in zip(generators, before, strict=True):
            _restore(generator, state)
        if run is not None and save and math.isfinite(total.loss):  # otherwise the last checkpoint is better
            run.save_checkpoint()
        raise _diverged(total.loss, norm, optimizer, run, loss_name, advice, data)
    if all(p.grad is None for p in optimizer.parameters):
        raise ValueError(
            "the loss depends on no parameter of the optimiser; is it the optimiser of this model?"
        )
    optimizer.step(scale)
    return norm, total.numbers


def _checked(found: Any, loss_name: str) -> tuple[Tensor, Mapping[str, float]]:
    """What an objective returned, if it is a loss that can be differentiated and numbers to log."""
    if not (isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], Mapping)):
        raise TypeError(
            f"the objective returns the {loss_name} and a dictionary of numbers to log, as in "
            f"`return loss, {{}}`, not {described(found)}{NO_RETURN if found is None else ''}"
        )
    loss, terms = found
    if not isinstance(loss, Tensor):
        raise TypeError(
            f"the {loss_name} is a tensor, not {described(loss)}; return the tensor itself, without .item(), "
            "float() or .numpy()"
        )
    if loss.size != 1:
        raise ValueError(f"the {loss_name} is a single number, not of shape {loss.shape}; take its .mean()")
    if not loss.requires_grad:
        raise ValueError(
            f"the {loss_name} depends on no parameter; compute it from the output of the model, without .item(), "
            ".detach() or no_grad()"
        )
    for name, number in terms.items():
        is_number = isinstance(number, Real) or (isinstance(number, Tensor | np.ndarray) and number.size == 1)
        if not (isinstance(name, str) and is_number):
            raise TypeError(f"the numbers to log are floats by name, and {name!r} is {described(number)}")
    return loss, terms


def _diverged(
    loss: float,
    norm: float,
    optimizer: Optimizer,
    run: TrainingRun | None,
    loss_name: str,
    advice: str,
    data: np.ndarray | None,
) -> Diverged:
    where = f" in step {run.step + 1} of epoch {run.epoch}" if run is not None else ""
    ways_out = [] if data is None else _way_out_of_the_scale(data)
    if optimizer.t:
        ways_out += [
            f"choose a learning rate below {optimizer.learning_rate:g}",
            *([advice] if advice else []),
        ]
    elif not ways_out:
        ways_out.append(
            "no weight has changed yet, so the learning rate is not the reason: check the range of the data, the "
            "initial weights and the loss"
        )
    way_out = ", or ".join(ways_out)
    return Diverged(
        f"training diverged{where}: the {loss_name} is {loss:.4g}, the norm of its gradient {norm:.4g}; "
        f"{way_out}. The last checkpoint is intact"
    )


def _way_out_of_the_scale(data: np.ndarray) -> list[str]:
    """Advice for data that are not finite, or far from the order of 1 that initial weights are made for."""
    low, high = float(np.min(data)), float(np.max(data))
    if not (math.isfinite(low) and math.isfinite(high)):
        return ["remove NaN and infinity from the data"]
    if max(abs(low), abs(high)) <= LARGE_VALUE:
        return []
    return [
        f"scale the data, which are from {low:g} to {high:g}, to [0, 1] or to mean 0 and standard deviation 1"
    ]


def _state(thing: Any) -> Any:
    return thing.state_dict() if hasattr(thing, "state_dict") else thing.state


def _restore(thing: Any, state: Any) -> None:
    if hasattr(thing, "load_state_dict"):
        thing.load_state_dict(state)
    else:
        thing.state = state
