"""Recorded arrays do not change while their graph exists.

A derivative rule reads the inputs of its function after the forward pass. An input that was overwritten in
the meantime would silently give a wrong gradient, so recorded arrays are read-only, and NumPy raises at the
line that assigns. Each node holds a guard of its inputs' memory. When the last guard is deleted, because
`backward()` has freed the graph or nothing refers to it any more, the arrays are writable again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from weakref import ref

import numpy as np

__all__ = ["Guard", "guard", "guards_of"]

_guards: dict[int, ref[Guard]] = {}  # id of the array that owns the memory → its guard

# setflags(False) below is setflags(write=False), which takes three times as long; NumPy's stubs lack the
# positional form: hence the ignored [call-arg].


class Guard:
    """Keeps one block of memory read-only for as long as the guard exists.

    held    the arrays to make writable again: the owner of the memory first, because its views depend on it
    """

    __slots__ = ("__weakref__", "held")

    def __init__(self, owner: np.ndarray):
        owner.setflags(False)  # type: ignore[call-arg]  # see above
        self.held = [owner]
        _guards[id(owner)] = ref(self)

    def hold(self, view: np.ndarray) -> None:
        """Make a view of the memory read-only."""
        if view.flags.writeable:
            view.setflags(False)  # type: ignore[call-arg]  # see above
            self.held.append(view)

    def __del__(self, forget: Callable[..., Any] = _guards.pop) -> None:
        forget(id(self.held[0]), None)
        for array in self.held:
            try:
                array.setflags(True)  # type: ignore[call-arg]  # see above
            except ValueError:  # a view of memory that was read-only from the start
                continue


def guards_of(arguments: Iterable[Any]) -> list:
    """Return guards of the arrays among the arguments of a call, and of the arrays within an index."""
    guards = []
    for a in arguments:
        known = _guards.get(id(a))
        found: Guard | list | None = known() if known else None
        if found is None:
            if type(a) is np.ndarray and a.base is None:  # the owner itself, as a parameter is
                found = Guard(a) if a.flags.writeable else None
            else:
                found = guard(a)
        if found:
            guards.append(found)
    return guards


def guard(argument: Any) -> Guard | list | None:
    """Return the guard of an array's memory; None if the memory is read-only anyway.

    An older view that is not recorded itself can still write, because NumPy has no list of views.
    """
    if type(argument) is tuple:
        return guards_of(argument)
    if not isinstance(argument, np.ndarray):
        return None
    owner = argument
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    known = _guards.get(id(owner))
    found = known() if known else None
    if found is None:
        if not owner.flags.writeable:
            return None
        found = Guard(owner)
    if argument is not owner:
        found.hold(argument)
    return found
