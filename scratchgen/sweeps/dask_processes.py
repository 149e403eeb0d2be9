"""A Dask cluster on this machine, in processes of its own, which end with the one that started them.

    python -m scratchgen.sweeps.dask_processes WORKERS

Standard output is one line, the address of the scheduler. Standard input is a pipe, which the starting process holds
open; the cluster ends when it is closed. Ctrl-C does not reach it: those who run the trainings stop them first.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from scratchgen.errors import BadInput
from scratchgen.sweeps.trial import last_line


@contextmanager
def local_cluster(workers: int) -> Iterator[str]:
    """The address of the scheduler of a cluster with this many workers of one thread, within the block."""
    # -P: as for the command scratchgen, modules of the working folder do not hide others
    command = [sys.executable, "-P", "-m", "scratchgen.sweeps.dask_processes", str(workers)]
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
        )
        with process:
            assert process.stdout is not None
            try:
                address = process.stdout.readline().decode().strip()
            except BaseException:  # Ctrl-C: a cluster that is still starting would take seconds to end
                process.kill()
                raise
            if not address:
                raise BadInput(f"no Dask cluster can be started on this machine ({last_line(errors)})")
            yield address
            # leaving the block closes standard input, which ends the cluster


def serve(workers: int) -> None:
    """Run a cluster until standard input is closed."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        dashboard_address=None,
        memory_limit=None,  # trainings are processes of their own, which a limit of the workers does not see
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        os.read(0, 1)  # nothing is ever written


if __name__ == "__main__":
    serve(int(sys.argv[1]))
