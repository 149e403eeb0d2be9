"""Run a script, and list the files of the project that it used.

    python tests/pages/inputs.py LIST tests/pages/run.py tutorials/2.3_vae_on_digits.py

LIST gets the names, one per line: the modules that were imported, and the files that were opened for reading. Of a
kernel it gets all sources, because it depends on the installation which of the backends are imported.
"""

import os
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("scratchgen", "kernels", "tests", "tutorials")
SOURCES = (".py", ".pyx", ".pxd", ".h")


def list_opened(paths: set[Path]) -> None:
    """From now on, add each file that is opened for reading."""

    def hook(event, arguments):
        if event == "open":
            path, mode, _ = arguments
            if isinstance(path, str | os.PathLike) and mode and mode.startswith("r"):
                paths.add(Path(os.path.abspath(path)))

    sys.addaudithook(hook)


def files_of(paths: set[Path]) -> set[str]:
    """The names, from the root, of the paths that belong to the project."""
    found = set()
    for path in paths:
        folder = path.relative_to(ROOT).parts[0] if path.is_relative_to(ROOT) else None
        if path.suffix == ".pyc":
            continue
        if folder == "kernels":
            found |= {file for file in path.parent.iterdir() if file.suffix in SOURCES} | {ROOT / "setup.py"}
        elif folder in FOLDERS:
            found.add(path)
    return {file.relative_to(ROOT).as_posix() for file in found}


if __name__ == "__main__":
    names = Path(os.path.abspath(sys.argv[1]))
    used: set[Path] = set()
    sys.argv[:] = sys.argv[2:]
    list_opened(used)
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    finally:
        modules = [getattr(module, "__file__", None) for module in [*sys.modules.values()]]
        used |= {Path(file) for file in modules if file}
        names.write_text("\n".join(sorted(files_of(used))), encoding="utf-8")
