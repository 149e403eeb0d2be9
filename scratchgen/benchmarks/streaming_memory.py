"""The memory that an epoch over images on disk takes, from a small file to a file larger than the memory.

    python -m scratchgen.benchmarks.streaming_memory [FOLDER]

Each row is measured in a separate process, which maps an .npy file of uint8 images of 64 × 64 pixels and draws the
batches of one epoch, 128 images each. The files are sparse (their zeros take no space on disk), so that 4 GB fit
anywhere; they are made in FOLDER (default: the system's folder for temporary files) and deleted. Prints a table and
writes it to kernels/results/CPU-streaming.md.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from scratchgen.benchmarks.kernels.machine import description, slug
from scratchgen.benchmarks.results import RESULTS
from scratchgen.benchmarks.tables import machine_line, markdown

SIDE = 64
FILE_SIZES = (2**4, 2**6, 2**8, 2**10, 2**12)  # MB
BATCH_SIZE = 128
UNRELATED_VERSIONS = ("cores", "numba", "torch", "jax", "cython")
MEMORY_LIMIT = 64.0  # MB, of an epoch over a file of any size


def make_sparse(path: Path, megabytes: int) -> None:
    """Write an .npy file of black images."""
    shape = (megabytes * 2**20 // SIDE**2, SIDE, SIDE)
    with open(path, "wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + shape[0] * SIDE**2)


def epoch(path: str) -> dict:
    """Draw every batch of the training split; returns the memory before and at the peak (MB), and the seconds."""
    from scratchgen.data import batches, map_images
    from scratchgen.random import Generator

    peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    before, start, seen = peak(), time.perf_counter(), 0
    train = map_images(path).train
    for x in batches(train, batch_size=BATCH_SIZE, rng=Generator(0)):
        seen += len(x)
    assert seen == len(train)
    return {"images": seen, "before": before, "peak": peak(), "seconds": time.perf_counter() - start}


def measure(folder: str, megabytes: int) -> dict:
    """The measurements of an epoch over a file of this size, from a separate process."""
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        path = Path(temporary, "images.npy")
        make_sparse(path, megabytes)
        done = subprocess.run(
            [sys.executable, __file__, "--epoch", path], capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)


COLUMNS = ("file, MB", "images", "memory before, MB", "peak, MB", "increase, MB", "images per second")


def table(rows: dict[int, dict]) -> list[str]:
    """The measurements as the lines of a Markdown table."""
    cells = []
    for megabytes, row in rows.items():
        increase, rate = row["peak"] - row["before"], row["images"] / row["seconds"]
        memory = f"{row['before']:.0f}", f"{row['peak']:.0f}", f"{increase:.1f}"
        cells.append((f"{megabytes:,}", f"{row['images']:,}", *memory, f"{rate:,.0f}"))
    return markdown(COLUMNS, cells)


def main(folder: str) -> None:
    """Measure, print and write the page."""
    rows = {megabytes: measure(folder, megabytes) for megabytes in FILE_SIZES}
    text = "\n".join([machine_line(description(), UNRELATED_VERSIONS), "", *table(rows)]) + "\n"
    print(text)
    page = RESULTS / f"{slug()}-streaming.md"
    page.write_text(f"# Memory of an epoch over images on disk\n\n{text}", encoding="utf-8")
    increase = max(row["peak"] - row["before"] for row in rows.values())
    if increase >= MEMORY_LIMIT:
        sys.exit(f"an epoch took {increase:.0f} MB, more than {MEMORY_LIMIT:.0f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--epoch"]:
        print(json.dumps(epoch(sys.argv[2])))
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else tempfile.gettempdir())
