"""The types that a checker sees: mypy reveals those of the most common expressions, under --strict."""

import importlib.util
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import scratchgen
import scratchgen_kernels

if importlib.util.find_spec("mypy") is None:
    pytest.skip("mypy is not installed; pip install mypy", allow_module_level=True)

PREAMBLE = """
from typing import cast
import numpy as np
import scratchgen as sg
from scratchgen import functional as F
from scratchgen.kernels import use

a = np.ones((2, 2))
t = sg.Tensor(a, requires_grad=True)

def f(x: sg.Tensor) -> sg.Tensor:
    return (x * x).sum()

rng = sg.random.default_rng(0)
model = sg.vae.VAE(4, 2, hidden=3)
optimizer = sg.optim.Adam(model.parameters(), learning_rate=1e-3)
run = sg.runs.History()

@sg.nn.saveable
class Own(sg.nn.Module):
    def __init__(self, hidden: int) -> None:
        self.layer = sg.nn.Linear(hidden, 2)

    def forward(self, x: sg.Tensor) -> sg.Tensor:
        return self.layer(x)
"""

TENSOR = "scratchgen.autograd.tensor.Tensor"
EXPECTED = {
    "t * 2": TENSOR,
    "2 * t": TENSOR,
    "t + a": TENSOR,
    "t @ t": TENSOR,
    "-t": TENSOR,
    "t // 2": TENSOR,
    "2.0 % t": TENSOR,
    "divmod(t, 2)": f"tuple[{TENSOR}, {TENSOR}]",
    "abs(t)": TENSOR,
    "t[0]": TENSOR,
    "t.T": TENSOR,
    "t.sum()": TENSOR,
    "t.mean(axis=0)": TENSOR,
    "t.argsort()": "numpy.ndarray[*]",
    "t.nonzero()": "tuple[numpy.ndarray[*], ...]",
    "t.copy()": TENSOR,
    "t.real": TENSOR,
    "t.reshape(4)": TENSOR,
    "t.astype(np.float32)": TENSOR,
    "t.detach()": TENSOR,
    "t.shape": "tuple[int, ...]",
    "t.ndim": "int",
    "t.item()": "float",
    "t.numpy()": "numpy.ndarray[*]",
    "t.grad": "numpy.ndarray[*] | None",
    "t > 0": "numpy.ndarray[*]",
    "F.sigmoid(t)": TENSOR,
    "F.softmax(t)": TENSOR,
    "F.softmax(a)": "numpy.ndarray[*]",
    "F.linear(t, t, t)": TENSOR,
    "sg.grad(f)(t)": TENSOR,
    "sg.grad(f, (0,))(t)": f"tuple[{TENSOR}, ...]",
    "sg.grad(f)(t, y=2.0)": TENSOR,
    "sg.grad(f)({'W': a})": "dict[str, Any]",
    "sg.grad(f, has_aux=True)(t)": "tuple[Any, Any]",
    "sg.value_and_grad(f)(t)": f"tuple[{TENSOR}, {TENSOR}]",
    "sg.value_and_grad(f)({'W': a})": f"tuple[{TENSOR}, dict[str, Any]]",
    "sg.value_and_grad(f, has_aux=True)(t)": f"tuple[tuple[{TENSOR}, Any], Any]",
    "sg.vjp(f, t)": f"tuple[{TENSOR}, def (*Any, **Any) -> tuple[{TENSOR}, ...]]",
    "sg.vjp(f, t, has_aux=True)": f"tuple[{TENSOR}, def (*Any, **Any) -> tuple[{TENSOR}, ...], Any]",
    "sg.jacobian(f)(t)": TENSOR,
    "sg.no_grad()(f)": f"def (x: {TENSOR}) -> {TENSOR}",
    "sg.jvp(f, [t], [a])": f"tuple[{TENSOR}, {TENSOR}]",
    "sg.hessian(f)(t)": TENSOR,
    "sg.hvp(f)(t, a)": TENSOR,
    "sg.check_grads(f, t)": "float",
    "sg.nn.Linear(3, 4)": "scratchgen.nn.layers.Linear",
    "sg.nn.Linear(3, 4)(t)": TENSOR,
    "sg.nn.Linear(3, 4).eval()": "scratchgen.nn.layers.Linear",
    "Own(3).eval()": "expressions.Own",
    "model": "scratchgen.vae.models.VAE",
    "model.sample(3)": "numpy.ndarray[*]",
    "model.parameters()": "list[scratchgen.nn.module.Parameter]",
    "sg.gan.GAN(4)": "scratchgen.gan.models.GAN",
    "sg.rnn.LanguageModel(sg.data.CharacterTokenizer('ab'), 3, 4)": "scratchgen.rnn.models.LanguageModel",
    "optimizer": "scratchgen.optim.adam.Adam",
    "rng.standard_normal((2, 3))": "numpy.ndarray[*]",
    "sg.distributions.Normal(t, t)": "scratchgen.distributions.normal.Normal",
    "sg.data.load_images('digits')": "scratchgen.data.types.RowData",
    "run.history": "dict[str, list[float]]",
    "sg.runs.Run('runs/own', {'hidden': 3})": "scratchgen.runs.run.Run",
    "sg.vae.train(model, a, a, run, epochs=1, batch_size=2, optimizer=optimizer, rng=rng)": "None",
    "sg.save(model, 'model.safetensors')": "None",
    "sg.load('model.safetensors')": "Any",  # a model of any class
    "sg.kernels.use('numpy')": "scratchgen_kernels.registry.use",
    "use('numpy')": "scratchgen_kernels.registry.use",
}


WRONG = ["t << 2", "t.shapes", "t.sum().shape", "sg.vea", "sg.nn.Linear('3', 4)", "run.epochs('3')"]
WRONG += ["sg.vae.train(model, a, a, 3, epochs=1, batch_size=2, optimizer=optimizer, rng=rng)"]
OF_STUBS = {"np.tanh(t)": "numpy.ndarray[*]", "np.sum(t)": "Any", "cast(sg.Tensor, np.tanh(t))": TENSOR}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """The types of all expressions of this file, by one process of mypy."""
    return revealed([*EXPECTED, *WRONG, *OF_STUBS], tmp_path_factory.mktemp("types"))


def revealed(expressions, folder):
    """{expression: its type} by mypy, with the parameters of ndarray as *; "error: …" where mypy finds one."""
    lines = PREAMBLE.splitlines()
    first = len(lines) + 1
    file = folder / "expressions.py"
    file.write_text("\n".join([*lines, *(f"reveal_type({e})" for e in expressions)]) + "\n")
    options = (
        "--strict",
        "--no-error-summary",
        "--no-pretty",
        "--hide-error-context",
        "--show-absolute-path",
    )
    command = (sys.executable, "-m", "mypy", *options, "--cache-dir", str(folder / "cache"), str(file))
    places = {str(Path(package.__file__).parents[1]) for package in (scratchgen, scratchgen_kernels)}
    places -= {
        sysconfig.get_path("purelib")
    }  # mypy finds what is installed there, and refuses the place itself
    environment = {**os.environ, "MYPYPATH": os.pathsep.join(places)}
    # from the folder, as in a user's project: the configuration of this repository is not read
    output = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment).stdout
    found = {}
    for line in output.splitlines():
        if not line.startswith(str(file)):
            continue
        number, message = line.removeprefix(f"{file}:").split(": ", 1)
        if "Revealed type is" in message:
            found.setdefault(expressions[int(number) - first], without_parameters(message.split('"')[1]))
        elif message.startswith("error"):
            found[expressions[int(number) - first]] = message
    return found


def without_parameters(text):
    """The type with "[*]" for the parameters of every ndarray."""
    name = "numpy.ndarray["
    while (start := text.find(name)) >= 0:
        end, depth = start + len(name), 1
        while depth:
            depth += {"[": 1, "]": -1}.get(text[end], 0)
            end += 1
        text = f"{text[:start]}numpy.NDARRAY{text[end:]}"
    return text.replace("numpy.NDARRAY", "numpy.ndarray[*]")


def test_a_checker_knows_the_types_of_the_most_common_expressions(found):
    assert {e: found[e] for e in EXPECTED} == EXPECTED


def test_the_claim_above_rejects_expressions_that_are_wrong_and_a_type_that_is_another(found):
    assert {e: found[e] for e in WRONG if not found[e].startswith("error")} == {
        "t.sum().shape": EXPECTED["t.shape"]
    }
    assert EXPECTED["t.shape"] != TENSOR


def test_a_numpy_function_of_a_tensor_has_the_type_of_numpys_stubs_as_documented(found):
    assert {e: found[e] for e in OF_STUBS} == OF_STUBS
