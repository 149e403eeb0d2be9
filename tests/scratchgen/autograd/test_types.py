"""The types that a checker sees: mypy reveals those of the most common expressions."""

import importlib.util
import subprocess
import sys

import pytest

if importlib.util.find_spec("mypy") is None:
    pytest.skip("mypy is not installed; pip install mypy", allow_module_level=True)

PREAMBLE = """
from typing import cast
import numpy as np
import scratchgen as sg
from scratchgen import functional as F

a = np.ones((2, 2))
t = sg.Tensor(a, requires_grad=True)

def f(x: sg.Tensor) -> sg.Tensor:
    return (x * x).sum()
"""

TENSOR = "scratchgen.autograd.tensor.Tensor"
EXPECTED = {
    "t * 2": TENSOR,
    "2 * t": TENSOR,
    "t + a": TENSOR,
    "t @ t": TENSOR,
    "-t": TENSOR,
    "t[0]": TENSOR,
    "t.T": TENSOR,
    "t.sum()": TENSOR,
    "t.mean(axis=0)": TENSOR,
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
    "sg.value_and_grad(f)(t)": f"tuple[{TENSOR}, {TENSOR}]",
    "sg.vjp(f, t)": f"tuple[{TENSOR}, def (*Any, **Any) -> tuple[{TENSOR}, ...]]",
    "sg.jvp(f, [t], [a])": f"tuple[{TENSOR}, {TENSOR}]",
    "sg.hessian(f)(t)": TENSOR,
    "sg.hvp(f)(t, a)": TENSOR,
    "sg.check_grads(f, t)": "float",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder whose mypy cache serves every test of this file."""
    return tmp_path_factory.mktemp("types")


def revealed(expressions, folder):
    """{expression: its type} by mypy, with the parameters of ndarray as *; "error: …" where mypy finds one."""
    lines = PREAMBLE.splitlines()
    first = len(lines) + 1
    file = folder / "expressions.py"
    file.write_text("\n".join([*lines, *(f"reveal_type({e})" for e in expressions)]) + "\n")
    options = ("--ignore-missing-imports", "--no-error-summary", "--no-pretty", "--hide-error-context")
    command = (sys.executable, "-m", "mypy", *options, "--cache-dir", str(folder / "cache"), str(file))
    output = subprocess.run(command, capture_output=True, text=True).stdout
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


def test_a_checker_knows_the_types_of_the_most_common_expressions(folder):
    assert revealed(list(EXPECTED), folder) == EXPECTED


def test_the_claim_above_rejects_an_expression_without_a_type_and_one_that_is_wrong(folder):
    found = revealed(["t // 2", "t.shapes", "t.sum().shape"], folder)
    assert found["t // 2"].startswith("error") and found["t.shapes"].startswith("error")
    assert found["t.sum().shape"] != TENSOR


def test_a_numpy_function_of_a_tensor_has_the_type_of_numpys_stubs_as_documented(folder):
    found = revealed(["np.tanh(t)", "np.sum(t)", "cast(sg.Tensor, np.tanh(t))"], folder)
    assert list(found.values()) == ["numpy.ndarray[*]", "Any", TENSOR]
