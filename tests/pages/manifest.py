"""Run the pages of which something changed, and a third of the others.

    python tests/pages/manifest.py            which third, the number of commits decides
    python tests/pages/manifest.py --full     all pages
    python tests/pages/manifest.py --write    all pages; then write the manifest

`manifest.json` has the SHA-256 and the seconds of each page, and the pages that use each file (see `inputs`). The
SHA-256 is over the contents of these files and the versions of NumPy and matplotlib. The exit status is 1 if a page
fails. A changed page that passes needs no new manifest: it runs again each time until the manifest is written.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
MANIFEST = FOLDER / "manifest.json"
THIRDS = 3


def number(page):
    """The number of a page, 2.3 of 2.3_vae_on_digits.py."""
    return page.partition("_")[0]


def sha256(files):
    """The hash over the contents of files of the project; a file that does not exist is empty."""
    versions = [version(package).split(".")[:2] for package in ("numpy", "matplotlib")]
    content = {file: (ROOT / file).read_bytes() if (ROOT / file).is_file() else b"" for file in sorted(files)}
    hashes = {file: hashlib.sha256(data).hexdigest() for file, data in content.items()}
    return hashlib.sha256(json.dumps([versions, hashes]).encode()).hexdigest()


def commits():
    """The number of commits up to this one, for which a clone needs its history; 0 outside a checkout."""
    git = ["git", "-C", ROOT, "rev-list", "--count", "HEAD"]
    try:
        return int(subprocess.run(git, capture_output=True, text=True, check=True).stdout)
    except (OSError, subprocess.CalledProcessError):
        return 0


def reasons_to_run(pages, manifest, commit):
    """{page: "changed", "its turn", or "" if it need not run}."""
    reasons = {}
    for place, page in enumerate(pages):
        files = [file for file, numbers in manifest["files"].items() if number(page) in numbers.split()]
        known = manifest["pages"].get(page)
        if not known or known["sha256"] != sha256(files):
            reasons[page] = "changed"
        else:
            reasons[page] = "its turn" if place % THIRDS == commit % THIRDS else ""
    return reasons


def run(page):
    """(seconds, files that it used, "" or how it failed)"""
    paths = [ROOT, ROOT / "kernels", os.environ.get("PYTHONPATH", "")]  # the packages of this checkout
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(str(path) for path in paths if path)}
    environment.setdefault("OMP_NUM_THREADS", "1")  # each core has a page of its own
    with TemporaryDirectory() as folder:
        command = [sys.executable, FOLDER / "inputs.py", "used", FOLDER / "run.py", ROOT / "tutorials" / page]
        start = time.perf_counter()
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        seconds = time.perf_counter() - start
        if done.returncode:
            return seconds, [], done.stdout + done.stderr
        return seconds, Path(folder, "used").read_text(encoding="utf-8").split("\n"), ""


def main(options):
    manifest = {"pages": {}, "files": {}}
    if MANIFEST.exists():
        manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    pages = sorted(page.name for page in ROOT.glob("tutorials/[0-9]*.py"))
    reasons = reasons_to_run(pages, manifest, commits())
    chosen = [page for page in pages if reasons[page] or options]
    for page in pages:
        if page not in chosen:
            print(f"unchanged {manifest['pages'][page]['seconds']:6.1f} s  {page}", flush=True)
    new = {"pages": {}, "files": {}}
    failed = []
    pool = ThreadPoolExecutor(os.cpu_count())
    for page, (seconds, used, problem) in zip(chosen, pool.map(run, chosen), strict=True):
        word = "FAILED" if problem else "ran"
        print(f"{word:9} {seconds:6.1f} s  {page}  {reasons[page]}".rstrip(), flush=True)
        if problem:
            failed.append(page)
            print(problem, flush=True)
        new["pages"][page] = {"sha256": sha256(used), "seconds": round(seconds, 1)}
        for file in used:
            new["files"].setdefault(file, []).append(number(page))
    if failed:
        print("failed:", *failed)
        return 1
    if "--write" in options:
        new["files"] = {file: " ".join(numbers) for file, numbers in sorted(new["files"].items())}
        MANIFEST.write_text(json.dumps(new, indent=1) + "\n", encoding="utf-8")
    elif "changed" in reasons.values():
        print("the changed pages pass; python tests/pages/manifest.py --write enters them in the manifest")
    return 0


if __name__ == "__main__":
    unknown = {*sys.argv[1:]} - {"--full", "--write"}
    sys.exit(f"unknown options: {unknown}" if unknown else main(sys.argv[1:]))
