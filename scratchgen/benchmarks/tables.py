"""The cells of the benchmark tables, for the terminal and for Markdown pages alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from scratchgen.benchmarks.kernels.measure import Row
from scratchgen.benchmarks.kernels.targets import Target
from scratchgen.benchmarks.steps.measure import StepRow

KERNEL_COLUMNS = {  # heading: width on the terminal
    **{"": 20, "first ms": 9, "median": 13, "× loops": 8, "× numpy": 8, "× one thread": 12},
    **{"rate": 15, "of peak": 7},
}
STEP_COLUMNS = ("", "first ms", "median ms", "quartiles", "/ PyTorch", "/ JAX")


def kernel_cells(row: Row) -> tuple[str, ...]:
    """The cells of one kernel timing, in the order of KERNEL_COLUMNS; a scaled time has the sign ≈."""
    return (
        row.backend + (f", {row.threads} threads" if row.threads > 1 else ""),
        "" if row.scaled else f"{1e3 * row.first:,.1f}",
        ("≈ " if row.scaled else "") + _time(row.median),
        *(_speedup(ratio) for ratio in (row.over_loops, row.over_numpy, row.over_one_thread)),
        f"{row.rate:.3g} {row.unit}",
        f"{row.share:.0%}",
    )


def step_cells(row: StepRow) -> tuple[str, ...]:
    """The cells of one timing of a training step, in the order of STEP_COLUMNS; the ratios are ratios of times."""
    shares = ("" if ratio is None else f"{1 / ratio:.2f}" for ratio in (row.over_torch, row.over_jax))
    quartiles = f"{1e3 * row.low:.2f} … {1e3 * row.high:.2f}"
    return row.backend, f"{1e3 * row.first:,.2f}", f"{1e3 * row.median:.2f}", quartiles, *shares


def step_verdicts(rows: Sequence[StepRow], targets: Iterable[Target]) -> Iterator[str]:
    """One line per target that was measured: the ratio of times, the target ratio, and whether it is met."""
    ours = next(row for row in rows if row.backend == "scratchgen")
    measured = {"PyTorch": ours.over_torch, "JAX": ours.over_jax}
    for target in targets:
        if speedup := measured[target.slower]:
            verdict = "met" if speedup >= target.min_speedup else f"missed: {target.reason}"
            ratio, limit = f"{1 / speedup:.2f}", f"{1 / target.min_speedup:.2f}"
            yield f"{target.label}: {ratio}, target at most {limit}: {verdict}"


def markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a Markdown table."""
    cells = [columns, ["---"] * len(columns), *rows]
    return [f"| {' | '.join(row)} |" for row in cells]


def machine_line(machine: Mapping[str, str], omit: tuple[str, ...] = ()) -> str:
    """The description of a machine as one line, without the keys in `omit`."""
    return ", ".join(f"{key} {value}" for key, value in machine.items() if key not in omit)


def _speedup(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.2f}"


def _time(seconds: float) -> str:
    return f"{1e6 * seconds:,.1f} µs" if seconds < 1e-2 else f"{1e3 * seconds:,.1f} ms"
