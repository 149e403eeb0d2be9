"""Build the site of the course: `python tutorials/site/build.py --out site`.

Formulas need node and npm, the buttons "Run" also wheels for Pyodide; both come from package registries once and are
kept in this folder. Without them the site is built all the same, and the last lines name the missing parts.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

MARKER = "built-by-scratchgen"  # a folder without it is not replaced
INSTALL = 'pip install "scratchgen-numpy[docs]" (in a clone: pip install -e ".[docs]")'


def main() -> int:
    """Build the site into a new folder, and put it in place of the old one only when it is whole."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("site"), help="folder of the site (default: site)")
    parser.add_argument(
        "--serve", action="store_true", help="serve the site at http://127.0.0.1:8000 afterwards"
    )
    options = parser.parse_args()
    out = options.out.resolve()
    if out.exists() and not (out / MARKER).exists() and (not out.is_dir() or any(out.iterdir())):
        return _refused(f"{options.out} exists and is no site built by this command; choose another --out")
    if not out.parent.is_dir():
        return _refused(f"the folder {out.parent} does not exist; create it, or choose another --out")
    if problem := _installed():
        return _refused(problem)

    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix=".site-", dir=out.parent) as folder:
        work = Path(folder)
        missing = _write_sources(work / "source")
        if not _sphinx(work / "source", work / "site"):
            return 1
        if found := _problems(work / "site"):
            print(
                *found[:20],
                f"build.py: {len(found)} problems; nothing is replaced",
                sep="\n",
                file=sys.stderr,
            )
            return 1
        (work / "site" / MARKER).touch()
        if out.exists():
            out.rename(work / "old")
        (work / "site").rename(out)
    seconds = time.perf_counter() - started
    print(
        f"{sum(1 for _ in out.rglob('*.html'))} pages in {seconds:.0f} s: {out / 'index.html'}",
        *missing,
        sep="\n",
    )
    if options.serve:
        serve(out)
    return 0


def _installed() -> str:
    """The first package that is missing, or a library that is not this checkout's, with the way out; or ""."""
    for name in ("furo", "jupytext", "latex2mathml", "myst_nb", "sphinx", "sphinxcontrib.katex"):
        try:
            import_module(name)
        except ImportError:
            return f"{name} is not installed: {INSTALL}"
    checkout = Path(__file__).parents[2]
    library = Path(import_module("scratchgen").__file__ or "").parent
    if library != checkout / "scratchgen":
        return (
            f'the site shows the lines of {checkout}, but the library is {library}; pip install -e ".[docs]"'
        )
    return ""


def _refused(problem: str) -> int:
    print(f"build.py: {problem}", file=sys.stderr)
    return 2


def _write_sources(source: Path) -> list[str]:
    """Write everything that Sphinx reads. Returns a line for each thing that the site lacks."""
    import assets
    import content

    static = source / "_static"
    static.mkdir(parents=True)
    missing = []
    npm = assets.node_modules()
    if npm:
        missing.append(f"Formulas are MathML, not KaTeX: {npm}.")
    else:
        katex = assets.MODULES / "katex" / "dist"
        (static / "katex").mkdir()
        shutil.copy(katex / "katex.min.css", static / "katex")
        shutil.copytree(
            katex / "fonts", static / "katex" / "fonts", ignore=shutil.ignore_patterns("*.ttf", "*.woff")
        )
    run = npm or assets.pyodide(static / "pyodide")
    if run:
        missing.append(f"There are no Run buttons: {run}.")
    else:
        assets.pack_library(static / "library.zip")
    os.environ["SITE_KATEX"] = str(assets.MODULES / "katex" / "dist" / "katex.min.js")
    os.environ["SITE_STATIC"] = str(static)
    os.environ["SITE_MATH"] = "mathml" if npm else "sphinxcontrib.katex"
    os.environ["SITE_RUN"] = "" if run else "1"
    content.write(source)
    return missing


def _sphinx(source: Path, site: Path) -> bool:
    """Run Sphinx. A warning is an error: a link that leads nowhere, a formula that KaTeX refuses."""
    import assets

    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-b",
        "html",
        "-q",
        "-W",
        "--keep-going",
    ]  # one process: its pages share one server of KaTeX
    command += [
        "-c",
        str(Path(__file__).parent),
        "-d",
        str(source.parent / "doctrees"),
        str(source),
        str(site),
    ]
    return subprocess.run(command, env=assets.environment()).returncode == 0


def _problems(site: Path) -> list[str]:
    import links

    return links.problems(site)


def serve(folder: Path) -> None:
    """Serve a folder on this machine until Ctrl-C."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 8000), handler) as server:
        print("http://127.0.0.1:8000   Ctrl-C stops", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    sys.exit(main())
