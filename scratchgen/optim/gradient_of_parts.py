"""The gradient of a batch as the sum over its micro-shards: each as one process would compute it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from scratchgen.autograd import Tensor
from scratchgen.autograd.backward import seed, sweep
from scratchgen.nn import Buffer
from scratchgen.optim.optimizer import Optimizer
from scratchgen.optim.overlap import Complete
from scratchgen.optim.shards import Part, Shards
from scratchgen.optim.total import Total
from scratchgen.random import Generator

Objective = Callable[..., tuple[Tensor, Mapping[str, float]]]


def gradient_of_parts(
    objective: Objective,
    optimizer: Optimizer,
    shards: Shards,
    parts: Sequence[Part],
    changed: Sequence[Any] = (),
    buffers: Sequence[Buffer] = (),
) -> Total:
    """Leave the gradient of L = Σ_i w_i L_i in the parameters of an optimiser; L_i is the loss of part i.

    objective     arguments of a part ↦ (L_i, numbers to log)
    changed       what the objective changes. A random number generator draws for each part from a stream of its own,
                  so that the noise of an example depends on its place in the batch and not on who computes it.
                  Anything else is in the same state for each part, and changes in `end_step(numbers)` alone
    buffers       such as the averages of batch normalisation: b ← b + Σ_i w_i (b_i − b), with b_i after part i

    With one part nothing is scaled, copied or drawn: the step is that of the whole batch, to the bit.
    Raises TypeError if an object other than a generator changes while a part of several is computed.
    Ledger: optim.tree_sum
    """
    parameters = optimizer.parameters
    streams = [one for one in changed if isinstance(one, Generator)]
    others = [one for one in changed if not isinstance(one, Generator)]
    several = len(parts) > 1
    children = [stream.spawn(len(parts)) for stream in streams] if several else []
    after = [stream.state for stream in streams]
    begun = [buffer.data.copy() for buffer in buffers] if several else []
    states = [one.state_dict() for one in others] if several else []

    def leaf(i: int, complete: Complete | None) -> Total | None:
        part = parts[i]
        if part.weight == 0:
            return None
        for stream, of_parts in zip(streams, children, strict=False):
            stream.state = of_parts[i].state
        for buffer, b in zip(buffers, begun, strict=False):
            buffer.data[...] = b
        loss, numbers, gradients = gradient_of_part(objective, optimizer, part, complete)
        for one, state in zip(others, states, strict=False):
            _check_unchanged(one, state)
        return Total(
            loss * part.weight,
            {name: float(number) * part.weight for name, number in numbers.items()},
            [(buffer.data - b) * part.weight for buffer, b in zip(buffers, begun, strict=False)],
            gradients,
        )

    total = shards.sum(leaf, [p.shape for p in parameters])
    for p, g in zip(parameters, total.gradients, strict=True):
        p.grad = g
    if several:
        for stream, state in zip(streams, after, strict=True):
            stream.state = state
        for buffer, b, d in zip(buffers, begun, total.changes, strict=True):
            buffer.data[...] = b + d
    if np.isfinite(total.loss):
        for one in others:
            if hasattr(one, "end_step"):
                one.end_step(total.numbers)
    return total


def gradient_of_part(
    objective: Objective, optimizer: Optimizer, part: Part, complete: Complete | None = None
) -> tuple[float, Mapping[str, float], list[np.ndarray | None]]:
    """The loss L_i of a part, the numbers to log, and the gradient of w_i L_i by each parameter.

    complete    (place of a parameter, its gradient) ↦ None: takes the gradients during the backward pass, as soon as
                they are complete, instead of the result
    """
    optimizer.zero_grad()
    loss, numbers = objective(*part.arguments)
    weighted = loss if part.weight == 1 else loss * part.weight
    if complete is None:
        weighted.backward()
        return loss.item(), numbers, [p.grad for p in optimizer.parameters]
    places: dict[Tensor, int] = {p: i for i, p in enumerate(optimizer.parameters)}

    def found(leaf: Tensor, g: np.ndarray) -> None:
        if leaf in places:
            complete(places[leaf], g)

    sweep(weighted, seed(weighted).data, free=True, complete=found)
    return loss.item(), numbers, []


def _check_unchanged(one: Any, before: Mapping[str, Any]) -> None:
    now = one.state_dict()
    if any(not np.array_equal(now[name], value) for name, value in before.items()):
        raise TypeError(
            f"a {type(one).__name__} changes its state while it computes a part of a batch; change it in "
            "end_step(numbers), which is called once per step with the numbers of the whole batch"
        )
