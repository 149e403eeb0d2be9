"""scratchgen info: versions, and which kernel backends are on."""

from __future__ import annotations

import platform
from importlib import metadata

import numpy as np
from rich.table import Table

import scratchgen
from scratchgen import kernels
from scratchgen.cli.output import console

LIBRARIES = ("matplotlib", "numba", "cython", "safetensors", "scikit-learn", "soundfile", "torch", "jax")


def info():
    """Print versions and every kernel backend, with the reason where one is off."""
    out = console()
    out.print(
        f"scratchgen {scratchgen.__version__}   Python {platform.python_version()}   NumPy {np.__version__}"
    )
    out.print("   ".join(f"{name} {_version(name)}" for name in LIBRARIES))
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("kernel", "backend", "state", "why"):
        table.add_column(heading, header_style="bold")
    for state in kernels.backends():
        table.add_row(state.kernel, state.backend, "on" if state.available else "off", state.reason or "")
    out.print(table)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "–"
