"""Evaluation mode, frozen modules and noisy weights: everything is as before, in whatever order the blocks end."""

import threading
from itertools import permutations

import numpy as np
import pytest

from scratchgen.nn import BatchNorm, Linear, Parameter, Sequential, Tanh
from scratchgen.nn.overrides import overridden
from scratchgen.random import Generator
from scratchgen.rnn.frames.training import noisy

pytestmark = pytest.mark.fast


class Thing:
    """An object with two attributes."""

    a, b = 1, 2


def within(block):
    """A generator that yields inside of a block."""
    with block:
        yield


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_after_interleaved_blocks_every_attribute_is_as_before(order):
    thing, other = Thing(), Thing()
    blocks = [
        within(overridden([(thing, "a", 10), (other, "a", 20)])),
        within(overridden([(thing, "a", 11), (thing, "b", 21)])),
        within(overridden([(thing, "b", 22), (other, "a", 23)])),
    ]
    for block in blocks:
        next(block)
    assert (thing.a, thing.b, other.a) == (11, 22, 23)
    for i in order:
        blocks[i].close()
    assert (thing.a, thing.b, other.a) == (1, 2, 1)


def test_a_block_that_ends_first_leaves_the_values_of_those_that_are_open():
    thing = Thing()
    first, second = (
        within(overridden([(thing, "a", 10), (thing, "b", 20)])),
        within(overridden([(thing, "a", 11)])),
    )
    next(first), next(second)
    first.close()
    assert (thing.a, thing.b) == (11, 2)


def restoring(thing, value):
    """A faulty block, which remembers only the value at its beginning."""
    former, thing.a = thing.a, value
    yield
    thing.a = former


def test_the_claim_above_rejects_blocks_that_restore_the_value_of_their_beginning():
    thing = Thing()
    first, second = restoring(thing, 10), restoring(thing, 11)
    for block in (first, second, first, second):
        next(block, None)
    assert thing.a == 10  # for ever


def test_an_object_that_is_named_twice_has_its_former_value_again():
    thing = Thing()
    with overridden([(thing, "a", 10), (thing, "a", 11)]):
        assert thing.a == 11
    assert thing.a == 1


def model():
    return Sequential(Linear(2, 3), BatchNorm(3), Tanh(), Linear(3, 1))


def test_interleaved_generators_leave_neither_evaluation_mode_nor_frozen_parameters():
    net = model()
    streams = [
        within(net.eval_mode()),
        within(net.eval_mode()),
        within(net.frozen()),
        within(net[1].frozen()),
    ]
    for stream in streams:
        next(stream)
    assert not net.training and not net[1].training and not any(p.requires_grad for p in net.parameters())
    for stream in streams:
        stream.close()
    assert net.training and net[1].training and net[1].update_buffers
    assert all(p.requires_grad for p in net.parameters())


def test_evaluation_mode_ends_with_the_mode_of_each_module():
    net = model()
    net[1].eval()  # its statistics are fixed
    with net.eval_mode():
        assert not net[0].training
    assert net.training and net[0].training and not net[1].training


def test_interleaved_noise_leaves_the_weights_as_they_were_to_the_bit():
    p = Parameter(np.linspace(0, 1, 5))
    exact = p.data
    streams = [within(noisy([p], 0.1, Generator(0))), within(noisy([p], 0.2, Generator(1)))]
    for stream in streams:
        next(stream)
    for stream in streams:
        stream.close()
    assert p.data is exact


def test_threads_that_share_a_model_leave_it_as_it_was():
    net, barrier = model(), threading.Barrier(4)

    def evaluate(name):
        for _ in range(50):
            barrier.wait(10)
            with net.eval_mode(), net.frozen():
                assert not net.training, name

    threads = [threading.Thread(target=evaluate, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert net.training and all(p.requires_grad for p in net.parameters())
