"""Data flows one way: a file imports from lower layers only.

An import counts everywhere: at the top of a file, inside a function, relative, by `import_module` or
under `if TYPE_CHECKING`. A type is knowledge too: a layer that names a higher layer's type cannot be read or
type-checked without that layer. It can declare a `Protocol` instead.
"""

import ast
import re
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# DESIGN's table. Packages of one line may import one another (runs and plots, too), but a package to the
# right of a wide gap is a layer below the rest of its line: models may import data, data may not import models.
TABLE = """
cli, __main__, tutorials
applications, reproductions, sweeps, benchmarks, exercises, equations
tasks, distributed
runs, plots
vae, gan, rnn, evaluation          data
nn, optim, distributions
functional, random
autograd
errors, files, testing
scratchgen_kernels
"""
DOOR = "scratchgen"  # `scratchgen/__init__.py` opens every package: it is of the top layer, and so is its importer
ALONE = ("errors", "files", "testing")  # they import nothing of ours
ROWS = [re.split(r",\s*", group) for line in TABLE.split("\n") if line for group in re.split(r"\s{3,}", line)]
ROWS[0].append(DOOR)
LAYER = {place: len(ROWS) - number for number, row in enumerate(ROWS) for place in row}


def place_of(file: str) -> str:
    """The part of the table to which a file belongs: the package or module directly below `scratchgen`."""
    top, *rest = file.split("/")
    if rest == ["kernels.py"]:
        return "scratchgen_kernels"  # its second name
    if top == "scratchgen":
        return DOOR if rest == ["__init__.py"] else rest[0].removesuffix(".py").removesuffix(".pyx")
    if file.startswith("kernels/scratchgen_kernels/"):
        return "scratchgen_kernels"
    return top


def place_named(module: str) -> str | None:
    """The part of the table that holds a module named absolutely; None for packages of others."""
    top, _, rest = module.partition(".")
    if top != "scratchgen":
        return top if top in ("scratchgen_kernels", "tutorials") else None
    name, _, inner = rest.partition(".")
    if name == "kernels":
        return "scratchgen_kernels"
    return name if name in LAYER or inner else DOOR  # `from scratchgen import no_grad` goes through the door


@dataclass(frozen=True)
class Import:
    """An import that a file may not have."""

    file: str
    line: int
    place: str

    def __str__(self):
        return f"{self.file}:{self.line} imports {self.place}"


@cache
def statements(file: str, source: str) -> ast.Module:
    """The syntax tree of a file; of Cython, which Python cannot parse, its lines with imports."""
    if file.endswith(".py"):
        return ast.parse(source)
    pattern = r"^[ \t]*((?:from[ \t]+[\w.]+[ \t]+)?)c?import[ \t]+([\w., *]+)"
    kept = [re.match(pattern, line) for line in source.splitlines()]
    return ast.parse("\n".join(f"{found[1]}import {found[2]}" if found else "" for found in kept))


def modules(node: ast.AST, package: list[str]) -> list[str]:
    """The absolute names of the modules that a statement or a call imports, in a file of this package."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = package[: len(package) - node.level + 1] if node.level else []
        start = ".".join([*base, *([node.module] if node.module else [])])
        return [f"{start}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in (
        "import_module",
        "__import__",
    ):
        literals = (
            [n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant)] if node.args else []
        )
        name = str(literals[0]) if literals else ""  # of an f-string or a sum, the text that it begins with
        level = len(name) - len(name.lstrip("."))
        base = package[: len(package) - level + 1] if level else []
        return [".".join([*base, name.lstrip(".")])] if name else []
    return []


def offences(file: str, source: str) -> list[Import]:
    """The imports of a file that its layer forbids. `file` is relative to the root, with slashes."""
    own, found = place_of(file), []
    package = file.removeprefix("kernels/").split("/")[:-1]
    for node in ast.walk(statements(file, source)):
        for module in modules(node, package):
            other = place_named(module)
            if other in (None, own) or (
                own not in ALONE and LAYER.get(other, len(ROWS) + 1) <= LAYER.get(own, 0)
            ):
                continue
            found.append(Import(file, node.lineno, other))
    return list(dict.fromkeys(found))


SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for folder in ("scratchgen", "kernels", "tutorials")
    for path in sorted((ROOT / folder).rglob("*.py*"))
    if path.suffix in (".py", ".pyx")
}


def test_the_table_places_every_file():
    unplaced = [file for file in SOURCES if place_of(file) not in LAYER]
    assert not unplaced, "DESIGN's table has no place for:\n" + "\n".join(unplaced)


@pytest.mark.parametrize("row", ROWS, ids=", ".join)
def test_a_layer_imports_from_itself_and_from_lower_layers_only(row):
    found = [
        bad for file, source in SOURCES.items() if place_of(file) in row for bad in offences(file, source)
    ]
    assert not found, "imports that the table forbids:\n" + "\n".join(map(str, found))


def test_the_walk_finds_imports():
    """Without this, a walk that finds no file would satisfy the claim above."""
    found = {
        (place_of(file), place_named(module))
        for file, source in SOURCES.items()
        for node in ast.walk(statements(file, source))
        for module in modules(node, file.split("/")[:-1])
    }
    assert {
        ("tutorials", "vae"),
        ("vae", "nn"),
        ("nn", "autograd"),
        ("random", "scratchgen_kernels"),
    } <= found


def module_of(place: str) -> str:
    return place if place in (DOOR, "scratchgen_kernels", "tutorials") else f"scratchgen.{place}"


def file_of(place: str) -> str:
    """A file of a place, two folders deep where it is a package."""
    top = {DOOR: "scratchgen/__init__.py", "scratchgen_kernels": "kernels/scratchgen_kernels/matmul/plant.py"}
    modules = ("errors", "files", "testing", "random", "__main__")
    below = f"scratchgen/{place}.py" if place in modules else f"scratchgen/{place}/inner/plant.py"
    return top.get(place, "tutorials/plant.py" if place == "tutorials" else below)


FORMS = (
    "import {module}",
    "import {module} as other, math",
    "from {module} import something",
    "from {module}.inner import (\n    something,\n)",
    "def late():\n    from {module} import something",
    "def late():\n    import {module}.inner",
    "import importlib\nmodule = importlib.import_module('{module}')",
    "from importlib import import_module\nmodule = import_module(f'{module}.{{name}}')",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from {module} import Something",
    "try:\n    import {module}\nexcept ImportError:\n    pass",
)


def test_the_claims_above_reject_a_planted_import_in_each_direction():
    """Every pair of places, every form of import: upwards all are caught, downwards none."""
    order = [place for row in ROWS for place in row]
    assert len(set(order)) == len(order) == 29
    for low, high in product(order, [place for place in order if place != DOOR]):
        caught = [bool(offences(file_of(low), form.format(module=module_of(high)))) for form in FORMS]
        same_row = any({low, high} <= set(row) for row in ROWS)
        upwards = order.index(high) < order.index(low) and not same_row
        expected = upwards or (low in ALONE and high != low)
        assert caught == [expected] * len(FORMS), f"{low} imports {high}: {caught}"


PLANTS = [  # file, source, place that is caught
    ("scratchgen/autograd/allocator.py", "import scratchgen.equations", "equations"),
    ("scratchgen/autograd/allocator.py", "from scratchgen.equations import pytest_plugin", "equations"),
    (
        "scratchgen/autograd/allocator.py",
        "def f():\n    from ..equations.debugger import under_pdb",
        "equations",
    ),
    ("scratchgen/autograd/rules/shapes.py", "from ...equations import notation", "equations"),
    ("scratchgen/nn/layers.py", "from ..cli import main", "cli"),
    ("scratchgen/nn/layers.py", "from .. import cli", "cli"),
    ("scratchgen/nn/__init__.py", "from .. import runs", "runs"),
    ("scratchgen/random.py", "from . import nn", "nn"),
    ("scratchgen/random.py", "from .cli import main", "cli"),
    ("scratchgen/vae/models.py", "from scratchgen import tasks, nn", "tasks"),
    ("scratchgen/vae/models.py", "import scratchgen as sg", DOOR),
    ("scratchgen/vae/models.py", "from scratchgen import *", DOOR),
    ("scratchgen/vae/models.py", "from scratchgen.training.run import Run", "training"),
    ("scratchgen/vae/models.py", "import importlib\nimportlib.import_module('..runs', __package__)", "runs"),
    ("scratchgen/data/types.py", "from scratchgen.rnn import models", "rnn"),
    ("scratchgen/runs/run.py", "from scratchgen.tasks import TASKS", "tasks"),
    ("scratchgen/tasks/vae.py", "from scratchgen.equations.debugger import run_under_pdb", "equations"),
    ("scratchgen/equations/debugger.py", "from scratchgen.cli import debug", "cli"),
    ("scratchgen/errors.py", "import scratchgen_kernels", "scratchgen_kernels"),
    ("scratchgen/testing.py", "from scratchgen.autograd import Tensor", "autograd"),
    ("kernels/scratchgen_kernels/checks.py", "from scratchgen.errors import BadInput", "errors"),
    ("kernels/scratchgen_kernels/matmul/cython_.pyx", "cimport numpy\nfrom scratchgen.nn cimport x", "nn"),
]


def test_the_claims_above_reject_each_planted_import():
    missed = [plant for plant in PLANTS if [bad.place for bad in offences(*plant[:2])] != [plant[2]]]
    assert not missed


def test_imports_from_the_same_or_a_lower_layer_are_allowed():
    harmless = [
        (
            "scratchgen/vae/models.py",
            "from scratchgen import kernels, nn\nfrom scratchgen.kernels import use",
        ),
        ("scratchgen/vae/models.py", "from . import objectives\nfrom ..data.batches import batches"),
        ("scratchgen/plots/curves.py", "from scratchgen.runs.history import History"),
        ("scratchgen/runs/run.py", "from scratchgen import plots"),
        ("scratchgen/benchmarks/steps.py", "from scratchgen.equations import EQUATIONS"),
        ("scratchgen/cli/info.py", "import scratchgen\nfrom . import output"),
        ("kernels/scratchgen_kernels/matmul/__init__.py", "from ..checks import f\nfrom . import loops"),
        (
            "kernels/scratchgen_kernels/adam/cython_.pyx",
            "from libc.math cimport sqrt\ncimport cython\nx = <int> y",
        ),
    ]
    assert not [bad for file, source in harmless for bad in offences(file, source)]


def test_a_planted_file_that_the_table_does_not_know_has_no_place():
    for file in (
        "scratchgen/stepping.py",
        "scratchgen/training/run.py",
        "kernels/benchmarks/time.py",
        "kernels/a.py",
    ):
        assert place_of(file) not in LAYER
