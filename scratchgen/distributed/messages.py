"""Values as messages: a header, and the bytes of all arrays behind one another."""

from __future__ import annotations

import pickle
from typing import Any


def pack(value: Any) -> tuple[bytes, bytearray]:
    """A value as (header, the bytes of its arrays).   Arrays are copied once, into one block."""
    buffers: list[pickle.PickleBuffer] = []
    content = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    views = [buffer.raw() for buffer in buffers]
    block = bytearray(sum(len(view) for view in views))
    start = 0
    for view in views:
        block[start : start + len(view)] = view
        start += len(view)
    return pickle.dumps(([len(view) for view in views], content), protocol=5), block


def sizes_of(header: bytes) -> list[int]:
    """The number of bytes of each array behind a header."""
    return pickle.loads(header)[0]


def unpack(header: bytes, block: bytearray) -> Any:
    """The value that `pack` packed; its arrays are views of the block.

    Messages come from the ranks of one training alone: a pickle of a stranger would be able to run programs.
    """
    sizes, content = pickle.loads(header)
    view, buffers, start = memoryview(block), [], 0
    for size in sizes:
        buffers.append(view[start : start + size])
        start += size
    return pickle.loads(content, buffers=buffers)
