"""The ledger is complete: each equation has code, tests and a page, and no other id is named anywhere."""

import ast
import importlib
import re
from operator import attrgetter
from pathlib import Path

import pytest

from scratchgen.claims import claims, is_planted
from scratchgen.equations import BY_ID, EQUATIONS

ROOT = Path(__file__).parents[1]
CLAIMS = claims(ROOT / "tests")


def ids_in_docstrings():
    """Equation ids that the source names as `Ledger: id`."""
    files = [*(ROOT / "scratchgen").rglob("*.py"), *(ROOT / "kernels").rglob("*.py")]
    return {name for file in files for name in re.findall(r"Ledger: ([a-z_]+\.[a-z_]+)", file.read_text())}


def anchors(page):
    """The headings of a tutorial as links name them: in lower case, hyphens for spaces, no punctuation."""
    headings = re.findall(r"^# ##+ (.+)$", (ROOT / "tutorials" / page).read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_ids_are_unique():
    assert len(BY_ID) == len(EQUATIONS)


@pytest.mark.parametrize("equation", EQUATIONS, ids=lambda e: e.id)
def test_an_equation_has_code_a_test_and_a_page(equation):
    module, name = equation.code.split(":")
    assert callable(attrgetter(name)(importlib.import_module(module)))
    assert not all(claim.planted for claim in CLAIMS[equation.id])
    page, _, anchor = equation.tutorial.partition("#")
    assert not anchor or anchor in anchors(page)
    assert (ROOT / "tutorials" / page).exists()


def test_anchors_are_the_headings_of_the_page_and_no_others():
    assert {"the-game", "two-losses-for-the-generator", "a-game-on-a-ring"} < anchors("03_gan.py")
    assert not {"", "the-vae", "3-the-generative-adversarial-network"} & anchors("03_gan.py")


@pytest.mark.parametrize("equation", EQUATIONS, ids=lambda e: e.id)
def test_an_equation_has_a_planted_counter_example(equation):
    """A test that bears its mark and says in its name what the claims reject."""
    assert any(claim.planted for claim in CLAIMS[equation.id])


def test_tests_and_docstrings_name_no_equation_that_the_ledger_does_not_have():
    assert CLAIMS.keys() <= BY_ID.keys()
    assert ids_in_docstrings() <= BY_ID.keys()


def test_the_walk_finds_what_there_is_to_find():
    assert {"vae.elbo", "gan.value", "rnn.hidden"} <= ids_in_docstrings()
    files = (ROOT / "tests").rglob("test_*.py")
    marks = sum(len(re.findall(r"^@pytest\.mark\.equation", file.read_text(), re.M)) for file in files)
    assert sum(map(len, CLAIMS.values())) == marks > 100


PLANTS = {
    "test_the_claim_above_rejects_a_sampler_that_uses_sigma_squared": True,
    "test_the_claims_above_reject[z is held constant]": True,
    "test_a_planted_error_in_a_rule_is_caught": True,
    "test_elbo_never_exceeds_the_log_evidence": False,
    "test_the_bound_is_reached[rejects]": False,
}


@pytest.mark.parametrize("name", PLANTS)
def test_the_name_of_a_test_says_whether_it_is_a_counter_example(name):
    assert is_planted(name) == PLANTS[name]


# --- what shows an equation is in the ledger ----------------------------------------------------------------

COMPLETE = [
    *(ROOT / "scratchgen" / f"{name}.py" for name in ("functional", "convolution", "distributions", "optim")),
    *(ROOT / "scratchgen" / "nn").glob("*.py"),
    *(ROOT / "scratchgen" / "evaluation").glob("*.py"),
    *(ROOT / "kernels" / "scratchgen_kernels").glob("*/__init__.py"),
]
NO_EQUATION = {  # what has an equals sign and states nothing that could be wrong
    "Estimate": "says what its fields are",
    "Modes": "says what its fields are",
    "NGram.evidence": "counts",
    "squared_distances": "(x − y)² multiplied out",
}


def shows_an_equation(docstring):
    """Whether something equals, becomes or is proportional to something; not what a gradient is called."""
    text = re.sub(r"`[^`]*`|\bg\w* = ∂L/∂|Source:[^.]*", "", docstring)
    return re.search(r"\S\s+(=|←|∝|\+=)\s+\S", text) is not None


def missing_in_the_ledger(source):
    """The public functions, classes and methods of a source that show an equation and name no entry."""

    def walk(node, prefix=""):
        for child in node.body:
            if isinstance(child, ast.FunctionDef | ast.ClassDef) and not child.name.startswith("_"):
                yield prefix + child.name, ast.get_docstring(child) or ""
                if isinstance(child, ast.ClassDef):
                    yield from walk(child, f"{prefix}{child.name}.")

    return [
        name
        for name, text in walk(ast.parse(source))
        if shows_an_equation(text) and "Ledger: " not in text and name not in NO_EQUATION
    ]


@pytest.mark.parametrize("file", COMPLETE, ids=lambda f: f"{f.parent.name}/{f.stem}")
def test_every_public_function_that_shows_an_equation_names_its_entry(file):
    assert missing_in_the_ledger(file.read_text(encoding="utf-8")) == []


PLANTED = '''
class Layer:
    """y = x W.   Ledger: nn.linear"""

    def half(x):
        """{docstring}"""

    def _inner(x):
        """z = x / 3."""
'''


@pytest.mark.parametrize("docstring", ["y = x / 2.", "One step:\n\n    x ← x / 2", "y ∝ exp(x)"])
def test_the_claim_above_rejects_an_equation_without_an_entry(docstring):
    assert missing_in_the_ledger(PLANTED.format(docstring=docstring)) == ["Layer.half"]


@pytest.mark.parametrize(
    "docstring", ["y = x / 2.   Ledger: nn.half", "x of `half(x, y=2)`.", "The gradient, from g = ∂L/∂y."]
)
def test_what_has_an_entry_or_shows_no_equation_is_not_missing(docstring):
    assert missing_in_the_ledger(PLANTED.format(docstring=docstring)) == []
