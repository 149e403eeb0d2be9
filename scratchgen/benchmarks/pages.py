"""Write the pages of results, kernels/results/*.md, from the numbers in the JSON files next to them.

    scratchgen bench --peers --json kernels/results/CPU.json
    scratchgen bench --steps --peers --json kernels/results/CPU-steps.json
    python -m scratchgen.benchmarks.pages

The page of the kernels has the targets that they are built to reach, each met or missed by how much, every row, and
the order of backends that follows. The page of the training steps has the rows and the targets of every step.
"""

from __future__ import annotations

from typing import Any

from scratchgen.benchmarks.kernels.measure import Row, orders
from scratchgen.benchmarks.kernels.targets import TARGETS
from scratchgen.benchmarks.results import kernel_files, kernel_rows, load, step_files, step_rows
from scratchgen.benchmarks.steps import CASES
from scratchgen.benchmarks.tables import (
    KERNEL_COLUMNS,
    STEP_COLUMNS,
    kernel_cells,
    machine_line,
    markdown,
    step_cells,
    step_verdicts,
)

FIRST_COLUMN = "backend"


def kernels_page(numbers: dict[str, Any]) -> str:
    """The Markdown page of one machine's kernel timings."""
    rows, peaks = kernel_rows(numbers), numbers["peaks"]
    lines = [
        *heading("Kernels", numbers["machine"]),
        "float32; medians of interleaved rounds in one run. One thread unless a row says otherwise. The",
        "first call on Numba includes compiling. ≈: the scalar loops ran a smaller case, scaled by the work.",
        f"Peak, as measured in the same run on one thread: {peaks['GFLOP/s']:.0f} GFLOP/s (a BLAS product)",
        f"and {peaks['GB/s']:.1f} GB/s (a copy).",
        "",
        *("## Targets", "", *target_table(rows), ""),
        *("## All rows", ""),
        *markdown(
            ["computation", "size", FIRST_COLUMN, *list(KERNEL_COLUMNS)[1:]],
            [(row.name, row.size, *kernel_cells(row)) for row in rows],
        ),
        "",
        "## The order of `auto`",
        "",
        "Fastest first, by the sum over all sizes of a kernel, which is the time that a user waits:",
        "",
        *(f"- {folder}: {', '.join(order)}" for folder, order in orders(rows).items()),
    ]
    return "\n".join(lines) + "\n"


def steps_page(numbers: dict[str, Any]) -> str:
    """The Markdown page of one machine's timings of training steps."""
    lines = [
        *heading("Training steps", numbers["machine"]),
        "float32, one thread; medians and quartiles of interleaved rounds in one run. Every library takes",
        "the same step from the same weights: the losses were compared before the steps were timed. The",
        "last two columns are the ratios of a row's time to the times of PyTorch and JAX.",
    ]
    for case in CASES:
        rows = [row for row in step_rows(numbers) if row.name == case.NAME]
        lines += ["", f"## {case.NAME[0].upper()}{case.NAME[1:]}", "", rows[0].size, ""]
        lines += markdown([FIRST_COLUMN, *STEP_COLUMNS[1:]], map(step_cells, rows))
        lines += ["", *(f"- {line}" for line in step_verdicts(rows, case.TARGETS))]
    return "\n".join(lines) + "\n"


def heading(subject: str, machine: dict[str, str]) -> list[str]:
    """The title of a page and the line that describes the machine."""
    return [f"# {subject} on {machine['cpu']}", "", f"{machine_line(machine, omit=('cpu',))}.", ""]


def target_table(rows: list[Row]) -> list[str]:
    """Each target next to the ratio that was measured."""
    cells = []
    for target in TARGETS:
        for size, speedup in target.measured(rows):
            shortfall = 1 - speedup / target.min_speedup
            verdict = "met" if shortfall <= 0 else f"missed by {shortfall:.0%}: {target.reason}"
            ratios = f"{target.min_speedup:g}×", f"{speedup:.2f}×"
            cells.append((target.name, size, target.label, *ratios, verdict))
    return markdown(["computation", "size", "ratio", "target", "measured", "verdict"], cells)


def main() -> None:
    """Write the page of every committed file of results."""
    for make_page, files in ((kernels_page, kernel_files()), (steps_page, step_files())):
        for source in files:
            target = source.with_suffix(".md")
            target.write_text(make_page(load(source)), encoding="utf-8")
            print(f"Page: {target}")


if __name__ == "__main__":
    main()
