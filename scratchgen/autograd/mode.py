"""Whether calls are recorded, and who looks on."""

import threading
from contextlib import contextmanager


class _Mode(threading.local):
    recording = True


mode = _Mode()
WATCHERS: list = []  # detect_anomaly: objects that are shown every value and every cotangent


@contextmanager
def _recording(on: bool):
    before, mode.recording = mode.recording, on
    try:
        yield
    finally:
        mode.recording = before


def no_grad():
    """Within `with no_grad():` nothing is recorded, so nothing can be differentiated."""
    return _recording(False)


def enable_grad():
    """Within `with enable_grad():` calls are recorded, even inside `no_grad`."""
    return _recording(True)
