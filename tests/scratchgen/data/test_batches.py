"""Minibatches visit every example once; chunks of text are consecutive."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scratchgen.data import batches, text_chunks
from scratchgen.errors import BadInput
from scratchgen.random import Generator

pytestmark = pytest.mark.fast


@given(st.integers(1, 50), st.integers(1, 60))
def test_an_epoch_visits_every_example_once(n, batch_size):
    epoch = list(batches(np.arange(n), batch_size=batch_size, rng=np.random.default_rng(0)))
    assert sorted(np.concatenate(epoch).tolist()) == list(range(n))
    assert [len(batch) for batch in epoch[:-1]] == [batch_size] * (len(epoch) - 1)
    assert len(epoch) == -(-n // batch_size)


def test_rows_of_several_arrays_stay_together():
    x, labels = np.arange(20).reshape(10, 2), np.arange(10)
    for x_batch, label_batch in batches(x, labels, batch_size=3, rng=Generator(0)):
        assert np.array_equal(x_batch[:, 0], 2 * label_batch)


def test_the_order_comes_from_the_generator_and_changes_with_every_epoch():
    def epoch(rng):
        return np.concatenate(list(batches(np.arange(100), batch_size=7, rng=rng))).tolist()

    rng = Generator(3)
    first, second = epoch(rng), epoch(rng)
    assert first != second
    assert first == epoch(Generator(3))


def test_drop_last_leaves_only_whole_batches():
    epoch = list(batches(np.arange(10), batch_size=4, rng=Generator(0), drop_last=True))
    assert [len(batch) for batch in epoch] == [4, 4]


@pytest.mark.parametrize(
    ("arrays", "batch_size", "drop_last"),
    [
        ((), 1, False),
        ((np.zeros(0),), 1, False),
        ((np.zeros(3), np.zeros(4)), 1, False),
        ((np.zeros(3),), 0, False),
        ((np.zeros(3),), 4, True),
    ],
)
def test_arguments_that_make_no_batch_are_refused_at_the_call(arrays, batch_size, drop_last):
    with pytest.raises(BadInput):
        batches(*arrays, batch_size=batch_size, rng=Generator(0), drop_last=drop_last)


@given(st.integers(1, 6), st.integers(1, 7), st.integers(1, 100))
def test_targets_follow_inputs_and_chunks_are_consecutive(B, T, extra):
    ids = np.arange(B * T + extra)
    chunks = list(text_chunks(ids, B, T))
    assert all(inputs.shape == targets.shape == (T, B) for inputs, targets in chunks)
    inputs = np.concatenate([chunk[0] for chunk in chunks])
    targets = np.concatenate([chunk[1] for chunk in chunks])
    assert np.array_equal(targets, inputs + 1)
    assert np.all(np.diff(inputs, axis=0) == 1)
    assert np.array_equal(inputs.T.ravel(), np.arange(inputs.size))  # the streams are consecutive: no gaps
    assert len(ids) - 1 - inputs.size < B * T


def test_a_text_too_short_for_one_chunk_says_how_long_it_must_be():
    assert len(list(text_chunks(np.arange(13), 3, 4))) == 1
    with pytest.raises(BadInput, match="need 13"):
        text_chunks(np.arange(12), 3, 4)


@pytest.mark.parametrize(("batch_size", "length"), [(0, 4), (3, 0)])
def test_no_streams_and_no_steps_are_refused(batch_size, length):
    with pytest.raises(BadInput, match="at least 1"):
        text_chunks(np.arange(100), batch_size, length)
