"""Trainings in processes of this machine, several at once.

Trainings do not depend on one another, so each has the same result whatever runs next to it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from scratchgen.sweeps.trial import Ended, Training, train


def run_locally(trainings: Sequence[Training], jobs: int) -> Generator[Ended, None, None]:
    """Carry out all trainings, `jobs` at once. A caller that stops asking stops them: they save and end first."""
    stopping = threading.Event()
    environment = dict(os.environ)
    if jobs > 1:  # a process for each core: threads within them would wait for one another
        environment.setdefault("OMP_NUM_THREADS", "1")
    with ThreadPoolExecutor(max_workers=jobs) as pool:  # a thread waits for each process
        futures = [pool.submit(train, training, environment, stopping) for training in trainings]
        try:
            for future in as_completed(futures):
                if (ended := future.result()) is not None:
                    yield ended
        finally:
            stopping.set()
            pool.shutdown(cancel_futures=True)
