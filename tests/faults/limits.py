"""Limits under which an input is tried: none may hang, take the memory of the machine, or use the network."""

import contextlib
import resource
import signal
import socket

SECONDS = 60  # of the processor
WAITING = 10  # times as long by the clock: a busy machine has little time for a test
MEMORY = 2**31  # bytes more than the process has


@contextlib.contextmanager
def limited_memory():
    """Within it the process may map this much more; a larger array is a MemoryError, as on a small machine."""
    with open("/proc/self/statm", encoding="ascii") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


class Hang(BaseException):
    """An input took too long."""


@contextlib.contextmanager
def limited_time(seconds=SECONDS):
    """Raise Hang in a block that computes for longer, or that waits."""

    def end(number, frame):
        raise Hang(
            f"still running after {seconds} seconds of the processor, or {WAITING * seconds} by the clock"
        )

    former = [signal.signal(one, end) for one in (signal.SIGPROF, signal.SIGALRM)]
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, WAITING * seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for one, handler in zip((signal.SIGPROF, signal.SIGALRM), former, strict=True):
            signal.signal(one, handler)


def without_network(setattr_):
    """Refuse every connection."""

    def connect(self, address):
        raise OSError(f"the network is not there ({address})")

    setattr_(socket.socket, "connect", connect)
