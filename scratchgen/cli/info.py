"""scratchgen info: versions, and the available kernel backends."""

from __future__ import annotations

import platform
from importlib import metadata

import numpy as np

import scratchgen
from scratchgen import kernels
from scratchgen.cli.output import PlainTable, console, print_line
from scratchgen_kernels.variants import variant

LIBRARIES = (
    "matplotlib",
    "numba",
    "cython",
    "safetensors",
    "scikit-learn",
    "soundfile",
    "mido",
    "tokenizers",
    "torch",
    "jax",
)


def info() -> None:
    """Print versions and every kernel backend, with the reason if one is unavailable."""
    screen, python = console(), platform.python_version()
    print_line(f"scratchgen {scratchgen.__version__}   Python {python}   NumPy {np.__version__}")
    print_line("   ".join(f"{name} {_version(name)}" for name in LIBRARIES))
    if record := kernels.build_record():
        details = record["reason"] or " ".join(record["flags"])
        print_line(f"compiled kernels: {record['status']}, {details}")
        if built := record.get("variants"):
            print_line(f"their variants: {', '.join(built)}; this process loads {variant() or 'none'}")
    table = PlainTable()
    for heading in ("kernel", "backend", "state", "why"):
        table.add_column(heading)
    for state in kernels.backends():
        table.add_row(state.kernel, state.backend, "on" if state.available else "off", state.reason)
    screen.print(table)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "–"
