"""What every benchmark says of the machine it ran on, and the page that its tables go to."""

import datetime
import os
import platform
import re
from importlib import metadata
from pathlib import Path

from rich.console import Console
from rich.table import Table

import scratchgen_kernels as kernels

RESULTS = Path(__file__).with_name("results")
PACKAGES = "numpy", "numba", "torch", "jax"


def cpu() -> str:
    """The model's name as the system tells it; never the name of the host."""
    try:
        return re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())[1].strip()
    except (OSError, TypeError):
        return platform.processor() or platform.machine()


def headline() -> str:
    """The date, the processor, and the versions that the times depend on, in one sentence."""
    found = [f"Python {platform.python_version()}"]
    for name in PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    record = kernels.build_record() or {}
    found.append(f"cython {record.get('cython')} with {' '.join(record.get('flags', [])) or 'no flags'}")
    return f"{datetime.date.today()}; {cpu()}, {os.cpu_count()} cores, one thread; {', '.join(found)}."


def write_page(title: str, paragraphs: list[str], sections: list[tuple], suffix: str = "") -> Path:
    """Print the tables and write them as Markdown. sections: (heading, columns, rows of text) each."""
    lines = [f"# {title}", ""]
    for paragraph in paragraphs:
        lines += [paragraph, ""]
    console = Console()
    for heading, columns, rows in sections:
        table = Table(*columns, title=heading, title_justify="left")
        for row in rows:
            table.add_row(*row)
        console.print(table)
        cells = [columns, ["---"] * len(columns), *rows]
        lines += [f"## {heading}", "", *(f"| {' | '.join(row)} |" for row in cells), ""]
    slug = re.sub(r"[^a-z0-9]+", "-", cpu().lower()).strip("-")
    path = RESULTS / f"{slug}{suffix}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    print(f"written to {path}")
    return path
