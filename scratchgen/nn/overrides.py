"""Attributes that have other values inside of a block, whatever the order in which blocks end."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

Former = dict[tuple[int, str], tuple[Any, Any]]  # (id, name) → the object, the value to restore

_open_blocks: list[Former] = []
_lock = threading.Lock()  # while _open_blocks changes


@contextmanager
def overridden(changes: Iterable[tuple[Any, str, Any]]) -> Iterator[None]:
    """Within `with overridden([(object, name, value), …]):` these attributes have these values; then the former ones.

    Blocks of generators and threads may end in any order. A block that ends before one that began later hands its
    former value to that one, which restores it: after the last block, every attribute is as it was before the first.
    """
    block: Former = {}
    for thing, name, value in changes:
        block.setdefault((id(thing), name), (thing, getattr(thing, name)))
        setattr(thing, name, value)
    with _lock:
        _open_blocks.append(block)
    try:
        yield
    finally:
        with _lock:
            _end(block)


def _end(block: Former) -> None:
    place = next(i for i, other in enumerate(_open_blocks) if other is block)
    later = _open_blocks[place + 1 :]
    del _open_blocks[place]
    for (key, name), (thing, former) in block.items():
        heir = next((other for other in later if (key, name) in other), None)
        if heir is None:
            setattr(thing, name, former)
        else:
            heir[key, name] = thing, former
