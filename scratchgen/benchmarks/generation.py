"""How many characters a second a language model writes.

    python scratchgen/benchmarks/generation.py

256 units, 64 embeddings, 65 characters, one thread. Each row writes one text, or 32 side by side, by
`scratchgen.rnn.generate`: reading the prompt, the steps, the drawing. The floor is the products that no
step of NumPy can do without, h W_hh and h W_hy. Rounds are interleaved; medians of the time on the clock, in
which a busy machine runs other programs too, and of the time of the processor, in which it does not. Prints
a table and writes it to kernels/results/<cpu>-generation.md.
"""

# ruff: noqa: E402  (the environment must be set before NumPy loads)
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import statistics
import time
from pathlib import Path

import numpy as np

from scratchgen.benchmarks.kernels.machine import description, slug
from scratchgen.data import CharacterTokenizer
from scratchgen.random import Generator
from scratchgen.rnn import CELLS, LanguageModel, generate

HIDDEN, EMBEDDING, CHARACTERS = 256, 64, "".join(map(chr, range(33, 98)))
LENGTHS = {1: 500, 32: 50}  # texts side by side: the characters of each
ROUNDS = 15


def cases() -> dict[tuple[str, int], tuple]:
    """{(cell, texts): (write, floor, characters of each text)}; both take that many steps."""
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


def seconds(call) -> tuple[float, float]:
    """On the clock, and of the processor."""
    clock, processor = time.perf_counter(), time.thread_time()
    call()
    return time.perf_counter() - clock, time.thread_time() - processor


def rows() -> list[tuple[str, ...]]:
    """The cells of the table."""
    calls, times = cases(), {}
    for _ in range(ROUNDS):
        for key, (write, floor, _) in calls.items():
            times.setdefault(key, []).append((*seconds(write), *seconds(floor)))
    found = []
    for (cell, B), (_, _, n) in calls.items():
        clock, processor, _, floor = (statistics.median(t) / n for t in zip(*times[cell, B], strict=True))
        step = f"{1e6 * clock:.1f} | {1e6 * processor:.1f} | {1e6 * floor:.1f}"
        found.append((cell, str(B), step, f"{B / clock:,.0f}", f"{B / processor:,.0f}"))
    return found


def main() -> None:
    """Measure, print and write the page."""
    headings = "cell | texts | clock, µs a step | processor, µs a step | floor, µs a step "
    headings += "| characters a second | characters a second of the processor"
    lines = [f"| {headings} |", "|---" * 7 + "|", *(f"| {' | '.join(row)} |" for row in rows())]
    machine = ", ".join(f"{key} {value}" for key, value in description().items())
    busy = f"Load of the machine in the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
    text = "\n".join([f"{machine}, one thread.", busy, "", *lines]) + "\n"
    print(text)
    Path(__file__).with_name("results").joinpath(f"{slug()}-generation.md").write_text(
        f"# Characters a second\n\n{text}", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
