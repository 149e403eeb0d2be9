"""Commands, each in a new process forked from a server (`forking.py`) that has imported what they need.

A new interpreter would take longer to import NumPy and matplotlib than these commands take to run.
"""

import contextlib
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SERVER = Path(__file__).with_name("forking.py")


class Commands:
    """Runs one command at a time. Its output goes to a file of the folder, if there is one."""

    def __init__(self, server: subprocess.Popen, folder: Path | None):
        self._server, self._folder = server, folder

    def start(self, *arguments: object) -> None:
        """Start `scratchgen` with these arguments."""
        print(json.dumps([*map(str, arguments)]), file=self._server.stdin, flush=True)
        self.process = int(self._server.stdout.readline())

    def ends_within(self, seconds: float) -> bool:
        """Whether the command ends within this time."""
        return bool(select.select([self._server.stdout], [], [], seconds)[0])

    def send(self, signal: int) -> None:
        """Send a signal to the command, unless it has ended in this moment."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process, signal)

    def status(self) -> int:
        """The exit status of the command, or minus the signal that killed it."""
        return int(self._server.stdout.readline())

    def output(self) -> tuple[str, str]:
        """What the command has printed: standard output, standard error."""
        files = [Path(self._folder, f"{self.process}.{name}") for name in ("out", "err")]
        return tuple(file.read_text(encoding="utf-8") for file in files)


@contextlib.contextmanager
def commands(*options: object) -> Iterator[Commands]:
    """Commands of one server. The options are those of forking.py."""
    folder = Path(options[options.index("--output") + 1]) if "--output" in options else None
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(
        [sys.executable, SERVER, *map(str, options)], **pipes, text=True, bufsize=1
    ) as server:
        yield Commands(server, folder)
