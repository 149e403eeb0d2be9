"""Values as messages: a header, and the memory of the arrays, which is sent as it is."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np


def pack(value: Any) -> tuple[bytes, list[memoryview]]:
    """A value as (header, the memory of its arrays); nothing large is copied."""
    buffers: list[pickle.PickleBuffer] = []
    content = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    views = [view for buffer in buffers if len(view := buffer.raw())]
    return pickle.dumps(([len(buffer.raw()) for buffer in buffers], content), protocol=5), views


def blocks_for(header: bytes) -> list[np.ndarray]:
    """Memory for the arrays behind a header, (bytes,) uint8 each; empty arrays too."""
    return [np.empty(size, np.uint8) for size in pickle.loads(header)[0]]


def unpack(header: bytes, blocks: list[np.ndarray]) -> Any:
    """The value that `pack` packed; its arrays are in these blocks.

    Messages come from the ranks of one training alone: a pickle of a stranger would be able to run programs.
    """
    return pickle.loads(pickle.loads(header)[1], buffers=blocks)
