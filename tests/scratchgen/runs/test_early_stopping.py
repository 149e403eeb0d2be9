"""Early stopping."""

import copy
import math

import numpy as np
import pytest

from scratchgen.nn import Module, Parameter
from scratchgen.runs import History
from scratchgen.runs.early_stopping import EarlyStopping

pytestmark = pytest.mark.fast


class OneWeight(Module):
    """A model whose only weight is told to it."""

    def __init__(self):
        self.w = Parameter(np.zeros(1))


def train(numbers, patience, saved=None, save_at=None):
    """A training whose validation numbers are given: the records, the weight at the end, a state on the way."""
    model, records, state = OneWeight(), History(), None
    records.track(model=model)
    records.stop_early(patience)
    if saved:
        records.resume(*saved)
    for epoch in records.epochs(len(numbers)):
        for _ in records.steps([None]):
            model.w.data[:] = epoch
        if epoch == save_at:
            state = copy.deepcopy(records.state())
        records.log(bits=numbers[epoch - 1])
    return records, float(model.w.data[0]), state


def wait(epochs, higher_is_better=False):
    return EarlyStopping("bits", epochs, higher_is_better=higher_is_better)


def test_training_ends_when_nothing_got_better_for_as_long_and_the_best_weights_are_kept():
    records, weight, _ = train([5, 3, 4, 3, 2, 1], wait(2))
    assert records.history["bits"] == [5, 3, 4, 3]  # equal is not better
    assert records.history["best_epoch"] == [1, 2, 2, 2]
    assert weight == 2


def test_a_longer_wait_gets_over_the_hill():
    records, weight, _ = train([5, 3, 4, 3, 2, 1], wait(3))
    assert len(records.by_epoch) == 6 and weight == 6


def test_the_best_weights_are_kept_when_the_epochs_end_before_the_wait():
    assert train([5, 3, 4], wait(9))[1] == 2


def test_higher_can_be_better():
    assert train([5, 3, 4], wait(9, higher_is_better=True))[1] == 1


def test_nan_is_never_better_and_without_any_number_the_last_weights_stay():
    records, weight, _ = train([math.nan, 3, math.nan, math.nan, 2], wait(2))
    assert weight == 2 and len(records.by_epoch) == 4
    records, weight, _ = train([math.nan] * 5, wait(2))
    assert weight == 2 and records.history["best_epoch"] == [0, 0]


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_the_best_is_remembered_by_a_training_that_goes_on(at):
    numbers = [5, 3, 4, 3, 2, 1]
    *_, state = train(numbers, wait(2), save_at=at)
    records, weight, _ = train(numbers, wait(2), saved=state)
    assert (weight, records.history["best_epoch"]) == (2, [1, 2, 2, 2])


def test_a_training_that_forgot_its_best_would_wait_anew_and_be_noticed():
    *_, (arrays, numbers) = train([5, 3, 4, 3, 2, 1], wait(2), save_at=4)
    forgotten = {**numbers, "kept": {**numbers["kept"], "early_stopping": wait(2).state_dict()}}
    records, weight, _ = train([5, 3, 4, 3, 2, 1], wait(2), saved=(arrays, forgotten))
    assert weight == 6 and len(records.by_epoch) == 6


def test_a_state_of_the_end_has_nothing_left_to_do():
    model, records = OneWeight(), History()
    records.track(model=model)
    for epoch in records.epochs(2):
        for _ in records.steps([None]):
            model.w.data[:] = epoch
        records.log(bits=epoch)
    arrays, numbers = records.state()

    model, again = OneWeight(), History()
    again.track(model=model)
    again.resume(arrays, numbers)
    assert list(again.epochs(2)) == []
    assert model.w.data[0] == 2 and again.history == records.history
