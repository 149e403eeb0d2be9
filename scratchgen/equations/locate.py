"""Find the parts that belong to an equation of the ledger: its code, its tests and the page that teaches it."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from operator import attrgetter
from pathlib import Path
from types import FunctionType
from typing import Any

from scratchgen.equations.entry import Equation
from scratchgen.errors import BadInput

CHECKOUT = Path(__file__).parents[2]
REPORT = Path("build", "equations")  # below the checkout: the folder into which `pytest --equations` writes


@dataclass(frozen=True)
class Claim:
    """A test that bears `@pytest.mark.equation(id)`.

    A planted claim is a counter-example: it shows that the other claims reject a wrong equation.
    """

    file: Path
    line: int
    name: str

    @property
    def planted(self) -> bool:
        """Whether the test is a counter-example."""
        return is_planted(self.name)


def is_planted(test: str) -> bool:
    """Whether the name of a test says that it plants an error: it contains "reject" or "planted"."""
    return re.search("reject|planted", test.partition("[")[0]) is not None


def tests_folder() -> Path | None:
    """The folder of the tests of this checkout; None if the package is installed without them."""
    return CHECKOUT / "tests" if (CHECKOUT / "tests" / "test_equations.py").exists() else None


def claims(folder: Path) -> dict[str, list[Claim]]:
    """The tests in a folder by the id of the equation that they verify, read from their source."""
    found: dict[str, list[Claim]] = {}
    for file in sorted(folder.rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        if "mark.equation" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                for id in _marks(node):
                    found.setdefault(id, []).append(Claim(file, node.lineno, node.name))
    return found


def _marks(function: ast.FunctionDef) -> Iterator[str]:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.equation":
            yield ast.literal_eval(decorator.args[0])


def lookup(id: str) -> Equation:
    """The equation with this id. Raises BadInput, with the nearest id, if there is none."""
    from scratchgen.equations import BY_ID  # late: this imports every part of the library

    if id not in BY_ID:
        names = {known.partition(".")[2]: known for known in BY_ID} | {known: known for known in BY_ID}
        close = get_close_matches(id, names, 1)
        hint = f"did you mean {names[close[0]]}?" if close else "see `scratchgen equations`"
        raise BadInput(f"no equation is named {id!r}; {hint}")
    return BY_ID[id]


def function_of(equation: Equation) -> FunctionType:
    """The Python function that computes an equation; of a property, its getter; of a primitive, its function."""
    module, name = equation.code.split(":")
    found = attrgetter(name)(importlib.import_module(module))
    function: Any = found.fget if isinstance(found, property) else found
    return inspect.unwrap(function)


def located(equation: Equation) -> tuple[Path, int, str]:
    """File, first line and source of the function that computes an equation."""
    function = function_of(equation)
    lines, first = inspect.getsourcelines(function)
    return Path(function.__code__.co_filename), first, textwrap.dedent("".join(lines))


def explained(equation: Equation) -> tuple[Path, int] | None:
    """Page and line of the section that teaches an equation.

    None if the entry names no section, or if the tutorials are not installed.
    """
    name, _, wanted = equation.tutorial.partition("#")
    page = CHECKOUT / "tutorials" / name
    if not page.is_file():
        return None
    lines = page.read_text(encoding="utf-8").splitlines()
    return page, next((n for n, line in enumerate(lines, 1) if wanted and anchor(line) == wanted), 1)


def anchor(line: str) -> str:
    """A heading as links name it: lower case, hyphens for spaces, no punctuation; "" if it is no heading."""
    heading = re.match(r"# ##+ (.+)$", line)
    return re.sub(r"[^\w -]", "", heading[1].lower()).replace(" ", "-") if heading else ""
