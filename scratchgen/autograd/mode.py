"""Whether calls are recorded, and the observers of every value.

The mode is a variable of the context (`contextvars`): each thread and each task of asyncio has its own. A block
that is entered becomes the current one, and one that is left stands for the block around it from then on. So blocks
may be left in any order, even from another thread, as those of two generators are: once all are left, calls are
recorded again.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from contextvars import ContextVar
from functools import partial, wraps
from typing import Any, TypeVar

__all__ = ["enable_grad", "mode", "no_grad"]

WATCHERS: list = []  # observers of every value and every cotangent, for detect_anomaly

F = TypeVar("F", bound=Callable[..., Any])


class _Block:
    """A block that has been entered.

    recording    whether calls are recorded in it
    around       the block around it; None for the whole program
    """

    __slots__ = ("around", "recording")

    def __init__(self, recording: bool, around: _Block | None = None):
        self.recording, self.around = recording, around


class _LeftBlock(_Block):
    """A block that has been left; a context that still holds it is in the block around it."""

    __slots__ = ()
    around: _Block
    recording = property(lambda self: self.around.recording)


_WHOLE_PROGRAM = _Block(recording=True)
mode: ContextVar[_Block] = ContextVar("mode", default=_WHOLE_PROGRAM)


def _innermost(block: _Block) -> _Block:
    """The block itself, or the first one around it that has not been left."""
    while isinstance(block, _LeftBlock):
        block = block.around
    return block


class _Recording:
    """A context manager, and a decorator of functions, that switches the recording on or off."""

    def __init__(self, on: bool):
        self._on = on
        self._block: _Block | None = None

    def __enter__(self) -> None:
        if self._block is not None:
            raise RuntimeError("this context manager is in use; make a new one for each with statement")
        self._block = _Block(self._on, around=_innermost(mode.get()))
        mode.set(self._block)

    def __exit__(self, *exception: object) -> None:
        block, self._block = self._block, None
        assert block is not None
        block.__class__ = _LeftBlock
        if mode.get() is block:
            mode.set(_innermost(block))

    def __call__(self, function: F) -> F:
        """Decorate: every call of the function is a new block; of a generator function, every step."""
        decorated: Any = wraps(function)(_decorated(function, self._on))
        return decorated


def _decorated(function: Callable, on: bool) -> Any:
    def in_a_block(*args: Any, **options: Any) -> Any:
        with _Recording(on):
            return function(*args, **options)

    async def in_a_block_of_its_task(*args: Any, **options: Any) -> Any:
        with _Recording(on):
            return await function(*args, **options)

    if inspect.isasyncgenfunction(function):
        raise TypeError(
            f"{function.__name__} is an asynchronous generator, which cannot be decorated; "
            "write the with statement around its computations"
        )
    if inspect.isgeneratorfunction(function):
        return lambda *args, **options: _in_blocks(on, function(*args, **options))
    return in_a_block_of_its_task if inspect.iscoroutinefunction(function) else in_a_block


def _in_blocks(on: bool, generator: Generator) -> Generator:
    """A generator of the same values, whose every step is a block; its consumer keeps the mode that it has."""
    step: Callable[[], Any] = partial(next, generator)
    while True:
        try:
            with _Recording(on):
                item = step()
        except StopIteration as end:
            return end.value
        try:
            sent = yield item
        except GeneratorExit:
            with _Recording(on):
                generator.close()
            raise
        except BaseException as error:
            step = partial(generator.throw, error)
        else:
            step = partial(generator.send, sent)


def no_grad() -> _Recording:
    """Within `with no_grad():` nothing is recorded, so nothing can be differentiated.

    Also a decorator, `@no_grad()`: nothing is recorded in the function. The mode is that of the thread, or of the
    task of asyncio. A generator that yields inside of the block holds the mode of its consumer too, until the block
    is left; a decorated generator function does not.
    """
    return _Recording(False)


def enable_grad() -> _Recording:
    """Within `with enable_grad():` calls are recorded, even inside `no_grad`.   Also a decorator, like `no_grad`."""
    return _Recording(True)
