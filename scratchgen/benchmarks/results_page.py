"""Write the page of a machine's results from the numbers of `scratchgen bench`.

    scratchgen bench --peers --json kernels/results/CPU.json
    python scratchgen/benchmarks/results_page.py kernels/results/CPU.json

The page has every row, the targets that the kernels are built to reach, each met or missed by how much, and
the order of backends that follows.
"""

import json
import sys
from pathlib import Path

from scratchgen.benchmarks.kernels.measure import Row, orders
from scratchgen.benchmarks.kernels.targets import TARGETS
from scratchgen.cli.bench import COLUMNS, cells


def page(numbers: dict) -> str:
    """The Markdown of one machine's results."""
    rows = [Row(**row) for row in numbers["rows"]]
    machine, peaks = numbers["machine"], numbers["peaks"]
    lines = [
        f"# Kernels on {machine['cpu']}",
        "",
        ", ".join(f"{key} {value}" for key, value in machine.items() if key != "cpu") + ".",
        "",
        "float32; medians of interleaved rounds in one run. One thread unless a row says otherwise. The",
        "first call on Numba includes compiling. ≈: the scalar loops ran a smaller case, scaled by the work.",
        f"Peak, as measured in the same run on one thread: {peaks['GFLOP/s']:.0f} GFLOP/s (a BLAS product)",
        f"and {peaks['GB/s']:.1f} GB/s (a copy).",
        "",
        *targets_table(rows),
        *rows_table(rows),
        "## The order of `auto`",
        "",
        "Fastest first, by the sum over all sizes of a kernel, which is what a user waits for:",
        "",
        *(f"- {folder}: {', '.join(order)}" for folder, order in orders(rows).items()),
    ]
    return "\n".join(lines) + "\n"


def targets_table(rows: list[Row]) -> list[str]:
    """Each target beside what was reached."""
    lines = ["## Targets", "", "| computation | size | ratio | to reach | reached | |", "|---" * 6 + "|"]
    for target in TARGETS:
        for size, reached in target.reached(rows):
            missing = 1 - reached / target.least
            verdict = "met" if missing <= 0 else f"missed by {missing:.0%}: {target.why or 'unexplained'}"
            cells_ = (target.name, size, target.words, f"{target.least:g}×", f"{reached:.2f}×", verdict)
            lines.append(f"| {' | '.join(cells_)} |")
    return [*lines, ""]


def rows_table(rows: list[Row]) -> list[str]:
    """Every row."""
    headings = ["computation", "size", "on", *list(COLUMNS)[1:]]
    lines = ["## All rows", "", f"| {' | '.join(headings)} |", "|---" * len(headings) + "|"]
    lines += [f"| {' | '.join((row.name, row.size, *cells(row)))} |" for row in rows]
    return [*lines, ""]


if __name__ == "__main__":
    source = Path(sys.argv[1])
    target = source.with_suffix(".md")
    target.write_text(page(json.loads(source.read_text())), encoding="utf-8")
    print(f"written to {target}")
