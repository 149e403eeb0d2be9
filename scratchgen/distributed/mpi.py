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

HEADER, ARRAY = 1, 2  # tags
SPIN_SECONDS = (
    0.02,
    2e-4,
)  # of waiting without a pause: with a core for each rank of this machine, and with fewer
FIRST_PAUSE, LONGEST_PAUSE = 2e-5, 1e-3  # seconds; a pause lasts some 50 microseconds longer


class MPIRanks:
    """The processes of an MPI communicator, as `optim.Ranks`.

    comm                of mpi4py
    exchange_seconds    that this rank has spent in exchanges, with the time that it waited for others

    A rank that waits lets others use its core: several ranks can share one.
    """

    def __init__(self, comm: Any):
        self._comm = comm
        self.rank, self.size = comm.Get_rank(), comm.Get_size()
        self.exchange_seconds, self.others_wait = 0.0, False
        local = int(os.environ.get("MPI_LOCALNRANKS", self.size))
        self._spin = SPIN_SECONDS[local > cores()]

    def send(self, value: Any, to: int) -> None:
        """Send a value to a rank, which receives it."""
        with self._timed():
            for request in self._sending(value, to):
                self._wait(request.Test)

    def receive(self, sender: int) -> Any:
        """The next value that a rank sent to this one."""
        with self._timed():
            return self._received(sender)

    def exchange(self, value: Any, partner: int) -> Any:
        """The value of another rank, which has that of this one in return; both travel at once."""
        with self._timed():
            requests = self._sending(value, partner)
            received = self._received(partner)
            for request in requests:
                self._wait(request.Test)
            return received

    def _sending(self, value: Any, to: int) -> list[Any]:
        header, views = pack(value)
        return [self._comm.Isend(header, to, HEADER), *(self._comm.Isend(view, to, ARRAY) for view in views)]

    def _received(self, sender: int) -> Any:
        from mpi4py import MPI

        status = MPI.Status()
        self._wait(lambda: self._comm.Iprobe(sender, HEADER, status))
        header = bytearray(status.Get_count(MPI.BYTE))
        self._comm.Recv(header, sender, HEADER)
        blocks = blocks_for(bytes(header))
        for request in [self._comm.Irecv(block, sender, ARRAY) for block in blocks if len(block)]:
            self._wait(request.Test)
        return unpack(bytes(header), blocks)

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

    def _wait(self, is_done: Callable[[], bool]) -> None:
        """Ask until it is done: at first without a pause, then with longer and longer ones."""
        started, pause = time.perf_counter(), FIRST_PAUSE
        while not is_done():
            if time.perf_counter() - started > self._spin:
                time.sleep(pause)
                pause = min(1.5 * pause, LONGEST_PAUSE)

    @contextmanager
    def _timed(self) -> Iterator[None]:
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
