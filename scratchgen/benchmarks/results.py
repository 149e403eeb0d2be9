"""The committed results of the benchmarks: where they are, and the most recent ones.

A machine has one file per kind, named after its processor: CPU.json holds what `scratchgen bench --peers` measured,
CPU-steps.json what `scratchgen bench --steps --peers` measured. `pages.py` and `readme_table.py` read them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scratchgen.benchmarks.kernels.measure import Row
from scratchgen.benchmarks.steps.measure import StepRow

RESULTS = Path(__file__).parents[2] / "kernels" / "results"  # in a clone of the repository
STEPS_ENDING = "-steps.json"


def kernel_files(folder: Path = RESULTS) -> list[Path]:
    """The JSON files of kernel timings."""
    return sorted(path for path in folder.glob("*.json") if not path.name.endswith(STEPS_ENDING))


def step_files(folder: Path = RESULTS) -> list[Path]:
    """The JSON files of timings of whole training steps."""
    return sorted(folder.glob(f"*{STEPS_ENDING}"))


def newest(files: list[Path]) -> dict[str, Any]:
    """The numbers that were measured last. Raises ValueError if there are no files."""
    return max(map(load, files), key=lambda numbers: numbers["machine"]["date"])


def load(path: Path) -> dict[str, Any]:
    """The numbers of one file: {"machine": ..., "rows": [...]}, and "peaks" for kernels."""
    return json.loads(path.read_text(encoding="utf-8"))


def kernel_rows(numbers: dict[str, Any]) -> list[Row]:
    """The rows of kernel timings."""
    return [Row(**row) for row in numbers["rows"]]


def step_rows(numbers: dict[str, Any]) -> list[StepRow]:
    """The rows of timings of training steps."""
    return [StepRow(**row) for row in numbers["rows"]]
