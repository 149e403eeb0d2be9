"""Data flows one way: a lower layer never imports a higher one."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# from the bottom up; packages of one row may import one another
ROWS = (
    ("scratchgen_kernels", "errors", "files"),
    ("autograd",),
    ("functional", "convolution", "random"),
    ("nn", "optim", "distributions"),
    ("vae", "gan", "rnn", "evaluation", "data"),
    ("training", "plots"),
    ("cli",),
)
LEVEL = {name: level for level, row in enumerate(ROWS) for name in row}


def imports(file):
    """The names of our own packages that a file imports, one level below `scratchgen`."""
    for node in ast.walk(ast.parse(file.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "scratchgen_kernels" or parts[:2] == ["scratchgen", "kernels"]:
                yield "scratchgen_kernels"
            elif parts[0] == "scratchgen" and len(parts) > 1 and parts[1] in LEVEL:
                yield parts[1]


def package_of(file):
    if file.is_relative_to(ROOT / "kernels"):
        return "scratchgen_kernels"
    return file.relative_to(ROOT / "scratchgen").parts[0].removesuffix(".py")


FILES = [*(ROOT / "scratchgen").rglob("*.py"), *(ROOT / "kernels" / "scratchgen_kernels").rglob("*.py")]
PLACED = [file for file in FILES if package_of(file) in LEVEL]


@pytest.mark.parametrize("file", PLACED, ids=lambda f: str(f.relative_to(ROOT)))
def test_a_file_imports_from_its_own_row_or_below(file):
    own = LEVEL[package_of(file)]
    assert not [name for name in imports(file) if LEVEL[name] > own]


def test_the_walk_sees_imports():
    assert {"vae", "gan", "rnn", "plots"} <= set(imports(ROOT / "scratchgen" / "training" / "experiments.py"))


def test_the_kernels_know_nothing_of_tensors():
    kernels = [file for file in PLACED if package_of(file) == "scratchgen_kernels"]
    assert all(set(imports(file)) <= {"scratchgen_kernels"} for file in kernels)
