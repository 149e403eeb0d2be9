"""Schedules of the learning rate, per step and per epoch."""

import numpy as np
import pytest

from scratchgen.optim import SCHEDULES, Schedule
from scratchgen.optim.schedules import constant, half_cosine, step_decay, warmup
from scratchgen.runs import History

pytestmark = pytest.mark.fast


def factors(schedule, T):
    return np.array([schedule.factor(t, T) for t in range(T)])


@pytest.mark.equation("optim.half_cosine")
def test_a_half_cosine_is_the_square_of_the_cosine_of_half_the_angle(measured):
    y = factors(half_cosine(), 100)
    measured(np.abs(y - np.cos(np.pi * np.arange(100) / 200) ** 2), 1e-15)  # of numbers up to 1
    assert y[0] == 1 and half_cosine().factor(100, 100) == 0 and (np.diff(y) < 0).all()


@pytest.mark.equation("optim.half_cosine")
def test_the_claim_above_rejects_a_straight_line():
    assert abs((1 - 0.25) - np.cos(np.pi * 0.25 / 2) ** 2) > 0.1


@pytest.mark.equation("optim.warmup")
def test_a_warm_up_rises_by_the_same_in_each_step_and_ends_at_1(measured):
    y = factors(warmup(5), 8)
    measured(np.abs(y - [0.2, 0.4, 0.6, 0.8, 1, 1, 1, 1]), 1e-15)


@pytest.mark.equation("optim.warmup")
def test_the_claim_above_rejects_a_first_step_with_a_learning_rate_of_0():
    assert abs(0 / 5 - warmup(5).factor(0, 8)) > 0.1


def test_after_a_warm_up_another_schedule_runs_over_the_steps_that_are_left():
    y = factors(warmup(4, then=half_cosine()), 14)
    np.testing.assert_allclose(y[:4], [0.25, 0.5, 0.75, 1])
    np.testing.assert_array_equal(y[4:], factors(half_cosine(), 10))


@pytest.mark.equation("optim.step_decay")
def test_each_milestone_multiplies_the_factor_by_gamma_in_the_epoch_after_it(measured):
    y = factors(step_decay((3, 2, 5), gamma=0.5), 7)
    measured(np.abs(y - [1, 1, 0.5, 0.25, 0.25, 0.125, 0.125]), 1e-15)


@pytest.mark.equation("optim.step_decay")
def test_the_claim_above_rejects_a_factor_that_falls_an_epoch_late():
    late = [0.5 ** sum(t > m for m in (2, 3, 5)) for t in range(7)]
    assert np.abs(factors(step_decay((2, 3, 5), gamma=0.5), 7) - late).max() > 0.2


def test_a_constant_schedule_and_a_scale_of_1_change_no_bit():
    assert set(factors(constant(), 9)) == {1.0}


def test_a_schedule_counts_the_steps_or_the_epochs_of_a_run():
    seen = []
    schedules = {
        "step": Schedule(lambda t, T: (t, T), per="step"),
        "epoch": Schedule(lambda t, T: (t, T), per="epoch"),
    }
    run = History()
    for epoch in run.epochs(3):
        for _ in run.steps(range(2)):
            first = {name: s.scale(run, 2, 2) for name, s in schedules.items()} if epoch < 3 else {}
            second = {name: s.scale(run, 1, 2, before=2) for name, s in schedules.items()}
            seen.append((first, second["step"], second["epoch"]))
    assert [first["step"] for first, *_ in seen[:4]] == [(0, 4), (1, 4), (2, 4), (3, 4)]
    assert [first["epoch"] for first, *_ in seen[:4]] == [(0, 2), (0, 2), (1, 2), (1, 2)]
    assert [step for _, step, _ in seen[4:]] == [(0, 2), (1, 2)]
    assert [epoch for *_, epoch in seen[4:]] == [(0, 1), (0, 1)]


def test_the_names_of_the_command_line_make_schedules():
    made = (
        SCHEDULES["constant"](),
        SCHEDULES["half_cosine"](),
        SCHEDULES["warmup"](3),
        SCHEDULES["steps"]((2,)),
    )
    assert [schedule.per for schedule in made] == ["step", "step", "step", "epoch"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: warmup(0), "steps must be a whole number of at least 1, not 0"),
        (lambda: warmup(3, then=step_decay((2,))), "must count steps too"),
        (lambda: step_decay(()), "give at least one"),
        (lambda: step_decay((0, 3)), "milestone 1 must be a whole number of at least 1, not 0"),
        (lambda: step_decay((3,), gamma=0), "gamma must be"),
        (lambda: Schedule(0.5), "a function"),
        (lambda: Schedule(lambda t, T: 1, per="hour"), "each step or each epoch"),
    ],
)
def test_bad_arguments_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
