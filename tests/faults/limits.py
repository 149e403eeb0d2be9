"""Limits under which an input is tried: none may hang, take the memory of the machine, or use the network."""

import contextlib
import resource
import signal
import socket

SECONDS = 60
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
    """Raise Hang in a block that takes longer."""

    def end(number, frame):
        raise Hang(f"still running after {seconds} seconds")

    former = signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)


def without_network(setattr_):
    """Refuse every connection."""

    def connect(self, address):
        raise OSError(f"the network is not there ({address})")

    setattr_(socket.socket, "connect", connect)
