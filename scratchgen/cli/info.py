"""scratchgen info: versions, and the available kernel backends."""

from __future__ import annotations

import platform
from importlib import metadata

import numpy as np
from rich.markup import escape
from rich.table import Table

import scratchgen
from scratchgen import kernels
from scratchgen.cli.output import console, print_line
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
    print_line(screen, f"scratchgen {scratchgen.__version__}   Python {python}   NumPy {np.__version__}")
    print_line(screen, "   ".join(f"{name} {_version(name)}" for name in LIBRARIES))
    if record := kernels.build_record():
        details = record["reason"] or " ".join(record["flags"])
        print_line(screen, f"compiled kernels: {record['status']}, {details}")
        if built := record.get("variants"):
            print_line(
                screen, f"their variants: {', '.join(built)}; this process loads {variant() or 'none'}"
            )
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("kernel", "backend", "state", "why"):
        table.add_column(heading, header_style="bold")
    for state in kernels.backends():
        table.add_row(state.kernel, state.backend, "on" if state.available else "off", escape(state.reason))
    screen.print(table)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "–"
