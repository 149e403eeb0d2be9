"""The number of characters per second that a language model generates.

    python -m scratchgen.benchmarks.generation

256 units, 64 embedding dimensions, 65 characters, one thread. Each row generates one text, or 32 texts at once, with
`scratchgen.rnn.generate`: the prompt, the steps and the sampling. The floor is the time of the two products that every
step needs, h W_hh and h W_hy. Rounds are interleaved. The table has medians of the wall-clock time, which other
programs on a busy machine lengthen, and of the processor time, which they do not. Prints the table and writes it to
kernels/results/CPU-generation.md.
"""

# ruff: noqa: E402  (the environment must be set before NumPy loads)
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import statistics
import time
from collections.abc import Callable

import numpy as np

from scratchgen.benchmarks.kernels.machine import description, slug
from scratchgen.benchmarks.results import RESULTS
from scratchgen.benchmarks.tables import machine_line, markdown
from scratchgen.data import CharacterTokenizer
from scratchgen.random import Generator
from scratchgen.rnn import CELLS, LanguageModel, generate

HIDDEN, EMBEDDING, CHARACTERS = 256, 64, "".join(map(chr, range(33, 98)))
LENGTHS = {1: 500, 32: 50}  # number of texts: the characters of each
ROUNDS = 15


def cases() -> dict[tuple[str, int], tuple]:
    """{(cell, texts): (write, floor, characters per text)}; both calls take one step per character."""
    found = {}
    for cell in CELLS:
        model = LanguageModel(CharacterTokenizer(CHARACTERS), HIDDEN, EMBEDDING, Generator(7), cell=cell)
        W_hh, W_hy = model.recurrent.layers[0].W_hh.data, model.W_hy.data
        for B, n in LENGTHS.items():

            def write(model=model, B=B, n=n):
                generate(model, [CHARACTERS[0]] * B, n, Generator(1))

            def floor(B=B, n=n, W_hh=W_hh, W_hy=W_hy):
                h = np.full((B, HIDDEN), 0.1, np.float32)
                for _ in range(n):
                    h @ W_hh
                    h @ W_hy

            found[cell, B] = write, floor, n
    return found


def seconds(call: Callable[[], object]) -> tuple[float, float]:
    """Wall-clock seconds and processor seconds of one call."""
    clock, processor = time.perf_counter(), time.thread_time()
    call()
    return time.perf_counter() - clock, time.thread_time() - processor


def rows() -> list[tuple[str, ...]]:
    """The cells of the table."""
    calls = cases()
    times: dict[tuple[str, int], list[tuple[float, ...]]] = {key: [] for key in calls}
    for _ in range(ROUNDS):
        for key, (write, floor, _) in calls.items():
            times[key].append((*seconds(write), *seconds(floor)))
    found: list[tuple[str, ...]] = []
    for (cell, B), (_, _, n) in calls.items():
        clock, processor, _, floor = (statistics.median(t) / n for t in zip(*times[cell, B], strict=True))
        steps = (f"{1e6 * t:.1f}" for t in (clock, processor, floor))
        found.append((cell, str(B), *steps, f"{B / clock:,.0f}", f"{B / processor:,.0f}"))
    return found


COLUMNS = (
    *("cell", "texts", "clock, µs per step", "processor, µs per step", "floor, µs per step"),
    *("characters per second", "characters per second of processor time"),
)


def main() -> None:
    """Measure, print and write the page."""
    table = markdown(COLUMNS, rows())
    load = f"Load of the machine in the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
    text = "\n".join([f"{machine_line(description())}, one thread.", load, "", *table]) + "\n"
    print(text)
    page = RESULTS / f"{slug()}-generation.md"
    page.write_text(f"# Characters per second\n\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
