"""The processes that a launcher such as mpiexec started for one command."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from scratchgen.errors import BadInput

if TYPE_CHECKING:
    from scratchgen.optim import Ranks

SIZES = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "PMIX_SIZE", "MPI_LOCALNRANKS")  # of MPICH, Open MPI and others
PLACES = ("PMI_RANK", "OMPI_COMM_WORLD_RANK", "PMIX_RANK", "MPI_LOCALRANKID")
LAUNCHERS = ("mpiexec", "mpirun", "orterun", "prterun")


def launched() -> int:
    """The number of processes that the launcher started; 1 without a launcher."""
    found = [int(os.environ[name]) for name in SIZES if os.environ.get(name, "").isdigit()]
    return max(found, default=1)


def launched_place() -> int:
    """The place of this process among those of the launcher; known before they are connected."""
    found = [int(os.environ[name]) for name in PLACES if os.environ.get(name, "").isdigit()]
    return max(found, default=0)


@cache
def connect() -> Ranks:
    """The ranks of this process: those that the launcher started, or `ALONE`.

    Raises BadInput without mpi4py, and where one launcher started another.
    """
    from scratchgen.optim.ranks import ALONE

    if (n := launched()) == 1:
        return ALONE
    if _launchers_above() > 1:
        raise BadInput(
            "mpiexec started another mpiexec: each would train a model of its own; start one alone, such as "
            f"mpiexec -n {n} scratchgen train"
        )
    try:
        from mpi4py import MPI
    except ImportError as error:
        raise BadInput(
            f"mpiexec started {n} processes, and mpi4py, which connects them, cannot be imported ({error}); install "
            "it with: pip install 'scratchgen-numpy[distributed]'"
        ) from None
    from scratchgen.distributed.mpi import MPIRanks

    return MPIRanks(MPI.COMM_WORLD)


def _launchers_above() -> int:
    """How many launchers are among the processes that started this one, where /proc tells it."""
    count, process = 0, os.getppid()
    while process > 1:
        try:
            # pid (name) state parent …; the name may hold spaces and brackets
            name, _, rest = Path(f"/proc/{process}/stat").read_text().partition("(")[2].rpartition(")")
        except (OSError, UnicodeDecodeError):
            return count
        count += name.startswith(LAUNCHERS)
        process = int(rest.split()[1])
    return count
