"""An installed copy of the package has every sub-package, and the embedded data."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def configuration():
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]


def test_every_folder_with_code_is_a_package_that_setuptools_finds():
    find_packages = pytest.importorskip("setuptools").find_packages
    options = configuration()["packages"]["find"]
    found = {
        name for where in options["where"] for name in find_packages(ROOT / where, include=options["include"])
    }
    folders = {path.parent for path in (ROOT / "scratchgen").rglob("*.py")}
    assert {".".join(folder.relative_to(ROOT).parts) for folder in folders} <= found


def test_the_embedded_files_are_package_data():
    patterns = configuration()["package-data"]["scratchgen"]
    included = {path for pattern in patterns for path in (ROOT / "scratchgen").glob(pattern)}
    assert set((ROOT / "scratchgen" / "data" / "embedded").iterdir()) <= included
