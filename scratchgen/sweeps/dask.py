"""Trainings on the workers of a Dask cluster, which is started on this machine or runs already.

The workers share the file system with the command. Each trains in a process of its own (`trial.train`), so that a run
has the same result as without Dask. If a worker is killed, its training saves and ends, and Dask gives the training to
another worker, which resumes it from its checkpoint.

Needs the extra: pip install "scratchgen-numpy[distributed]".
"""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from scratchgen.errors import BadInput, NotInstalled
from scratchgen.runs.provenance import versions
from scratchgen.sweeps.dask_processes import local_cluster
from scratchgen.sweeps.trial import POLL_SECONDS, Ended, Runner, Training, train, wait_until_free

CONNECT_SECONDS = 8.0  # within which a scheduler must answer, and must have a worker


@contextmanager
def dask_runner(directory: Path, workers: int, scheduler: str | None) -> Iterator[Runner]:
    """A runner for the sweep in `directory` on a Dask cluster, within the block.

    workers      number of workers of a cluster that is started on this machine
    scheduler    address of a running cluster, which is used instead

    Raises BadInput, before anything is written, for a scheduler that does not answer or has no workers, and for a
    worker that cannot train in the directory.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise NotInstalled(
            f'training on Dask needs distributed ({error}); run: pip install "scratchgen-numpy[distributed]"'
        ) from None
    with _no_log(), local_cluster(workers) if scheduler is None else nullcontext(scheduler) as address:
        _check_scheduler(address)
        with Client(address, timeout=CONNECT_SECONDS, set_as_default=False) as client:
            _check_workers(client, directory)
            yield partial(_run, client)


@contextmanager
def _no_log() -> Iterator[None]:
    """Switch logging off: Dask logs every lost connection, which the sweep either survives or reports in one line."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _check_scheduler(address: str) -> None:
    """Raise BadInput unless a scheduler answers at the address. `Client` alone waits for a silent server forever."""
    from distributed import Security
    from distributed.comm import connect

    async def probe() -> None:
        arguments = Security().get_connection_args("client")
        await (await connect(address, timeout=CONNECT_SECONDS, **arguments)).close()

    try:
        asyncio.run(asyncio.wait_for(probe(), CONNECT_SECONDS))
    except Exception as error:  # of any kind, because a server of another kind may answer anything
        raise BadInput(
            f"no Dask scheduler answers at {address!r} ({str(error) or 'no answer'}); give the address that "
            "`dask scheduler` prints, such as tcp://10.0.0.5:8786"
        ) from None


def _check_workers(client: Any, directory: Path) -> None:
    """Raise BadInput unless the cluster has workers, and each of them can train in the directory."""
    address = client.scheduler.address
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError:
        raise BadInput(
            f"the Dask cluster at {address} has no workers; start one with `dask worker {address}`"
        ) from None
    existing = next(folder for folder in (directory, *directory.absolute().parents) if folder.is_dir())
    # a file with a new name: another machine may have a folder with the same path, but not this file
    with tempfile.NamedTemporaryFile(dir=existing, prefix=".sweep-") as file:
        seen = Path(file.name).absolute()
        faults = client.run(_fault, versions(), seen, Path.cwd(), on_error="return")
    for worker, fault in faults.items():
        if isinstance(fault, Exception):
            fault = f"cannot load this version of scratchgen ({fault}); install it there"
        if fault:
            raise BadInput(f"the Dask worker {worker} {fault}")


def _fault(wanted: Mapping[str, str], file: Path, folder: Path) -> str | None:
    """The reason why this worker cannot train, None if it can.

    wanted    the versions where the command runs
    file      an existing file in the folder of the runs or above it
    folder    the working folder of the command
    """
    found = versions()
    for name in {**wanted, **found}:
        if found.get(name) != wanted.get(name):
            return (
                f"has {name} {found.get(name, '–')}, the command {wanted.get(name, '–')}; install the same version, "
                "because results depend on it"
            )
    for path, needed in ((file, file.parent), (folder, folder)):
        if not path.exists():
            return f"does not see the folder {needed}; run the command, and --out, in a folder that all workers share"
    return None


def _run(client: Any, trainings: Sequence[Training]) -> Generator[Ended, None, None]:
    """Carry out all trainings, one per thread of the workers. A caller that stops asking stops them; they save."""
    from distributed import as_completed

    variables = {name: value for name, value in os.environ.items() if _affects_training(name)}
    futures = [client.submit(_train, training, variables, pure=False) for training in trainings]
    names = {future.key: training.name for future, training in zip(futures, trainings, strict=True)}
    try:
        for future in as_completed(futures, loop=client.loop):
            if future.cancelled():
                raise BadInput(
                    "the connection to the Dask scheduler is lost; the trainings save and end, and the same command "
                    "resumes them"
                )
            error = future.exception()  # a training that fails is no error, but one that kills its workers is
            ended = Ended(names[future.key], str(error)) if error else future.result()
            if ended is not None:
                yield ended
    finally:
        client.cancel(futures)
        for training in trainings:
            wait_until_free(training.directory, threading.Event())


def _affects_training(name: str) -> bool:
    """Whether workers take an environment variable from the command, so that the results are the same everywhere."""
    return name.startswith("SCRATCHGEN_") or name.endswith("_NUM_THREADS")


def _train(training: Training, variables: Mapping[str, str]) -> Ended | None:
    """Train on this worker until the run is finished; None if Dask releases the task before."""
    if not training.directory.parent.is_dir():  # a worker that joined after the check
        return Ended(training.name, f"a Dask worker does not see the folder {training.directory.parent}")
    own = {name: value for name, value in os.environ.items() if not _affects_training(name)}
    with _released() as released:
        return train(training, {"OMP_NUM_THREADS": "1", **own, **variables}, released)


@contextmanager
def _released() -> Iterator[threading.Event]:
    """An event that is set when Dask has released the task of this thread: it was cancelled, or the command has ended.

    Dask does not stop a running task; somebody has to look at its state.
    """
    from distributed import get_worker

    worker, event = get_worker(), threading.Event()
    key = worker.get_current_task()

    def watch() -> None:
        while not event.wait(POLL_SECONDS):
            task = worker.state.tasks.get(key)
            if task is None or task.state != "executing":
                event.set()

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield event
    finally:
        event.set()
