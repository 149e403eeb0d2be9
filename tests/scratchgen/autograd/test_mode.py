"""Whether calls are recorded: blocks of generators, tasks and threads, and decorated functions."""

import asyncio
import gc
import threading

import numpy as np
import pytest

from scratchgen.autograd import Tensor, enable_grad, grad, no_grad, operators

pytestmark = pytest.mark.fast


def recorded():
    """Whether a call is recorded now."""
    return (Tensor(2.0, requires_grad=True) * 3).requires_grad


def inside(block, items=2):
    """A generator that yields inside of a block whether calls are recorded."""
    with block():
        for _ in range(items):
            yield recorded()


ENDS = {"first in, first out": [0, 1, 2], "last in, first out": [2, 1, 0], "the middle one first": [1, 0, 2]}


@pytest.mark.parametrize("order", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("blocks", [(no_grad,) * 3, (no_grad, enable_grad, no_grad)])
def test_after_all_blocks_of_interleaved_generators_calls_are_recorded_again(order, blocks):
    generators = [inside(block) for block in blocks]
    assert [next(g) for g in generators] == [block is enable_grad for block in blocks]
    for i in order:
        generators[i].close()
    assert recorded()


def test_the_mode_is_that_of_the_innermost_block_that_is_open():
    outer, middle, inner = inside(no_grad), inside(enable_grad), inside(no_grad)
    next(outer), next(middle), next(inner)
    middle.close()
    assert not recorded()
    inner.close()
    assert not recorded()
    outer.close()
    assert recorded()


def test_a_generator_that_another_thread_closes_leaves_its_block():
    generator = inside(no_grad)
    next(generator)
    assert not recorded()
    thread = threading.Thread(target=generator.close)
    thread.start()
    thread.join()
    assert recorded()


def test_a_block_around_one_that_another_thread_has_left_can_be_left_after_it():
    outer, inner = inside(no_grad), inside(no_grad)
    next(outer), next(inner)
    for generator in (inner, outer):
        thread = threading.Thread(target=generator.close)
        thread.start()
        thread.join()
    assert recorded()


def test_a_generator_that_is_forgotten_leaves_its_block():
    generator = inside(no_grad)
    next(generator)
    del generator
    gc.collect()
    assert recorded()


def test_tasks_have_their_own_mode():
    found = {}

    async def constant(started, ended):
        with no_grad():
            started.set()
            await ended.wait()
            found["in the block"] = recorded()
        found["after the block"] = recorded()

    async def trained(started, ended):
        await started.wait()
        found["in the other task"] = recorded()
        ended.set()

    async def both():
        started, ended = asyncio.Event(), asyncio.Event()
        await asyncio.gather(constant(started, ended), trained(started, ended))
        return recorded()

    assert asyncio.run(both()) and recorded()
    assert found == {"in the block": False, "after the block": True, "in the other task": True}


def test_blocks_of_tasks_that_end_in_the_order_of_their_beginning_end():
    async def block(seconds):
        with no_grad():
            await asyncio.sleep(seconds)

    async def two():
        await asyncio.gather(block(0.001), block(0.002))
        return recorded()

    assert asyncio.run(two()) and recorded()


def test_a_new_thread_records_whatever_the_mode_of_others():
    found = []
    with no_grad():
        thread = threading.Thread(target=lambda: found.append(recorded()))
        thread.start()
        thread.join()
    assert found == [True]


def test_a_block_that_raises_is_left():
    with pytest.raises(ZeroDivisionError), no_grad():
        raise ZeroDivisionError
    assert recorded()


def test_a_context_manager_can_be_used_again_but_not_twice_at_once():
    block = no_grad()
    for _ in range(2):
        with block:
            assert not recorded()
        assert recorded()
    with block, pytest.raises(RuntimeError, match="make a new one"):
        block.__enter__()
    assert recorded()


# --- decorators -------------------------------------------------------------------------------------------


def test_a_decorated_function_records_nothing_at_any_depth_of_recursion():
    @no_grad()
    def f(depth):
        """Its docstring."""
        return [recorded(), *(f(depth - 1) if depth else [])]

    assert f(2) == [False] * 3 and recorded()
    assert (f.__name__, f.__doc__) == ("f", "Its docstring.")

    @enable_grad()
    def g():
        return recorded()

    with no_grad():
        assert g() and not recorded()


def test_a_decorated_generator_records_nothing_and_leaves_its_consumer_as_it_was():
    @no_grad()
    def numbers():
        sent = yield recorded()
        try:
            sent = yield sent, recorded()
        except KeyError:
            yield "thrown", recorded()
        return "returned"

    generator = numbers()
    assert next(generator) is False and recorded()
    assert generator.send(5) == (5, False) and recorded()
    assert generator.throw(KeyError) == ("thrown", False) and recorded()
    with pytest.raises(StopIteration, match="returned"):
        next(generator)
    assert recorded()


def test_a_decorated_generator_is_closed_within_its_mode():
    found = []

    @no_grad()
    def numbers():
        try:
            yield 1
        finally:
            found.append(recorded())

    generator = numbers()
    next(generator)
    generator.close()
    assert found == [False] and recorded()


def test_a_decorated_coroutine_records_nothing():
    @no_grad()
    async def f():
        await asyncio.sleep(0)
        return recorded()

    async def both():
        return await f(), recorded()

    assert asyncio.run(both()) == (False, True)


def test_an_asynchronous_generator_cannot_be_decorated():
    with pytest.raises(TypeError, match="write the with statement around"):

        @no_grad()
        async def numbers():
            yield 1


# --- threads that share a leaf ------------------------------------------------------------------------------


class AnnouncedLock:
    """A lock that says when a thread has to wait for it."""

    def __init__(self, waited):
        self.lock, self.waited = threading.Lock(), waited

    def __enter__(self):
        if self.lock.locked():
            self.waited.set()
        self.lock.acquire()

    def __exit__(self, *_):
        self.lock.release()


class InterruptedLeaf(Tensor):
    """A leaf that lets another thread run between the first reading and the writing of its gradient."""

    @property
    def grad(self):
        found = self.__dict__.get("grad")
        if interrupt := self.__dict__.pop("interrupt", None):
            interrupt()
        return found

    @grad.setter
    def grad(self, value):
        self.__dict__["grad"] = value


def test_threads_that_accumulate_into_one_leaf_lose_no_update(monkeypatch):
    x, resume = InterruptedLeaf(np.ones(3), requires_grad=True), threading.Event()
    monkeypatch.setattr(operators, "_accumulation", AnnouncedLock(resume))

    def second():
        (x * 3.0).sum().backward()
        resume.set()

    def until_it_ends_or_waits():
        thread.start()
        assert resume.wait(60)

    thread = threading.Thread(target=second)
    x.interrupt = until_it_ends_or_waits
    (x * 2.0).sum().backward()
    thread.join()
    np.testing.assert_array_equal(x.grad, np.full(3, 5.0))


def test_a_derivative_taken_within_a_decorated_function_is_right():
    assert no_grad()(lambda: grad(lambda x: x**3)(2.0).item())() == 12
