"""Whether calls are recorded, and the observers of every value."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

__all__ = ["enable_grad", "mode", "no_grad"]


class _Mode(threading.local):
    recording = True


mode = _Mode()
WATCHERS: list = []  # observers of every value and every cotangent, for detect_anomaly


@contextmanager
def _recording(on: bool) -> Iterator[None]:
    before, mode.recording = mode.recording, on
    try:
        yield
    finally:
        mode.recording = before


def no_grad() -> AbstractContextManager[None]:
    """Within `with no_grad():` nothing is recorded, so nothing can be differentiated."""
    return _recording(False)


def enable_grad() -> AbstractContextManager[None]:
    """Within `with enable_grad():` calls are recorded, even inside `no_grad`."""
    return _recording(True)
