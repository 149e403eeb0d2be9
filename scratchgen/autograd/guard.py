"""Recorded arrays do not change while their graph exists.

A derivative rule reads the inputs of its function after the forward pass. An input that was overwritten in
the meantime would silently give a wrong gradient, so recorded arrays are read-only, and NumPy raises at the
line that assigns. Each node holds a guard of its inputs' memory. When the last guard is deleted, because
`backward()` has freed the graph or nothing refers to it any more, the arrays are writable again.

A view that the caller made before the call can still write, because NumPy has no list of views. Where there may
be one, the node also holds a witness: a copy of the values, which the reverse sweep compares with the array. It
copies small arrays whole and some places of large ones, so that it costs no more than the call itself; within
`detect_anomaly` it copies all of them whole. A leaf needs a witness only if there is a view: its memory belongs to
an array to which nothing but views refers (see `Tensor.__init__`), so that its reference count is their number.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from sys import getrefcount
from typing import Any
from weakref import ref

import numpy as np

from scratchgen.autograd.mode import WATCHERS

__all__ = ["IMMUTABLE", "Guard", "Witness", "guards_of", "own"]

SMALL = 4096  # bytes that are copied as fast as a call is recorded
PLACES = 32  # of a larger array
IMMUTABLE = {int, float, bool, str, type(None)}  # the usual types of options

_guards: dict[int, ref[Guard]] = {}  # id of an array that is read-only now → the guard of its memory
_lock = threading.RLock()  # while a guard is made: threads that share an array share its guard

# setflags(False) below is setflags(write=False), which takes three times as long; NumPy's stubs lack the
# positional form: hence the ignored [call-arg].


class Guard:
    """Keeps one block of memory read-only for as long as the guard exists.

    held         the arrays to make writable again: the owner of the memory first, because its views depend on it
    witnesses    id of an argument of recorded calls → its witness
    """

    __slots__ = ("__weakref__", "held", "witnesses")

    def __init__(self, owner: np.ndarray):
        self.held: list[np.ndarray] = []
        self.witnesses: dict[int, Witness] = {}
        self.hold(owner)

    def hold(self, array: np.ndarray) -> None:
        """Make the owner of the memory, or a view of it, read-only."""
        if array.flags.writeable:
            self.held.append(array)
            _guards[id(array)] = ref(
                self
            )  # first, so that no thread sees a read-only array without its guard
            array.setflags(False)  # type: ignore[call-arg]  # see above

    def __del__(self, forget: Callable[..., Any] = _guards.pop) -> None:
        for array in self.held:
            forget(id(array), None)
            try:
                array.setflags(True)  # type: ignore[call-arg]  # see above
            except ValueError:  # a view of memory that was read-only from the start
                continue


class Witness:
    """Knows whether an array is unchanged: it holds a copy of all values, or of some of a large array."""

    __slots__ = ("array", "step", "values")

    def __init__(self, array: np.ndarray):
        self.array = array
        whole = array.nbytes <= SMALL or WATCHERS
        self.step = 1 if whole else -(-array.size // PLACES)
        self.values = self._read()

    def _read(self) -> bytes:
        return (self.array if self.step == 1 else self.array.flat[:: self.step]).tobytes()

    def is_true(self) -> bool:
        """Whether the array has its former values at the places that were copied."""
        return self._read() == self.values


def own(value: Any) -> Any:
    """Return an option of a call with its own lists, dictionaries and arrays, which the caller cannot change later."""
    if type(value) is dict:
        return {key: own(v) for key, v in value.items()}
    if type(value) in (list, tuple):
        return type(value)(own(v) for v in value)
    return value.copy() if isinstance(value, np.ndarray) else value


def guards_of(arguments: Iterable[Any]) -> list[Guard | Witness]:
    """Return guards, and witnesses, of the arrays among the arguments of a call, and of those within an index."""
    guards: list[Guard | Witness] = []
    for a in arguments:
        key = id(a)
        known = _guards.get(key)
        guard = known() if known else None
        if guard is None:
            if type(a) is tuple:
                guards += guards_of(a)
            guard = _guard(a) if isinstance(a, np.ndarray) else None
        if guard is None:
            continue
        guards.append(guard)
        witness = guard.witnesses.get(key)
        if witness is not None:
            guards.append(witness)
    return guards


def _guard(argument: np.ndarray) -> Guard | None:
    """Return the guard of an array's memory; None if the memory is read-only anyway."""
    # only the argument refers to the owner of its memory (and this call of getrefcount): there is no other view
    alone = argument.base is not None and getrefcount(argument.base) == 2
    owner = argument
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    with _lock:
        known = _guards.get(id(owner))
        guard = known() if known else None
        if guard is None:
            if not owner.flags.writeable:
                return None
            guard = Guard(owner)
        guard.hold(argument)
        if not alone or WATCHERS:
            guard.witnesses[id(argument)] = Witness(argument)
    return guard
