"""Write the page of a machine's training steps from the numbers of `scratchgen bench --steps`.

scratchgen bench --steps --peers --json steps.json
python scratchgen/benchmarks/steps_page.py steps.json kernels/results/CPU-steps.md
"""

import json
import sys
from pathlib import Path

from scratchgen.benchmarks.steps import CASES
from scratchgen.benchmarks.steps.measure import StepRow


def page(numbers: dict) -> str:
    """The Markdown of one machine's training steps."""
    rows, machine = [StepRow(**row) for row in numbers["rows"]], numbers["machine"]
    lines = [
        f"# Training steps on {machine['cpu']}",
        "",
        ", ".join(f"{key} {value}" for key, value in machine.items() if key != "cpu") + ".",
        "",
        "float32, one thread; medians and quartiles of interleaved rounds in one run. Every library takes",
        "the same step from the same weights: its losses were compared before it was timed. The last two",
        "columns are times as shares of those of PyTorch and JAX.",
    ]
    for case in CASES:
        lines += section([row for row in rows if row.name == case.NAME], case.TARGETS)
    return "\n".join(lines) + "\n"


def section(rows: list[StepRow], targets: list) -> list[str]:
    """The rows of one step, and its targets."""
    lines = ["", f"## {rows[0].name[0].upper()}{rows[0].name[1:]}", "", rows[0].size, ""]
    lines += ["| on | first ms | median ms | quartiles | / PyTorch | / JAX |", "|---" * 6 + "|"]
    for row in rows:
        first, median, low, high = (f"{1e3 * s:.2f}" for s in (row.first, row.median, row.low, row.high))
        over = " | ".join("" if r is None else f"{1 / r:.2f}" for r in (row.over_torch, row.over_jax))
        lines.append(f"| {row.backend} | {first} | {median} | {low} … {high} | {over} |")
    lines.append("")
    ours = next(row for row in rows if row.backend == "scratchgen")
    measured = {"PyTorch": ours.over_torch, "JAX": ours.over_jax}
    for target in targets:
        if times := measured[target.slower]:
            verdict = "met" if times >= target.least else f"missed: {target.why or 'unexplained'}"
            lines.append(
                f"- {target.words}: {1 / times:.2f}, at most {1 / target.least:.2f} wanted: {verdict}"
            )
    return lines


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    target.write_text(page(json.loads(source.read_text())), encoding="utf-8")
    print(f"written to {target}")
