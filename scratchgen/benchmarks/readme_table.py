"""Write the table of speeds in README.md, between its two markers, from the committed results.

python -m scratchgen.benchmarks.readme_table
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scratchgen.benchmarks import results
from scratchgen.benchmarks.steps import vae
from scratchgen.benchmarks.tables import markdown

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- compare:begin -->", "<!-- compare:end -->"
BACKENDS = {
    "loops": "loops",
    "NumPy": "numpy",
    "Numba": "numba",
    "Cython": "cython",
}  # heading: name in a row
EXPRESSION = "NumPy expression"  # the name in a row of NumPy's own generator
LIBRARIES = {"PyTorch": "PyTorch", "JAX": "JAX"}
STEP_BACKENDS = {"NumPy": "scratchgen, NumPy kernels", "Cython": "scratchgen", **LIBRARIES}
SAMPLING = ("reparameterize", "n=10,000,000")
KERNELS = {  # label: (name and size of the rows)
    "matrix product, 1,024 × 1,024 × 1,024": ("matmul", "M=1,024 K=1,024 N=1,024"),
    "tanh recurrence, forward and backward, 50 steps, batch 64, 256 units": (
        "tanh_recurrence, forward and backward",
        "T=50 B=64 D=128 H=256",
    ),
    "reparameterised sampling, 10⁷ numbers": SAMPLING,
}
STEP_LABEL = f"training step of a VAE {vae.D}–{vae.H}–{vae.Z}, batch {vae.B}"


def table(kernels: dict[str, Any], steps: dict[str, Any]) -> str:
    """The Markdown table with the lines below it, from the numbers of the kernels and of the training steps.

    Raises ValueError if the two were measured on different machines.
    """
    machine = kernels["machine"]
    if machine != steps["machine"]:
        raise ValueError("the kernels and the training steps were measured on different machines or versions")
    rows = []
    for label, name_and_size in KERNELS.items():
        times = kernel_times(kernels, *name_and_size)
        rows.append([label, *(times.get(key, "–") for key in (BACKENDS | LIBRARIES).values())])
    times = {row.backend: duration(row.median) for row in results.step_rows(steps) if row.name == vae.NAME}
    headings = [*BACKENDS, *LIBRARIES]
    rows.append([STEP_LABEL, *(times.get(STEP_BACKENDS.get(heading, ""), "–") for heading in headings)])
    generator_time = kernel_times(kernels, *SAMPLING)[EXPRESSION]
    lines = [
        *markdown(["computation", *headings], rows),
        "",
        f"{machine['cpu']}, one thread, float32, medians of one run, {machine['date']}; Python {machine['python']},",
        f"NumPy {machine['numpy']}, Numba {machine['numba']}, PyTorch {machine['torch']}, JAX {machine['jax']}.",
        "≈: the loops ran a smaller case, and their time is scaled by the work. All four backends draw the same",
        f"counter-based noise; with NumPy's generator the sampling takes {generator_time}.",
        "The training step under Cython uses the default backends: NumPy's BLAS for matrix products, Cython for",
        "everything else.",
    ]
    return "\n".join(lines)


def kernel_times(kernels: dict[str, Any], name: str, size: str) -> dict[str, str]:
    """{backend or library: time on one thread} of one computation at one size."""
    rows = [
        row for row in results.kernel_rows(kernels) if (row.name, row.size, row.threads) == (name, size, 1)
    ]
    return {row.backend: ("≈ " if row.scaled else "") + duration(row.median) for row in rows}


def duration(seconds: float) -> str:
    """A time in three significant digits, with its unit."""
    unit, scale = ("s", 1.0) if seconds >= 1 else ("ms", 1e-3) if seconds >= 1e-3 else ("µs", 1e-6)
    number = seconds / scale
    decimals = 0 if number >= 100 else 1 if number >= 10 else 2
    return f"{number:,.{decimals}f} {unit}"


def committed_table() -> str:
    """The table that the committed results give."""
    return table(results.newest(results.kernel_files()), results.newest(results.step_files()))


def extract(text: str) -> str:
    """The text between the two markers. Raises ValueError unless each marker occurs once, in order."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"README.md must hold {BEGIN} and, after it, {END}, each of them once")
    return text.split(BEGIN)[1].split(END)[0].strip("\n")


def replace(text: str, content: str) -> str:
    """The text with `content` between the two markers."""
    extract(text)
    return f"{text.split(BEGIN)[0]}{BEGIN}\n\n{content}\n\n{END}{text.split(END)[1]}"


def main() -> None:
    """Write the table into README.md."""
    README.write_text(replace(README.read_text(encoding="utf-8"), committed_table()), encoding="utf-8")
    print(f"Table: {README}")


if __name__ == "__main__":
    main()
