"""What a graph has recorded does not change while the graph lives.

A derivative rule looks at the inputs of its function after the fact. An input that has been overwritten in
the meantime would give a wrong gradient without a word, so recorded arrays are read-only, and NumPy raises at
the line that assigns. Each node holds a guard of its inputs' memory; when the last guard goes, because
`backward()` has freed the graph or nobody refers to it any more, the arrays can be written again.
"""

from __future__ import annotations

from weakref import ref

import numpy as np

_guards: dict[int, ref[Guard]] = {}  # id of the array that owns the memory → its guard


class Guard:
    """Keeps one block of memory read-only for as long as the guard itself is alive.

    held    the arrays to make writable again: the owner of the memory first, as its views depend on it
    """

    __slots__ = ("__weakref__", "held")

    def __init__(self, owner: np.ndarray):
        owner.setflags(False)  # write=False; by name it takes three times as long
        self.held = [owner]
        _guards[id(owner)] = ref(self)

    def hold(self, view: np.ndarray) -> None:
        """Make a view of the memory read-only, if it is not."""
        if view.flags.writeable:
            view.setflags(False)
            self.held.append(view)

    def __del__(self, forget=_guards.pop):
        forget(id(self.held[0]), None)
        for array in self.held:
            try:
                array.setflags(True)
            except ValueError:  # a view of memory that was read-only from the start
                continue


def guards_of(arguments) -> list:
    """Guards of the arrays among the arguments of a call, and of those that an index is made of."""
    guards = []
    for a in arguments:
        known = _guards.get(id(a))
        found = known and known()
        if found is None:
            if type(a) is np.ndarray and a.base is None:  # as parameters are: the owner itself
                found = Guard(a) if a.flags.writeable else None
            else:
                found = guard(a)
        if found:
            guards.append(found)
    return guards


def guard(argument):
    """The guard of an array's memory; None if nobody can write there anyway.

    A view that was taken before, and is not recorded itself, can still write: NumPy keeps no list of views.
    """
    if type(argument) is tuple:
        return guards_of(argument)
    if not isinstance(argument, np.ndarray):
        return None
    owner = argument
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    known = _guards.get(id(owner))
    found = known and known()
    if found is None:
        if not owner.flags.writeable:
            return None
        found = Guard(owner)
    if argument is not owner:
        found.hold(argument)
    return found
