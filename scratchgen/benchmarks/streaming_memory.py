"""How much memory an epoch over images on disk takes, from a small set to one larger than the memory.

    python scratchgen/benchmarks/streaming_memory.py [FOLDER]

Each row is a process of its own: it maps an .npy file of uint8 images of 64 × 64 and draws the batches of one
epoch, 128 images each. The files are sparse (zeros that take no place on disk), so that 4 GB fit anywhere;
they are made in FOLDER, by default the system's folder for temporary files, and deleted. Prints a table and
writes it to kernels/results/<cpu>-streaming.md.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

SIDE = 64
SIZES = (2**4, 2**6, 2**8, 2**10, 2**12)  # MB
BATCH = 128
SAID = ("date", "cpu", "python", "numpy")
LIMIT = 64.0  # MB: what an epoch may take, however large the file


def make_sparse(path: Path, megabytes: int) -> None:
    """An .npy file of black images."""
    shape = (megabytes * 2**20 // SIDE**2, SIDE, SIDE)
    with open(path, "wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + shape[0] * SIDE**2)


def epoch(path: str) -> dict:
    """Draw every batch of the training part; the memory at its peak (MB), and the time it takes."""
    from scratchgen.data import batches, map_images
    from scratchgen.random import Generator

    peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    before, began, seen = peak(), time.perf_counter(), 0
    train = map_images(path).train
    for x in batches(train, batch_size=BATCH, rng=Generator(0)):
        seen += len(x)
    assert seen == len(train)
    return {"images": seen, "before": before, "peak": peak(), "seconds": time.perf_counter() - began}


def measure(folder: str, megabytes: int) -> dict:
    """An epoch over a file of that size, in a process of its own."""
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        path = Path(temporary, "images.npy")
        make_sparse(path, megabytes)
        done = subprocess.run(
            [sys.executable, __file__, "--epoch", path], capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)


def table(rows: dict[int, dict]) -> str:
    """The measurements in Markdown."""
    lines = ["| file, MB | images seen | memory before, MB | at its peak, MB | more, MB | images a second |"]
    lines.append("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for megabytes, row in rows.items():
        more, rate = row["peak"] - row["before"], row["images"] / row["seconds"]
        numbers = f"{row['before']:.0f} | {row['peak']:.0f} | {more:.1f} | {rate:,.0f}"
        lines.append(f"| {megabytes:,} | {row['images']:,} | {numbers} |")
    return "\n".join(lines)


def main(folder: str) -> None:
    """Measure, print and write the page."""
    from scratchgen.benchmarks.kernels.machine import description, slug

    rows = {megabytes: measure(folder, megabytes) for megabytes in SIZES}
    machine = ", ".join(f"{name} {value}" for name, value in description().items() if name in SAID)
    text = f"{machine}\n\n{table(rows)}\n"
    print(text)
    Path(__file__).with_name("results").joinpath(f"{slug()}-streaming.md").write_text(
        f"# Memory of an epoch over images on disk\n\n{text}", encoding="utf-8"
    )
    most = max(row["peak"] - row["before"] for row in rows.values())
    sys.exit(0 if most < LIMIT else f"an epoch took {most:.0f} MB, more than {LIMIT:.0f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--epoch"]:
        print(json.dumps(epoch(sys.argv[2])))
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else tempfile.gettempdir())
