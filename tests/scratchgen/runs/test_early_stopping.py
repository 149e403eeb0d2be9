"""Early stopping."""

import math

import numpy as np
import pytest

from scratchgen.nn import Module, Parameter
from scratchgen.runs import History, state
from scratchgen.runs.early_stopping import EarlyStopping

pytestmark = pytest.mark.fast


class OneWeight(Module):
    """A model with a single weight, which the test sets."""

    def __init__(self):
        self.w = Parameter(np.zeros(1))


def train(numbers, early_stopping, saved=None, save_at=None):
    """A training whose validation numbers are given: the history, the final weight, a state on the way."""
    model, history, state = OneWeight(), History(), None
    history.track(model=model)
    history.stop_early(early_stopping)
    if saved:
        history.resume(*saved)
    for epoch in history.epochs(len(numbers)):
        for _ in history.steps([None]):
            model.w.data[:] = epoch
        if epoch == save_at:
            state = history.state()
        history.log(bits=numbers[epoch - 1])
    return history, float(model.w.data[0]), state


def stopping(epochs, higher_is_better=False):
    return EarlyStopping("bits", epochs, higher_is_better=higher_is_better)


def test_training_ends_after_epochs_without_improvement_with_the_best_weights():
    history, weight, _ = train([5, 3, 4, 3, 2, 1], stopping(2))
    assert history.history["bits"] == [5, 3, 4, 3]  # equal is not better
    assert history.history["best_epoch"] == [1, 2, 2, 2]
    assert weight == 2


def test_more_patience_passes_the_plateau():
    history, weight, _ = train([5, 3, 4, 3, 2, 1], stopping(3))
    assert len(history.by_epoch) == 6 and weight == 6


def test_the_best_weights_are_kept_when_the_epochs_end_before_the_wait():
    assert train([5, 3, 4], stopping(9))[1] == 2


def test_higher_can_be_better():
    assert train([5, 3, 4], stopping(9, higher_is_better=True))[1] == 1


def test_nan_is_never_better_and_without_any_number_the_last_weights_stay():
    history, weight, _ = train([math.nan, 3, math.nan, math.nan, 2], stopping(2))
    assert weight == 2 and len(history.by_epoch) == 4
    history, weight, _ = train([math.nan] * 5, stopping(2))
    assert weight == 2 and history.history["best_epoch"] == [0, 0]


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_resumed_training_remembers_its_best_epoch(at):
    numbers = [5, 3, 4, 3, 2, 1]
    *_, state = train(numbers, stopping(2), save_at=at)
    history, weight, _ = train(numbers, stopping(2), saved=state)
    assert (weight, history.history["best_epoch"]) == (2, [1, 2, 2, 2])


def test_the_claim_above_rejects_a_training_that_forgot_its_best_epoch():
    *_, (arrays, numbers) = train([5, 3, 4, 3, 2, 1], stopping(2), save_at=4)
    forgotten = {**numbers, "tracked": {**numbers["tracked"], "early_stopping": stopping(2).state_dict()}}
    history, weight, _ = train([5, 3, 4, 3, 2, 1], stopping(2), saved=(arrays, forgotten))
    assert weight == 6 and len(history.by_epoch) == 6


def test_a_state_of_the_end_has_nothing_left_to_do():
    model, history = OneWeight(), History()
    history.track(model=model)
    for epoch in history.epochs(2):
        for _ in history.steps([None]):
            model.w.data[:] = epoch
        history.log(bits=epoch)
    arrays, numbers = history.state()

    model, again = OneWeight(), History()
    again.track(model=model)
    again.resume(arrays, numbers)
    assert list(again.epochs(2)) == []
    assert model.w.data[0] == 2 and again.history == history.history


def test_a_state_is_a_copy_and_stays_as_it_was():
    carried = {"h": np.zeros(2), "position": 3}
    model, history, early_stopping = OneWeight(), History(), stopping(2)
    history.track(model=model, carried=carried)
    history.stop_early(early_stopping)
    for epoch in history.epochs(2):
        history.log(bits=2.0 - epoch)
        if epoch == 2:
            arrays, numbers = history.state()
            before = {name: a.copy() for name, a in arrays.items()}
    assert early_stopping.best_epoch == 2  # of the epoch after the state
    carried["h"] += 1
    model.w.data += 1
    best = early_stopping.state_dict()
    best["weights.w"] += 1
    assert early_stopping.state_dict()["weights.w"] == [0]
    assert len(numbers["by_epoch"]) == 1 and numbers["sums"] == {"bits": [0.0, 1]}
    assert all(np.array_equal(a, before[name]) for name, a in arrays.items()) and "carried/h" in arrays


def test_a_resumed_training_does_not_change_the_state_that_it_was_given():
    *_, (arrays, numbers) = train([5, 3, 4, 3, 2, 1], stopping(2), save_at=2)
    train([5, 3, 4, 3, 2, 1], stopping(2), saved=(arrays, numbers))
    assert len(numbers["by_epoch"]) == 1
    history, weight, _ = train([5, 3, 4, 3, 2, 1], stopping(2), saved=(arrays, numbers))
    assert (weight, len(history.by_epoch)) == (2, 4)
    arrays["early_stopping/weights.w"] += 7
    assert float(history.early_stopping.state_dict()["weights.w"][0]) == 2


def test_a_dictionary_that_is_restored_has_its_own_arrays():
    carried, saved = {"h": np.zeros(2)}, {"h": np.ones(2), "position": 3}
    state.restore(carried, saved)
    carried["h"] += 5
    assert saved["h"].tolist() == [1, 1] and carried["position"] == 3
