"""The ledger is complete: each equation has code and tests, and no other id is named anywhere."""

import ast
import re
from pathlib import Path

import pytest

from scratchgen.equations import BY_ID, EQUATIONS
from scratchgen.equations.locate import claims, function_of, is_planted

ROOT = Path(__file__).parents[1]
CLAIMS = claims(ROOT / "tests")


def ids_in_docstrings():
    """Equation ids that the source names as `Ledger: id`."""
    files = [*(ROOT / "scratchgen").rglob("*.py"), *(ROOT / "kernels").rglob("*.py")]
    return {name for file in files for name in re.findall(r"Ledger: ([a-z_]+\.[a-z_0-9]+)", file.read_text())}


def test_ids_are_unique():
    assert len(BY_ID) == len(EQUATIONS)


@pytest.mark.parametrize("equation", EQUATIONS, ids=lambda e: e.id)
def test_an_equation_has_code_and_a_test(equation):
    assert callable(function_of(equation))
    assert not all(claim.planted for claim in CLAIMS[equation.id])


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
    *(file for file in (ROOT / "scratchgen").rglob("*.py") if file.parent.name != "equations"),
    *(ROOT / "kernels" / "scratchgen_kernels").glob("*/__init__.py"),  # whose backends compute what these say
]

NO_EQUATION = {  # what looks like an equation and states nothing that could be wrong, and why
    "autograd/rules/indexing.getitem": "names what NumPy computes; its rule is checked case by case",
    "autograd/rules/indexing.add_at": "names what NumPy computes; its rule is checked case by case",
    "autograd/rules/linear_algebra.euclidean_norm": "names what NumPy computes",
    "autograd/rules/linear_algebra.SignAndLogDeterminant": "names what NumPy computes",
    "autograd/rules/linear_algebra.log_abs_determinant": "names what NumPy computes",
    "autograd/rules/shapes.identity": "y is x",
    "autograd/rules/shapes.astype": "y is x",
    "autograd/rules/elementwise.clip": "names what NumPy computes; its rule is checked case by case",
    "autograd/transforms.remat": "says how much memory it takes",
    "cli/bench.bench": "explains a sign of its table",
    "data/sets/adding.adding": "says what its numbers are",
    "data/batches.text_chunks": "says what its sizes are",
    "data/files/performance.write_midi": "says which column is which note",
    "data/preprocessing/binarise.threshold": "compares two numbers",
    "data/types": "shows an example",
    "data/types.RowData": "says what its sizes are",
    "evaluation/examples.LatentModel": "shows an example",
    "evaluation/modes.Modes": "says what its fields are",
    "evaluation/ngram.NGram.evidence": "counts",
    "evaluation/ngram.best_ngram": "says within which bounds it looks",
    "gan/convolutional.ConvGAN": "says what its sizes are",
    "gan/film.TrainingTrace": "shows how it is called",
    "gan/networks.Scale": "multiplies by a number",
    "data/sets/copying.copying": "says what its numbers are",
    "nn/recurrent.Recurrent": "says how much memory it takes",
    "random.Generator.integers": "says within which bounds they are",
    "training/recipes": "says what settings go together",
    "training/settings": "shows a file",
    "vae/convolutional.ConvEncoder": "says what its sizes are",
    "vae/convolutional.ConvDecoder": "says what its sizes are",
    "vae/models.ConvVAE": "says what its sizes are",
    "verified.measured": "compares two numbers",
}


def shows_an_equation(docstring):
    """Whether it relates two sides, anywhere, or computes something in its first paragraph or a formula line.

    Not what stands in backticks or in a source, nor what a gradient, a probability or a shape is called.
    """
    docstring = re.sub(r"(?m)^ *(>>>|\.\.\.) .*$", "", docstring)  # an example's code assigns
    text = re.sub(r"`[^`]*`|Source:[^.]*|\bg\w* = ∂L/∂|−?∂L/∂\(?\w+\)?", "", docstring)
    text = re.sub(r"\((?:[\w. …′+−·/]+,)+[\w. …′+−·/]*\)", "", text)
    if RELATION.search(text) or SIGN.search(text):
        return True
    first, _, rest = text.partition("\n\n")
    formulas = [line for line in rest.splitlines() if line.startswith("    ")]
    return any(COMPUTES.search(NAMED.sub("P", line)) for line in [first.replace("\n", " "), *formulas])


RELATION = re.compile(r"\S\s+(=|←|∝|\+=|≈|:=)\s+\S")
SIGN = re.compile(r"[ΣΠ∫√]")
NAMED = re.compile(r"(?:log )?\b[pqD]\w*\([^()]*\)")  # log p(x|z): a name, until something is done with it
COMPUTES = re.compile(
    r"\S\s+[≤≥]\s+\S|[^\W\d]\S*\s[+−·⊙/]\s\S|\S\s[+−·⊙/]\s[^\W\d]|∂\w*/∂|‖|KL\(|½|\w\^\("
    r"|(?<![.\w])(?:log|exp|ln|tanh|softmax|max|min|argmin|σ|E|E_\w+)(?:[₂₁₀]|\s)?[(\[‖|P]|−(?:log|P)"
)


def docstring_of(node):
    """With the indentation that lines have beyond its own: `ast.get_docstring` takes away what all have."""
    text = ast.get_docstring(node, clean=False) or ""
    return text.replace("\n" + " " * node.body[0].col_offset, "\n")


def missing_in_the_ledger(source, place="", excepted=NO_EQUATION):
    """The public functions, classes and methods of a source that show an equation and name no entry.

    And the source as a whole, where its own docstring shows one and nothing in it names an entry.
    """

    def walk(node, prefix):
        for child in node.body:
            if isinstance(child, ast.FunctionDef | ast.ClassDef) and not child.name.startswith("_"):
                yield prefix + child.name, docstring_of(child)
                if isinstance(child, ast.ClassDef):
                    yield from walk(child, f"{prefix}{child.name}.")

    tree = ast.parse(source)
    head = ast.get_docstring(tree) or ""
    texts = [(place, head + "Ledger: " * ("Ledger: " in source)), *walk(tree, place and f"{place}.")]
    return [
        name
        for name, text in texts
        if shows_an_equation(text) and "Ledger: " not in text and name not in excepted
    ]


def place_of(file):
    """Of scratchgen/vae/vq.py: vae/vq."""
    return file.relative_to(ROOT / file.relative_to(ROOT).parts[0]).with_suffix("").as_posix()


@pytest.mark.parametrize("file", COMPLETE, ids=place_of)
def test_every_public_function_that_shows_an_equation_names_its_entry(file):
    assert missing_in_the_ledger(file.read_text(encoding="utf-8"), place_of(file)) == []


def test_no_exception_is_made_for_what_is_no_exception():
    """One that is not needed any more would hide the next equation there."""
    sources = ((file.read_text(encoding="utf-8"), place_of(file)) for file in COMPLETE)
    found = {name for source, place in sources for name in missing_in_the_ledger(source, place, {})}
    assert found == NO_EQUATION.keys()


def test_the_claim_above_rejects_an_equation_at_the_head_of_a_source_that_names_no_entry():
    assert missing_in_the_ledger('"""y = x / 2."""\n', "nn/half") == ["nn/half"]
    assert not missing_in_the_ledger(
        '"""y = x / 2."""\n\n\ndef half(x):\n    """Ledger: nn.half"""\n', "nn/half"
    )


PLANTED = '''
class Layer:
    """y = x W.   Ledger: nn.linear"""

    def half(x):
        """{docstring}"""

    def _inner(x):
        """z = x / 3."""
'''


def planted(docstring):
    return PLANTED.format(docstring=docstring.replace("\n", "\n        "))


@pytest.mark.parametrize(
    "docstring",
    [
        "y = x / 2.",
        "One step:\n\n    x ← x / 2",
        "y ∝ exp(x)",
        "The loss:\n\n    −log softmax(a)[k]",
        "Half of it.\n\nIt is Σ_d x_d, over all d.",
        "D + β(t) R: minus the bound.",
        "exp(½ logvar), the deviation.",
        "The norm √x of it.",
        "‖x‖, over all axes.",
        "log p(x|k) + log p(k) in nats.",
        "−log p(x) of every row.",
        "At least as much:\n\n    log p(x) ≥ L",
    ],
)
def test_the_claim_above_rejects_an_equation_without_an_entry(docstring):
    assert missing_in_the_ledger(planted(docstring)) == ["Layer.half"]


@pytest.mark.parametrize(
    "docstring",
    [
        "y = x / 2.   Ledger: nn.half",
        "x of `half(x, y=2)`.",
        "The gradient, from g = ∂L/∂y.",
        "log p(x|z) in nats: (N, 2) → (N,) float64.",
        "Half of it.   (B, D) → (B / 2, T + 1)",
        "Half of 80 + 10 + 10 numbers.",
    ],
)
def test_what_has_an_entry_or_shows_no_equation_is_not_missing(docstring):
    assert missing_in_the_ledger(planted(docstring)) == []
