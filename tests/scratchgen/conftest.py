"""The trace of a training: which function returned the value that each step minimises."""

import sys
from dataclasses import dataclass

import numpy as np
import pytest

from scratchgen import Tensor
from scratchgen.equations import BY_ID
from scratchgen.equations.locate import function_of


@dataclass
class TracedStep:
    """One backward pass: the loss, what the traced function returned before, and whether the loss uses it."""

    loss: np.ndarray
    returned: np.ndarray | None
    used: bool


def depends_on(loss, tensor):
    """Whether a tensor is in the graph of the loss."""
    found, seen = [loss], set()
    while found:
        node = found.pop()
        if node is tensor:
            return True
        if isinstance(node, Tensor) and id(node) not in seen:
            seen.add(id(node))
            found += [a for a in node.inputs or () if isinstance(a, Tensor)]
    return False


@pytest.fixture
def traced_steps():
    """traced_steps(id, train) → the steps of train(), seen from the function that the ledger names for id."""

    def traced(id, train):
        wanted, backward = function_of(BY_ID[id]).__code__, Tensor.backward.__code__
        steps, last = [], []

        def profile(frame, event, value):
            if event == "return" and frame.f_code is wanted:
                value = getattr(value, "value", value)  # of a Bound, its value
                last[:] = [value] if isinstance(value, Tensor) else []  # arrays are not differentiated
            elif event == "call" and frame.f_code is backward:
                loss = frame.f_locals[backward.co_varnames[0]]
                value = last.pop() if last else None
                steps.append(
                    TracedStep(
                        loss.data.copy(),
                        None if value is None else value.data.copy(),
                        depends_on(loss, value),
                    )
                )

        before = sys.getprofile()
        sys.setprofile(profile)
        try:
            train()
        finally:
            sys.setprofile(before)
        return steps

    return traced
