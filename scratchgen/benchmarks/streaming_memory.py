"""The memory that data on disk take: an epoch over images of any size, and whole commands on data of 200 MB.

    python -m scratchgen.benchmarks.streaming_memory [FOLDER]

An epoch is measured in a separate process, which maps an .npy file of uint8 images of 64 × 64 pixels and draws the
batches of one epoch, 128 images each. The files are sparse (their zeros take no space on disk), so that 4 GB fit
anywhere. The commands are measured as a user would run them, on two arrays, on a text and on 20,000 pictures, and on a
fiftieth of each. All files are made in FOLDER (default: the system's folder for temporary files) and deleted. Prints
the tables and writes them to kernels/results/CPU-streaming.md.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
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


MB = 2**20
DATA_SIZE = 200 * MB
SMALL = 50  # how many times less the small data are
PICTURES, PICTURE_SHAPE = 20_000, (32, 32, 3)
COMMAND_LIMIT = 200.0  # MB, of a command on DATA_SIZE of data, above its memory on small data
COMMAND_COLUMNS = (
    "data", "command", "peak, MB", "above `scratchgen info`, MB", "above the same on a fiftieth, MB",
)  # fmt: skip


def make_array(path: Path, share: int, dtype: type) -> None:
    """Write an .npy file of random images in colour, 1/share of DATA_SIZE."""
    rng, row = np.random.default_rng(0), int(np.prod(PICTURE_SHAPE))
    n = DATA_SIZE // share // (row * np.dtype(dtype).itemsize)
    with open(path, "wb") as file:
        header = {"descr": np.dtype(dtype).str, "fortran_order": False, "shape": (n, *PICTURE_SHAPE)}
        np.lib.format.write_array_header_1_0(file, header)
        for start in range(0, n, 1000):
            x = rng.integers(0, 256, (min(1000, n - start), row), np.uint8)
            file.write((x if dtype is np.uint8 else x / np.float32(255)).tobytes())


def make_pictures(path: Path, share: int) -> None:
    """Write PICTURES/share PNG files of random colours."""
    from PIL import Image

    rng = np.random.default_rng(0)
    path.mkdir()
    for i in range(PICTURES // share):
        Image.fromarray(rng.integers(0, 256, PICTURE_SHAPE, np.uint8)).save(path / f"{i:05}.png")


def make_text(path: Path, share: int) -> None:
    """Write the source code of the standard library again and again, 1/share of DATA_SIZE."""
    from scratchgen.data import load_text

    text = load_text("stdlib").train
    with open(path, "w", encoding="utf-8") as file:
        while (left := DATA_SIZE // share - file.tell()) > 0:
            file.write(text[:left])


VAE = ("train", "vae", "--epochs", "1", "--quiet", "--out", "run", "--data")
RNN = (
    *("train", "rnn", "--epochs", "1", "--hidden", "32", "--embedding", "32", "--batch-size", "1024"),
    *("--quiet", "--out", "run", "--data"),
)
SHOW = ("data", "show")
INPUTS: dict[str, tuple[str, Callable[[Path, int], None], tuple[tuple[str, ...], ...]]] = {
    "array, float32": ("array.npy", partial(make_array, dtype=np.float32), (SHOW, VAE)),
    "array, uint8": ("bytes.npy", partial(make_array, dtype=np.uint8), (SHOW, VAE)),
    "text": ("text.txt", make_text, (SHOW, RNN)),
    "20,000 pictures": ("pictures", make_pictures, (SHOW, VAE)),
}


def peak_of(arguments: Sequence[str], folder: str) -> float:
    """The peak memory of a command of scratchgen, in MB. Raises RuntimeError where it fails."""
    with tempfile.TemporaryFile() as errors:
        command = [sys.executable, "-m", "scratchgen", *arguments]
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)  # the peak of this process alone
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise RuntimeError(errors.read().decode())
        return usage.ru_maxrss / 1024


def measure_commands(folder: str, name: str) -> dict[str, list[float]]:
    """The peaks of the commands on one kind of data: on a fiftieth of it, and on all."""
    file, make, commands = INPUTS[name]
    found: dict[str, list[float]] = {}
    for share in (SMALL, 1):
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            make(Path(temporary, file), share)
            for arguments in commands:
                peak = peak_of([*arguments, file], temporary)
                found.setdefault(" ".join(arguments[:2]), []).append(peak)
    return found


def command_table(peaks: dict[str, dict[str, list[float]]], bare: float) -> list[str]:
    """The peaks of the commands as the lines of a Markdown table.   bare: the peak of `scratchgen info`, MB"""
    cells = [
        (data, f"`{command}`", *(f"{peak - less:,.0f}" for less in (0, bare, small)))
        for data, commands in peaks.items()
        for command, (small, peak) in commands.items()
    ]
    return markdown(COMMAND_COLUMNS, cells)


def section(heading: str, *lines: str) -> str:
    """A part of the page: its heading, the machine and the date, and lines of text or of a table."""
    return "\n".join([f"## {heading}", "", machine_line(description(), UNRELATED_VERSIONS), "", *lines])


def epoch_section(rows: dict[int, dict]) -> str:
    """The part of the page about an epoch over images on disk."""
    return section("An epoch over images on disk", *table(rows))


def command_section(peaks: dict[str, dict[str, list[float]]], bare: float) -> str:
    """The part of the page about whole commands.   bare: the peak of `scratchgen info`, MB"""
    about = (
        f"Peak resident memory of the process; `scratchgen info` alone takes {bare:,.0f} MB. Data below 32 MB, as a "
        "fiftieth is, are read whole; larger ones are mapped."
    )
    return section(f"Commands on data of {DATA_SIZE // MB} MB", about, "", *command_table(peaks, bare))


def main(folder: str) -> None:
    """Measure, print and write the page."""
    rows = {megabytes: measure(folder, megabytes) for megabytes in FILE_SIZES}
    bare = peak_of(["info"], folder)
    peaks = {name: measure_commands(folder, name) for name in INPUTS}
    text = f"{epoch_section(rows)}\n\n{command_section(peaks, bare)}\n"
    print(text)
    page = RESULTS / f"{slug()}-streaming.md"
    page.write_text(f"# Memory of data on disk\n\n{text}", encoding="utf-8")
    increase = max(row["peak"] - row["before"] for row in rows.values())
    if increase >= MEMORY_LIMIT:
        sys.exit(f"an epoch took {increase:.0f} MB, more than {MEMORY_LIMIT:.0f}")
    most = max(peak - small for commands in peaks.values() for small, peak in commands.values())
    if most >= COMMAND_LIMIT:
        sys.exit(
            f"a command took {most:.0f} MB more than on a fiftieth of its data, over {COMMAND_LIMIT:.0f}"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--epoch"]:
        print(json.dumps(epoch(sys.argv[2])))
    else:
        main(sys.argv[1] if len(sys.argv) > 1 else tempfile.gettempdir())
