"""Commands on several ranks: one `mpiexec` per command, or one for many commands in a row."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

DRIVER = Path(__file__).with_name("ranks_driver.py")


def mpiexec() -> str:
    """The launcher that the package mpich installed next to this Python, or the one on the path."""
    beside = Path(sys.executable).with_name("mpiexec")
    found = str(beside) if beside.exists() else shutil.which("mpiexec")
    assert found, "the tests of several ranks need mpiexec: pip install 'scratchgen-numpy[distributed]'"
    return found


def scratchgen(ranks: int, *arguments: object) -> list[str]:
    """The command line of `scratchgen` on so many ranks."""
    return [mpiexec(), "-n", str(ranks), sys.executable, "-m", "scratchgen", *map(str, arguments)]


def run(ranks: int, *arguments: object, seconds: float = 120, **options) -> subprocess.CompletedProcess:
    """Carry out `scratchgen` on so many ranks."""
    command = scratchgen(ranks, *arguments)
    return subprocess.run(command, capture_output=True, text=True, timeout=seconds, **options)


def run_all(ranks: int, commands: list[list[object]], folder: Path, apart: bool = False) -> list[int]:
    """Carry out commands one after another in the same processes, without pictures; their statuses.

    apart    as if the ranks were on different machines, whose sums begin during the backward pass
    """
    given = folder / f"commands-{ranks}.json"
    given.write_text(json.dumps([[*map(str, words)] for words in commands]))
    statuses = given.with_suffix(".out")
    # -P: the folders next to the driver are named as the packages, and would hide them
    words = [sys.executable, "-P", str(DRIVER), str(given), str(statuses), *["apart"] * apart]
    launched = [mpiexec(), "-n", str(ranks), *words] if ranks > 1 else words
    done = subprocess.run(launched, capture_output=True, text=True, timeout=1800, env=os.environ)
    assert statuses.exists(), done.stderr[-2000:]
    return json.loads(statuses.read_text())
