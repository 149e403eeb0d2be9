"""Where an equation of the ledger stands: the lines that compute it and the tests that verify it."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from scratchgen.equations import Equation

CHECKOUT = Path(__file__).parents[2]
REPORT = Path("build", "equations")  # below the checkout: what `pytest --equations` writes


@dataclass(frozen=True)
class Claim:
    """A test that bears `@pytest.mark.equation(id)`.

    A planted one is a counter-example: it shows that the claims beside it reject a wrong equation.
    """

    file: Path
    line: int
    name: str

    @property
    def planted(self) -> bool:
        """Whether it is a counter-example."""
        return is_planted(self.name)


def is_planted(test: str) -> bool:
    """Whether the name of a test says that it plants an error, which the claims beside it reject."""
    return re.search("reject|planted", test.partition("[")[0]) is not None


def tests_folder() -> Path | None:
    """The tests of this checkout; None where the package is installed without them."""
    return CHECKOUT / "tests" if (CHECKOUT / "tests" / "test_equations.py").exists() else None


def claims(folder: Path) -> dict[str, list[Claim]]:
    """The tests in a folder by the id of the equation that they verify, read from their source."""
    found = {}
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
            yield decorator.args[0].value


def function_of(equation: Equation) -> Callable:
    """The function that computes an equation; of a property, the one behind it."""
    module, name = equation.code.split(":")
    found = attrgetter(name)(importlib.import_module(module))
    return inspect.unwrap(found.fget if isinstance(found, property) else found)


def located(equation: Equation) -> tuple[Path, int, str]:
    """File, first line and source of the function that computes an equation."""
    function = function_of(equation)
    lines, first = inspect.getsourcelines(function)
    return Path(inspect.getsourcefile(function)), first, textwrap.dedent("".join(lines))


def explained(equation: Equation) -> tuple[Path, int] | None:
    """Page and line of the tutorial that explains an equation; None where there are no tutorials."""
    name, _, wanted = equation.tutorial.partition("#")
    page = CHECKOUT / "tutorials" / name
    if not page.exists():
        return None
    lines = page.read_text(encoding="utf-8").splitlines()
    return page, next((n for n, line in enumerate(lines, 1) if wanted and anchor(line) == wanted), 1)


def anchor(line: str) -> str:
    """A heading as links name it: in lower case, hyphens for spaces, no punctuation; "" for another line."""
    heading = re.match(r"# ##+ (.+)$", line)
    return re.sub(r"[^\w -]", "", heading[1].lower()).replace(" ", "-") if heading else ""
