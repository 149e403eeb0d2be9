"""The interface of the processes that train one model together."""

from __future__ import annotations

from typing import Any, Protocol

Numbers = Any  # nested tuples and lists of arrays, numbers and None


class Exchange(Protocol):
    """A value on its way to another rank, and the value that comes from there."""

    def is_done(self) -> bool:
        """Whether both have arrived; asking moves them forward."""

    def result(self) -> Numbers:
        """The value of the other rank, once both have arrived."""


class Ranks(Protocol):
    """Processes that train one model together; each has a rank 0 … size − 1.

    `distributed.MPIRanks` connects the processes that `mpiexec` started; `ALONE` is a process by itself.
    """

    @property
    def rank(self) -> int: ...

    @property
    def size(self) -> int: ...

    @property
    def exchange_seconds(self) -> float:
        """Seconds that this rank has spent in exchanges, with the time that it waited for others."""

    others_wait: bool  # for this rank, which has failed: it must end them
    sends_meanwhile: (
        bool  # messages travel while the ranks compute: not between ranks of one machine, which copy them
    )

    def send(self, value: Numbers, to: int) -> None:
        """Send a value to a rank, which receives it."""

    def receive(self, sender: int) -> Numbers:
        """The next value that a rank sent to this one."""

    def start_exchange(self, value: Numbers, partner: int, channel: int = 0) -> Exchange:
        """Begin to exchange values with another rank, which begins the same with this one on the same channel.

        The arrays of the value stay as they are until it is done.
        """

    def broadcast(self, value: Numbers) -> Numbers:
        """The value of rank 0, on every rank; the others give None."""

    def gather(self, value: Numbers) -> list[Numbers]:
        """The values of all ranks, in their order, on every rank."""


class Alone:
    """The ranks of a training in one process."""

    rank, size, exchange_seconds, others_wait, sends_meanwhile = 0, 1, 0.0, False, False

    def send(self, value: Numbers, to: int) -> None:
        raise ValueError(f"there is no rank {to}: this process trains alone")

    def receive(self, sender: int) -> Numbers:
        raise ValueError(f"there is no rank {sender}: this process trains alone")

    def start_exchange(self, value: Numbers, partner: int, channel: int = 0) -> Exchange:
        raise ValueError(f"there is no rank {partner}: this process trains alone")

    def broadcast(self, value: Numbers) -> Numbers:
        return value

    def gather(self, value: Numbers) -> list[Numbers]:
        return [value]


ALONE = Alone()
