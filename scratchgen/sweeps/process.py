"""A command of scratchgen in a process that ends with the one that started it.

    python -m scratchgen.sweeps.process train vae --data digits

Standard input is a pipe, which the starting process holds open. When that process closes it, or is killed, this one
gets SIGTERM: a training saves and stops, and no training continues unseen.
"""

from __future__ import annotations

import os
import runpy
import signal
import threading


def end_with_parent() -> None:
    """Let this process get SIGTERM when nobody holds its standard input open any more."""

    def wait() -> None:
        os.read(0, 1)  # nothing is ever written: it returns when the pipe is closed
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    end_with_parent()
    runpy.run_module("scratchgen", run_name="__main__", alter_sys=True)
