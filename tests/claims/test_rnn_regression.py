"""Sequence regression: the adding problem, its baseline, and the model for it."""

import numpy as np
import pytest

from scratchgen import rnn
from scratchgen.data.sets.adding import BASELINE, adding
from scratchgen.errors import BadInput
from scratchgen.random import Generator
from scratchgen.rnn import SequenceRegression


def test_two_numbers_are_marked_one_in_each_half_and_the_target_is_their_sum():
    x, y = adding(500, 9, Generator(0))
    numbers, marks = x[..., 0], x[..., 1]
    assert x.dtype == y.dtype == np.float32 and x.shape == (9, 500, 2) and y.shape == (500, 1)
    assert (marks[:4].sum(axis=0) == 1).all() and (marks[4:].sum(axis=0) == 1).all()
    assert {*np.unique(marks)} == {0, 1} and marks.any(
        axis=1
    ).all()  # every position is marked in some sequence
    expected = [numbers[marks[:, b] == 1, b].sum() for b in range(500)]
    np.testing.assert_allclose(y[:, 0], expected, rtol=1e-6)
    assert not np.allclose(y[:, 0], numbers.sum(axis=0))


def test_always_answering_one_has_an_error_of_a_sixth_and_no_other_number_does_better():
    _, y = adding(200_000, 6, Generator(1))
    errors = {c: float(np.mean((y - c) ** 2)) for c in (0.9, 1.0, 1.1)}
    # (y − 1)² has a standard deviation of √(7/180): the standard error is 0.0004
    assert errors[1.0] == pytest.approx(BASELINE, abs=0.002)
    assert min(errors, key=errors.get) == 1.0


@pytest.mark.parametrize("cell", rnn.CELLS)
def test_the_answer_is_that_of_the_last_real_step(cell, rng, measured):
    model = SequenceRegression(2, 3, 5, Generator(0), cell=cell)
    x = rng.standard_normal((7, 4, 2)).astype(np.float32)
    mask = np.arange(7)[:, None] < np.array([7, 3, 5, 1])
    together = model(x, mask).numpy()
    for b, n in enumerate(mask.sum(axis=0)):
        measured(np.abs(together[b] - model(x[:n, b : b + 1]).numpy()[0]), 1e-6)
    assert np.abs(together - model(x).numpy()).max() > 0.01
    target = rng.standard_normal((4, 3))
    np.testing.assert_allclose(
        model.loss(x, target, mask).numpy(), ((together - target) ** 2).sum(axis=1), rtol=1e-6
    )


def test_bad_input_is_refused():
    with pytest.raises(BadInput, match="nothing to add"):
        adding(1, 1, Generator(0))
    with pytest.raises(BadInput, match="choose one of tanh"):
        SequenceRegression(2, 1, 3, cell="elman")
