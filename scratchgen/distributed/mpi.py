"""The ranks of a training, connected by MPI."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from scratchgen.distributed.messages import blocks_for, pack, unpack
from scratchgen.errors import BadInput
from scratchgen_kernels.threads import cores

HEADER, ARRAY = 0, 1  # tags of channel 0; those of channel k are 2 k more
SPIN_SECONDS = (
    0.02,
    2e-4,
)  # of waiting without a pause: with a core for each rank of this machine, and with fewer
FIRST_PAUSE, LONGEST_PAUSE = 2e-5, 1e-3  # seconds; a pause lasts some 50 microseconds longer


class MPIRanks:
    """The processes of an MPI communicator, as `optim.Ranks`.

    comm                of mpi4py
    exchange_seconds    that this rank has spent in exchanges, with the time that it waited for others
    sends_meanwhile     whether some ranks are on other machines

    A rank that waits lets others use its core: several ranks can share one.
    """

    def __init__(self, comm: Any):
        from mpi4py import MPI

        self._comm = comm
        self.rank, self.size = comm.Get_rank(), comm.Get_size()
        self.exchange_seconds, self.others_wait = 0.0, False
        local = comm.Split_type(MPI.COMM_TYPE_SHARED).Get_size()  # ranks of this machine
        self.sends_meanwhile = local < self.size
        self._spin = SPIN_SECONDS[local > cores()]

    def send(self, value: Any, to: int) -> None:
        """Send a value to a rank, which receives it."""
        with self.timed():
            for request in self._sending(value, to):
                self.wait_until(request.Test)

    def receive(self, sender: int) -> Any:
        """The next value that a rank sent to this one."""
        return MPIExchange(self, self._comm, [], sender, 0).result()

    def start_exchange(self, value: Any, partner: int, channel: int = 0) -> MPIExchange:
        """Begin to exchange values with another rank; both travel at once.

        MPI moves large messages while a rank calls it: at the start, and when a rank asks whether an exchange is done.
        """
        with self.timed():
            return MPIExchange(self, self._comm, self._sending(value, partner, channel), partner, channel)

    def _sending(self, value: Any, to: int, channel: int = 0) -> list[Any]:
        header, views = pack(value)
        tag = 2 * channel
        return [
            self._comm.Isend(header, to, tag + HEADER),
            *(self._comm.Isend(view, to, tag + ARRAY) for view in views),
        ]

    def broadcast(self, value: Any) -> Any:
        """The value of rank 0, on every rank: rank r has it from r − 2^k, where 2^k is its highest bit.

        In step k, each of the 2^k ranks that have the value sends it to one more.
        """
        highest = 1 << (self.rank.bit_length() - 1) if self.rank else 0
        if self.rank:
            value = self.receive(self.rank - highest)
        step = 2 * highest or 1
        while self.rank + step < self.size:
            self.send(value, self.rank + step)
            step *= 2
        return value

    def gather(self, value: Any) -> list[Any]:
        """The values of all ranks, in their order, on every rank: collected along the tree of `broadcast`."""
        found, step = {self.rank: value}, 1
        while step < self.size:
            if self.rank & step:
                self.send(found, self.rank - step)
                break
            if self.rank + step < self.size:
                found |= self.receive(self.rank + step)
            step *= 2
        everywhere = self.broadcast(None if self.rank else found)
        return [everywhere[rank] for rank in range(self.size)]

    def abort(self, status: int) -> NoReturn:
        """End the processes of all ranks at once."""
        self._comm.Abort(status)
        os._exit(status)  # MPI may return before the launcher has ended this process

    def wait_until(self, is_done: Callable[[], bool]) -> None:
        """Ask until it is done: at first without a pause, then with longer and longer ones."""
        started, pause = time.perf_counter(), FIRST_PAUSE
        while not is_done():
            if time.perf_counter() - started > self._spin:
                time.sleep(pause)
                pause = min(1.5 * pause, LONGEST_PAUSE)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count the time of an exchange. Raises BadInput where MPI reports that it failed."""
        from mpi4py import MPI

        started = time.perf_counter()
        try:
            yield
        except MPI.Exception as error:
            raise BadInput(
                f"rank {self.rank} has lost the others ({error}); the last checkpoint is intact, resume it with "
                "mpiexec and --resume"
            ) from None
        self.exchange_seconds += time.perf_counter() - started


class MPIExchange:
    """A value that comes from a rank, and the requests of one that is sent to it, as `optim.Exchange`."""

    def __init__(self, ranks: MPIRanks, comm: Any, sending: list[Any], partner: int, channel: int):
        self._ranks, self._comm, self._requests = ranks, comm, sending
        self._partner, self._tag = partner, 2 * channel
        self._header = b""
        self._blocks: list[Any] = []

    def is_done(self) -> bool:
        """Whether both have arrived; asking moves them forward."""
        with self._ranks.timed():
            return self._moved()

    def result(self) -> Any:
        """The value of the other rank, once both have arrived."""
        with self._ranks.timed():
            self._ranks.wait_until(self._moved)
        return unpack(self._header, self._blocks)

    def _moved(self) -> bool:
        from mpi4py import MPI

        if not self._header:
            status = MPI.Status()
            if not self._comm.Iprobe(self._partner, self._tag + HEADER, status):
                return False
            header = bytearray(status.Get_count(MPI.BYTE))
            self._comm.Recv(header, self._partner, self._tag + HEADER)
            self._header, self._blocks = bytes(header), blocks_for(bytes(header))
            self._requests += [
                self._comm.Irecv(block, self._partner, self._tag + ARRAY)
                for block in self._blocks
                if len(block)
            ]
        self._requests = [request for request in self._requests if not request.Test()]
        return not self._requests
