"""The modules that an import loads: `import scratchgen` needs NumPy alone, and `scratchgen --help` loads no model."""

import ast
import subprocess
import sys
from pathlib import Path

import scratchgen as sg

OPTIONAL = (
    "matplotlib",
    "scipy",
    "msgspec",
    "safetensors",
    "rich",
    "typer",
    "sklearn",
    "numba",
    "pooch",
    "jinja2",
    "filelock",
    "threadpoolctl",
)
MODELS = ("vae", "gan", "rnn", "tasks", "plots", "evaluation", "data", "nn", "optim")
LOADED = "; import sys; print(*sys.modules)"


def modules_after(program):
    """The modules that a process has imported once it has run the program."""
    done = subprocess.run([sys.executable, "-c", program + LOADED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split())


def of_ours(loaded):
    return {name for name in MODELS if f"scratchgen.{name}" in loaded}


def test_the_import_needs_numpy_alone_and_loads_no_model():
    assert "numpy" not in modules_after("import scratchgen")  # everything is loaded when it is first used
    loaded = modules_after("import scratchgen as sg; sg.Tensor, sg.Generator, sg.kernels")
    assert not loaded.intersection(OPTIONAL) and not of_ours(loaded) and "numpy" in loaded


def test_the_help_of_the_command_loads_no_model():
    loaded = modules_after(
        "from scratchgen import cli\ntry:\n    cli.main(['--help'])\nexcept SystemExit:\n    pass\npass"
    )
    assert (
        not of_ours(loaded) and not loaded.intersection({*OPTIONAL} - {"typer", "rich"}) and "typer" in loaded
    )


def test_a_loop_with_a_history_needs_numpy_alone():
    program = """
import numpy as np
from scratchgen import optim, random, runs, vae
model, rng = vae.VAE(6, 2, 4), random.default_rng(0)
x = rng.random((40, 6)).astype(np.float32)
optimizer = optim.Adam(model.parameters(), learning_rate=1e-3)
history = runs.History()
vae.train(model, x, x[:8], history, epochs=1, batch_size=8, optimizer=optimizer, rng=rng)
assert history.history["elbo"]
pass"""
    assert not modules_after(program).intersection(OPTIONAL)


BLOCKED = f"""
import sys

class Blocked:  # as in a browser: of all packages there is NumPy alone
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {OPTIONAL}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Blocked())
"""


def test_the_worked_examples_need_numpy_alone_but_for_those_that_name_scikit_learn():
    program = """
from scratchgen import BadInput
from scratchgen.equations import EQUATIONS, TOLERANCE
count = 0
for equation in EQUATIONS:
    try:
        assert equation.example.error(equation.example.live()) <= TOLERANCE
        count += 1
    except BadInput as problem:
        assert "scikit-learn" in str(problem)
assert count > 0.9 * len(EQUATIONS)
pass"""
    assert not modules_after(BLOCKED + program).intersection(OPTIONAL)


def test_what_the_pages_import_of_the_library_needs_numpy_alone():
    pages = Path(__file__).parents[3].glob("tutorials/[0-9]*.py")
    statements = [node for page in pages for node in ast.parse(page.read_text("utf-8")).body]
    ours = [ast.unparse(node) for node in statements if isinstance(node, ast.ImportFrom | ast.Import)]
    program = "\n".join(line for line in ours if "scratchgen" in line)
    assert "scratchgen.optim" in program and not modules_after(BLOCKED + program).intersection(OPTIONAL)


def test_the_block_above_rejects_a_planted_import():
    done = subprocess.run([sys.executable, "-c", BLOCKED + "import msgspec"], capture_output=True, text=True)
    assert "ModuleNotFoundError: msgspec" in done.stderr


def test_the_claims_above_reject_a_process_that_loads_more():
    loaded = modules_after("import scratchgen, msgspec, scratchgen.vae")
    assert loaded.intersection(OPTIONAL) == {"msgspec"} and "vae" in of_ours(loaded)


def test_every_sub_package_is_an_attribute_that_is_loaded_when_it_is_first_used():
    program = """
import sys
import scratchgen as sg
for name in sorted(set(sg.__all__) - {*vars(sg), *sg.PLACES, 'kernels'}):
    assert getattr(sg, name).__name__ == f"scratchgen.{name}" in sys.modules
pass"""
    assert of_ours(modules_after(program)) == {*MODELS}


def test_every_public_name_is_there_and_an_unknown_one_is_not():
    for name in sg.__all__:
        assert getattr(sg, name) is not None
    assert not hasattr(sg, "transformer") and {*MODELS} < set(dir(sg))
