"""The operators that `operators` puts on Tensor are those that the class declares for type checkers."""

import ast
import inspect

import numpy as np
import pytest

from scratchgen import Tensor
from scratchgen.autograd import tensor
from scratchgen.autograd.operators import METHODS

pytestmark = pytest.mark.fast


def declared():
    """{name: parameters with their defaults} of the block under TYPE_CHECKING in the body of Tensor."""
    module = ast.parse(inspect.getsource(tensor))
    body = next(node for node in module.body if isinstance(node, ast.ClassDef) and node.name == "Tensor").body
    block = next(node for node in body if isinstance(node, ast.If))
    return {function.name: parameters(function.args) for function in block.body}


def parameters(arguments):
    for argument in ast.walk(arguments):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return ast.unparse(arguments)


def put_on(methods):
    """{name: parameters with their defaults} of functions."""
    found = {}
    for name, method in methods.items():
        signature = inspect.signature(method)
        bare = [p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values()]
        text = str(inspect.Signature(bare)).removesuffix(")").removeprefix("(")
        found[name] = parameters(ast.parse(f"def f({text}): ...").body[0].args)
    return found


def test_what_the_class_declares_is_put_on_with_the_same_parameters():
    assert put_on({name: getattr(Tensor, name) for name in METHODS}) == declared()


@pytest.mark.parametrize(
    "change",
    [
        {"__add__": lambda self, another: None},
        {"backward": lambda self, cotangent=None, retain_graph=True: None},
        {"__floordiv__": lambda self, other: None},
    ],
    ids=["another name", "another default", "not declared"],
)
def test_the_claim_above_rejects_a_method_that_differs_from_its_declaration(change):
    assert put_on(METHODS | change) != declared()


def test_every_operator_has_the_value_of_the_operation_on_arrays():
    a, b = np.array([[2.0, 3.0], [0.5, 1.0]]), np.array([[1.5, -2.0], [4.0, 0.25]])
    x, y = Tensor(a), Tensor(b)
    for ours, theirs in [
        (x + y, a + b), (a + y, a + b), (x - y, a - b), (a - y, a - b), (x * y, a * b), (a * y, a * b),
        (x / y, a / b), (a / y, a / b), (x**y, a**b), (2**y, 2**b), (x @ y, a @ b), (a @ y, a @ b),
        (-x, -a), (+x, +a), (abs(y), abs(b)), (x[0], a[0]), (x.T, a.T),
    ]:  # fmt: skip
        assert isinstance(ours, Tensor)
        np.testing.assert_array_equal(ours.numpy(), theirs)
